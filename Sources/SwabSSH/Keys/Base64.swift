/// Base64 as known_hosts, public key files and PEM use it; Foundation's would cost every start.
enum Base64 {
  private static let alphabet = Array(
    "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/".utf8
  )

  private static let values: [UInt8] = {
    var values = [UInt8](repeating: 0xff, count: 256)
    for (value, character) in alphabet.enumerated() { values[Int(character)] = UInt8(value) }
    return values
  }()

  static func encode(_ bytes: [UInt8], padded: Bool = true) -> String {
    var text: [UInt8] = []
    text.reserveCapacity((bytes.count + 2) / 3 * 4)
    var index = 0
    while index < bytes.count {
      let chunk = bytes[index..<min(index + 3, bytes.count)]
      let group = chunk.reduce(UInt32(0)) { $0 << 8 | UInt32($1) } << (8 * UInt32(3 - chunk.count))
      for position in 0...chunk.count {
        text.append(alphabet[Int(group >> UInt32(18 - 6 * position)) & 63])
      }
      if padded {
        text.append(contentsOf: repeatElement(UInt8(ascii: "="), count: 3 - chunk.count))
      }
      index += 3
    }
    return String(decoding: text, as: UTF8.self)
  }

  /// The bytes that `text` stands for, or `nil` if it isn't Base64 (white space isn't allowed).
  static func decode(_ text: some BidirectionalCollection<UInt8>) -> [UInt8]? {
    let end = text.lastIndex { $0 != UInt8(ascii: "=") }.map(text.index(after:)) ?? text.startIndex
    let padding = text.distance(from: end, to: text.endIndex)
    guard padding <= 2, text.count.isMultiple(of: 4) else { return nil }
    var bytes: [UInt8] = []
    bytes.reserveCapacity(text.count / 4 * 3)
    var (group, bits) = (UInt32(0), UInt32(0))
    for character in text[..<end] {
      let value = values[Int(character)]
      guard value != 0xff else { return nil }
      group = (group << 6 | UInt32(value)) & 0xffff
      bits += 6
      guard bits >= 8 else { continue }
      bits -= 8
      bytes.append(UInt8(truncatingIfNeeded: group >> bits))
    }
    return bytes
  }
}
