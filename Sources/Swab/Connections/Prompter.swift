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
  func secret(_ question: String, host: String? = nil) async throws -> String {
    try await ask(question, host: host, echo: false)
  }

  /// Asks for a word.
  ///
  /// - Throws: ``TaskError`` if nobody can be asked, or the input ends.
  func line(_ question: String, host: String? = nil) async throws -> String {
    try await ask(question, host: host, echo: true)
  }

  private func ask(_ question: String, host: String?, echo: Bool) async throws -> String {
    guard mayAsk, Self.hasTerminal else {
      throw TaskError(
        .aborted,
        "there is no terminal to ask at: \(question)",
        host: host,
        hint: mayAsk
          ? "give it beforehand: -p @FILE, SWAB_PASSWORD, or ssh-agent"
          : "abort_on_prompts forbids questions"
      )
    }
    await takeTurn()
    defer { passTurn() }
    let answer = try await thread.runIfActive { Self.read(question, echo: echo) }
    guard let answer else {
      throw TaskError(.aborted, "no answer to: \(question)", host: host)
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

  /// Reads a line from the terminal; nil at its end.
  private static func read(_ question: String, echo: Bool) -> String? {
    let terminal = open("/dev/tty", O_RDWR | O_CLOEXEC)
    guard terminal >= 0 else { return nil }
    defer { close(terminal) }
    var old = termios()
    let isTerminal = tcgetattr(terminal, &old) == 0
    if isTerminal, !echo {
      var quiet = old
      quiet.c_lflag &= ~tcflag_t(ECHO)
      tcsetattr(terminal, TCSAFLUSH, &quiet)
      TerminalState.save(old)
    }
    defer {
      if isTerminal, !echo {
        tcsetattr(terminal, TCSAFLUSH, &old)
        TerminalState.forget()
        _ = "\n".withCString { write(terminal, $0, 1) }
      }
    }
    let prompt = Array("\(TerminalText.safe(question)) ".utf8)
    _ = prompt.withUnsafeBytes { write(terminal, $0.baseAddress, $0.count) }
    var line: [UInt8] = []
    var byte: UInt8 = 0
    while true {
      let count = systemRead(terminal, &byte)
      if count < 0, errno == EINTR { continue }
      guard count == 1 else { return nil }
      if byte == 10 || byte == 13 { return String(decoding: line, as: UTF8.self) }
      line.append(byte)
    }
  }
}

private func systemRead(_ descriptor: Int32, _ byte: inout UInt8) -> Int {
  read(descriptor, &byte, 1)
}
