import Foundation
import NIOPosix
import SwabTestSupport
import Synchronization
import Testing

@testable import SwabSSH

/// Keys, agent and known_hosts at work: logging in to a real sshd.
@Suite struct LoginTests {
  @Test(
    "each kind of key file logs in (TR-62)",
    arguments: ["ed25519", "ecdsa-256", "ecdsa-384", "ecdsa-521", "rsa-2048"]
  )
  func keyFile(kind: String) async throws {
    try await withSSHServer { server in
      let folder = URL(filePath: server.folder.path)
      let key = try await KeyTools.makeKey(kind, in: folder)
      try server.authorize(publicKeyFile: key + ".pub")
      let request = SSHIdentityRequest(identityFiles: [key], home: "/nowhere")
      try await logIn(server, request, verifier(server, .acceptNew))
    }
  }

  @Test("a passphrase with umlauts and blanks logs in on many hosts after one question (TR-62)")
  func passphrase() async throws {
    try await withSSHServer(address: "0.0.0.0") { server in
      let folder = URL(filePath: server.folder.path)
      let key = try await KeyTools.makeKey("ed25519", in: folder, passphrase: "ü mit Blank ")
      try server.authorize(publicKeyFile: key + ".pub")
      let questions = Mutex(0)
      let ring = SSHKeyRing { _ in
        questions.withLock { $0 += 1 }
        return "ü mit Blank "
      }
      let request = SSHIdentityRequest(identityFiles: [key], home: "/nowhere")
      let verifier = verifier(server, .acceptNew)
      try await withThrowingTaskGroup { group in
        for number in 1...10 {
          group.addTask {
            let address = "127.1.0.\(number)"
            try await self.logIn(server, request, verifier, ring: ring, address: address)
          }
        }
        try await group.waitForAll()
      }
      #expect(questions.withLock { $0 } == 1)
      #expect(try server.folder.read("known_hosts").split(separator: "\n").count == 10)
    }
  }

  @Test(
    "each kind of key of an agent logs in (TR-62)",
    arguments: ["ed25519", "ecdsa-384", "rsa-2048"]
  )
  func agent(kind: String) async throws {
    try await withSSHServer { server in
      let key = try await KeyTools.makeKey(kind, in: URL(filePath: server.folder.path))
      try server.authorize(publicKeyFile: key + ".pub")
      try await KeyTools.withAgent { _, socket in
        try await KeyTools.addKey(key, toAgent: socket)
        let request = SSHIdentityRequest(identityFiles: [], agentSocket: socket, home: "/nowhere")
        try await logIn(server, request, verifier(server, .acceptNew))
      }
    }
  }

  @Test(
    "the key that known_hosts has is asked for, whatever else the host could show (TR-57)",
    arguments: ["ed25519", "ecdsa"]
  )
  func knownType(type: String) async throws {
    try await withSSHServer(hostKeyTypes: ["ed25519", "ecdsa"]) { server in
      let line = "[127.0.0.1]:\(server.port) \(try server.hostKey(type))\n"
      try server.folder.write(line, to: "known_hosts")
      let request = SSHIdentityRequest(identityFiles: [server.clientKey], home: "/nowhere")
      try await logIn(server, request, verifier(server, .yes))
    }
  }

  @Test("what was accepted as new, ssh finds in the file, and so do we in the next run (TR-57)")
  func acceptedForSSH() async throws {
    try await withSSHServer { server in
      let request = SSHIdentityRequest(identityFiles: [server.clientKey], home: "/nowhere")
      try await logIn(server, request, verifier(server, .acceptNew))
      try await logIn(server, request, verifier(server, .yes))
      let ssh = try await KeyTools.run(
        "ssh",
        [
          "-F", "none", "-i", server.clientKey, "-p", "\(server.port)", "-o", "BatchMode=yes",
          "-o", "UserKnownHostsFile=\(server.folder.path("known_hosts"))",
          "-o", "StrictHostKeyChecking=yes", "127.0.0.1", "true",
        ]
      )
      #expect(ssh.status == 0, "\(ssh.errors)")
    }
  }

