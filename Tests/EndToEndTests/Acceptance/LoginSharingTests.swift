import Foundation
import SwabTestSupport
import Testing

/// How logins are shared and kept: passwords that a person types, and hosts with two names.
@Suite("Acceptance: logins")
struct LoginSharingTests {
  private static let password = "right one"

  @Test("a typed password serves for connecting to its host again (TR-55)")
  func reconnect() async throws {
    try await withServer { server in
      try await withProject([server]) { project in
        let file = project.folder.path("go")
        let person = try Person(["run", "twice:\(file)", "-H", "h1"], of: project)
        try await person.sees("Password for \(server.hostString)")
        person.types("\(Self.password)\n")
        try await person.sees("[h1] one")
        let sessions = ProcessTable.descendants(of: server.process.processID)
        for session in sessions { kill(session, SIGKILL) }
        try await eventually("the end of the session") {
          !sessions.contains(where: ProcessTable.isRunning)
        }
        try project.folder.write("", to: "go")
        let ended = try await person.leaves(within: ceiling())
        #expect(ended.exitStatus == 0, "\(ended)")
        #expect(ended.lines.contains("[h1] two"), "\(ended)")
        #expect(ended.standardOutput.components(separatedBy: "Password for ").count == 2)
        #expect(passwords("Accepted", at: server) == 2)
        #expect(passwords("Failed", at: server) == 0)
        try await expectClean(project, server)
      }
    }
  }

  @Test("a password typed for one host is not tried on another (TR-55)")
  func otherHost() async throws {
    try await withServer { first in
      try await withServer { second in
        try await withProject([first, second]) { project in
          try project.folder.write("", to: "go")
          let words = ["run", "twice:\(project.folder.path("go"))", "-H", "h1,h2"]
          let person = try Person(words, of: project)
          try await person.sees("Password for \(first.hostString)")
          person.types("\(Self.password)\n")
          try await person.sees("Password for \(second.hostString)")
          #expect(passwords("Accepted", at: first) == 1)
          // The question comes before any password, though the other host's would have been right.
          #expect(passwords("Accepted", at: second) == 0)
          #expect(passwords("Failed", at: second) == 0)
          person.types("wrong\n")
          try await person.sees("Permission denied, please try again. Password for ")
          person.types("\(Self.password)\n")
          let ended = try await person.leaves(within: ceiling())
          #expect(ended.exitStatus == 0, "\(ended)")
          #expect(passwords("Failed", at: second) == 1)
          try await expectClean(project, first, second)
        }
      }
    }
  }

  @Test("two names of one host share its login, and an error has the name it was asked under")
  func names() async throws {
    try await withSSHServer { server in
      let yaml = """
        env: { key_filename: \(server.clientKey), no_agent: true }
        hosts:
          h1: \(server.hostString)
          h1b: { address: 127.0.0.1, port: \(server.port), env: { docker_base_url: /other } }

        """
      try await Project.with(fabfile: yaml, tasks: Project.clientTasks) { project in
        try project.trust(server)
        try await project.compile()
        let run = try await project.swab("run", "drop", "-H", "h1,h1b")
        #expect(run.exitStatus == 4, "\(run)")
        let errors = run.errorLines.filter { $0.contains("] error: ") }
        #expect(errors.count == 1, "\(run)")
        #expect(errors.first?.hasPrefix("[h1b] error: run ") == true, "\(errors)")
        #expect(server.process.lines.filter { $0.contains("Accepted publickey") }.count == 1)
        try await expectClean(project, server)
      }
    }
  }

  private func passwords(_ verdict: String, at server: SSHServer) -> Int {
    server.process.lines.filter { $0.contains("\(verdict) password for ") }.count
  }

  private func withServer(_ body: (SSHServer) async throws -> Void) async throws {
    let configuration = "PasswordAuthentication yes\nPubkeyAuthentication no"
    let accounts = SSHTestAccounts([NSUserName(): Self.password])
    try await withSSHServer(configuration, accounts: accounts, body)
  }

  private func withProject(
    _ servers: [SSHServer],
    _ body: (Project) async throws -> Void
  ) async throws {
    let hosts = servers.enumerated().map { "  h\($0 + 1): \($1.hostString)" }
    let yaml = """
      env: { no_agent: true, no_keys: true, timeout: 60 }
      hosts:
      \(hosts.joined(separator: "\n"))

      """
    try await Project.with(fabfile: yaml, tasks: Project.clientTasks) { project in
      for server in servers { try project.trust(server) }
      try await project.compile()
      try await body(project)
    }
  }
}
