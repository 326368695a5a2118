import Foundation
import SwabTestSupport
import Testing

@Suite("Bad days: connecting")
struct ConnectingTests {
  @Test("an unreachable host ends the run with status 4 within the timeout (TR-50)")
  func unreachable() async throws {
    let address = try TestBed.current().unusedAddress
    let yaml = """
      env: { timeout: 2, no_agent: true }
      hosts:
        h1: deploy@\(address)
      """
    try await Project.with(fabfile: yaml) { project in
      try await project.compile()
      let run = try await project.swab("run", "hello", "-H", "h1")
      #expect(run.exitStatus == 4, "\(run)")
      #expect(run.standardError.contains("h1: "))
      #expect(run.standardError.contains("\(address):22"))
      #expect(run.standardError.contains("hint: "))
      #expect(run.elapsed < .seconds(4))
      try await expectClean(project)
    }
  }

  @Test("a refused port ends the run with status 4 at once (TR-50)")
  func refused() async throws {
    let port = try await freePort()
    let yaml = """
      env: { timeout: 10, no_agent: true }
      hosts:
        h1: deploy@127.0.0.1:\(port)
      """
    try await Project.with(fabfile: yaml) { project in
      try await project.compile()
      let run = try await project.swab("run", "hello", "-H", "h1")
      #expect(run.exitStatus == 4, "\(run)")
      #expect(run.standardError.contains("h1: "))
      #expect(run.standardError.contains("127.0.0.1:\(port)"))
      #expect(run.standardError.contains("refused"))
      #expect(run.elapsed < .seconds(3))
      try await expectClean(project)
    }
  }

  @Test("a changed host key is an error that names file and line (TR-57)")
  func changedHostKey() async throws {
    try await withSSHServer { server in
      try await Project.with(fabfile: fabfile(for: server)) { project in
        try await project.compile()
        let known = """
          # a comment
          [127.0.0.1]:\(server.port) ssh-ed25519 \(Self.otherKey)

          """
        try project.folder.write(known, to: "home/.ssh/known_hosts")
        for checking in ["yes", "ask", "accept-new", "no"] {
          let run = try await project.swab(
            "run",
            "hello",
            "-H",
            "h1",
            environment: ["SWAB_STRICT_HOST_KEY_CHECKING": checking]
          )
          #expect(run.exitStatus == 4, "\(run)")
          #expect(run.standardError.contains("\(project.home)/.ssh/known_hosts:2"))
          #expect(run.standardError.contains("ssh-keygen -R"))
          #expect(!run.standardOutput.contains("hello from"))
          #expect(run.elapsed < .seconds(4))
        }
        #expect(try project.folder.read("home/.ssh/known_hosts") == known)
        try await expectClean(project, server)
      }
    }
  }

  @Test("an unknown host key is an error under yes, and where nobody can be asked (TR-57)")
  func unknownHostKey() async throws {
    try await withSSHServer { server in
      try await Project.with(fabfile: fabfile(for: server)) { project in
        try await project.compile()
        for environment in [["SWAB_STRICT_HOST_KEY_CHECKING": "yes"], [:]] {
          let run = try await project.swab("run", "hello", "-H", "h1", environment: environment)
          #expect(run.exitStatus == 4, "\(run)")
          #expect(run.standardError.contains("h1: "))
          #expect(run.standardError.contains("SHA256:"))
          #expect(run.standardError.contains("hint: "))
          #expect(run.elapsed < .seconds(4))
        }
        #expect(try project.folder.read("home/.ssh/known_hosts").isEmpty)
        try await expectClean(project, server)
      }
    }
  }

  @Test("where no key is accepted, what was tried and what the server takes is said (TR-55)")
  func noKeyAccepted() async throws {
    try await withSSHServer { server in
      try await Project.with(fabfile: fabfile(for: server)) { project in
        try await project.compile()
        try project.trust(server)
        try server.folder.write("", to: "authorized_keys", mode: 0o600)
        let run = try await project.swab("run", "hello", "-H", "h1")
        #expect(run.exitStatus == 4, "\(run)")
        #expect(run.standardError.contains(server.clientKey))
        #expect(run.standardError.contains("publickey"))
        #expect(run.elapsed < .seconds(4))
        try await expectClean(project, server)
      }
    }
  }

  @Test("a stopped sshd is given up after the timeout (TR-50)")
  func stoppedServer() async throws {
    try await withSSHServer { server in
      try await Project.with(fabfile: fabfile(for: server)) { project in
        try await project.compile()
        try project.trust(server)
        server.process.send(signal: SIGSTOP)
        let run = try await project.swab("run", "hello", "-H", "h1")
        server.process.send(signal: SIGCONT)
        #expect(run.exitStatus == 4, "\(run)")
        #expect(run.standardError.contains("h1: "))
        #expect(run.standardError.contains("3 seconds"))
        #expect(run.elapsed < .seconds(5))
        try await expectClean(project, server)
      }
    }
  }

  private static let otherKey =
    "AAAAC3NzaC1lZDI1NTE5AAAAIGHzB2vaXWQ2A7N3ysLBCUCYS5Gr0EeqYo1lJZ5nHF2z"
}

/// A port that nobody listened at a moment ago.
func freePort() async throws -> Int {
  let taken = try await listeningPorts()
  return (19_000..<20_000).shuffled().first { !taken.contains($0) } ?? 19_000
}
