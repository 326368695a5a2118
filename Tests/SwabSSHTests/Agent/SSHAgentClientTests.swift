import Foundation
import NIOCore
import NIOPosix
import Synchronization
import SwabTestSupport
import Testing

@testable import SwabSSH

@Suite struct SSHAgentClientTests {
  @Test(
    "an agent's key of each kind signs so that OpenSSH agrees (TR-62)",
    arguments: ["ed25519", "ecdsa-256", "ecdsa-384", "ecdsa-521", "rsa-2048"]
  )
  func signs(kind: String) async throws {
    try await KeyTools.withAgent { folder, socket in
      let path = try await KeyTools.makeKey(kind, in: folder)
      try await KeyTools.addKey(path, toAgent: socket)
      let ring = SSHKeyRing()
      let request = SSHIdentityRequest(agentSocket: socket, home: folder.path)
      let signers = try await ring.identities(for: request).signers
      #expect(signers.count == 1)
      for signer in signers {
        #expect(signer.description.hasSuffix("a comment (agent)"))
        #expect(signer.description.contains(try await KeyTools.fingerprint(path)))
        for algorithm in signer.algorithms {
          #expect(try await KeyTools.verifies(signer, algorithm: algorithm, in: folder))
        }
      }
    }
  }

  @Test("fifty hosts may ask an agent at once")
  func manyAtOnce() async throws {
    try await KeyTools.withAgent { folder, socket in
      try await KeyTools.addKey(try await KeyTools.makeKey("ed25519", in: folder), toAgent: socket)
      let agent = SSHAgentClient(socketPath: socket)
      let key = try #require(try await agent.identities().first).publicKey
      try await withThrowingTaskGroup { group in
        for number in 0..<50 {
          group.addTask {
            try await agent.sign([UInt8(number)], key: key, algorithm: "ssh-ed25519")
          }
        }
        for try await signature in group { #expect(signature.count == 64) }
      }
    }
  }

  @Test("keys are tried in OpenSSH's order: agent keys that files name, other agent keys, files")
  func order() async throws {
    try await KeyTools.withAgent { folder, socket in
      var paths: [String] = []
      for name in ["one", "two", "three", "four"] {
        paths.append(try await KeyTools.makeKey("ed25519", in: folder, named: name))
      }
      for path in paths[..<3] { try await KeyTools.addKey(path, toAgent: socket) }
      // Only the public half of the third is left; it stands in the agent.
      try FileManager.default.removeItem(atPath: paths[2])
      let keys = try paths.map { try #require(SSHPublicKey(file: $0 + ".pub")).blob }
      let ring = SSHKeyRing()
      var request = SSHIdentityRequest(
        identityFiles: [paths[3], paths[1], paths[2], folder.path + "/gone"],
        agentSocket: socket,
        home: folder.path
      )
      let found = try await ring.identities(for: request)
      #expect(found.signers.map(\.publicKey) == [keys[1], keys[2], keys[0], keys[3]])
      #expect(
        found.problems.map(\.description) == [
          "key file \(folder.path)/gone can't be read: No such file or directory"
        ]
      )
      request.identitiesOnly = true
      let only = try await ring.identities(for: request)
      #expect(only.signers.map(\.publicKey) == [keys[1], keys[2], keys[3]])
    }
  }

  @Test("without configuration the usual files are tried, ed25519 first, missing ones in silence")
  func usualFiles() async throws {
    try await KeyTools.withFolder { folder in
      let ssh = folder.appending(path: ".ssh")
      try FileManager.default.createDirectory(at: ssh, withIntermediateDirectories: true)
      let rsa = try await KeyTools.makeKey("rsa-2048", in: ssh, named: "id_rsa")
      let ed25519 = try await KeyTools.makeKey("ed25519", in: ssh, named: "id_ed25519")
      let found = try await SSHKeyRing().identities(for: SSHIdentityRequest(home: folder.path))
      #expect(
        found.signers.map { $0.description.split(separator: " ").last } == [ed25519[...], rsa[...]]
      )
      #expect(found.problems.isEmpty)
    }
  }

