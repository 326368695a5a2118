public import NIOCore
public import NIOPosix

/// A client of ssh-agent, or of what else speaks its protocol on a UNIX socket.
///
/// One client serves a whole run: it lists the agent's keys once, and asks it a few questions at a
/// time. An agent that doesn't list its keys in time isn't asked again; a signature that doesn't come
/// is one that a person didn't confirm, and the next may.
public final class SSHAgentClient: Sendable {
  /// Where the agent listens.
  public let socketPath: String

  private let connection: AgentConnection
  private let listTimeout: Duration
  private let signTimeout: Duration
  /// Kept with its failure: an agent that doesn't answer isn't asked again.
  private let listed = SingleFlight<[AgentIdentity]>()
  /// ssh-agent answers one question after the other, and its queue of connections isn't endless.
  private let gate = AsyncGate(4)

  /// Makes a client, which connects when it is asked something.
  ///
  /// - Parameters:
  ///   - socketPath: The agent's socket.
  ///   - group: Where the connections run.
  ///   - listTimeout: How long the list of keys may take.
  ///   - signTimeout: How long a signature may take; an agent may ask a person to confirm it.
  public init(
    socketPath: String,
    group: any EventLoopGroup = MultiThreadedEventLoopGroup.singleton,
    listTimeout: Duration = .seconds(10),
    signTimeout: Duration = .seconds(60)
  ) {
    self.socketPath = socketPath
    self.listTimeout = listTimeout
    self.signTimeout = signTimeout
    connection = AgentConnection(socketPath: socketPath, group: group)
  }

  /// The keys that the agent holds and that we can sign with, in its order; certificates are left out.
  ///
  /// - Throws: ``SSHError`` with `agentFailed`.
  public func identities() async throws -> [AgentIdentity] {
    try await listed.value {
      let answer = try await self.ask(AgentMessage.requestIdentities, self.listTimeout)
      guard let identities = AgentMessage.identities(in: answer) else {
        throw self.refused("list its keys", answer)
      }
      return identities.filter { !$0.publicKey.algorithms.isEmpty }
    }
  }

  /// Has the agent sign.
  ///
  /// - Throws: ``SSHError`` with `agentFailed` if the agent refuses, is gone, or says nothing.
  func sign(_ data: [UInt8], key: SSHPublicKey, algorithm: String) async throws -> [UInt8] {
    let flags = AgentMessage.flags(for: algorithm)
    let request = AgentMessage.signRequest(key: key.blob, data: data, flags: flags)
    let answer = try await ask(request, signTimeout)
    guard let signature = AgentMessage.signature(in: answer, algorithm: algorithm) else {
      throw refused("sign with key \(key.kind) \(key.fingerprint)", answer)
    }
    return signature
  }

  private func ask(_ request: [UInt8], _ timeout: Duration) async throws -> [UInt8] {
    try await gate.pass {
      do {
        return try await connection.ask(request, timeout: TimeAmount(timeout))
      } catch AgentConnection.Failure.timedOut {
        throw failed("did not answer within \(timeout)")
      } catch AgentConnection.Failure.hungUp {
        throw failed("closed the connection without an answer")
      } catch AgentConnection.Failure.tooLong {
        throw failed("sent an answer that isn't one")
      } catch let error as CancellationError {
        throw error
      } catch {
        throw failed("can't be reached: \(Self.reason(error))", cause: error)
      }
    }
  }

  private static func reason(_ error: any Error) -> String {
    guard let error = error as? IOError else { return "\(error)" }
    return FileAccess.Failure(path: "", errno: error.errnoCode).reason
  }

  private func refused(_ what: String, _ answer: [UInt8]) -> SSHError {
    guard answer.first == AgentMessage.failure else {
      return failed("sent an answer that isn't one")
    }
    return failed("refused to \(what)")
  }

  private func failed(_ what: String, cause: (any Error)? = nil) -> SSHError {
    SSHError(
      .agentFailed,
      "ssh-agent at \(socketPath) \(what)",
      hint: "ssh-add -l shows whether it works",
      cause: cause
    )
  }
}

/// Signs with a key that an agent holds.
public struct AgentSigner: SSHSigner {
  private let identity: AgentIdentity
  private let agent: SSHAgentClient

  init(_ identity: AgentIdentity, agent: SSHAgentClient) {
    self.identity = identity
    self.agent = agent
  }

  /// The public half in SSH's wire format.
  public var publicKey: [UInt8] { identity.publicKey.blob }

  /// "ED25519 SHA256:… comment (agent)".
  public var description: String {
    let key = identity.publicKey
    let comment = identity.comment.isEmpty ? "" : " \(identity.comment)"
    return "\(key.kind) \(key.fingerprint)\(comment) (agent)"
  }

  /// The algorithms to sign with, best first.
  public var algorithms: [String] { identity.publicKey.algorithms }

  /// Has the agent sign.
  public func sign(_ data: [UInt8], algorithm: String) async throws -> [UInt8] {
    try await agent.sign(data, key: identity.publicKey, algorithm: algorithm)
  }
}
