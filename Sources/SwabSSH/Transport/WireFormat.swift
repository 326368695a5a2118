/// The few pieces of SSH's wire format that are put together outside of the library.
enum WireFormat {
  /// A string with its length before it.
  static func string(_ bytes: some Collection<UInt8>) -> [UInt8] {
    number(UInt32(bytes.count)) + Array(bytes)
  }

  /// A number in four bytes.
  static func number(_ value: UInt32) -> [UInt8] {
    [24, 16, 8, 0].map { UInt8(truncatingIfNeeded: value >> UInt32($0)) }
  }

  /// The name that a key or signature starts with.
  static func name(of blob: [UInt8]) -> String? {
    nameLength(of: blob).map { String(decoding: blob[4..<(4 + $0)], as: UTF8.self) }
  }

  /// The same key under another name: an RSA key that is to sign by `rsa-sha2-512` says so.
  static func renamed(_ blob: [UInt8], to name: String) -> [UInt8] {
    guard let length = nameLength(of: blob) else { return blob }
    return string(name.utf8) + blob[(4 + length)...]
  }

  private static func nameLength(of blob: [UInt8]) -> Int? {
    guard blob.count >= 4 else { return nil }
    let length = blob[..<4].reduce(0) { $0 << 8 | Int($1) }
    return blob.count >= 4 + length ? length : nil
  }

  /// Base64 without padding, as in fingerprints.
  static func base64(_ bytes: some Collection<UInt8>) -> String {
    let letters = Array("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/".utf8)
    var text: [UInt8] = []
    var (bits, count) = (0, 0)
    for byte in bytes {
      (bits, count) = (bits << 8 | Int(byte), count + 8)
      while count >= 6 {
        count -= 6
        text.append(letters[bits >> count & 63])
      }
      bits &= (1 << count) - 1
    }
    if count > 0 { text.append(letters[bits << (6 - count) & 63]) }
    return String(decoding: text, as: UTF8.self)
  }
}
