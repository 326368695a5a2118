/// A mistake in a YAML text, with the place of it.
public struct YAMLError: Error, Sendable {
  /// What is wrong, with the values that matter in it.
  public var message: String
  /// Where, if it is a matter of one place.
  public var location: YAMLLocation?
  /// What the person can do about it, where there is something to do.
  public var hint: String?

  /// Describes a mistake.
  public init(_ message: String, at location: YAMLLocation?, hint: String? = nil) {
    self.message = message
    self.location = location
    self.hint = hint
  }
}

extension YAMLError: CustomStringConvertible {
  private func shown(_ text: String) -> String { location?.source.masked(text) ?? text }

  /// The message as a person reads it, with the line, a caret and the hint.
  public var description: String {
    YAMLExcerpt(
      file: location?.source.name,
      line: location?.line,
      column: location?.column,
      text: location.flatMap { $0.source.line($0.line) }
    ).describe(shown(message), hint: hint.map(shown))
  }
}

/// The lines under a message that show where in a file something is.
public struct YAMLExcerpt: Sendable {
  private var file: String?
  private var line: Int?
  private var column: Int?
  private var text: String?

  /// Describes a place by the parts of it that are known.
  ///
  /// - Parameters:
  ///   - file: The file's name.
  ///   - line: The line, counted from 1.
  ///   - column: The column, counted from 1 in characters.
  ///   - text: The line itself.
  public init(file: String?, line: Int?, column: Int?, text: String?) {
    self.file = file
    self.line = line
    self.column = column
    self.text = text
  }

  /// `file:line:column: message`, the line with a caret, and the hint.
  public func describe(_ message: String, hint: String?) -> String {
    var place = file ?? ""
    if file != nil, let line {
      place += ":\(line)" + (column.map { ":\($0)" } ?? "")
    }
    let message = Self.visible(message)
    var result = place.isEmpty ? message : "\(place): \(message)"
    if let text {
      let shown = Self.visible(text)
      result += "\n\(shown)"
      if let column { result += "\n\(Self.padding(shown, upTo: column))^" }
    }
    if let hint { result += "\nhint: \(Self.visible(hint))" }
    return result
  }

  /// Replaces control characters, each by one character, so that a file can't write to the terminal.
  private static func visible(_ text: String) -> String {
    var result = String.UnicodeScalarView()
    for scalar in text.unicodeScalars {
      switch scalar.properties.generalCategory {
      case .control where scalar != "\t", .format: result.append("\u{FFFD}")
      default: result.append(scalar)
      }
    }
    return String(result)
  }

  /// As much blank as the text before a column takes on a terminal.
  private static func padding(_ text: String, upTo column: Int) -> String {
    var padding = ""
    for scalar in text.unicodeScalars.prefix(column - 1) {
      padding += scalar == "\t" ? "\t" : String(repeating: " ", count: width(of: scalar))
    }
    return padding
  }

  /// How many columns of a terminal a character takes.
  private static func width(of scalar: Unicode.Scalar) -> Int {
    switch scalar.properties.generalCategory {
    case .nonspacingMark, .enclosingMark: return 0
    default: break
    }
    // The ranges that Unicode calls wide (East Asian Width W and F), as terminals draw them.
    switch scalar.value {
    case 0x1100...0x115F, 0x2E80...0x303E, 0x3041...0xA4CF, 0xAC00...0xD7A3, 0xF900...0xFAFF,
      0xFE30...0xFE6F, 0xFF00...0xFF60, 0xFFE0...0xFFE6, 0x1F300...0x1F64F, 0x1F680...0x1F6FF,
      0x1F900...0x1F9FF, 0x20000...0x3FFFD:
      return 2
    default:
      return 1
    }
  }
}