  @Test("an agent that is gone is a problem, and the files are tried")
  func gone() async throws {
    try await KeyTools.withFolder { folder in
      let path = try await KeyTools.makeKey("ed25519", in: folder)
      let socket = folder.path + "/agent"
      let request = SSHIdentityRequest(
        identityFiles: [path],
        agentSocket: socket,
        home: folder.path
      )
      let found = try await SSHKeyRing().identities(for: request)
      #expect(found.signers.count == 1)
      #expect(found.problems.map(\.code) == [.agentFailed])
      #expect(
        found.problems.first?.message
          == "ssh-agent at \(socket) can't be reached: No such file or directory"
      )
    }
  }

  @Test("an agent that doesn't list its keys in time is given up, and not asked again")
  func hanging() async throws {
    try await withScriptedAgent({ _ in nil }) { socket, requests in
      let agent = SSHAgentClient(socketPath: socket, listTimeout: .milliseconds(200))
      for _ in 1...2 {
        let error = await #expect(throws: SSHError.self) { try await agent.identities() }
        #expect(error?.code == .agentFailed)
        #expect(error?.message == "ssh-agent at \(socket) did not answer within 0.2 seconds")
      }
      #expect(requests.all.withLock { $0.count } <= 1)
    }
  }

  @Test("a signature that nobody confirmed in time leaves the agent in use for the next")
  func unconfirmed() async throws {
    var signature = SSHWireWriter()
    signature.write(text: "ssh-ed25519")
    signature.write(string: [1, 2, 3])
    var answer = SSHWireWriter()
    answer.write(byte: AgentMessage.signResponse)
    answer.write(string: signature.bytes)
    let confirmed = answer.bytes
    let isConfirming = Mutex(false)
    let script: @Sendable ([UInt8]) -> [UInt8]? = { _ in
      isConfirming.withLock { $0 } ? confirmed : nil
    }
    try await withScriptedAgent(script) { socket, _ in
      let agent = SSHAgentClient(socketPath: socket, signTimeout: .seconds(2))
      let key = try #require(SSHPublicKey(line: Self.line))
      let error = await #expect(throws: SSHError.self) {
        try await agent.sign([1], key: key, algorithm: "ssh-ed25519")
      }
      #expect(error?.message == "ssh-agent at \(socket) did not answer within 2.0 seconds")
      isConfirming.withLock { $0 = true }
      #expect(try await agent.sign([1], key: key, algorithm: "ssh-ed25519") == [1, 2, 3])
    }
  }

  @Test("a host that is cancelled stops waiting for the agent")
  func cancelled() async throws {
    try await withScriptedAgent({ _ in nil }) { socket, requests in
      let agent = SSHAgentClient(socketPath: socket)
      let key = try #require(SSHPublicKey(line: Self.line))
      let signing = Task { try await agent.sign([1], key: key, algorithm: "ssh-ed25519") }
      try await eventually("the agent has the request") { requests.all.withLock { !$0.isEmpty } }
      signing.cancel()
      await #expect(throws: CancellationError.self) { try await signing.value }
    }
  }

  @Test("an agent that refuses a key is an error that names it")
  func refusing() async throws {
    try await KeyTools.withAgent { folder, socket in
      let key = try #require(SSHPublicKey(line: Self.line))
      let agent = SSHAgentClient(socketPath: socket)
      let error = await #expect(throws: SSHError.self) {
        try await agent.sign([1], key: key, algorithm: "ssh-ed25519")
      }
      #expect(error?.code == .agentFailed)
      #expect(
        error?.message
          == "ssh-agent at \(socket) refused to sign with key ED25519 \(key.fingerprint)"
      )
    }
  }

  @Test(
    "an answer that isn't one is an error, and never a crash",
    arguments: [[], [12], [12, 0, 0, 0, 9], [12, 255, 255, 255, 255], [14, 0, 0, 0, 1]] as [[UInt8]]
  )
  func malformed(answer: [UInt8]) {
    #expect(AgentMessage.identities(in: answer) == nil)
    #expect(AgentMessage.signature(in: answer, algorithm: "ssh-ed25519") == nil)
  }

  static let line =
    "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIJ0ZVnp8AOyzLfZuKpVrS3b4Wc4j4yFPdVWEUMe4zm1U someone"

  /// Lends the socket of an agent that answers as it is told, if at all, and what it was asked.
  private func withScriptedAgent(
    _ answer: @escaping @Sendable ([UInt8]) -> [UInt8]?,
    _ body: (String, Requests) async throws -> Void
  ) async throws {
    try await KeyTools.withFolder { folder in
      let socket = folder.path + "/agent"
      let requests = Requests()
      let server = try await ServerBootstrap(group: MultiThreadedEventLoopGroup.singleton)
        .childChannelInitializer { channel in
          channel.eventLoop.makeCompletedFuture {
            let handler = ScriptedAgent(requests, answer)
            try channel.pipeline.syncOperations.addHandler(handler)
          }
        }
        .bind(unixDomainSocketPath: socket).get()
      try await body(socket, requests)
      try await server.close()
    }
  }

  private final class Requests: Sendable {
    let all = Mutex<[[UInt8]]>([])
  }

  /// Takes requests whole, as each connection of ours brings one.
  private final class ScriptedAgent: ChannelInboundHandler {
    typealias InboundIn = ByteBuffer

    private let requests: Requests
    private let answer: ([UInt8]) -> [UInt8]?
    private var received = ByteBuffer()

    init(_ requests: Requests, _ answer: @escaping ([UInt8]) -> [UInt8]?) {
      self.requests = requests
      self.answer = answer
    }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
      var chunk = unwrapInboundIn(data)
      received.writeBuffer(&chunk)
      guard let count = received.getInteger(at: received.readerIndex, as: UInt32.self),
        let request = received.getBytes(at: received.readerIndex + 4, length: Int(count))
      else { return }
      requests.all.withLock { $0.append(request) }
      guard let answer = answer(request) else { return }
      var message = ByteBuffer()
      message.writeInteger(UInt32(answer.count))
      message.writeBytes(answer)
      context.writeAndFlush(NIOAny(message), promise: nil)
    }
  }
}
