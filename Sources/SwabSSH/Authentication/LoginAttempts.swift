/// What was tried to log in, and what the server would have liked.
struct LoginAttempts {
  /// The methods that the server accepts.
  var accepted: [String] = []
  private var keys: [(name: String, outcome: String)] = []
  private var passwords: [String: Int] = [:]
  private var unanswered: String?

  /// Whether nothing was tried yet.
  var isEmpty: Bool { keys.isEmpty && passwords.isEmpty }

  /// Whether a method asks for what a person knows.
  static func isByPassword(_ method: String) -> Bool {
    method == "password" || method == "keyboard-interactive"
  }

  /// Takes down how the server, or the signer, took to a key; the first word on a key stands.
  mutating func note(key name: String, _ outcome: String) {
    guard !keys.contains(where: { $0.name == name }) else { return }
    keys.append((name, outcome))
  }

  /// Takes down that a password was refused.
  mutating func notePassword(_ method: String) {
    passwords[method, default: 0] += 1
  }

  /// Takes down a question of the server that is not for a password.
  mutating func noteUnanswered(_ question: String) {
    unanswered = question
  }

  /// The error that tells all of it.
  func failure(user: String, serverSaid reason: SSHError?) -> SSHError {
    var tried = keys.map { "key \($0.name) (\($0.outcome))" }
    for (method, count) in passwords.sorted(by: { $0.key < $1.key }) {
      tried.append("\(method) (refused\(count > 1 ? " \(count) times" : ""))")
    }
    let triedText =
      tried.isEmpty
      ? "nothing, as there was no key or password to try"
      : tried.joined(separator: ", ")
    var message = "can't log in as \(user); tried: \(triedText)"
    if !accepted.isEmpty { message += "; the server accepts: \(accepted.joined(separator: ", "))" }
    if let unanswered { message += "; the server also asked: \(unanswered)" }
    if let reason { message += "; \(reason.message)" }
    return SSHError(.authenticationFailed, message, hint: hint, cause: reason)
  }

  private var hint: String {
    if unanswered != nil {
      return "swab answers only the question for a password; log in with a key"
    }
    if accepted.contains("publickey"), keys.isEmpty {
      return "load a key into the agent (ssh-add), or name a key file: -i FILE, key_filename:"
    }
    if accepted.contains("publickey") {
      return "is one of these keys in ~/.ssh/authorized_keys of that user on the host?"
    }
    return "the server takes none of the keys; give a password"
  }
}
