/// Where and why a text is not JSON.
struct JSONSyntaxError: Error, Equatable {
  var message: String
  var offset: Int
}

/// A strict JSON reader (RFC 8259).
///
/// One of our own because Foundation's costs more to load than a whole small task takes to run, and
/// because its decoder drops the fields nobody modelled.
struct JSONParser {
  /// Deeper nesting is refused: it would exhaust the stack, and no engine sends it.
  static let maximumDepth = 512

  private let bytes: UnsafeBufferPointer<UInt8>
  private var index = 0
  private var depth = 0

  /// Reads the one value that the bytes hold.
  static func parse(_ bytes: UnsafeBufferPointer<UInt8>) throws(JSONSyntaxError) -> JSONValue {
    var parser = JSONParser(bytes: bytes)
    let value = try parser.value()
    parser.skipWhiteSpace()
    guard parser.index == bytes.count else { throw parser.error("text after the value") }
    return value
  }

  private init(bytes: UnsafeBufferPointer<UInt8>) {
    self.bytes = bytes
  }

  private func error(_ message: String) -> JSONSyntaxError {
    JSONSyntaxError(message: message, offset: index)
  }

  private var current: UInt8? {
    index < bytes.count ? bytes[index] : nil
  }

  private mutating func skipWhiteSpace() {
    while let byte = current, byte == 0x20 || byte == 0x0A || byte == 0x0D || byte == 0x09 {
      index += 1
    }
  }

  private mutating func skip(_ byte: UInt8) -> Bool {
    guard current == byte else { return false }
    index += 1
    return true
  }

  private mutating func value() throws(JSONSyntaxError) -> JSONValue {
    skipWhiteSpace()
    guard let byte = current else { throw error("the text ends where a value should stand") }
    switch byte {
    case UInt8(ascii: "{"):
      return try nested { parser throws(JSONSyntaxError) in
        .object(try parser.object())
      }
    case UInt8(ascii: "["):
      return try nested { parser throws(JSONSyntaxError) in
        .array(try parser.array())
      }
    case UInt8(ascii: "\""): return .string(try string())
    case UInt8(ascii: "t"): return try literal("true", .bool(true))
    case UInt8(ascii: "f"): return try literal("false", .bool(false))
    case UInt8(ascii: "n"): return try literal("null", .null)
    default: return try number()
    }
  }

  private mutating func nested(
    _ body: (inout JSONParser) throws(JSONSyntaxError) -> JSONValue
  ) throws(JSONSyntaxError) -> JSONValue {
    guard depth < Self.maximumDepth else { throw error("nested too deeply") }
    depth += 1
    index += 1
    let value = try body(&self)
    depth -= 1
    return value
  }

  private mutating func literal(
    _ text: StaticString,
    _ value: JSONValue
  ) throws(JSONSyntaxError) -> JSONValue {
    let isThere = text.withUTF8Buffer { expected in
      bytes.count - index >= expected.count
        && expected.indices.allSatisfy { bytes[index + $0] == expected[$0] }
    }
    guard isThere else { throw error("not a JSON value") }
    index += text.utf8CodeUnitCount
    return value
  }

  private mutating func object() throws(JSONSyntaxError) -> JSONObject {
    var object = JSONObject()
    skipWhiteSpace()
    if skip(UInt8(ascii: "}")) { return object }
    while true {
      let key = try key()
      object.append(try value(), for: key)
      skipWhiteSpace()
      if skip(UInt8(ascii: "}")) { return object }
      guard skip(UInt8(ascii: ",")) else { throw error("',' or '}' should stand here") }
    }
  }

  /// The name of a member, and the colon after it.
  private mutating func key() throws(JSONSyntaxError) -> String {
    skipWhiteSpace()
    guard current == UInt8(ascii: "\"") else { throw error("a name should stand here") }
    let key = try string()
    skipWhiteSpace()
    guard skip(UInt8(ascii: ":")) else { throw error("':' should stand here") }
    return key
  }

  private mutating func array() throws(JSONSyntaxError) -> [JSONValue] {
    var elements: [JSONValue] = []
    skipWhiteSpace()
    if skip(UInt8(ascii: "]")) { return elements }
    while true {
      elements.append(try value())
      skipWhiteSpace()
      if skip(UInt8(ascii: "]")) { return elements }
      guard skip(UInt8(ascii: ",")) else { throw error("',' or ']' should stand here") }
    }
  }
}

// MARK: - Members as they stand

extension JSONParser {
  /// The members of an object with their values as they were written, for what is made a digest of.
  ///
  /// - Throws: A ``JSONSyntaxError`` if the bytes are no object.
  static func members(of bytes: [UInt8]) throws -> [(key: String, value: [UInt8])] {
    try bytes.withUnsafeBufferPointer { bytes in
      var parser = JSONParser(bytes: bytes)
      return try parser.members()
    }
  }

  private mutating func members() throws(JSONSyntaxError) -> [(key: String, value: [UInt8])] {
    var members: [(key: String, value: [UInt8])] = []
    skipWhiteSpace()
    guard skip(UInt8(ascii: "{")) else { throw error("an object should stand here") }
    skipWhiteSpace()
    if skip(UInt8(ascii: "}")) { return members }
    while true {
      let key = try key()
      skipWhiteSpace()
      let start = index
      _ = try value()
      members.append((key, Array(bytes[start..<index])))
      skipWhiteSpace()
      if skip(UInt8(ascii: "}")) { return members }
      guard skip(UInt8(ascii: ",")) else { throw error("',' or '}' should stand here") }
    }
  }
}

