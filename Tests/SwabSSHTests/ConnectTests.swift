import NIOCore
import NIOPosix
import SwabSSH
import SwabTestSupport
import Synchronization
import Testing

@Suite("Connecting", .serialized)
struct ConnectTests {
  /// The error of a connection that must not come about.
  private func failure(
    _ server: SSHServer,
    verifier: TestVerifier = TestVerifier(),
    authenticator: TestAuthenticator? = nil,
    change: (inout SSHConnectionOptions) -> Void = { _ in }
  ) async throws -> SSHError {
    try await sshError {
      try await withConnection(
        to: server,
        verifier: verifier,
        authenticator: authenticator,
        change: change
      ) { _ in }
    }
  }

  @Test("what was negotiated can be seen")
  func negotiated() async throws {
    try await withSSHServer { server in
      try await withConnection(to: server) { connection in
        #expect(connection.isOpen)
        #expect(connection.negotiated.serverVersion.hasPrefix("SSH-2.0-OpenSSH"))
        #expect(connection.negotiated.hostKey == "ssh-ed25519")
        #expect(connection.negotiated.cipherOut.hasPrefix("aes"))
        await connection.close()
        #expect(!connection.isOpen)
        let error = try await sshError { _ = try await connection.collect("true") }
        #expect(error.description == "h1: the connection was closed")
      }
    }
  }

