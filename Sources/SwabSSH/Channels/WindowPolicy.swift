/// How far ahead of its reader a server may send on one channel.
///
/// Over distance a download is as fast as its window divided by the round trip, but whatever of
/// the window is not read stays in memory. So a window opens small, doubles each time half of it
/// has been read without a pause, and shrinks when the reader was the slower one.
struct WindowPolicy: Equatable {
  /// What every channel starts with.
  static let initial = 256 * 1024
  /// For tunnels; sshd's own buffers make more than this slower, not faster.
  static let tunnelLimit = 8 * 1024 * 1024
  /// For commands.
  static let commandLimit = 2 * 1024 * 1024

  /// How wide the window may become.
  let limit: Int
  /// How wide it is meant to be now.
  private(set) var target = Self.initial
  private var readerPaused = false

  init(limit: Int) {
    self.limit = limit
  }

  /// The least that must be left of a window before a read.
  ///
  /// Below this libssh2 would grant more by itself, and mix up its count with ours when a key
  /// exchange comes between the two halves of it: bytes are lost then.
  static let reserve = initial / 4 * 3 + readSize
  /// One read of the library.
  static let readSize = 32 * 1024

  /// The reader could not take what was there.
  mutating func readerDidPause() {
    readerPaused = true
  }

  /// How much to add to the window before the next read.
  ///
  /// - Parameter remaining: What is left of the window, unread bytes included.
  /// - Returns: The bytes to grant, 0 if there are enough left.
  mutating func grant(remaining: Int) -> Int {
    guard remaining < max(Self.reserve, target / 2) else { return 0 }
    target = readerPaused ? max(Self.initial, target / 2) : min(limit, target * 2)
    readerPaused = false
    return target - remaining
  }
}
