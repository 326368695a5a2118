import Synchronization

#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#else
  import Darwin
#endif

/// The terminal's settings from before a question was asked, for whoever ends the process in the
/// middle of one: a terminal must not stay without echo.
enum TerminalState {
  private static let saved: Mutex<termios?> = Mutex(nil)

  static func save(_ settings: termios) { saved.withLock { $0 = settings } }

  static func forget() { saved.withLock { $0 = nil } }

  /// Puts the settings back, if a question is being asked.
  static func restore() {
    guard var settings = saved.withLock({ $0 }) else { return }
    let terminal = open("/dev/tty", O_RDWR | O_CLOEXEC)
    guard terminal >= 0 else { return }
    tcsetattr(terminal, TCSANOW, &settings)
    close(terminal)
  }
}
