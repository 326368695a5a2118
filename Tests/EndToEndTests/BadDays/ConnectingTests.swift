import Foundation
import SwabTestSupport
import Synchronization
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
      run.expectFailure(
        status: 4,
        state: "unreachable",
        message: "no answer within 2 s while connecting to \(address):22",
        hint:
          "is the host up, and is its address right? a higher timeout gives a slow one more time"
      )
      #expect(run.elapsed < ceiling(.seconds(2)))
      try await expectClean(project)
    }
  }

  @Test("a refused port ends the run with status 4 at once (TR-50)")
  func refused() async throws {
    let port = try await freePort()
    let yaml = """
      env: { timeout: 100, no_agent: true }
      hosts:
        h1: deploy@127.0.0.1:\(port)
      """
    try await Project.with(fabfile: yaml) { project in
      try await project.compile()
      let run = try await project.swab("run", "hello", "-H", "h1")
      run.expectFailure(
        status: 4,
        state: "unreachable",
        message: "can't connect to 127.0.0.1:\(port): connection refused",
        hint: "is the host up, is its address right, and does sshd listen on this port?"
      )
      #expect(run.elapsed < ceiling())
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
        let shown = try await fingerprint(of: server.folder.path("host_ed25519.pub"))
        let recorded = try await fingerprint(of: project.folder.path("home/.ssh/known_hosts"))
        for checking in ["yes", "ask", "accept-new", "no"] {
          let run = try await project.swab(
            "run",
            "hello",
            "-H",
            "h1",
            environment: ["SWAB_STRICT_HOST_KEY_CHECKING": checking]
          )
          let file = "\(project.home)/.ssh/known_hosts"
          run.expectFailure(
            status: 4,
            state: "unreachable",
            message: "the host key is not the one recorded at \(file):2: it is ED25519 \(shown), "
              + "recorded is ED25519 \(recorded)",
            hint: "somebody may be listening in; only if the host was reinstalled, "
              + "forget the old key: ssh-keygen -R '[127.0.0.1]:\(server.port)' -f '\(file)'"
          )
          #expect(!run.standardOutput.contains("hello from"))
          #expect(run.elapsed < ceiling(.seconds(3)))
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
        let fingerprint = try await fingerprint(of: server.folder.path("host_ed25519.pub"))
        for environment in [["SWAB_STRICT_HOST_KEY_CHECKING": "yes"], [:]] {
          let run = try await project.swab("run", "hello", "-H", "h1", environment: environment)
          run.expectFailure(
            status: 4,
            state: "unreachable",
            message: "the host key is not known: ED25519 \(fingerprint)",
            hint:
              "compare it with what `ssh-keygen -lf` prints on the host, then connect once with "
              + "ssh, or ssh-keyscan -p \(server.port) 127.0.0.1 >> \(project.home)/.ssh/known_hosts; "
              + "strict_host_key_checking: accept-new trusts any first key"
          )
          #expect(run.elapsed < ceiling(.seconds(3)))
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
        let fingerprint = try await fingerprint(of: server.clientKey + ".pub")
        let run = try await project.swab("run", "hello", "-H", "h1")
        run.expectFailure(
          status: 4,
          state: "authentication failed",
          message: "can't log in as \(server.user); tried: key ED25519 \(fingerprint) "
            + "\(server.clientKey) (refused); the server accepts: publickey",
          hint: "is one of these keys in ~/.ssh/authorized_keys of that user on the host?"
        )
        #expect(run.elapsed < ceiling(.seconds(3)))
        try await expectClean(project, server)
      }
    }
  }

  @Test("a stopped sshd is given up after the timeout (TR-50)")
  func stoppedServer() async throws {
    try await withSSHServer { server in
      try await Project.with(fabfile: fabfile(for: server, timeout: 3)) { project in
        try await project.compile()
        try project.trust(server)
        server.process.send(signal: SIGSTOP)
        let run = try await project.swab("run", "hello", "-H", "h1")
        server.process.send(signal: SIGCONT)
        run.expectFailure(
          status: 4,
          state: "unreachable",
          message: "no answer within 3 s while shaking hands with 127.0.0.1:\(server.port)",
          hint:
            "is the host up, and is its address right? a higher timeout gives a slow one more time"
        )
        #expect(run.elapsed < ceiling(.seconds(3)))
        try await expectClean(project, server)
      }
    }
  }

  private static let otherKey =
    "AAAAC3NzaC1lZDI1NTE5AAAAIGHzB2vaXWQ2A7N3ysLBCUCYS5Gr0EeqYo1lJZ5nHF2z"
}

/// What ssh-keygen calls the key in a file.
func fingerprint(of file: String) async throws -> String {
  let listed = try await RunningProcess.run("ssh-keygen", ["-l", "-f", file])
  let words = listed.standardOutput.split(separator: " ")
  guard words.count > 2 else { throw TestSupportError("ssh-keygen -l: \(listed.lines)") }
  return String(words[1])
}

/// A port that nobody listened at a moment ago, and that no other test was given.
func freePort() async throws -> Int {
  let taken = try await listeningPorts()
  let port = givenPorts.withLock { given in
    (19_000..<20_000).shuffled().first { !taken.contains($0) && given.insert($0).inserted }
  }
  guard let port else { throw TestSupportError("no free port") }
  return port
}

private let givenPorts = Mutex<Set<Int>>([])
