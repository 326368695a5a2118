/// Decides what of progress is worth a line to people who read it later.
///
/// An engine says ten times a second how much of a layer it has; that a layer is being fetched, and
/// that it is there, is a line each. It remembers little, however much there is.
public struct ProgressLines: Sendable {
  /// So many things have a status at the same time; beyond, some are told of again.
  private static let memory = 1000

  private var statuses: [String: String] = [:]

  /// Nothing was said yet.
  public init() {}

  /// The lines to print for a message, mostly one or none.
  ///
  /// - Parameter message: The message, in the order it came.
  /// - Returns: The lines, without their ends and without what would move a terminal's cursor.
  public mutating func lines(for message: ProgressMessage) -> [String] {
    if let stream = message.stream { return Self.lines(of: stream) }
    guard let status = message.status else { return [] }
    guard let id = message.id else { return Self.lines(of: status) }
    guard statuses[id] != status else { return [] }
    if statuses.count >= Self.memory { statuses.removeAll() }
    statuses[id] = status
    return Self.lines(of: "\(id): \(status)")
  }

  private static func lines(of text: String) -> [String] {
    text.split(whereSeparator: \.isNewline)
      .map { plain($0).trimmingWhiteSpace() }
      .filter { !$0.isEmpty }
  }

  /// The text without the colours that a build's errors have, and other control characters.
  static func plain(_ text: Substring) -> String {
    var result = String.UnicodeScalarView()
    var rest = text.unicodeScalars[...]
    while let scalar = rest.popFirst() {
      if scalar == "\u{1B}", rest.first == "[" {
        rest = rest.dropFirst().drop { !isEndOfSequence($0) }.dropFirst()
      } else if scalar == "\t" || !isControl(scalar) {
        result.append(scalar)
      }
    }
    return String(result)
  }

  private static func isEndOfSequence(_ scalar: Unicode.Scalar) -> Bool {
    (0x40...0x7E).contains(scalar.value)
  }

  private static func isControl(_ scalar: Unicode.Scalar) -> Bool {
    scalar.value < 0x20 || (0x7F...0x9F).contains(scalar.value)
  }
}
