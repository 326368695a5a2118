/// The keys that leave a program on a terminal running and go away from it: docker's `ctrl-p,ctrl-q`.
struct DetachKeys: Sendable {
  static let usual = "ctrl-p,ctrl-q"

  private let keys: [UInt8]
  /// How many of the keys were pressed, and are held back until it is clear what they mean.
  private var pressed = 0

  /// Reads keys in docker's form: single characters, and `ctrl-` with a letter or one of `@[\]^_`.
  ///
  /// - Throws: ``UsageError`` naming the key that is none.
  init(_ text: String = usual) throws(UsageError) {
    var keys: [UInt8] = []
    for name in text.split(separator: ",", omittingEmptySubsequences: false) {
      guard let key = Self.key(name) else {
        throw UsageError(
          "--detach-keys: '\(name)' is no key",
          hint: "keys are single characters and ctrl-a to ctrl-z, with commas: \(Self.usual)"
        )
      }
      keys.append(key)
    }
    self.keys = keys
  }

  /// Takes what was typed.
  ///
  /// - Returns: What of it is for the program, and whether the keys were pressed, after which there
  ///   is nothing for it.
  mutating func pass(_ typed: [UInt8]) -> (bytes: [UInt8], isDetaching: Bool) {
    var bytes: [UInt8] = []
    for byte in typed {
      if byte == keys[pressed] {
        pressed += 1
        if pressed == keys.count { return (bytes, true) }
        continue
      }
      bytes += keys[..<pressed]
      pressed = byte == keys[0] ? 1 : 0
      if pressed == 0 { bytes.append(byte) }
    }
    return (bytes, false)
  }

  private static func key(_ name: Substring) -> UInt8? {
    if name.utf8.count == 1 { return name.utf8.first.flatMap { (0x20..<0x7f) ~= $0 ? $0 : nil } }
    guard name.lowercased().hasPrefix("ctrl-"), name.utf8.count == 6,
      let letter = name.uppercased().utf8.last, (0x40...0x5f) ~= letter
    else { return nil }
    return letter & 0x1f
  }
}
