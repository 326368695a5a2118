/// The lines of a text without the values of secret keys.
///
/// It works on the text, since a message often has to show a line of a file that doesn't parse. When
/// in doubt it hides too much.
struct MaskedLines {
  static let mask = "••••"

  var lines: [String]
  var hides: (_ key: String) -> Bool

  /// The line at an index, masked.
  func line(at index: Int) -> String {
    let line = lines[index]
    if isInsideSecret(index) || isFlowValue(index) {
      return String(line.prefix(while: \.isWhitespace)) + Self.mask
    }
    return maskingValues(of: line)
  }

  /// Replaces everything after the first secret key of a line.
  private func maskingValues(of line: String) -> String {
    for key in Self.keys(in: line) where hides(key.name) {
      let value = line[key.end...]
      guard value.contains(where: { !$0.isWhitespace }) else { continue }
      return line[..<key.end] + " " + Self.mask
    }
    return line
  }

  /// Whether a line continues or nests in the value of a secret key further up.
  private func isInsideSecret(_ index: Int) -> Bool {
    var indentation = Self.depth(of: lines[index])
    for line in lines[..<index].reversed() {
      guard indentation > 0 else { return false }
      let own = Self.depth(of: line)
      guard own < indentation, !Self.isBlankOrComment(line) else { continue }
      if Self.keys(in: line).contains(where: { hides($0.name) }) { return true }
      indentation = own
    }
    return false
  }

  /// Whether the line before ends with a secret key within braces, where indentation says nothing.
  private func isFlowValue(_ index: Int) -> Bool {
    let before = lines[..<index]
    guard let line = before.last(where: { !Self.isBlankOrComment($0) }),
      let key = Self.keys(in: line).last, hides(key.name),
      !line[key.end...].contains(where: { !$0.isWhitespace })
    else {
      return false
    }
    // Brackets in quotes or comments count as well, which can only hide too much or too little of a
    // line that isn't YAML anyway.
    return before.joined().reduce(0) { depth, character in
      switch character {
      case "{", "[": depth + 1
      case "}", "]": max(0, depth - 1)
      default: depth
      }
    } > 0
  }

  /// How far in a line starts; a list may stand right below its key, so its dash counts half a step.
  private static func depth(of line: String) -> Int {
    let blank = line.prefix { $0 == " " || $0 == "\t" }
    let isElement = line[blank.endIndex...].hasPrefix("-")
    return 2 * blank.count + (isElement ? 1 : 0)
  }

  private static func isBlankOrComment(_ line: String) -> Bool {
    guard let first = line.first(where: { !$0.isWhitespace }) else { return true }
    return first == "#"
  }

  private struct Key {
    var name: String
    /// Right behind the colon.
    var end: String.Index
  }

  /// Everything on a line that reads like `key:` or `NAME=`, in plain text or in quotes.
  private static func keys(in line: String) -> [Key] {
    var keys: [Key] = []
    for colon in line.indices where line[colon] == ":" || line[colon] == "=" {
      var name = line[..<colon]
      while name.last?.isWhitespace == true { name.removeLast() }
      if let quote = name.last, quote == "\"" || quote == "'" { name.removeLast() }
      let word = name.reversed().prefix { $0.isLetter || $0.isNumber || "_-.".contains($0) }
      guard !word.isEmpty else { continue }
      keys.append(Key(name: String(word.reversed()), end: line.index(after: colon)))
    }
    return keys
  }
}
