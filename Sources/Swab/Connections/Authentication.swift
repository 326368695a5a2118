internal import SwabSSH
import Synchronization

/// How swab logs in at hosts: keys, passwords and host keys, as env, ssh_config and the command line
/// say, with everything asked once.
final class Authentication: Sendable {
  /// What a connection is made with.
  struct Login: Sendable {
    var options: SSHConnectionOptions
    var authenticator: any SSHAuthenticator
    var verifier: any SSHHostKeyVerifier
  }

  /// The password of `-p` or `SWAB_PASSWORD`, for all hosts of the run.
  private let password: String?
  private let environment: [String: String]
  private let person: Person
  private let prompter: Prompter
  private let console: Console
  private let keys: SSHKeyRing
  /// One verifier for all hosts with the same files and policy: it asks one question at a time, and
  /// appends one line at a time.
  private let verifiers: Mutex<[VerifierKey: KnownHostsVerifier]> = Mutex([:])
  /// What was typed serves for connecting to its host again.
  private let typedPasswords = TypedPasswords()

  private struct VerifierKey: Hashable {
    var userFiles: [String]
    var globalFiles: [String]
    var policy: HostKeyPolicy
    var hashesNames: Bool
  }

  init(
    password: String?,
    environment: [String: String],
    person: Person,
    prompter: Prompter,
    console: Console
  ) {
    self.password = password
    self.environment = environment
    self.person = person
    self.prompter = prompter
    self.console = console
    if let password { console.secrets.add(password) }
    keys = SSHKeyRing(passphrase: { question in
      let again = question.attempt > 1 ? "That was not it. " : ""
      let answer = try await prompter.secret("\(again)Passphrase for \(question.path):")
      console.secrets.add(answer)
      return answer
    })
  }

  /// Everything needed to log in at a host.
  ///
  /// - Throws: ``FabfileError`` if env holds what a key can't.
  func login(for target: HostTarget) throws -> Login {
    let environment = target.environment
    if let gateway = try environment.string("gateway") {
      throw TaskError(
        .usage,
        "it is to be reached through '\(gateway)', and swab has no gateways yet",
        host: target.name,
        hint: "run swab on '\(gateway)', or leave 'gateway' out where the host is reached directly"
      )
    }
    return Login(
      options: try options(for: target),
      authenticator: Authenticator(
        identities: try identities(for: target),
        keys: keys,
        password: try passwordSource(for: target),
        console: console
      ),
      verifier: try verifier(for: target, environment)
    )
  }

  private func options(for target: HostTarget) throws -> SSHConnectionOptions {
    let environment = target.environment
    var options = SSHConnectionOptions(
      name: target.name,
      address: target.endpoint.address,
      port: target.endpoint.port,
      user: target.endpoint.user
    )
    options.knownHostsName = target.ssh.hostKeyAlias
    options.connectTimeout = try Self.value("timeout", environment, target.ssh.connectTimeout)
    options.attempts = try environment.int("connection_attempts") ?? 1
    let keepalive = try Self.value("keepalive", environment, target.ssh.serverAliveInterval)
    options.keepaliveInterval = keepalive > .zero ? keepalive : nil
    if let count = target.ssh.serverAliveCountMax { options.keepaliveCount = max(1, count) }
    return options
  }

  /// A duration that env or ssh_config sets; ssh_config's counts where env has only its default.
  private static func value(
    _ key: String,
    _ environment: EnvTable,
    _ configured: Duration?
  ) throws -> Duration {
    if let configured, environment.entry(for: key)?.origin == .builtIn { return configured }
    return try environment.duration(key) ?? .seconds(10)
  }

  private func identities(for target: HostTarget) throws -> SSHIdentityRequest {
    let environment = target.environment
    let named = try environment.strings("key_filename")?.map(person.expanded) ?? []
    var request = target.ssh.identityRequest(home: person.home) { self.environment[$0] }
    let configured = request.identityFiles ?? []
    if try environment.bool("no_agent") ?? false { request.agentSocket = nil }
    if !named.isEmpty || !configured.isEmpty {
      request.identityFiles = named + configured.filter { !named.contains($0) }
    } else if try environment.bool("no_keys") ?? false {
      request.identityFiles = []
    }
    return request
  }

