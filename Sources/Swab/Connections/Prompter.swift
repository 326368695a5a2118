import NIOPosix

#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#else
  import Darwin
#endif

/// Asks a person at the terminal, one question at a time.
///
/// Questions go to `/dev/tty`, so that they work while output is piped elsewhere. Without a
/// terminal every question is an error that says what was asked, and never a wait.
actor Prompter {
  private let mayAsk: Bool
  private let thread = NIOThreadPool.singleton
  private var isAsking = false
  private var waiting: [CheckedContinuation<Void, Never>] = []

  /// - Parameter mayAsk: False for `abort_on_prompts`.
  init(mayAsk: Bool) { self.mayAsk = mayAsk }

  /// Whether there is a terminal to ask at.
  static var hasTerminal: Bool {
    let descriptor = open("/dev/tty", O_RDWR | O_CLOEXEC)
    guard descriptor >= 0 else { return false }
    close(descriptor)
    return true
  }

  /// Asks for something that is not shown while it is typed.
  ///
  /// - Throws: ``TaskError`` if nobody can be asked, or the input ends.
  func secret(_ question: String) async throws -> String {
    try await ask(question, echo: false)
  }

  /// Asks for a word.
  ///
  /// - Throws: ``TaskError`` if nobody can be asked, or the input ends.
  func line(_ question: String) async throws -> String {
    try await ask(question, echo: true)
  }

  private func ask(_ question: String, echo: Bool) async throws -> String {
    guard mayAsk, Self.hasTerminal else {
      throw TaskError(
        .aborted,
        "there is no terminal to ask at: \(question)",
        hint: mayAsk
          ? "give it beforehand: -p @FILE, SWAB_PASSWORD, or ssh-agent"
          : "abort_on_prompts forbids questions"
      )
    }
    await takeTurn()
    defer { passTurn() }
    let question = Question(text: question, hasEcho: echo)
    let answer = try await withTaskCancellationHandler {
      try await thread.runIfActive { question.ask() }
    } onCancel: {
      question.cancel()
    }
    try Task.checkCancellation()
    guard let answer else {
      throw TaskError(.aborted, "no answer to: \(question.text)")
    }
    return answer
  }

  private func takeTurn() async {
    guard isAsking else {
      isAsking = true
      return
    }
    await withCheckedContinuation { waiting.append($0) }
  }

  private func passTurn() {
    if waiting.isEmpty {
      isAsking = false
    } else {
      waiting.removeFirst().resume()
    }
  }
}