  @Test("a host whose key changed is refused before any key is tried (TR-57)")
  func changed() async throws {
    try await withSSHServer { server in
      let name = "[127.0.0.1]:\(server.port)"
      let path = try server.folder.write(
        "\(name) \(SSHAgentClientTests.line)\n",
        to: "known_hosts"
      )
      let request = SSHIdentityRequest(identityFiles: [server.clientKey], home: "/nowhere")
      let error = await #expect(throws: SSHError.self) {
        try await logIn(server, request, verifier(server, .no))
      }
      #expect(error?.code == .hostKeyChanged)
      #expect(error?.message.contains("\(path):1") == true)
      #expect(error?.hint?.hasSuffix("ssh-keygen -R '\(name)' -f '\(path)'") == true)
      #expect(error?.host == "h1")
      // What the hint says works.
      #expect(try await KeyTools.run("ssh-keygen", ["-R", name, "-f", path]).status == 0)
      try await logIn(server, request, verifier(server, .acceptNew))
    }
  }

  @Test(
    "a host known only by its RSA key is told from a changed one, and the hint helps (TR-57)",
    arguments: [false, true]
  )
  func knownByRSA(isHashed: Bool) async throws {
    try await withSSHServer(hostKeyTypes: ["ed25519", "rsa"]) { server in
      let name = "[127.0.0.1]:\(server.port)"
      let field = isHashed ? HashedName.field(for: name) : name
      let line = "\(field) \(try server.hostKey("rsa"))\n"
      let path = try server.folder.write(line, to: "known_hosts")
      let request = SSHIdentityRequest(identityFiles: [server.clientKey], home: "/nowhere")
      // Newer libraries than 1.10 verify RSA keys.
      if !SessionHandle.hostKeyAlgorithms.contains("rsa-sha2-512") {
        let error = await #expect(throws: SSHError.self) {
          try await logIn(server, request, verifier(server, .acceptNew))
        }
        #expect(error?.code == .hostKeyUnverifiable)
        #expect(error?.message.contains("its RSA key (\(path):1)") == true)
        let ssh = try await KeyTools.run(
          "ssh",
          [
            "-F", "none", "-i", server.clientKey, "-p", "\(server.port)", "-o", "BatchMode=yes",
            "-o", "UserKnownHostsFile=\(path)", "-o", "UpdateHostKeys=yes", "127.0.0.1", "true",
          ]
        )
        #expect(ssh.status == 0, "\(ssh.errors)")
      }
      try await logIn(server, request, verifier(server, .yes))
    }
  }

  @Test(
    "under HostKeyAlias a changed key is refused, whatever the port (TR-57)",
    arguments: HostKeyPolicy.allCases
  )
  func changedUnderAlias(policy: HostKeyPolicy) async throws {
    try await withSSHServer { server in
      let line = "web1 \(SSHAgentClientTests.line)\n"
      let path = try server.folder.write(line, to: "known_hosts")
      let request = SSHIdentityRequest(identityFiles: [server.clientKey], home: "/nowhere")
      let error = await #expect(throws: SSHError.self) {
        try await logIn(server, request, verifier(server, policy), alias: "web1")
      }
      #expect(error?.code == .hostKeyChanged)
      #expect(error?.message.contains("\(path):1") == true)
      #expect(try server.folder.read("known_hosts") == line)
    }
  }

  @Test("under HostKeyAlias a new key is kept without a port, and ssh finds it there (TR-57)")
  func acceptedUnderAlias() async throws {
    try await withSSHServer { server in
      let request = SSHIdentityRequest(identityFiles: [server.clientKey], home: "/nowhere")
      try await logIn(server, request, verifier(server, .acceptNew), alias: "Web1")
      #expect(try server.folder.read("known_hosts") == "web1 \(try server.hostKey())\n")
      try await logIn(server, request, verifier(server, .yes), alias: "Web1")
      let ssh = try await KeyTools.run(
        "ssh",
        [
          "-F", "none", "-i", server.clientKey, "-p", "\(server.port)", "-o", "BatchMode=yes",
          "-o", "UserKnownHostsFile=\(server.folder.path("known_hosts"))",
          "-o", "HostKeyAlias=Web1", "-o", "StrictHostKeyChecking=yes", "127.0.0.1", "true",
        ]
      )
      #expect(ssh.status == 0, "\(ssh.errors)")
    }
  }

  private struct Authenticator: SSHAuthenticator {
    var ring: SSHKeyRing
    var request: SSHIdentityRequest
    func signers() async throws -> [any SSHSigner] {
      try await ring.identities(for: request).signers
    }
    func password(attempt: Int) async throws -> String? { nil }
  }

  private func verifier(_ server: SSHServer, _ policy: HostKeyPolicy) -> KnownHostsVerifier {
    let file = server.folder.path("known_hosts")
    return KnownHostsVerifier(options: KnownHostsOptions(userFiles: [file], policy: policy))
  }

  private func logIn(
    _ server: SSHServer,
    _ request: SSHIdentityRequest,
    _ verifier: KnownHostsVerifier,
    ring: SSHKeyRing = SSHKeyRing(),
    address: String = "127.0.0.1",
    alias: String? = nil
  ) async throws {
    var options = SSHConnectionOptions(
      name: "h1",
      address: address,
      port: server.port,
      user: server.user
    )
    options.knownHostsName = alias
    options.connectTimeout = .seconds(60)
    let connection = try await SSHConnection.connect(
      options: options,
      authenticator: Authenticator(ring: ring, request: request),
      verifier: verifier,
      on: MultiThreadedEventLoopGroup.singleton.next()
    )
    let status = try await connection.execute(SSHCommand("exit 3")) { _ in }
    #expect(status.exitStatus == 3)
    await connection.close()
  }
}
