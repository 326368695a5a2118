import Foundation
import SwabTestSupport
import Testing

/// Hosts where only `sudo docker` is allowed.
@Suite("Acceptance: the docker command on hosts")
struct CommandClientTests {
  /// Lends a project whose hosts are reached as somebody who may not speak to the engine.
  private func withHosts(
    as user: String,
    _ env: String...,
    more: String = "",
    _ body: (Project, TestBed) async throws -> Void
  ) async throws {
    let bed = try TestBed.current()
    let users = Dictionary(uniqueKeysWithValues: bed.hosts.map { ($0.name, user) })
    let yaml = fabfile(
      for: bed,
      users: users,
      ["docker_fabric_implementation: CLI", "docker_cli_sudo: true"] + env
    )
    try await Project.with(fabfile: yaml + more, tasks: Project.commandTasks) { project in
      try await body(project, bed)
    }
  }

  @Test(
    "sudo docker does what the group docker would, on several hosts, with no tunnel",
    .testBed(.counting)
  )
  func withoutPassword() async throws {
    try await withHosts(as: "guest") { project, bed in
      let run = try await project.swab("run", "counts", "-H", "h1,h2", "-P", "--show", "tunnels")
      #expect(run.exitStatus == 0, "\(run)")
      for host in bed.hosts.prefix(2) {
        let line = "[\(host.name)] \(try await host.counted()) no tunnel"
        #expect(run.lines.contains(line), "\(run)")
      }
      #expect(!run.standardError.contains("tunnel:"))
    }
  }

  @Test(
    "a password reaches sudo, and nobody else",
    .testBed(.alone),
    .serialized,
    arguments: ["guest", "keeper"]
  )
  func password(_ user: String) async throws {
    try await withHosts(as: user, "sudo_password: testbed") { project, _ in
      let run = try await project.swab("run", "life", "images", "-H", "h2", "--show", "debug")
      #expect(run.exitStatus == 0, "\(run)")
      #expect(
        run.lines == [
          "[h2] log it's $a", "[h2] counted 1000000", "[h2] stopped true", "[h2] status 137",
          "[h2] gone", #"[h2] true ["busybox:local"]"#,
        ]
      )
      // It is part of no command, and neither is the container's variable.
      let commands = run.errorLines.filter { $0.contains("] run: ") }
      #expect(!commands.contains { $0.contains("testbed") || $0.contains("it's") }, "\(run)")
      #expect(commands.contains { $0.contains("--env-file=/dev/stdin") }, "\(run)")
    }
  }

  @Test("where sudo wants what isn't there, that is said")
  func noPassword() async throws {
    try await withHosts(as: "keeper") { project, _ in
      let run = try await project.swab("run", "counts", "-H", "h1")
      run.expectFailure(
        status: 1,
        state: "failed",
        message: "docker: GET /version: sudo: a password is required",
        hint: "sudo_password gives it, or a rule in sudoers: USER ALL=(root) NOPASSWD: "
          + "/usr/bin/docker"
      )
      let plain = try await project.swab("run", "counts", "-H", "h1", "--set", "docker_cli_sudo=no")
      #expect(plain.exitStatus == 1)
      #expect(plain.standardError.contains("hint: docker_cli_sudo: true runs"), "\(plain)")
    }
  }

  @Test("a wrong password is said to be one")
  func wrongPassword() async throws {
    try await withHosts(as: "keeper", "sudo_password: wrong") { project, _ in
      let run = try await project.swab("run", "counts", "-H", "h1")
      run.expectFailure(
        status: 1,
        state: "failed",
        message: "docker: GET /version: sudo doesn't take the password",
        hint: "is sudo_password the one of the user on that host?"
      )
    }
  }

  @Test("prefix, program, URL and TLS stand before each command, which is shown on request (DF 26)")
  func debug() async throws {
    try await withHosts(
      as: "guest",
      "docker_cli_debug: true",
      "docker_base_url: /var/run/docker.sock"
    ) { project, _ in
      let run = try await project.swab("run", "counts", "-H", "h1")
      #expect(run.exitStatus == 0, "\(run)")
      let sudo = "[h1] run: LC_ALL=C sudo -n docker -H unix:///var/run/docker.sock"
      let commands = run.errorLines.filter { $0.contains("] run: ") }
      #expect(commands.count == 5, "\(run)")
      #expect(commands.allSatisfy { $0.hasPrefix("\(sudo) ") }, "\(run)")
      #expect(commands.first == "\(sudo) version '--format={{json .}}'")
      let words = "docker_cli_sudo=no,docker_cli_prefix=sudo -n,docker_cli_bin=/usr/bin/docker"
      let other = try await project.swab("run", "counts", "-H", "h1", "--set", words)
      #expect(other.exitStatus == 0, "\(other)")
      let prefix = "[h1] run: sudo -n /usr/bin/docker -H unix:///var/run/docker.sock "
      #expect(other.errorLines.contains { $0.hasPrefix(prefix) }, "\(other)")
    }
  }

  @Test("an unknown implementation is refused, and an argument beats env (DF 17)")
  func implementation() async throws {
    try await withHosts(as: "root", "docker_cli_debug: false") { project, _ in
      let run = try await project.swab("run", "both", "-H", "h1", "--set", "docker_cli_sudo=no")
      #expect(run.lines == ["[h1] same engine true, urls [true, false]"], "\(run)")
      let set = "docker_fabric_implementation=SSH"
      let unknown = try await project.swab("run", "counts", "-H", "h1", "--set", set)
      #expect(unknown.exitStatus == 2, "\(unknown)")
      #expect(unknown.standardError.contains("takes API or CLI, not 'SSH'"), "\(unknown)")
    }
  }

  @Test("a named client works on its own host, whatever the current one is")
  func named() async throws {
    let clients = """
      docker_clients:
        keeper: { fabric_host: h3, client_implementation: CLI, use_sudo: true, debug: true }

      """
    try await withHosts(as: "guest", more: clients) { project, _ in
      let run = try await project.swab("run", "named")
      #expect(run.exitStatus == 0, "\(run)")
      #expect(run.lines == ["named h3"])
      #expect(run.errorLines.contains { $0.hasPrefix("[h3] run: LC_ALL=C sudo -n docker ") })
    }
  }

  @Test("what the docker command can't do is told with the way that can")
  func notPossible() async throws {
    try await withHosts(as: "guest") { project, _ in
      let run = try await project.swab("run", "sizes", "-H", "h1")
      #expect(run.exitStatus == 1, "\(run)")
      #expect(run.standardError.contains("needs API 1.42") || run.standardError.contains("API can"))
    }
  }

  @Test("Ctrl-C ends a docker command on the host", .testBed(.changing))
  func interrupt() async throws {
    try await withHosts(as: "guest") { project, bed in
      let host = bed.hosts[1]
      let name = "swab-follow-\(UUID().uuidString.prefix(8))"
      _ = try await host.docker(
        "run",
        "-d",
        "--name",
        name,
        "--network",
        "none",
        "busybox:local",
        "sh",
        "-c",
        "echo begun; exec sleep 617"
      )
      let run = try project.start(["run", "follow:name=\(name)", "-H", host.name])
      try await run.waitForLine(containing: "begun")
      run.send(signal: SIGINT)
      let ended = try await Run(ended: run)
      #expect(ended.exitStatus == 130, "\(ended)")
      try await eventually("the end of docker logs") {
        !ProcessTable.all().contains {
          ProcessTable.commandLine(of: $0).contains("logs --follow \(name)")
        }
      }
      _ = try await host.docker("rm", "-f", name)
    }
  }
}
