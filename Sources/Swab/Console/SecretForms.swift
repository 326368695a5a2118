/// The byte strings that secrets may take, found in one pass over a text however many there are: a
/// private key alone has hundreds.
struct SecretForms {
  /// The forms by their first two bytes, longer ones first.
  private var forms: [UInt16: [[UInt8]]] = [:]
  /// Which two bytes a form starts with, as most of a text is ruled out by them.
  private var starts: [Bool] = []

  var isEmpty: Bool { forms.isEmpty }

  mutating func insert(_ form: [UInt8]) {
    guard form.count >= 2 else { return }
    let start = Self.start(form[0], form[1])
    guard forms[start]?.contains(form) != true else { return }
    forms[start, default: []].append(form)
    forms[start]?.sort { $0.count > $1.count }
    if starts.isEmpty { starts = Array(repeating: false, count: 1 << 16) }
    starts[Int(start)] = true
  }

  /// Where forms stand in a text; those that overlap are one range, so nothing of either is left.
  func ranges(in bytes: ArraySlice<UInt8>) -> [Range<Int>] {
    var ranges: [Range<Int>] = []
    for index in bytes.indices.dropLast() {
      let start = Self.start(bytes[index], bytes[index + 1])
      guard starts[Int(start)], let form = longest(start, at: index, in: bytes) else { continue }
      let end = index + form.count
      if let last = ranges.last, last.upperBound > index {
        ranges[ranges.count - 1] = last.lowerBound..<max(end, last.upperBound)
      } else {
        ranges.append(index..<end)
      }
    }
    return ranges
  }

  private func longest(_ start: UInt16, at index: Int, in bytes: ArraySlice<UInt8>) -> [UInt8]? {
    forms[start]?.first { form in
      index + form.count <= bytes.endIndex
        && bytes[index..<(index + form.count)].elementsEqual(form)
    }
  }

  private static func start(_ first: UInt8, _ second: UInt8) -> UInt16 {
    UInt16(first) << 8 | UInt16(second)
  }
}

extension SecretForms {
  /// A text as it is, and as commands and URLs carry it.
  static func forms(of text: String) -> [[UInt8]] {
    let bytes = Array(text.utf8)
    var forms = [bytes] + percentEncodedForms(of: bytes)
    if text.utf8.contains(UInt8(ascii: "'")) {
      // In single quotes, as a person quotes it, and again for the login shell that gets it.
      let quoted = Shell.quoted(text).utf8.dropFirst().dropLast()
      forms.append(Array(quoted))
      let again = Shell.quoted(String(decoding: quoted, as: UTF8.self)).utf8
      forms.append(Array(again.dropFirst().dropLast()))
    }
    return forms + base64Forms(of: bytes)
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
