import Synchronization

#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#else
  import Darwin
#endif

/// One question at the terminal, which can be given up: a person who presses Ctrl-C at it must not
/// have to answer first.
final class Question: Sendable {
  let text: String
  private let hasEcho: Bool
  private let isCancelled = Atomic(false)

  init(text: String, hasEcho: Bool) {
    self.text = text
    self.hasEcho = hasEcho
  }

  func cancel() { isCancelled.store(true, ordering: .relaxed) }

  /// Shows the question and waits for a line, on a thread that may wait.
  ///
  /// - Returns: The answer; nil at the end of input, and when the question is given up.
  func ask() -> String? {
    let terminal = open("/dev/tty", O_RDWR | O_CLOEXEC)
    guard terminal >= 0 else { return nil }
    defer { close(terminal) }
    var settings = termios()
    let isQuiet = !hasEcho && tcgetattr(terminal, &settings) == 0
    if isQuiet {
      var quiet = settings
      quiet.c_lflag &= ~tcflag_t(ECHO)
      TerminalState.save(settings)
      tcsetattr(terminal, TCSAFLUSH, &quiet)
    }
    defer {
      if isQuiet {
        tcsetattr(terminal, TCSAFLUSH, &settings)
        TerminalState.forget()
        show("\n", on: terminal)
      }
    }
    show(TerminalText.safe(text) + " ", on: terminal)
    return line(from: terminal)
  }

  private func show(_ text: String, on terminal: Int32) {
    let bytes = Array(text.utf8)
    _ = bytes.withUnsafeBytes { write(terminal, $0.baseAddress, $0.count) }
  }

  private func line(from terminal: Int32) -> String? {
    var line: [UInt8] = []
    while !isCancelled.load(ordering: .relaxed) {
      var waiting = pollfd(fd: terminal, events: Int16(POLLIN), revents: 0)
      // Looks up every fifth of a second whether it was given up.
      guard poll(&waiting, 1, 200) > 0 else { continue }
      var byte: UInt8 = 0
      let count = read(terminal, &byte, 1)
      if count < 0, errno == EINTR { continue }
      guard count == 1 else { return nil }
      if byte == 10 || byte == 13 { return String(decoding: line, as: UTF8.self) }
      line.append(byte)
    }
    return nil
  }
}
