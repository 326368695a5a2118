/// How much a YAML text may hold.
///
/// A few lines of aliases can stand for billions of values ("billion laughs"), and deep nesting costs
/// stack in everything that walks it.
public struct YAMLLimits: Sendable {
  /// How deep values may nest, aliases written out.
  public var depth = 64
  /// How many values there may be, aliases written out.
  public var nodes = 1_000_000

  /// The limits that suit a file written by people.
  public init() {}
}

extension YAMLNode {
  /// Reads a YAML text of one document.
  ///
  /// - Parameters:
  ///   - bytes: The text in UTF-8, with or without a byte order mark.
  ///   - name: How messages call it: the file's path.
  ///   - limits: How much it may hold.
  ///   - hides: Whether the value at a path of keys is a secret, which no message may show; for a
  ///     line that is shown, the path is its key alone.
  /// - Returns: The document's value; of an empty text, null.
  /// - Throws: A ``YAMLError`` with the place.
  public static func parse(
    _ bytes: some Sequence<UInt8>,
    name: String,
    limits: YAMLLimits = YAMLLimits(),
    hides: @escaping @Sendable (_ path: [String]) -> Bool = { _ in false }
  ) throws(YAMLError) -> YAMLNode {
    let bytes = Array(bytes)
    let text = String(decoding: bytes, as: UTF8.self)
    let marked = text.unicodeScalars.first == "\u{FEFF}"
    let body = marked ? String(text.unicodeScalars.dropFirst()) : text
    let source = YAMLSource(name: name, text: body, hides: hides)
    // Decoding put U+FFFD where the bytes are no UTF-8; up to there they are the same.
    let valid = zip(bytes, text.utf8).prefix { $0 == $1 }.count - (marked ? 3 : 0)
    try YAMLCharacters.check(body, validCount: valid, source: source)
    let reader = try YAMLEventReader(text: body, source: source)
    var composer = YAMLComposer(reader: reader, limits: limits)
    let start = YAMLLocation(source: source, line: 1, column: 1)
    return try composer.compose() ?? YAMLNode(.scalar(YAMLScalar("")), at: start)
  }
}

/// What may stand in YAML; libyaml checks the same, but says no line and column.
enum YAMLCharacters {
  /// Refuses what libyaml would.
  ///
  /// - Parameters:
  ///   - text: The decoded text.
  ///   - validCount: How many of its bytes the file really has; the rest didn't decode.
  ///   - source: Where it is from.
  /// - Throws: A ``YAMLError`` at the first such character.
  static func check(_ text: String, validCount: Int, source: YAMLSource) throws(YAMLError) {
    guard validCount < text.utf8.count || !text.utf8.allSatisfy(isPlain) else { return }
    var place = YAMLLocation(source: source, line: 1, column: 1)
    var offset = 0
    var previous: Unicode.Scalar?
    for scalar in text.unicodeScalars {
      offset += UTF8.width(scalar)
      guard offset <= validCount else {
        throw YAMLError("this is not UTF-8", at: place, hint: "save the file as UTF-8")
      }
      guard isAllowed(scalar) else {
        throw YAMLError("the control character \(code(scalar)) is not allowed", at: place)
      }
      advance(&place, past: scalar, after: previous)
      previous = scalar
    }
  }

  private static func advance(
    _ place: inout YAMLLocation,
    past scalar: Unicode.Scalar,
    after previous: Unicode.Scalar?
  ) {
    guard YAMLSource.isLineBreak(scalar) else { return place.column += 1 }
    guard scalar != "\n" || previous != "\r" else { return }
    place.line += 1
    place.column = 1
  }

  private static func code(_ scalar: Unicode.Scalar) -> String {
    let digits = String(scalar.value, radix: 16, uppercase: true)
    return "U+" + String(repeating: "0", count: max(0, 4 - digits.count)) + digits
  }

  private static func isPlain(_ byte: UInt8) -> Bool {
    byte >= 0x20 && byte < 0x7F || byte == 0x0A || byte == 0x0D || byte == 0x09
  }

  private static func isAllowed(_ scalar: Unicode.Scalar) -> Bool {
    switch scalar.value {
    case 0x09, 0x0A, 0x0D, 0x20...0x7E, 0x85, 0xA0...0xFEFE, 0xFF00...0xFFFD: true
    case 0x10000...: true
    default: false
    }
  }
}