  /// Where the password for a host comes from.
  ///
  /// One that is typed is for that host alone: trying it on others would hand it to them.
  private func passwordSource(for target: HostTarget) throws -> PasswordSource {
    let configured = try target.environment.string("password")
    if let configured { console.secrets.add(configured) }
    return PasswordSource(
      given: configured ?? password,
      mayAsk: !(try target.environment.bool("abort_on_prompts") ?? false),
      typed: typedPasswords,
      endpoint: target.endpoint,
      prompter: prompter,
      console: console
    )
  }

  private func verifier(
    for target: HostTarget,
    _ environment: EnvTable
  ) throws -> any SSHHostKeyVerifier {
    var options = target.ssh.knownHostsOptions(policy: .yes)
    options.policy = try policy(target, environment)
    if try environment.bool("disable_known_hosts") ?? false { options.userFiles = [] }
    if let more = try environment.string("system_known_hosts") {
      options.globalFiles.insert(person.expanded(more), at: 0)
    }
    let key = VerifierKey(
      userFiles: options.userFiles,
      globalFiles: options.globalFiles,
      policy: options.policy,
      hashesNames: options.hashesNames
    )
    return verifiers.withLock { verifiers in
      if let verifier = verifiers[key] { return verifier }
      let verifier = makeVerifier(options)
      verifiers[key] = verifier
      return verifier
    }
  }

  private func makeVerifier(_ options: KnownHostsOptions) -> KnownHostsVerifier {
    KnownHostsVerifier(
      options: options,
      ask: { [prompter] question in
        let text =
          "\(question.host) (\(question.address), port \(question.port)) is new, and shows the "
          + "\(question.key.kind) key \(question.key.fingerprint). Trust it? (yes/no)"
        while true {
          let answer = try await prompter.answer(failingAs: .hostKeyUnknown) {
            try await $0.line(text)
          }
          switch answer.lowercased() {
          case "yes", "y": return true
          case "no", "n": return false
          default: continue
          }
        }
      },
      warn: { [console] in console.warn($0) }
    )
  }

  private func policy(_ target: HostTarget, _ environment: EnvTable) throws -> HostKeyPolicy {
    if try environment.bool("reject_unknown_hosts") ?? false { return .yes }
    if let text = try environment.string("strict_host_key_checking") {
      // YAML's own reading of a plain `yes` or `no`.
      let word = ["true": "yes", "false": "no"][text] ?? text
      if let policy = HostKeyPolicy(configured: word) { return policy }
    }
    if let policy = target.ssh.hostKeyPolicy { return policy }
    let mayAsk = !(try environment.bool("abort_on_prompts") ?? false)
    return mayAsk && Prompter.hasTerminal ? .ask : .yes
  }
}

extension Prompter {
  /// Asks something, with a failure to get an answer told as one of logging in.
  nonisolated func answer(
    failingAs code: SSHError.Code,
    _ ask: (Prompter) async throws -> String
  ) async throws -> String {
    do {
      return try await ask(self)
    } catch let error as TaskError {
      throw SSHError(code, error.message, hint: error.hint)
    }
  }
}

/// Gives a connection its keys and its password.
private struct Authenticator: SSHAuthenticator {
  let identities: SSHIdentityRequest
  let keys: SSHKeyRing
  let password: PasswordSource
  let console: Console

  func signers() async throws -> [any SSHSigner] {
    let found = try await keys.identities(for: identities)
    for problem in found.problems {
      console.sayOnce(.warnings, label: "warning", "\(problem)")
    }
    return found.signers
  }

  func password(attempt: Int) async throws -> String? { try await password.next(attempt) }
}
