import Synchronization

/// Answers a server's keyboard-interactive questions with a password, where that is what is asked.
///
/// A server may ask for anything: a code of a second factor, a new password in place of one that
/// has expired. A password is the answer to one hidden question, the first; it goes to no other.
final class PasswordDialogue: Sendable {
  struct Question: Equatable {
    var text: String
    /// Whether the answer may be seen while it is typed, and so is no password.
    var isShown: Bool
  }

  private struct State {
    var hasAnswered = false
    var unanswered: String?
  }

  private let password: String
  private let state = Mutex(State())

  init(password: String) { self.password = password }

  /// The question that swab has no answer to, if there was one.
  var unanswered: String? { state.withLock { $0.unanswered } }

  /// An answer to each question of a round.
  func answers(to questions: [Question]) -> [String] {
    // A round without questions only tells something.
    guard let first = questions.first else { return [] }
    return state.withLock { state in
      if questions.count == 1, !first.isShown, !state.hasAnswered {
        state.hasAnswered = true
        return [password]
      }
      let open = questions.first(where: { $0.isShown }) ?? first
      state.unanswered = open.text.filter { !$0.isNewline }.trimmingSuffix(while: " :")
      return questions.map { _ in "" }
    }
  }
}

extension String {
  fileprivate func trimmingSuffix(while characters: String) -> String {
    var text = self[...]
    while let last = text.last, characters.contains(last) { text.removeLast() }
    return String(text)
  }
}
