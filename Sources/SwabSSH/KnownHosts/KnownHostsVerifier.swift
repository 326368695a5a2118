import NIOPosix
import Synchronization

/// Which known_hosts files there are and what to do about hosts that aren't in them.
public struct KnownHostsOptions: Sendable {
  /// The person's own files; new keys are added to the first.
  ///
  /// Empty: none are kept.
  public var userFiles: [String]
  /// The machine's files.
  public var globalFiles = ["/etc/ssh/ssh_known_hosts", "/etc/ssh/ssh_known_hosts2"]
  /// What to do about unknown keys.
  public var policy = HostKeyPolicy.yes
  /// Whether names are hashed in new lines (HashKnownHosts).
  public var hashesNames = false

  /// Makes options.
  public init(userFiles: [String], policy: HostKeyPolicy = .yes, hashesNames: Bool = false) {
    self.userFiles = userFiles
    self.policy = policy
    self.hashesNames = hashesNames
  }
}

/// Trusts the host keys that known_hosts lists, and new ones as the policy says.
///
/// One verifier serves all hosts of a run that share their options. It reads the files once, keeps
/// accepted keys in memory as well, and asks one question at a time, however many hosts are new.
public final class KnownHostsVerifier: SSHHostKeyVerifier {
  /// Asks a person whether a key may be trusted.
  public typealias Ask = @Sendable (HostKeyQuestion) async throws -> Bool
  /// Tells a person what didn't work without stopping the run.
  public typealias Warn = @Sendable (String) -> Void

  private struct State {
    /// What was decided in this run, by the host's name: accepted or declined.
    var decided: [String: [SSHPublicKey: Bool]] = [:]
    var warned: Set<String> = []
  }

  /// That a host has a key.
  private struct Claim {
    var name: String
    var key: SSHPublicKey
  }

  private let options: KnownHostsOptions
  /// Where new keys are added.
  private let file: KnownHostsFile?
  private let ask: Ask?
  private let warn: Warn
  private let known = SingleFlight<KnownHosts>()
  private let questions = AsyncGate(1)
  private let appends = AsyncGate(1)
  private let state = Mutex(State())

  /// Makes a verifier.
  ///
  /// - Parameters:
  ///   - options: The files and the policy.
  ///   - ask: Asks a person; without it `ask` is as strict as `yes`.
  ///   - warn: Is told, once for each file, that a new key couldn't be kept or a file not be read.
  public init(options: KnownHostsOptions, ask: Ask? = nil, warn: @escaping Warn = { _ in }) {
    self.options = options
    let hashesNames = options.hashesNames
    file = options.userFiles.first.map { KnownHostsFile(path: $0, hashesNames: hashesNames) }
    self.ask = ask
    self.warn = warn
  }

  /// The types of the keys that are known of a host, accepted ones among them.
  public func knownKeyTypes(address: String, port: Int) async -> [String] {
    guard let known = try? await files() else { return [] }
    var types = known.knownKeyTypes(address: address, port: port)
    let name = KnownHosts.name(address: address, port: port)
    let decided = state.withLock { $0.decided[name, default: [:]] }
    for (key, isAccepted) in decided where isAccepted && !types.contains(key.type) {
      types.append(key.type)
    }
    return types
  }

  /// Returns if the key may be trusted.
  ///
  /// - Throws: ``SSHError`` with `hostKeyUnknown`, `hostKeyChanged` or `hostKeyRevoked`.
  public func verify(_ key: SSHHostKey, host: String, address: String, port: Int) async throws {
    guard let shown = SSHPublicKey(blob: key.blob) else {
      throw SSHError.hostKeyMalformed(key, host: host)
    }
    let name = KnownHosts.name(address: address, port: port)
    switch try await files().find(shown, address: address, port: port) {
    case .match: return
    case .revoked(let line): throw SSHError.hostKeyRevoked(shown, line, host: host)
    case .changed(let line):
      throw SSHError.hostKeyChanged(shown, line, host: host, name: name)
    case .unknown: break
    }
    let claim = Claim(name: name, key: shown)
    let question = HostKeyQuestion(
      host: host,
      address: address,
      port: port,
      key: key,
      kind: shown.kind
    )
    if try await decide(claim, question) { await keep(shown, address: address, port: port) }
  }

  /// Whether the key is to be kept, that is, whether it was accepted just now.
  private func decide(_ claim: Claim, _ question: HostKeyQuestion) async throws -> Bool {
    if try isAccepted(claim, question) { return false }
    guard options.policy == .ask, let ask else {
      guard options.policy == .acceptNew || options.policy == .no else {
        throw unknown(claim.key, question)
      }
      return try accept(claim, question)
    }
    return try await questions.pass {
      // The same host may have been asked about while this question stood in line.
      if try isAccepted(claim, question) { return false }
      guard try await ask(question) else {
        state.withLock { $0.decided[claim.name, default: [:]][claim.key] = false }
        throw SSHError.hostKeyDeclined(claim.key, host: question.host)
      }
      return try accept(claim, question)
    }
  }

  private func isAccepted(_ claim: Claim, _ question: HostKeyQuestion) throws -> Bool {
    switch state.withLock({ $0.decided[claim.name]?[claim.key] }) {
    case .some(true): return true
    case .some(false): throw SSHError.hostKeyDeclined(claim.key, host: question.host)
    case .none: return false
    }
  }

  /// Accepts a key, unless another one was accepted for the host before.
  private func accept(_ claim: Claim, _ question: HostKeyQuestion) throws -> Bool {
    let (isNew, other) = state.withLock { state -> (Bool, SSHPublicKey?) in
      var decided = state.decided[claim.name, default: [:]]
      if let other = decided.first(where: { $0.value && $0.key != claim.key }) {
        return (false, other.key)
      }
      let isNew = decided.updateValue(true, forKey: claim.key) == nil
      state.decided[claim.name] = decided
      return (isNew, nil)
    }
    guard let other else { return isNew }
    throw SSHError.hostKeySwapped(claim.key, accepted: other, host: question.host)
  }

  private func unknown(_ key: SSHPublicKey, _ question: HostKeyQuestion) -> SSHError {
    .hostKeyUnknown(
      key,
      host: question.host,
      address: question.address,
      port: question.port,
      file: options.userFiles.first
    )
  }

  /// Adds the key to the first file.
  ///
  /// That it can't be is no reason not to work.
  private func keep(_ key: SSHPublicKey, address: String, port: Int) async {
    guard let file else { return }
    let outcome = try? await appends.pass {
      try await NIOThreadPool.singleton.runIfActive {
        file.add(key, address: address, port: port)
      }
    }
    guard case .notKept(let reason) = outcome else { return }
    warnOnce("new host keys are not kept: \(file.path): \(reason)")
  }

  private func files() async throws -> KnownHosts {
    try await known.value {
      let paths = self.options.userFiles + self.options.globalFiles
      let (known, problems) = try await NIOThreadPool.singleton.runIfActive { Self.read(paths) }
      for problem in problems { self.warnOnce("known hosts are not read: \(problem)") }
      return known
    }
  }

  private static func read(_ paths: [String]) -> (KnownHosts, [FileAccess.Failure]) {
    var known = KnownHosts()
    var problems: [FileAccess.Failure] = []
    for path in paths {
      do {
        known.add(try FileAccess.read(path).bytes, file: path)
      } catch {
        if !error.isMissing { problems.append(error) }
      }
    }
    return (known, problems)
  }

  private func warnOnce(_ message: String) {
    guard state.withLock({ $0.warned.insert(message).inserted }) else { return }
    warn(message)
  }
}
