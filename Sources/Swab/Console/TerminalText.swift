/// Text as it may be shown on a terminal: what hosts print can't move the cursor, change colours,
/// or retitle the window.
enum TerminalText {
  /// Appends `bytes` to `output`, control characters and invalid UTF-8 written out.
  ///
  /// They are shown as `\x1b` or `\u{9b}`; tabs stay.
  static func append(_ bytes: ArraySlice<UInt8>, to output: inout [UInt8]) {
    var index = bytes.startIndex
    while index < bytes.endIndex {
      // Nearly all text is nothing but this.
      let plain = endOfPlainText(in: bytes, from: index)
      if plain > index { output += bytes[index..<plain] }
      guard plain < bytes.endIndex else { return }
      index = plain
      let length = scalarLength(in: bytes, at: index)
      let scalar = bytes[index..<(index + max(1, length))]
      if length <= 1 {
        // A control character, or a byte that is no UTF-8.
        appendEscape(of: bytes[index], to: &output)
      } else if let code = hiddenScalar(scalar) {
        output += "\\u{\(String(code, radix: 16))}".utf8
      } else {
        output += scalar
      }
      index += scalar.count
    }
  }

  /// Where the run of printable ASCII and tabs that starts at `index` ends.
  private static func endOfPlainText(in bytes: ArraySlice<UInt8>, from index: Int) -> Int {
    bytes[index...].withUnsafeBufferPointer { buffer in
      var count = 0
      while count < buffer.count, (0x20..<0x7f) ~= buffer[count] || buffer[count] == 9 {
        count += 1
      }
      return index + count
    }
  }

  private static func appendEscape(of byte: UInt8, to output: inout [UInt8]) {
    let digits: StaticString = "0123456789abcdef"
    output.append(UInt8(ascii: "\\"))
    output.append(UInt8(ascii: "x"))
    output.append(digits.utf8Start[Int(byte >> 4)])
    output.append(digits.utf8Start[Int(byte & 15)])
  }

  /// `text` with everything written out that could change a terminal; newlines stay.
  static func safe(_ text: String) -> String {
    var output: [UInt8] = []
    for (index, line) in lines(of: text).enumerated() {
      if index > 0 { output.append(10) }
      append(line, to: &output)
    }
    return String(decoding: output, as: UTF8.self)
  }

  /// `text` as one line: newlines and tabs, which have no place in a table, are written out as well.
  static func singleLine(_ text: String) -> String {
    let names: [UInt8: String] = [9: "\\t", 10: "\\n", 13: "\\r"]
    var output: [UInt8] = []
    let bytes = Array(text.utf8)
    var rest = bytes[...]
    while let end = rest.firstIndex(where: { names[$0] != nil }) {
      append(rest[..<end], to: &output)
      output += (names[rest[end]] ?? "").utf8
      rest = rest[(end + 1)...]
    }
    append(rest, to: &output)
    return String(decoding: output, as: UTF8.self)
  }

  /// The lines of a text, which may end in CR LF: to Swift, that is one Character and no newline.
  static func lines(of text: String) -> [ArraySlice<UInt8>] {
    Array(text.utf8).split(separator: 10, omittingEmptySubsequences: false).map {
      $0.last == 13 ? $0.dropLast() : $0
    }
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
    // The leading byte's own bits, then six of each byte that follows.
    let leading = UInt32(bytes[bytes.startIndex]) & (0x7f >> UInt32(bytes.count))
    let code = bytes.dropFirst().reduce(leading) { $0 << 6 | UInt32($1 & 0x3f) }
    return isHidden(code) ? code : nil
  }

  /// Whether a scalar is written out.
  static func isHidden(_ scalar: Unicode.Scalar) -> Bool {
    scalar.value < 0x20 || scalar.value == 0x7f || isHidden(scalar.value)
  }

  private static func isHidden(_ code: UInt32) -> Bool {
    switch code {
    case 0x80...0x9f, 0x200e, 0x200f, 0x2028...0x202e, 0x2066...0x2069, 0xfeff: true
    default: false
    }
  }
}
