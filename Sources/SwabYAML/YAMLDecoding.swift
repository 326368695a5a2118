/// A node while a type decodes itself from it.
struct YAMLDecoding: Decoder {
  /// Which keys of the node were asked for.
  final class Keys {
    var asked: [String] = []
    /// Whether the type took whatever keys there are.
    var isOpen = false
    /// Whether the type read a mapping at all.
    var isKeyed = false
  }

  let node: YAMLNode
  let codingPath: [any CodingKey]
  let options: YAMLDecoder
  var what: String?
  let keys = Keys()
  var userInfo: [CodingUserInfoKey: Any] { [:] }

  init(node: YAMLNode, codingPath: [any CodingKey], options: YAMLDecoder, what: String? = nil) {
    self.node = node
    self.codingPath = codingPath
    self.options = options
    self.what = what
  }

  /// Decodes a whole value, then looks for keys that it didn't ask for.
  func value<Value: Decodable>(_ type: Value.Type) throws -> Value {
    let value = try Value(from: self)
    guard keys.isKeyed, !keys.isOpen else { return value }
    for pair in node.mapping ?? [] where !keys.asked.contains(pair.key) {
      try options.unknownKey(
        YAMLUnknownKey(
          name: pair.key,
          location: pair.keyLocation,
          known: keys.asked,
          owner: owner
        )
      )
    }
    return value
  }

  private var owner: String {
    what ?? nearestKey ?? "this mapping"
  }

  /// What a message calls the value.
  var subject: String { what ?? nearestKey ?? "this" }

  private var nearestKey: String? {
    codingPath.last { $0.intValue == nil }.map { "'\($0.stringValue)'" }
  }

  func child(_ node: YAMLNode, _ key: any CodingKey) -> YAMLDecoding {
    YAMLDecoding(node: node, codingPath: codingPath + [key], options: options)
  }

  func mismatch(_ wanted: String) -> YAMLError {
    node.error("\(subject) is to be \(wanted), not \(node.summary)")
  }

  func container<Key: CodingKey>(keyedBy type: Key.Type) throws -> KeyedDecodingContainer<Key> {
    guard let pairs = node.mapping else { throw mismatch("a mapping") }
    keys.isKeyed = true
    return KeyedDecodingContainer(YAMLKeyedContainer<Key>(level: self, pairs: pairs))
  }

  func unkeyedContainer() throws -> any UnkeyedDecodingContainer {
    guard let nodes = node.sequence else { throw mismatch("a list") }
    return YAMLUnkeyedContainer(level: self, nodes: nodes)
  }

  func singleValueContainer() throws -> any SingleValueDecodingContainer {
    YAMLSingleValueContainer(level: self)
  }
}

extension YAMLDecoding {
  /// The node's text; what it is to be is told if it has none.
  private func text(_ wanted: String) throws -> String {
    guard let scalar = node.scalar, !node.isNull else { throw mismatch(wanted) }
    return try options.text(scalar, node)
  }

  func string() throws -> String { try text("text") }

  func bool() throws -> Bool {
    switch try text("true or false") {
    case "true", "yes": return true
    case "false", "no": return false
    default: throw mismatch("true or false")
    }
  }

  func integer<Value: FixedWidthInteger>() throws -> Value {
    let text = try text("a whole number")
    guard YAMLNumber.isDecimal(text) else { throw mismatch("a whole number") }
    guard let value = Value(text) else {
      throw mismatch("a whole number from \(Value.min) to \(Value.max)")
    }
    return value
  }

  func floatingPoint<Value: BinaryFloatingPoint & LosslessStringConvertible>() throws -> Value {
    let text = try text("a number")
    guard YAMLNumber.isFraction(text), let value = Value(text) else { throw mismatch("a number") }
    return value
  }
}

/// What reads as a number to a person.
public enum YAMLNumber {
  /// Whether a text is a plain decimal number: not `0x10`, `1_000`, `1e3` or `010`.
  public static func isDecimal(_ text: some StringProtocol) -> Bool {
    let digits = text.hasPrefix("-") ? text.dropFirst() : text[...]
    guard isDigits(digits) else { return false }
    return digits.utf8.count == 1 || !digits.hasPrefix("0")
  }

  /// Whether a text is a decimal number that may have a fraction.
  public static func isFraction(_ text: some StringProtocol) -> Bool {
    let parts = text.split(separator: ".", maxSplits: 1, omittingEmptySubsequences: false)
    guard let whole = parts.first, isDecimal(whole) else { return false }
    return parts.dropFirst().allSatisfy { isDigits($0) }
  }

  /// Whether a text consists of ASCII digits, one at least.
  public static func isDigits(_ text: some StringProtocol) -> Bool {
    !text.isEmpty && text.utf8.allSatisfy { (0x30...0x39).contains($0) }
  }
}
