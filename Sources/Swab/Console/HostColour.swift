/// A colour for each host, the same in every run.
enum HostColour {
  private static let codes = ["36", "32", "35", "34", "33", "96", "92", "95", "94", "93"]

  /// `text` in the colour of a host.
  static func paint(_ text: String, for host: String) -> String {
    // FNV-1a, since Swift's own hashes differ from run to run.
    let hash = host.utf8.reduce(into: UInt64(0xcbf2_9ce4_8422_2325)) { hash, byte in
      hash = (hash ^ UInt64(byte)) &* 0x100_0000_01b3
    }
    return paint(text, code: codes[Int((hash >> 16) % UInt64(codes.count))])
  }

  /// `text` in an SGR colour.
  static func paint(_ text: String, code: String) -> String { "\u{1b}[\(code)m\(text)\u{1b}[0m" }
}
