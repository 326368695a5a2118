/// Text as it may be shown on a terminal: what hosts print can't move the cursor, change colours,
/// or retitle the window.
enum TerminalText {
  /// Appends `bytes` to `output`, control characters and invalid UTF-8 written out.
  ///
  /// They are shown as `\x1b` or `\u{9b}`; tabs stay.
  static func append(_ bytes: ArraySlice<UInt8>, to output: inout [UInt8]) {
    if bytes.allSatisfy({ ($0 >= 0x20 && $0 < 0x7f) || $0 == 9 }) {
      output.append(contentsOf: bytes)
      return
    }
    var index = bytes.startIndex
    while index < bytes.endIndex {
      let length = scalarLength(in: bytes, at: index)
      guard length > 0 else {
        output.append(contentsOf: "\\x\(hex(UInt32(bytes[index]), digits: 2))".utf8)
        index += 1
        continue
      }
      let scalar = bytes[index..<(index + length)]
      if length == 1, bytes[index] < 0x20 || bytes[index] == 0x7f, bytes[index] != 9 {
        output.append(contentsOf: "\\x\(hex(UInt32(bytes[index]), digits: 2))".utf8)
      } else if let code = hiddenScalar(scalar) {
        output.append(contentsOf: "\\u{\(hex(code, digits: 1))}".utf8)
      } else {
        output.append(contentsOf: scalar)
      }
      index += length
    }
  }

  /// `text` with everything written out that could change a terminal; newlines stay.
  static func safe(_ text: String) -> String {
    var output: [UInt8] = []
    for (index, line) in text.split(separator: "\n", omittingEmptySubsequences: false).enumerated()
    {
      if index > 0 { output.append(10) }
      append(Array(line.utf8)[...], to: &output)
    }
    return String(decoding: output, as: UTF8.self)
  }

  /// The length of the well-formed UTF-8 sequence at `index`, 0 if there is none.
  private static func scalarLength(in bytes: ArraySlice<UInt8>, at index: Int) -> Int {
    let first = bytes[index]
    let length: Int
    switch first {
    case 0..<0x80: return 1
    case 0xc2..<0xe0: length = 2
    case 0xe0..<0xf0: length = 3
    case 0xf0..<0xf5: length = 4
    default: return 0
    }
    guard index + length <= bytes.endIndex else { return 0 }
    let rest = bytes[(index + 1)..<(index + length)]
    guard rest.allSatisfy({ $0 & 0xc0 == 0x80 }), let second = rest.first else { return 0 }
    switch (first, second) {
    case (0xe0, ..<0xa0), (0xed, 0xa0...), (0xf0, ..<0x90), (0xf4, 0x90...): return 0
    default: return length
    }
  }

  /// The code of a scalar that terminals act on instead of showing it: C1 controls, and marks
  /// that reorder text.
  private static func hiddenScalar(_ bytes: ArraySlice<UInt8>) -> UInt32? {
    guard bytes.count > 1,
      let scalar = String(decoding: bytes, as: UTF8.self).unicodeScalars.first
    else { return nil }
    switch scalar.value {
    case 0x80...0x9f, 0x200e, 0x200f, 0x2028...0x202e, 0x2066...0x2069, 0xfeff: return scalar.value
    default: return nil
    }
  }

  private static func hex(_ number: UInt32, digits: Int) -> String {
    let text = String(number, radix: 16)
    return String(repeating: "0", count: max(0, digits - text.count)) + text
  }
}
