/// A pattern of a `.dockerignore`, as the docker CLI understands it.
///
/// The CLI compares plain patterns, and makes regular expressions of Go of the others without
/// looking closely. What comes of that is its behaviour, and so this goes the same way.
struct IgnorePattern: Sendable {
  private enum Kind {
    /// The path itself.
    case exact
    /// All that begins with it, less two stars at its end.
    case start
    /// All that ends with it, less two stars at its beginning.
    case end
    case expression(IgnoreExpression)
  }

  /// The pattern itself.
  let text: [Unicode.Scalar]
  private let kind: Kind

  /// Reads a pattern; its path must be clean.
  ///
  /// - Throws: A ``DockerError`` with code `invalidArgument` if it is none.
  init(_ text: [Unicode.Scalar]) throws {
    self.text = text
    guard Self.isWellFormed(text) else { throw DockerError.noPattern(text) }
    var translation = Translation(text)
    kind =
      switch translation.run() {
      case .exact: .exact
      case .start: .start
      case .end: .end
      case .expression:
        .expression(try IgnoreExpression(parsing: translation.expression, of: text))
      }
  }

  /// Whether a path is one of those meant.
  func matches(_ path: [Unicode.Scalar]) -> Bool {
    switch kind {
    case .exact: return path == text
    case .start: return path.starts(with: text.dropLast(2))
    case .end:
      let end = text.dropFirst(2)
      return path.reversed().starts(with: end.reversed())
        || end.first == "/" && path.elementsEqual(end.dropFirst())
    case .expression(let expression): return expression.matches(path)
    }
  }

  /// Whether brackets are closed and nothing is escaped at the end (Go's `filepath.Match`).
  private static func isWellFormed(_ text: [Unicode.Scalar]) -> Bool {
    var rest = text[...]
    while let scalar = rest.popFirst() {
      switch scalar {
      case "\\": if rest.popFirst() == nil { return false }
      case "[": if !skipClass(&rest) { return false }
      default: break
      }
    }
    return true
  }

  private static func skipClass(_ rest: inout ArraySlice<Unicode.Scalar>) -> Bool {
    if rest.first == "^" { rest.removeFirst() }
    var isFirst = true
    while isFirst || rest.first != "]" {
      guard skipMember(&rest) else { return false }
      if rest.first == "-" {
        rest.removeFirst()
        guard skipMember(&rest) else { return false }
      }
      isFirst = false
    }
    rest.removeFirst()
    return true
  }

  private static func skipMember(_ rest: inout ArraySlice<Unicode.Scalar>) -> Bool {
    guard let first = rest.popFirst(), first != "-", first != "]" else { return false }
    if first == "\\", rest.popFirst() == nil { return false }
    return !rest.isEmpty
  }
}

/// Makes a regular expression of a pattern, or finds that there is no need for one.
private struct Translation {
  enum Kind {
    case exact, start, end, expression
  }

  private(set) var expression: [Unicode.Scalar] = []
  private var rest: ArraySlice<Unicode.Scalar>
  private var kind = Kind.exact

  init(_ text: [Unicode.Scalar]) {
    rest = text[...]
  }

  mutating func run() -> Kind {
    var isFirst = true
    while let scalar = rest.popFirst() {
      translate(scalar, isFirst: isFirst)
      isFirst = false
    }
    return kind
  }

  private mutating func translate(_ scalar: Unicode.Scalar, isFirst: Bool) {
    switch scalar {
    case "*" where rest.first == "*":
      rest.removeFirst()
      translateFolders(isFirst: isFirst)
    case "*": add("[^/]*")
    case "?": add("[^/]")
    case "[", "]": add(String(scalar))
    case "\\": add("\\" + (rest.popFirst().map { String($0) } ?? ""))
    case ".", "+", "(", ")", "|", "{", "}", "$":
      expression += ["\\", scalar]
    default: expression.append(scalar)
    }
  }

  private mutating func translateFolders(isFirst: Bool) {
    if rest.first == "/" { rest.removeFirst() }
    if !rest.isEmpty {
      add("(.*/)?")
    } else if kind == .exact {
      kind = .start
    } else {
      add(".*")
    }
    if isFirst { kind = .end }
  }

  private mutating func add(_ text: String) {
    expression += text.unicodeScalars
    kind = .expression
  }
}

extension DockerError {
  static func noPattern(_ text: [Unicode.Scalar]) -> DockerError {
    let text = String(String.UnicodeScalarView(text))
    return .invalidArgument("syntax error in pattern of .dockerignore: \(text)")
  }
}
