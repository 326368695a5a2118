/// Logs in: keys first, then passwords, as the server lets it.
struct Login {
  let door: TransportDoor
  let user: String
  let authenticator: any SSHAuthenticator
  let budget: ConnectBudget
  private var attempts = LoginAttempts()

  init(
    door: TransportDoor,
    user: String,
    authenticator: any SSHAuthenticator,
    budget: ConnectBudget
  ) {
    self.door = door
    self.user = user
    self.authenticator = authenticator
    self.budget = budget
  }

  /// Tries all there is, in the order of ssh.
  ///
  /// - Throws: ``SSHError`` with `authenticationFailed` that lists what was tried.
  mutating func run() async throws {
    do {
      try await tryAll()
    } catch let error as SSHError where error.code == .connectionLost && !attempts.isEmpty {
      // sshd hangs up after MaxAuthTries, and says so; others just hang up.
      throw attempts.failure(user: user, serverSaid: error)
    }
  }

  private mutating func tryAll() async throws {
    guard case .methods(var methods) = try await askMethods() else { return }
    attempts.accepted = methods
    if methods.contains("publickey") {
      if try await tryKeys() { return }
      // A server that wants a key and then a password only now says so.
      if !methods.contains(where: LoginAttempts.isByPassword), !attempts.isEmpty {
        guard case .methods(let further) = try await askMethods() else { return }
        methods = further
        attempts.accepted = further
      }
    }
    if let method = methods.first(where: { $0 == "password" })
      ?? methods.first(where: LoginAttempts.isByPassword),
      try await tryPasswords(method)
    {
      return
    }
    throw attempts.failure(user: user, serverSaid: nil)
  }

  private func askMethods() async throws -> MethodList {
    try await door.perform("asking how to log in", budget: budget) {
      [user] session throws(SSHError) in
      try session.authenticationMethods(user: user)
    }
  }

  /// Each key with its best algorithm, then those that have another one with that: servers that
  /// know RSA keys but not SHA-512 are rare, and every try counts against `MaxAuthTries`.
  private mutating func tryKeys() async throws -> Bool {
    let signers = try await authenticator.signers()
    let rounds = signers.map(\.algorithms.count).max() ?? 0
    for round in 0..<rounds {
      for signer in signers where signer.algorithms.count > round {
        if try await tryKey(signer, algorithm: signer.algorithms[round], isFirst: round == 0) {
          return true
        }
      }
    }
    return false
  }

  private mutating func tryKey(
    _ signer: any SSHSigner,
    algorithm: String,
    isFirst: Bool
  ) async throws -> Bool {
    let exchange = SignatureExchange(
      publicKey: SSHPublicKey.renamed(signer.publicKey, to: algorithm)
    )
    // The library has only an unretained pointer to it.
    defer { withExtendedLifetime(exchange) {} }
    let verdict: Verdict
    do {
      verdict = try await offer(exchange)
    } catch let error as SSHError where error.cause is ServerGoodbye {
      attempts.note(key: signer.description, "refused")
      throw error
    }
    switch verdict {
    case .accepted: return true
    case .refused:
      if isFirst { attempts.note(key: signer.description, "refused") }
      return false
    case .signatureWanted(let data):
      do {
        exchange.end(with: try await signer.sign(data, algorithm: algorithm))
      } catch is CancellationError {
        throw SSHError.cancelled()
      } catch {
        attempts.note(key: signer.description, "can't sign: \(error.words)")
        // The library still waits for a signature.
        exchange.end(with: nil)
      }
      guard case .accepted = try await offer(exchange) else {
        attempts.note(key: signer.description, "its signature was refused")
        return false
      }
      return true
    }
  }

  private enum Verdict: Sendable {
    case accepted, refused
    case signatureWanted([UInt8])
  }

  private func offer(_ exchange: SignatureExchange) async throws -> Verdict {
    try await door.perform("offering a key", budget: budget) { [user] session throws(SSHError) in
      if let accepted = try session.authenticate(user: user, exchange: exchange) {
        return accepted ? Verdict.accepted : .refused
      }
      return exchange.request.map { .signatureWanted($0) }
    }
  }

  private mutating func tryPasswords(_ method: String) async throws -> Bool {
    for attempt in 1...3 {
      guard let password = try await authenticator.password(attempt: attempt) else { break }
      let dialogue = PasswordDialogue(password: password)
      do {
        let accepted = try await door.perform("sending a password", budget: budget) {
          [user] session throws(SSHError) in
          method == "password"
            ? try session.authenticate(user: user, password: password)
            : try session.authenticateKeyboardInteractive(user: user, dialogue: dialogue)
        }
        if accepted { return true }
        attempts.notePassword(method)
      } catch let error as SSHError where error.cause is ServerGoodbye {
        attempts.notePassword(method)
        throw error
      }
      if let question = dialogue.unanswered {
        // Another password would meet the same question.
        attempts.noteUnanswered(question)
        break
      }
    }
    return false
  }
}