// MARK: - Numbers

extension JSONParser {
  private mutating func digits() throws(JSONSyntaxError) {
    let start = index
    while let byte = current, byte >= 0x30, byte <= 0x39 { index += 1 }
    guard index > start else { throw error("a digit should stand here") }
  }

  private mutating func number() throws(JSONSyntaxError) -> JSONValue {
    let start = index
    _ = skip(UInt8(ascii: "-"))
    guard let first = current, first >= 0x30, first <= 0x39 else {
      throw error("not a JSON value")
    }
    if skip(UInt8(ascii: "0")) {
      if let next = current, next >= 0x30, next <= 0x39 { throw error("a number starts with 0") }
    } else {
      try digits()
    }
    var isWhole = true
    if skip(UInt8(ascii: ".")) {
      isWhole = false
      try digits()
    }
    if skip(UInt8(ascii: "e")) || skip(UInt8(ascii: "E")) {
      isWhole = false
      _ = skip(UInt8(ascii: "+")) || skip(UInt8(ascii: "-"))
      try digits()
    }
    let text = String(decoding: bytes[start..<index], as: UTF8.self)
    if isWhole { return Int(text).map { .integer($0) } ?? .bigInteger(text) }
    guard let value = Double(text), value.isFinite else { throw error("a number out of range") }
    return .double(value)
  }
}

// MARK: - Strings

extension JSONParser {
  private mutating func string() throws(JSONSyntaxError) -> String {
    index += 1
    let start = index
    while let byte = current {
      switch byte {
      case UInt8(ascii: "\""):
        let text = try text(bytes[start..<index])
        index += 1
        return text
      case UInt8(ascii: "\\"):
        return try escapedString(after: Array(bytes[start..<index]))
      case 0..<0x20:
        throw error("a control character inside a string")
      default:
        index += 1
      }
    }
    throw error("a string without its end")
  }

  private func text(_ bytes: some Collection<UInt8>) throws(JSONSyntaxError) -> String {
    guard let text = String(validating: bytes, as: UTF8.self) else {
      throw error("a string that is not UTF-8")
    }
    return text
  }

  private mutating func escapedString(after prefix: [UInt8]) throws(JSONSyntaxError) -> String {
    var unescaped = prefix
    while let byte = current {
      index += 1
      switch byte {
      case UInt8(ascii: "\""): return try text(unescaped)
      case UInt8(ascii: "\\"): try escape(into: &unescaped)
      case 0..<0x20: throw error("a control character inside a string")
      default: unescaped.append(byte)
      }
    }
    throw error("a string without its end")
  }

  private mutating func escape(into text: inout [UInt8]) throws(JSONSyntaxError) {
    guard let byte = current else { throw error("a string without its end") }
    index += 1
    switch byte {
    case UInt8(ascii: "\""), UInt8(ascii: "\\"), UInt8(ascii: "/"): text.append(byte)
    case UInt8(ascii: "b"): text.append(0x08)
    case UInt8(ascii: "f"): text.append(0x0C)
    case UInt8(ascii: "n"): text.append(0x0A)
    case UInt8(ascii: "r"): text.append(0x0D)
    case UInt8(ascii: "t"): text.append(0x09)
    case UInt8(ascii: "u"): text.append(contentsOf: String(Character(try scalar())).utf8)
    default: throw error("an unknown escape")
    }
  }

  /// The character of `\uXXXX`, or of two of them that make a surrogate pair.
  private mutating func scalar() throws(JSONSyntaxError) -> Unicode.Scalar {
    let first = try hexadecimal()
    if let scalar = Unicode.Scalar(first) { return scalar }
    guard first < 0xDC00, skip(UInt8(ascii: "\\")), skip(UInt8(ascii: "u")) else {
      throw error("half of a surrogate pair")
    }
    let second = try hexadecimal()
    guard
      (0xDC00...0xDFFF).contains(second),
      let scalar = Unicode.Scalar(0x10000 + (first - 0xD800) << 10 + (second - 0xDC00))
    else { throw error("half of a surrogate pair") }
    return scalar
  }

  private mutating func hexadecimal() throws(JSONSyntaxError) -> UInt32 {
    var value: UInt32 = 0
    for _ in 0..<4 {
      guard let byte = current, let digit = Character(Unicode.Scalar(byte)).hexDigitValue,
        byte < 0x80
      else { throw error("four hexadecimal digits should stand here") }
      value = value << 4 + UInt32(digit)
      index += 1
    }
    return value
  }
}

extension JSONValue {
  /// Reads a JSON text.
  ///
  /// - Parameter text: The text; it holds one value and nothing after it.
  /// - Throws: A ``DockerError`` with code `invalidJSON` that says where the text is wrong.
  public init(parsing text: String) throws {
    try self.init(parsing: Array(text.utf8))
  }

  /// Reads a JSON text in UTF-8.
  ///
  /// - Parameter bytes: The text; it holds one value and nothing after it.
  /// - Throws: A ``DockerError`` with code `invalidJSON` that says where the text is wrong.
  public init(parsing bytes: [UInt8]) throws {
    do {
      self = try bytes.withUnsafeBufferPointer { try JSONParser.parse($0) }
    } catch let error as JSONSyntaxError {
      throw DockerError.invalidJSON(error)
    }
  }
}
