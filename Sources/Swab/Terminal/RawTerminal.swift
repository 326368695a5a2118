#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#else
  import Darwin
#endif

/// The terminal at standard input, handing on each key as it is pressed: it echoes nothing, and
/// Ctrl-C is a key like any other.
///
/// It is as it was after that, and after whatever else ends the process but SIGKILL.
enum RawTerminal {
  /// What the terminal was like; written before any handler is installed that reads it.
  nonisolated(unsafe) private static var original = termios()
  /// What was done for each fatal signal before.
  nonisolated(unsafe) private static var handlers: [(number: Int32, action: sigaction)] = []

  /// Signals that end the process without a chance to close anything.
  private static let fatalSignals = [
    SIGQUIT, SIGABRT, SIGBUS, SIGFPE, SIGILL, SIGSEGV, SIGTRAP,
  ]

  /// Whether standard input is a terminal.
  static var isThere: Bool { isatty(0) == 1 }

  /// Makes the terminal raw for as long as the body takes.
  ///
  /// - Parameters:
  ///   - isWanted: Whether to; the terminal stays as it is if not.
  ///   - body: What needs it so.
  /// - Returns: What the body gives.
  /// - Throws: What the body throws.
  static func held<Result>(
    if isWanted: Bool,
    _ body: () async throws -> Result
  ) async throws -> Result {
    if isWanted { enter() }
    defer { if isWanted { leave() } }
    return try await body()
  }

  /// Makes the terminal raw.
  private static func enter() {
    guard tcgetattr(0, &original) == 0 else { return }
    TerminalState.save(original)
    handlers = fatalSignals.map { number in
      var action = sigaction()
      sigaction(number, nil, &action)
      return (number, action)
    }
    for number in fatalSignals {
      signal(number) { number in RawTerminal.passOn(number) }
    }
    makeRaw()
  }

  /// Makes it raw again, as the shell that had it while swab was stopped left it otherwise.
  static func makeRaw() {
    var raw = original
    cfmakeraw(&raw)
    tcsetattr(0, TCSADRAIN, &raw)
  }

  /// Leaves the terminal as it was.
  private static func leave() {
    tcsetattr(0, TCSADRAIN, &original)
    for var handler in handlers { sigaction(handler.number, &handler.action, nil) }
    TerminalState.forget()
  }

  /// In a signal handler: puts the terminal back, and lets the signal do what it did before.
  private static func passOn(_ number: Int32) {
    tcsetattr(0, TCSANOW, &original)
    for index in handlers.indices where handlers[index].number == number {
      sigaction(number, &handlers[index].action, nil)
    }
    // Blocked until the handler returns.
    raise(number)
  }
}
