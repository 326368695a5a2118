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

  private let options: KnownHostsOptions
  /// What the host key algorithms of the C library are.
  private let libraryAlgorithms: [String]
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
  public convenience init(
    options: KnownHostsOptions,
    ask: Ask? = nil,
    warn: @escaping Warn = { _ in }
  ) {
    let algorithms = SessionHandle.hostKeyAlgorithms
    self.init(options: options, libraryAlgorithms: algorithms, ask: ask, warn: warn)
  }

  init(
    options: KnownHostsOptions,
    libraryAlgorithms: [String],
    ask: Ask? = nil,
    warn: @escaping Warn = { _ in }
  ) {
    self.options = options
    self.libraryAlgorithms = libraryAlgorithms
    let hashesNames = options.hashesNames
    file = options.userFiles.first.map { KnownHostsFile(path: $0, hashesNames: hashesNames) }
    self.ask = ask
    self.warn = warn
  }

  /// What the files say of a host, and which of its keys were accepted in this run.
  public func knownHost(address: String, port: Int) async throws -> KnownHost {
    let files = try await files()
    var known =
      files.isSlow
      ? try await NIOThreadPool.singleton.runIfActive { files.host(address: address, port: port) }
      : files.host(address: address, port: port)
    let decided = state.withLock { $0.decided[known.name, default: [:]] }
    for (key, isAccepted) in decided where isAccepted { known.ask(for: key) }
    return known
  }

  /// Returns if the key may be trusted.
  ///
  /// - Throws: ``SSHError`` with `hostKeyUnknown`, `hostKeyChanged`, `hostKeyRevoked` or
  ///   `hostKeyUnverifiable`.
  public func verify(_ key: SSHPublicKey, of known: KnownHost, host: String) async throws {
    let finding = known.find(key)
    if finding == .match { return }
    let claim = Claim(key: key, known: known, host: host)
    try refuse(claim, if: finding)
    if try await decide(claim) { try await keep(claim) }
  }

  /// That a host has a key.
  private struct Claim {
    var key: SSHPublicKey
    var known: KnownHost
    /// How the person calls the host.
    var host: String

    var name: String { known.name }

    var question: HostKeyQuestion {
      HostKeyQuestion(host: host, address: known.address, port: known.port, key: key)
    }
  }

  private func refuse(_ claim: Claim, if finding: KnownHost.Finding) throws(SSHError) {
    switch finding {
    case .match, .unknown: return
    case .revoked(let line): throw .hostKeyRevoked(claim.key, line, host: claim.host)
    case .changed(let line):
      let lines = claim.known.unverifiable(by: libraryAlgorithms, shown: claim.key)
      guard lines.isEmpty else {
        throw .hostKeyUnverifiable(claim.key, lines, host: claim.host)
      }
      throw .hostKeyChanged(claim.key, line, of: claim.known, host: claim.host)
    }
  }

  /// Whether the key is to be kept, that is, whether it was accepted just now.
  private func decide(_ claim: Claim) async throws -> Bool {
    if try isAccepted(claim) { return false }
    guard options.policy == .ask, let ask else {
      guard options.policy == .acceptNew || options.policy == .no else { throw unknown(claim) }
      return try accept(claim)
    }
    return try await questions.pass {
      // The same host may have been asked about while this question stood in line.
      if try isAccepted(claim) { return false }
      guard try await ask(claim.question) else {
        state.withLock { $0.decided[claim.name, default: [:]][claim.key] = false }
        throw SSHError.hostKeyDeclined(claim.key, host: claim.host)
      }
      return try accept(claim)
    }
  }

  private func isAccepted(_ claim: Claim) throws -> Bool {
    switch state.withLock({ $0.decided[claim.name]?[claim.key] }) {
    case .some(true): return true
    case .some(false): throw SSHError.hostKeyDeclined(claim.key, host: claim.host)
    case .none: return false
    }
  }

  /// Accepts a key, unless another one was accepted for the host before.
  private func accept(_ claim: Claim) throws -> Bool {
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
    throw SSHError.hostKeySwapped(claim.key, accepted: other, host: claim.host)
  }

  private func unknown(_ claim: Claim) -> SSHError {
    .hostKeyUnknown(
      claim.key,
      host: claim.host,
      address: claim.known.address,
      port: claim.known.port,
      file: options.userFiles.first
    )
  }

  /// Adds the key to the first file.
  ///
  /// That it can't be is no reason not to work; that somebody has another one by now is.
  private func keep(_ claim: Claim) async throws(SSHError) {
    guard let file else { return }
    let (key, known) = (claim.key, claim.known)
    let outcome = try? await appends.pass {
      try await NIOThreadPool.singleton.runIfActive {
        file.add(key, address: known.address, port: known.port)
      }
    }
    switch outcome {
    case .notKept(let reason): warnOnce("new host keys are not kept: \(file.path): \(reason)")
    case .refused(let finding):
      state.withLock { $0.decided[claim.name]?[key] = nil }
      try refuse(claim, if: finding)
    case .added, .alreadyThere, .none: return
    }
  }

  private func files() async throws -> KnownHosts {
    try await known.value {
      let paths = self.options.userFiles + self.options.globalFiles
      let (known, problems) = try await NIOThreadPool.singleton.runIfActive { self.read(paths) }
      for problem in problems { self.warnOnce("known hosts are not read: \(problem)") }
      return known
    }
  }

  private func read(_ paths: [String]) -> (KnownHosts, [FileAccess.Failure]) {
    var known = KnownHosts()
    var problems: [FileAccess.Failure] = []
    for path in paths {
      do {
        let (bytes, status) = try FileAccess.read(path)
        known.add(bytes, file: path)
        if path == file?.path { file?.remember(bytes, version: status.version) }
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
