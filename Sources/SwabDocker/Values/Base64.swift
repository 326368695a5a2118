/// Base64, both as the engine writes headers and as it wants them.
///
/// The SSH layer has its own, and neither of the two layers knows the other.
enum Base64 {
  /// The characters that stand for 62 and 63 differ.
  enum Alphabet: Sendable {
    /// With `+` and `/`.
    case standard
    /// With `-` and `_`.
    case url

    fileprivate var characters: [UInt8] {
      switch self {
      case .standard: Base64.standard
      case .url: Base64.standard.dropLast(2) + Array("-_".utf8)
      }
    }
  }

  private static let standard = Array(
    "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/".utf8
  )

  /// The text for these bytes, padded with `=` to a multiple of four.
  static func encode(_ bytes: [UInt8], _ alphabet: Alphabet = .standard) -> String {
    let characters = alphabet.characters
    var text: [UInt8] = []
    text.reserveCapacity((bytes.count + 2) / 3 * 4)
    for start in stride(from: 0, to: bytes.count, by: 3) {
      let chunk = bytes[start..<min(start + 3, bytes.count)]
      let group = chunk.reduce(UInt32(0)) { $0 << 8 | UInt32($1) } << (8 * UInt32(3 - chunk.count))
      for position in 0...chunk.count {
        text.append(characters[Int(group >> UInt32(18 - 6 * position)) & 63])
      }
      text.append(contentsOf: repeatElement(UInt8(ascii: "="), count: 3 - chunk.count))
    }
    return String(decoding: text, as: UTF8.self)
  }

  /// The bytes that a text stands for, with or without padding; nothing if it is no Base64.
  static func decode(_ text: String, _ alphabet: Alphabet = .standard) -> [UInt8]? {
    var digits = Array(text.utf8)
    let padding = digits.reversed().prefix { $0 == UInt8(ascii: "=") }.count
    guard padding == 0 || padding <= 2 && digits.count.isMultiple(of: 4) else { return nil }
    digits.removeLast(padding)
    guard digits.count % 4 != 1 else { return nil }
    let values = values(of: alphabet)
    var bytes: [UInt8] = []
    bytes.reserveCapacity(digits.count / 4 * 3 + 2)
    var (group, bits) = (UInt32(0), 0)
    for digit in digits {
      let value = values[Int(digit)]
      guard value != .max else { return nil }
      group = (group << 6 | UInt32(value)) & 0xFFFF
      bits += 6
      guard bits >= 8 else { continue }
      bits -= 8
      bytes.append(UInt8(truncatingIfNeeded: group >> UInt32(bits)))
    }
    return bytes
  }

  private static func values(of alphabet: Alphabet) -> [UInt8] {
    var values = [UInt8](repeating: .max, count: 256)
    for (value, character) in alphabet.characters.enumerated() {
      values[Int(character)] = UInt8(value)
    }
    return values
  }
}
