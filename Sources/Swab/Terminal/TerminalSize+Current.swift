#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#else
  import Darwin
#endif

extension TerminalSize {
  /// The size of the terminal that is standard output; nil if that is none.
  static var ofStandardOutput: TerminalSize? { TerminalSize(of: 1) }

  /// The size of the terminal at a descriptor; nil if there is none, or nobody told it its size.
  init?(of descriptor: Int32) {
    var size = winsize()
    guard ioctl(descriptor, UInt(TIOCGWINSZ), &size) == 0, size.ws_col > 0, size.ws_row > 0 else {
      return nil
    }
    self.init(columns: Int(size.ws_col), rows: Int(size.ws_row))
  }
}
