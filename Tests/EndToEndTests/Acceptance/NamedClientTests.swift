import Foundation
import SwabTestSupport
import Testing

/// Which settings a Docker client gets, and from which entry of `docker_clients`.
@Suite("Acceptance: entries of docker_clients")
struct NamedClientTests {
  @Test("a named client has its own settings, and none of another entry for its host (DF-16)")
  func ownSettings() async throws {
    let entries = """
      client1: { fabric_host: h1, base_url: "tcp://127.0.0.1:23751", tunnel_local_port: 18980 }
      client2: { fabric_host: h1 }
      """
    try await withClients(entries) { project in
      let run = try await project.swab("run", "named:client2", "-H", "h2", "--show", "tunnels")
      #expect(run.exitStatus == 0, "\(run)")
      let here = "127.0.0.1:\(project.tunnelPort)"
      #expect(run.lines == ["[h2] client2 at tcp://\(here), timeout none"])
      let tunnels = run.errorLines.filter { $0.contains("] tunnel: ") }
      #expect(tunnels == ["[h1] tunnel: \(here) -> /var/run/docker.sock (streamlocal)"])
    }
  }

  @Test("where two entries are for one host, dockerFabric() is an error that names both (DF-16)")
  func ambiguous() async throws {
    let entries = """
      client1: { fabric_host: h1, base_url: "tcp://127.0.0.1:23751" }
      client2: { fabric_host: h1, timeout: 40 }
      """
    try await withClients(entries) { project in
      let run = try await project.swab("run", "bare", "-H", "h1")
      run.expectFailure(
        status: 1,
        state: "failed",
        message: "dockerFabric() could mean 'client1' or 'client2' of docker_clients, which are "
          + "both for this host",
        hint: #"write dockerClients["client1"].client() or dockerClients["client2"].client()"#
      )
      let other = try await project.swab("run", "bare", "-H", "h2")
      #expect(other.exitStatus == 0, "\(other)")
      let asked = try await project.swab("run", "at:/var/run/docker.sock", "-H", "h1")
      #expect(asked.lines == ["[h1] there"], "client1 is for another engine: \(asked)")
    }
  }

  @Test("entries for one host that say the same are one (DF-16)")
  func sameTwice() async throws {
    let entries = """
      client1: { fabric_host: h1, timeout: 40 }
      client2: { fabric_host: h1, timeout: 40 }
      """
    try await withClients(entries) { project in
      let run = try await project.swab("run", "bare", "-H", "h1")
      #expect(run.exitStatus == 0, "\(run)")
    }
  }

  @Test("!env in an entry is the value of its own host, whichever host asks (DF-16)")
  func reference() async throws {
    let entries = """
      c2: { fabric_host: h2, timeout: !env pause }
      c3: { fabric_host: h3, timeout: !env pause }
      """
    let hosts = ("  h2: h2", "  h2: { env: { pause: 7 } }\n")
    try await withClients(entries, replacing: hosts) { project in
      for asking in ["h1", "h2"] {
        let run = try await project.swab("run", "named:c2", "-H", asking)
        #expect(run.exitStatus == 0, "\(run)")
        #expect(run.lines.last?.hasSuffix(", timeout 7") == true, "\(run)")
      }
      let bare = try await project.swab("run", "bare", "-H", "h2")
      #expect(bare.exitStatus == 0, "\(bare)")
      let missing = try await project.swab("run", "named:c3", "-H", "h2")
      #expect(missing.exitStatus == 1, "\(missing)")
      #expect(missing.standardError.contains("there is no 'pause' in this host's env"))
    }
  }

  @Test("tunnel_method of an entry is heeded; what has no effect is told with its place")
  func tunnelMethod() async throws {
    let entries = """
      client1:
        fabric_host: h1
        tunnel_method: socat
        domainname: example.org
        wait_timeout: 3
        stop_timeout: 4
        auth_configs: {}
      """
    try await withClients(entries) { project in
      let run = try await project.swab("run", "bare", "-H", "h1", "--show", "tunnels")
      #expect(run.exitStatus == 0, "\(run)")
      let tunnel =
        "[h1] tunnel: 127.0.0.1:\(project.tunnelPort) -> /var/run/docker.sock (socat)"
      #expect(run.errorLines.contains(tunnel), "\(run)")
      let yaml = try project.folder.read("work/fabfile.yml").split(separator: "\n")
      for key in ["domainname", "wait_timeout", "stop_timeout", "auth_configs"] {
        let line = try #require(yaml.firstIndex { $0.contains(key) }) + 1
        let warning = "fabfile.yml:\(line):5: '\(key)' has no effect in this version of swab"
        #expect(run.errorLines.contains { $0.hasSuffix(warning) }, "\(run)")
      }
      #expect(!run.standardError.contains("'tunnel_method' has no effect"))
    }
  }

  @Test("another docker_tunnel_method for the same client is an error (DF-15)")
  func changedMethod() async throws {
    try await withClients("{}") { project in
      let run = try await project.swab("run", "method", "-H", "h1")
      #expect(run.exitStatus == 1, "\(run)")
      #expect(run.standardError.contains("asks for other settings than the client that"), "\(run)")
    }
  }

  @Test("an API version that is none is said before anything connects, and opens no port")
  func versions() async throws {
    try await withSSHServer { server in
      let yaml = fabfile(for: server)
      try await Project.with(fabfile: yaml, tasks: Project.clientTasks) { project in
        try project.trust(server)
        try await project.compile()
        let run = try await project.swab("run", "versions", "-H", "h1")
        let error = "docker: 'abc' is no API version such as 1.41"
        #expect(run.lines.filter { $0 == "[h1] error: h1: \(error)" }.count == 3, "\(run)")
        #expect(run.lines.last == "[h1] listeners: 0")
        #expect(run.errorLines.contains("[h1] error: docker: '1.x' is no API version such as 1.41"))
        #expect(!server.process.lines.contains { $0.contains("Connection from") })
        try await expectClean(project, server)
      }
    }
  }

  @Test("host.dockerFabric(…) takes what dockerFabric(…) takes")
  func parameters() async throws {
    try await withClients("{}") { project in
      let run = try await project.swab("run", "both", "-H", "h1")
      #expect(run.lines == ["[h1] same true"], "\(run)")
    }
  }

  /// Lends a project on the test bed with these entries of `docker_clients`.
  private func withClients(
    _ entries: String,
    replacing replacement: (line: String, new: String)? = nil,
    _ body: (Project) async throws -> Void
  ) async throws {
    let bed = try TestBed.current()
    var yaml = fabfile(for: bed)
    if let replacement { yaml.replace(replacement.line, with: replacement.new) }
    let indented = entries.split(separator: "\n").map { "  \($0)" }.joined(separator: "\n")
    yaml += "docker_clients:\n\(indented)\n"
    try await Project.with(fabfile: yaml, tasks: Project.clientTasks) { project in
      try await project.compile()
      try await body(project)
      try await expectClean(project)
    }
  }
}
