/// Writes JSON without white space.
struct JSONWriter {
  private(set) var bytes: [UInt8] = []

  mutating func write(_ value: JSONValue) {
    switch value {
    case .null: write("null")
    case .bool(let value): write(value ? "true" : "false")
    case .integer(let value): write(String(value))
    case .double(let value): write(number(value))
    case .bigInteger(let text): write(text)
    case .string(let text): writeQuoted(text)
    case .array(let elements): write(elements)
    case .object(let object): write(object)
    }
  }

  private mutating func write(_ elements: [JSONValue]) {
    bytes.append(UInt8(ascii: "["))
    for (index, element) in elements.enumerated() {
      if index > 0 { bytes.append(UInt8(ascii: ",")) }
      write(element)
    }
    bytes.append(UInt8(ascii: "]"))
  }

  private mutating func write(_ object: JSONObject) {
    bytes.append(UInt8(ascii: "{"))
    var isFirst = true
    object.forEach { key, value in
      if !isFirst { bytes.append(UInt8(ascii: ",")) }
      isFirst = false
      writeQuoted(key)
      bytes.append(UInt8(ascii: ":"))
      write(value)
    }
    bytes.append(UInt8(ascii: "}"))
  }

  private mutating func write(_ text: String) {
    bytes.append(contentsOf: text.utf8)
  }

  /// JSON has no infinity and no NaN; `null` is what other writers make of them.
  private func number(_ value: Double) -> String {
    value.isFinite ? value.description : "null"
  }

  private mutating func writeQuoted(_ text: String) {
    bytes.append(UInt8(ascii: "\""))
    for byte in text.utf8 {
      switch byte {
      case UInt8(ascii: "\""): write(#"\""#)
      case UInt8(ascii: "\\"): write(#"\\"#)
      case 0x0A: write(#"\n"#)
      case 0x0D: write(#"\r"#)
      case 0x09: write(#"\t"#)
      case 0..<0x20:
        let digits = String(byte, radix: 16)
        write(#"\u"# + String(repeating: "0", count: 4 - digits.count) + digits)
      default: bytes.append(byte)
      }
    }
    bytes.append(UInt8(ascii: "\""))
  }
}

extension JSONValue: CustomStringConvertible {
  /// The value as JSON text.
  public var description: String {
    String(decoding: encoded, as: UTF8.self)
  }

  var encoded: [UInt8] {
    var writer = JSONWriter()
    writer.write(self)
    return writer.bytes
  }
}