  @Test("a refused port is unreachable, and tried as often as asked (TR-54)", arguments: [1, 3])
  func refused(attempts: Int) async throws {
    let server = try await SSHServer.start()
    await server.process.stop()
    let error = try await failure(server) { $0.attempts = attempts }
    await server.stop()
    #expect(error.code == .unreachable)
    let times = attempts > 1 ? " (tried 3 times)" : ""
    #expect(
      error.description == """
        h1: can't connect to 127.0.0.1:\(server.port): connection refused\(times)
        hint: is the host up, is its address right, and does sshd listen on this port?
        """
    )
  }

  @Test("an unknown name is unreachable")
  func unknownName() async throws {
    var options = SSHConnectionOptions(name: "h1", address: "no-such-host.invalid", user: "u")
    // Resolvers that aren't there take their time to say so.
    options.connectTimeout = .seconds(60)
    let error = try await sshError { [options] in
      _ = try await SSHConnection.connect(
        options: options,
        authenticator: TestAuthenticator(),
        verifier: TestVerifier(),
        on: MultiThreadedEventLoopGroup.singleton.next()
      )
    }
    #expect(error.code == .unreachable)
    // What the system says of it differs from one to the next.
    #expect(error.message.hasPrefix("the name 'no-such-host.invalid' has no address: "))
    #expect(!error.message.contains("SocketAddressError"))
    #expect(error.hint == "DNS, /etc/hosts and ssh_config were asked; give the host an address")
  }

  @Test("a server that says nothing is given up in time", arguments: [1, 2])
  func silentServer(attempts: Int) async throws {
    let listener = try RunningProcess(
      "socat",
      ["-d", "-d", "TCP-LISTEN:0,bind=127.0.0.1,fork", "EXEC:sleep 1000"]
    )
    let line = try await listener.waitForLine(containing: "listening on")
    let port = try #require(line.split(separator: ":").last.flatMap { Int($0) })
    var options = SSHConnectionOptions(name: "h1", address: "127.0.0.1", port: port, user: "u")
    options.connectTimeout = .seconds(1)
    options.attempts = attempts
    let error = try await sshError { [options] in
      _ = try await SSHConnection.connect(
        options: options,
        authenticator: TestAuthenticator(),
        verifier: TestVerifier(),
        on: MultiThreadedEventLoopGroup.singleton.next()
      )
    }
    await listener.stop()
    #expect(error.code == .unreachable)
    #expect(error.message.hasPrefix("no answer within 1 s while shaking hands"))
  }

  @Test("a server that never comes to its version is given up, with words", arguments: ["", "\\n"])
  func endlessGreeting(omitted: String) async throws {
    let listener = try RunningProcess(
      "socat",
      ["-d", "-d", "TCP-LISTEN:0,bind=127.0.0.1,fork", "SYSTEM:yes | tr -d 'n\(omitted)'"]
    )
    let line = try await listener.waitForLine(containing: "listening on")
    let port = try #require(line.split(separator: ":").last.flatMap { Int($0) })
    let options = SSHConnectionOptions(name: "h1", address: "127.0.0.1", port: port, user: "u")
    let error = try await sshError {
      _ = try await SSHConnection.connect(
        options: options,
        authenticator: TestAuthenticator(),
        verifier: TestVerifier(),
        on: MultiThreadedEventLoopGroup.singleton.next()
      )
    }
    await listener.stop()
    #expect(error.code == .protocolError)
    #expect(error.message == "the server sent 64 KiB and no SSH version among it")
  }

  @Test("a server that takes no more connections says so, and is tried again (TR-61)")
  func maxStartups() async throws {
    try await withSSHServer("MaxStartups 1\nLoginGraceTime 2") { server in
      // Holds the only place until its grace is over.
      let holder = try RunningProcess("socat", ["-u", "TCP:127.0.0.1:\(server.port)", "-"])
      try await holder.waitForLine(containing: "SSH-2.0")
      let error = try await failure(server)
      #expect(error.code == .unreachable)
      #expect(error.message.hasPrefix("the server ended the SSH handshake: "))
      #expect(error.message.contains("Exceeded MaxStartups"))
      try await withConnection(
        to: server,
        change: {
          $0.attempts = 10
        }
      ) { _ in
      }
      await holder.stop()
    }
  }

  @Test("two sides with no cipher in common say what each has")
  func noCommonCipher() async throws {
    try await withSSHServer("Ciphers chacha20-poly1305@openssh.com") { server in
      let error = try await failure(server) { $0.attempts = 5 }
      #expect(error.code == .noCommonAlgorithm)
      let lines = error.description.split(separator: "\n")
      #expect(lines.count == 4)
      #expect(lines[0] == "h1: no cipher in common with the server")
      #expect(lines[1].hasPrefix("  this libssh2: ") && lines[1].contains("aes256-ctr"))
      #expect(lines[2] == "  the server:   chacha20-poly1305@openssh.com")
      #expect(lines[3].hasSuffix("in sshd_config: Ciphers"))
    }
  }

  @Test("a server with only an RSA host key is told from the others")
  func noCommonHostKey() async throws {
    try await withSSHServer(hostKeyTypes: ["rsa"]) { server in
      let error = try await failure(server)
      #expect(error.code == .noCommonAlgorithm)
      #expect(error.message.hasPrefix("no host key type in common with the server"))
      #expect(error.message.contains("rsa-sha2-512"))
    }
  }

  @Test("the verifier sees the server's key, and its no is final", arguments: [1, 3])
  func refusedHostKey(attempts: Int) async throws {
    try await withSSHServer { server in
      let seen = Mutex<[SSHPublicKey]>([])
      let verifier = TestVerifier { key in
        seen.withLock { $0.append(key) }
        throw SSHError(.hostKeyChanged, "the host key is not the one recorded", hint: "look")
      }
      let error = try await failure(server, verifier: verifier) { $0.attempts = attempts }
      #expect(error.description == "h1: the host key is not the one recorded\nhint: look")
      let key = try #require(seen.withLock { $0.count == 1 ? $0.first : nil })
      #expect(key.type == "ssh-ed25519")
      let listing = try await RunningProcess.run(
        "ssh-keygen",
        ["-lf", server.folder.path("host_ed25519.pub")]
      )
      #expect(listing.standardOutput.contains(" \(key.fingerprint) "))
    }
  }

  @Test(
    "the keys on record are asked for first",
    arguments: [[], ["ecdsa-sha2-nistp256"], ["ssh-ed25519"], ["nonsense"]]
  )
  func knownKeys(algorithms: [String]) async throws {
    try await withSSHServer(hostKeyTypes: ["ed25519", "ecdsa"]) { server in
      let verifier = TestVerifier(algorithms: algorithms)
      try await withConnection(to: server, verifier: verifier) { connection in
        let expected = algorithms.first.flatMap { $0 == "nonsense" ? nil : $0 } ?? "ssh-ed25519"
        #expect(connection.negotiated.hostKey == expected)
      }
    }
  }

  @Test("a slow answer of a person does not count as the server's")
  func patience() async throws {
    try await withSSHServer { server in
      let verifier = TestVerifier { _ in try await Task.sleep(for: .seconds(7)) }
      try await withConnection(
        to: server,
        verifier: verifier,
        change: {
          $0.connectTimeout = .seconds(6)
        }
      ) { connection in
        #expect(connection.isOpen)
      }
    }
  }

  @Test("cancelling ends the waiting for a server that says nothing (TR-53)")
  func cancellation() async throws {
    try await withSSHServer { server in
      server.process.send(signal: 19)
      let task = Task {
        try await withConnection(to: server, change: { $0.connectTimeout = .seconds(60) }) { _ in }
      }
      try await eventually("it is connected") {
        SocketTable.count(toPort: server.port, state: .established) > 0
      }
      task.cancel()
      let error = try await sshError { try await task.value }
      #expect(error.code == .cancelled)
      server.process.send(signal: 18)
    }
  }

  @Test("cancelling ends the waiting for a host that swallows packets (TR-53)")
  func cancelledConnect() async throws {
    let hole = try BlackHole()
    var options = SSHConnectionOptions(
      name: "h1",
      address: "127.0.0.1",
      port: hole.port,
      user: "u"
    )
    options.connectTimeout = .seconds(60)
    let task = Task { [options] in
      _ = try await SSHConnection.connect(
        options: options,
        authenticator: TestAuthenticator(),
        verifier: TestVerifier(),
        on: MultiThreadedEventLoopGroup.singleton.next()
      )
    }
    try await eventually("it asks") {
      SocketTable.count(toPort: hole.port, state: .synSent) > 0
    }
    task.cancel()
    let error = try await sshError { try await task.value }
    #expect(error.description == "h1: cancelled")
    try await eventually("it asks no more") {
      SocketTable.count(toPort: hole.port, state: .synSent) == 0
    }
  }

  @Test(
    "a server that leaves in the middle of the handshake is unreachable, and tried again (TR-54)"
  )
  func leavesInHandshake() async throws {
    let listener = try RunningProcess(
      "socat",
      ["-d", "-d", "TCP-LISTEN:0,bind=127.0.0.1,fork", "SYSTEM:echo SSH-2.0-test"]
    )
    let line = try await listener.waitForLine(containing: "listening on")
    let port = try #require(line.split(separator: ":").last.flatMap { Int($0) })
    var options = SSHConnectionOptions(name: "h1", address: "127.0.0.1", port: port, user: "u")
    options.attempts = 2
    let error = try await sshError { [options] in
      _ = try await SSHConnection.connect(
        options: options,
        authenticator: TestAuthenticator(),
        verifier: TestVerifier(),
        on: MultiThreadedEventLoopGroup.singleton.next()
      )
    }
    await listener.stop()
    #expect(error.code == .unreachable)
    #expect(error.message.hasPrefix("the server ended the SSH handshake: the connection was lost"))
    #expect(error.message.hasSuffix("(tried 2 times)"))
  }

  @Test("who thinks longer about a question than the server waits is not turned away for it")
  func graceTimeOver() async throws {
    try await withSSHServer("LoginGraceTime 2") { server in
      let hasAsked = Mutex(false)
      let verifier = TestVerifier { _ in
        // Asked once: the answer is kept.
        guard !hasAsked.withLock({ $0 }) else { return }
        hasAsked.withLock { $0 = true }
        try await eventually("the server is tired of waiting") {
          SocketTable.count(toPort: server.port, state: .closeWait) > 0
            || SocketTable.count(toPort: server.port, state: .established) == 0
        }
      }
      try await withConnection(to: server, verifier: verifier) { connection in
        let result = try await connection.collect("echo in")
        #expect(result.text == "in\n")
      }
    }
  }

  @Test("no socket is left of connections that were made, refused, or failed")
  func noLeftovers() async throws {
    try await withSSHServer { server in
      for number in 0..<10 {
        try await withConnection(to: server) { _ = try await $0.collect("true") }
        _ = try await failure(server, authenticator: TestAuthenticator())
        let verifier = TestVerifier { _ in throw SSHError(.hostKeyChanged, "no \(number)") }
        _ = try await failure(server, verifier: verifier)
      }
      try await eventually("both ends are closed") {
        SocketTable.count(toPort: server.port, state: .established) == 0
          && SocketTable.count(toPort: server.port, state: .closeWait) == 0
      }
    }
  }

  @Test("no key that is accepted: the error says what was tried and what would be (TR-55)")
  func refusedKeys() async throws {
    try await withSSHServer { server in
      let other = server.folder.path("other")
      try await RunningProcess.run("ssh-keygen", ["-q", "-t", "ed25519", "-N", "", "-f", other])
      let authenticator = TestAuthenticator(keys: [try TestSigner(file: other)])
      let error = try await failure(server, authenticator: authenticator) { $0.attempts = 5 }
      #expect(error.code == .authenticationFailed)
      #expect(
        error.description == """
          h1: can't log in as \(server.user); tried: key ED25519 other (refused); \
          the server accepts: publickey
          hint: is one of these keys in ~/.ssh/authorized_keys of that user on the host?
          """
      )
      let nothing = try await failure(server, authenticator: TestAuthenticator())
      #expect(nothing.message.contains("tried: nothing, as there was no key or password to try"))
    }
  }

  @Test("the server's limit of tries is told as what it is")
  func tooManyKeys() async throws {
    try await withSSHServer("MaxAuthTries 2") { server in
      var keys: [any SSHSigner] = []
      for number in 0..<4 {
        let file = server.folder.path("key\(number)")
        try await RunningProcess.run("ssh-keygen", ["-q", "-t", "ed25519", "-N", "", "-f", file])
        keys.append(try TestSigner(file: file))
      }
      let error = try await failure(server, authenticator: TestAuthenticator(keys: keys))
      #expect(error.code == .authenticationFailed)
      #expect(error.message.contains("tried: key ED25519 key0 (refused)"))
      #expect(error.message.hasSuffix("Too many authentication failures"))
    }
  }

  @Test("a wrong password is asked for three times, not more (TR-55)")
  func wrongPasswords() async throws {
    try await withSSHServer("PasswordAuthentication yes") { server in
      let asked = Mutex<[Int]>([])
      let authenticator = TestAuthenticator(
        passwords: ["a", "b", "c", "d"],
        asked: { number in asked.withLock { $0.append(number) } }
      )
      let error = try await failure(server, authenticator: authenticator)
      #expect(error.code == .authenticationFailed)
      #expect(asked.withLock { $0 } == [1, 2, 3])
      #expect(error.message.contains("tried: password (refused 3 times)"))
      #expect(error.message.contains("the server accepts: publickey, password"))
    }
  }

  @Test("who has no password to give is not asked again (TR-55)")
  func noPassword() async throws {
    try await withSSHServer("PasswordAuthentication yes") { server in
      let asked = Mutex(0)
      let authenticator = TestAuthenticator(asked: { _ in asked.withLock { $0 += 1 } })
      let error = try await failure(server, authenticator: authenticator)
      #expect(error.code == .authenticationFailed)
      #expect(asked.withLock { $0 } == 1)
    }
  }
}
