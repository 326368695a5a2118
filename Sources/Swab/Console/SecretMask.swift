import Synchronization

/// Replaces secrets in whatever is about to be shown.
///
/// Values are replaced as they are, in base64, percent-encoded and quoted for a shell, since
/// commands and URLs carry them so.
final class SecretMask: Sendable {
  /// What stands in a secret's place.
  static let mask = "••••"

  private let forms: Mutex<[[UInt8]]> = Mutex([])

  /// Remembers a secret; one of fewer than three characters is not searched for, as it would
  /// blacken ordinary text.
  func add(_ secret: String) {
    guard secret.utf8.count >= 3 else { return }
    let bytes = Array(secret.utf8)
    var new = [bytes]
    new += Self.percentEncodedForms(of: bytes).filter { $0 != bytes }
    if secret.contains("'") {
      // In single quotes, as a person quotes it, and again for the login shell that gets it.
      let quoted = Shell.quoted(secret).utf8.dropFirst().dropLast()
      new.append(Array(quoted))
      let again = Shell.quoted(String(decoding: quoted, as: UTF8.self)).utf8
      new.append(Array(again.dropFirst().dropLast()))
    }
    new += Self.base64Forms(of: bytes)
    forms.withLock { forms in
      for form in new where !forms.contains(form) { forms.append(form) }
      // Longer forms first: one secret may contain another.
      forms.sort { $0.count > $1.count }
    }
  }

  /// `bytes` with every secret replaced.
  func masked(_ bytes: ArraySlice<UInt8>) -> ArraySlice<UInt8> {
    let forms = forms.withLock { $0 }
    guard !forms.isEmpty else { return bytes }
    var bytes = bytes
    for form in forms { bytes = Self.replace(form, in: bytes) }
    return bytes
  }

  /// `text` with every secret replaced.
  func masked(_ text: String) -> String {
    if forms.withLock({ $0.isEmpty }) { return text }
    return String(decoding: masked(Array(text.utf8)[...]), as: UTF8.self)
  }

  private static func replace(_ form: [UInt8], in bytes: ArraySlice<UInt8>) -> ArraySlice<UInt8> {
    guard let first = form.first, bytes.count >= form.count else { return bytes }
    var output: [UInt8] = []
    var copied = bytes.startIndex
    var index = bytes.startIndex
    while let found = bytes[index...].firstIndex(of: first), found + form.count <= bytes.endIndex {
      if bytes[found..<(found + form.count)].elementsEqual(form) {
        output += bytes[copied..<found]
        output += Array(mask.utf8)
        index = found + form.count
        copied = index
      } else {
        index = found + 1
      }
    }
    guard copied > bytes.startIndex else { return bytes }
    return (output + bytes[copied...])[...]
  }

  /// With digits of either case, and with blanks as in the query of a URL and as in a form.
  private static func percentEncodedForms(of bytes: [UInt8]) -> [[UInt8]] {
    ["0123456789ABCDEF", "0123456789abcdef"].flatMap { digits in
      let encoded = percentEncoded(bytes, digits: Array(digits.utf8))
      guard bytes.contains(UInt8(ascii: " ")) else { return [encoded] }
      let parts = bytes.split(separator: UInt8(ascii: " "), omittingEmptySubsequences: false)
      let form = parts.map { percentEncoded(Array($0), digits: Array(digits.utf8)) }
      return [encoded, Array(form.joined(separator: "+".utf8))]
    }
  }

  private static func percentEncoded(_ bytes: [UInt8], digits: [UInt8]) -> [UInt8] {
    bytes.flatMap { byte -> [UInt8] in
      let character = Character(Unicode.Scalar(byte))
      let isPlain = byte < 0x80 && (character.isLetter || character.isNumber)
      return isPlain || "-._~".utf8.contains(byte)
        ? [byte] : [UInt8(ascii: "%"), digits[Int(byte >> 4)], digits[Int(byte & 15)]]
    }
  }

  /// The base64 texts that contain the secret at each of the three alignments, without the digits
  /// that depend on what stands beside it.
  private static func base64Forms(of bytes: [UInt8]) -> [[UInt8]] {
    guard bytes.count >= 6 else { return [base64(bytes)] }
    return (0..<3).map { offset in
      let text = base64([UInt8](repeating: 0, count: offset) + bytes)
      let skipped = offset == 0 ? 0 : offset + 1
      let whole = (offset + bytes.count) * 8 / 6
      return Array(text[skipped..<whole])
    }
  }

  private static func base64(_ bytes: [UInt8]) -> [UInt8] {
    let digits = Array("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/".utf8)
    var output: [UInt8] = []
    var index = 0
    while index < bytes.count {
      let chunk = bytes[index..<min(index + 3, bytes.count)]
      let padded = Array(chunk) + [UInt8](repeating: 0, count: 3 - chunk.count)
      let word = Int(padded[0]) << 16 | Int(padded[1]) << 8 | Int(padded[2])
      for place in 0...chunk.count { output.append(digits[(word >> (18 - 6 * place)) & 63]) }
      output += [UInt8](repeating: UInt8(ascii: "="), count: 3 - chunk.count)
      index += 3
    }
    return output
  }
}
