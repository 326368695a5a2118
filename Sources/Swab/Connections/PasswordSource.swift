internal import SwabSSH
import Synchronization

/// The passwords that were typed in a run, each for the endpoint that asked for it: tried on another
/// one, it would be handed to it.
final class TypedPasswords: Sendable {
  private let passwords: Mutex<[Endpoint: String]> = Mutex([:])

  subscript(endpoint: Endpoint) -> String? {
    get { passwords.withLock { $0[endpoint] } }
    set { passwords.withLock { $0[endpoint] = newValue } }
  }
}

/// The password for one connection: the one typed for its endpoint before, else the given one, and
/// then what a person types, three times at most.
struct PasswordSource: Sendable {
  let given: String?
  let mayAsk: Bool
  let typed: TypedPasswords
  let endpoint: Endpoint
  let prompter: Prompter
  let console: Console

  /// The password to try next.
  ///
  /// - Parameter attempt: Counts the passwords of this connection from 1; with each further one the
  ///   one before was refused.
  /// - Returns: The password; nil if there is none and nobody can be asked.
  /// - Throws: ``SSHError`` if the person gives no answer.
  func next(_ attempt: Int) async throws -> String? {
    if attempt == 1, let known = typed[endpoint] ?? given { return known }
    if attempt > 1 { typed[endpoint] = nil }
    guard mayAsk, Prompter.hasTerminal else { return nil }
    let again = attempt > 1 ? "Permission denied, please try again. " : ""
    let question = "\(again)Password for \(endpoint):"
    let answer = try await prompter.answer(failingAs: .authenticationFailed) {
      try await $0.secret(question)
    }
    console.secrets.add(answer)
    typed[endpoint] = answer
    return answer
  }
}
