/// Quoting for POSIX shells.
package enum ShellText {
  private static let plain = Set(
    "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789@%_+=:,./-".utf8
  )
  private static let quote = UInt8(ascii: "'")

  /// `text` as one word of a shell command, whatever it holds.
  package static func quoted(_ text: String) -> String {
    if !text.isEmpty, text.utf8.allSatisfy(plain.contains) { return text }
    // By bytes, as shells read them: to Swift, a quote with an accent is no quote any more.
    var bytes = [quote]
    for byte in text.utf8 {
      if byte == quote { bytes += "'\\''".utf8 } else { bytes.append(byte) }
    }
    bytes.append(quote)
    return String(decoding: bytes, as: UTF8.self)
  }
}
