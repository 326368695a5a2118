import NIOCore
import NIOPosix
import Synchronization

/// Which keys to try at a host.
public struct SSHIdentityRequest: Sendable, Hashable {
  /// Key files in order of preference; `nil` stands for the usual three under ~/.ssh, those that
  /// exist: id_ed25519, id_ecdsa, id_rsa. (OpenSSH begins with id_rsa.)
  public var identityFiles: [String]?
  /// Leaves out keys of the agent that aren't among the files.
  public var identitiesOnly = false
  /// The agent's socket, if an agent is to be asked.
  public var agentSocket: String?
  /// The home folder, for the usual files.
  public var home: String

  /// Makes a request.
  public init(
    identityFiles: [String]? = nil,
    identitiesOnly: Bool = false,
    agentSocket: String? = nil,
    home: String
  ) {
    self.identityFiles = identityFiles
    self.identitiesOnly = identitiesOnly
    self.agentSocket = agentSocket
    self.home = home
  }
}

/// The keys of a run: each file read once, each passphrase asked once, each agent listed once.
public final class SSHKeyRing: Sendable {
  /// What there is to sign with, and why other keys aren't there.
  public struct Identities: Sendable {
    /// In the order in which to try them.
    public var signers: [any SSHSigner] = []
    /// What was left out, and why: files that are missing or no keys, an agent that doesn't answer.
    public var problems: [SSHError] = []
  }

  private let passphrase: SSHPassphraseSource?
  private let makeAgent: @Sendable (String) -> SSHAgentClient
  private let files = Mutex<[String: SingleFlight<IdentityFile>]>([:])
  private let agents = Mutex<[String: SSHAgentClient]>([:])

  /// Makes a ring.
  ///
  /// - Parameters:
  ///   - passphrase: Asked for the passphrase of a key file, one question at a time; without it
  ///     encrypted files can't be used.
  ///   - agent: Makes the client of an agent, given the path of its socket.
  public init(
    passphrase: SSHPassphraseSource? = nil,
    agent: @escaping @Sendable (String) -> SSHAgentClient = { SSHAgentClient(socketPath: $0) }
  ) {
    makeAgent = agent
    guard let passphrase else {
      self.passphrase = nil
      return
    }
    let gate = AsyncGate(1)
    self.passphrase = { question in try await gate.pass { try await passphrase(question) } }
  }

  /// What to sign with at a host, in OpenSSH's order: the agent's keys that are also among the files,
  /// the agent's other keys, the files.
  ///
  /// - Throws: `CancellationError` only; what is wrong with a key is among the problems.
  public func identities(for request: SSHIdentityRequest) async throws -> Identities {
    var result = Identities()
    let held = try await agentKeys(request, &result)
    let files = try await identityFiles(request, heldByAgent: held.identities, &result)
    let named = Set(files.compactMap(\.publicKey))
    let preferred = held.identities.filter { named.contains($0.publicKey) }
    let others =
      request.identitiesOnly ? [] : held.identities.filter { !named.contains($0.publicKey) }
    if let agent = held.agent {
      result.signers = (preferred + others).map { AgentSigner($0, agent: agent) }
    }
    let inAgent = Set(preferred.map(\.publicKey))
    var seen: Set<SSHPublicKey> = []
    for case .key(let file) in files
    where !inAgent.contains(file.publicKey) && seen.insert(file.publicKey).inserted {
      result.signers.append(KeyFileSigner(file, passphrase: passphrase))
    }
    return result
  }

  private func agentKeys(
    _ request: SSHIdentityRequest,
    _ result: inout Identities
  ) async throws -> (agent: SSHAgentClient?, identities: [AgentIdentity]) {
    guard let path = request.agentSocket else { return (nil, []) }
    let agent = agents.withLock { agents in
      let agent = agents[path] ?? makeAgent(path)
      agents[path] = agent
      return agent
    }
    do {
      return (agent, try await agent.identities())
    } catch let error as SSHError {
      result.problems.append(error)
      return (nil, [])
    }
  }

  private func identityFiles(
    _ request: SSHIdentityRequest,
    heldByAgent held: [AgentIdentity],
    _ result: inout Identities
  ) async throws -> [IdentityFile] {
    let held = Set(held.map(\.publicKey))
    let usual = ["id_ed25519", "id_ecdsa", "id_rsa"].map { "\(request.home)/.ssh/\($0)" }
    var files: [IdentityFile] = []
    for path in request.identityFiles ?? usual {
      let file = try await file(at: path)
      if let problem = file.problem(heldByAgent: held),
        request.identityFiles != nil || !problem.isMissingFile
      {
        result.problems.append(problem)
      }
      files.append(file)
    }
    return files
  }

  private func file(at path: String) async throws -> IdentityFile {
    let reading = files.withLock { files in
      let reading = files[path] ?? SingleFlight()
      files[path] = reading
      return reading
    }
    return try await reading.value {
      try await NIOThreadPool.singleton.runIfActive { IdentityFile(path: path) }
    }
  }
}

/// What an IdentityFile turned out to be.
enum IdentityFile: Sendable {
  case key(SSHKeyFile)
  /// Only the public half is here; the private one may be in the agent.
  case publicOnly(SSHPublicKey, SSHError)
  case unusable(SSHError)

  /// Reads the file, which blocks.
  init(path: String) {
    do {
      self = .key(try SSHKeyFile(path: path))
    } catch {
      guard let key = SSHPublicKey(file: path) ?? SSHPublicKey(file: path + ".pub") else {
        self = .unusable(error)
        return
      }
      self = .publicOnly(key, error)
    }
  }

  var publicKey: SSHPublicKey? {
    switch self {
    case .key(let file): file.publicKey
    case .publicOnly(let key, _): key
    case .unusable: nil
    }
  }

  /// What is wrong with it; nothing, if it is the public half of a key that the agent has.
  func problem(heldByAgent held: Set<SSHPublicKey>) -> SSHError? {
    switch self {
    case .key: nil
    case .publicOnly(let key, let error): held.contains(key) ? nil : error
    case .unusable(let error): error
    }
  }
}

extension SSHError {
  /// Whether the trouble is that a file isn't there.
  fileprivate var isMissingFile: Bool { (cause as? FileAccess.Failure)?.isMissing ?? false }
}
