import Synchronization

/// The text that YAML was read from, kept so that a message can show the line it speaks of.
public final class YAMLSource: Sendable {
  /// How messages call the text: a path, as the person wrote it.
  public let name: String
  private let lines: [String]
  /// Whether the value at a path of keys is a secret.
  let hides: @Sendable (_ path: [String]) -> Bool
  private let secrets: Mutex<Set<String>> = Mutex([])

  /// Keeps the lines of a text.
  ///
  /// - Parameters:
  ///   - name: How messages call the text.
  ///   - text: The text.
  ///   - hides: Whether the value at a path of keys is a secret, which no message may contain. For
  ///     a line of the text, the path is its key alone.
  public init(
    name: String,
    text: String,
    hides: @escaping @Sendable (_ path: [String]) -> Bool = { _ in false }
  ) {
    self.name = name
    self.lines = Self.split(text)
    self.hides = hides
  }

  /// A line, counted from 1, with secrets masked.
  public func line(_ number: Int) -> String? {
    guard lines.indices.contains(number - 1) else { return nil }
    return masked(MaskedLines(lines: lines) { self.hides([$0]) }.line(at: number - 1))
  }

  /// Remembers a secret, so that no message shows it, whichever key it was read under.
  ///
  /// Fewer than three bytes and words that mean a truth value are not searched for, as that would
  /// blacken ordinary text.
  public func conceal(_ secret: String) {
    let lines = secret.split(whereSeparator: \.isNewline).map(String.init)
    for text in lines.count > 1 ? lines + [secret] : [secret] {
      guard text.utf8.count >= 3, !Self.ordinary.contains(text.lowercased()) else { continue }
      secrets.withLock { _ = $0.insert(text) }
    }
  }

  private static let ordinary: Set = ["true", "false", "yes", "off", "null"]

  /// A text with every secret replaced that was read so far.
  public func masked(_ text: String) -> String {
    // Longer ones first, as one may contain another.
    let secrets = secrets.withLock { $0 }.sorted { $0.utf8.count > $1.utf8.count }
    return secrets.reduce(text) { $0.replacing($1, with: MaskedLines.mask) }
  }

  /// Whether the character at a position is `character`.
  func has(_ character: Unicode.Scalar, line: Int, column: Int) -> Bool {
    scalar(line: line, column: column) == character
  }

  /// The character at a position, both counted from 1.
  func scalar(line: Int, column: Int) -> Unicode.Scalar? {
    guard lines.indices.contains(line - 1), column > 0 else { return nil }
    return lines[line - 1].unicodeScalars.dropFirst(column - 1).first
  }

  /// Splits where libyaml counts a new line, so that our line numbers agree with its own.
  private static func split(_ text: String) -> [String] {
    var lines: [String] = []
    var line = String.UnicodeScalarView()
    var previous: Unicode.Scalar?
    for scalar in text.unicodeScalars {
      defer { previous = scalar }
      guard isLineBreak(scalar) else {
        line.append(scalar)
        continue
      }
      guard scalar != "\n" || previous != "\r" else { continue }
      lines.append(String(line))
      line = String.UnicodeScalarView()
    }
    lines.append(String(line))
    return lines
  }

  /// Whether libyaml ends a line at this character.
  static func isLineBreak(_ scalar: Unicode.Scalar) -> Bool {
    switch scalar {
    case "\n", "\r", "\u{85}", "\u{2028}", "\u{2029}": true
    default: false
    }
  }
}

/// A place in a text, as a person would point to it.
public struct YAMLLocation: Sendable {
  /// The text.
  public var source: YAMLSource
  /// The line, counted from 1.
  public var line: Int
  /// The column, counted from 1 in characters.
  public var column: Int

  /// Points to a place.
  public init(source: YAMLSource, line: Int, column: Int) {
    self.source = source
    self.line = line
    self.column = column
  }
}

extension YAMLLocation: CustomStringConvertible {
  /// The place in the form that editors understand: `fabfile.yml:12:3`.
  public var description: String { "\(source.name):\(line):\(column)" }
}
