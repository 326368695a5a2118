/// Splits a line of ssh_config into its keyword and arguments, as OpenSSH 9 does.
struct SSHConfigurationLine {
  enum Malformed: Error {
    case unbalancedQuotes
  }

  /// In lower case.
  let keyword: String
  /// What follows the keyword, unsplit.
  var value: String { String(rest) }
  private let rest: [Character]

  /// Takes a line apart; `nil` if it is empty or a comment.
  init?(_ line: some StringProtocol) {
    let line = Array(line.trimmingWhitespace())
    guard let first = line.first, first != "#" else { return nil }
    let word = line.prefix { !$0.isWhitespace && $0 != "=" && $0 != "\"" }
    var rest = line[word.count...].drop(while: \.isWhitespace)
    if rest.first == "=" { rest = rest.dropFirst().drop(while: \.isWhitespace) }
    keyword = String(word).lowercased()
    self.rest = Array(rest)
  }

  /// The arguments: split at white space, with quotes and backslashes, up to a comment.
  func arguments() throws(Malformed) -> [String] {
    var arguments: [String] = []
    var index = 0
    while index < rest.count {
      if rest[index].isWhitespace {
        index += 1
      } else if rest[index] == "#" {
        break
      } else {
        arguments.append(try word(&index))
      }
    }
    return arguments
  }

  private func word(_ index: inout Int) throws(Malformed) -> String {
    var (word, quote) = ("", Character?.none)
    while index < rest.count {
      let character = rest[index]
      switch (character, quote) {
      case ("\\", _) where isEscaped(index + 1, inQuotes: quote != nil):
        index += 1
        word.append(rest[index])
      case (_, nil) where character.isWhitespace: return word
      case ("\"", nil), ("'", nil): quote = character
      case (_, .some(character)): quote = nil
      default: word.append(character)
      }
      index += 1
    }
    guard quote == nil else { throw .unbalancedQuotes }
    return word
  }

  /// Whether a backslash does anything to the character at `index`; else it stands for itself.
  private func isEscaped(_ index: Int, inQuotes: Bool) -> Bool {
    guard index < rest.count else { return false }
    return ["'", "\"", "\\"].contains(rest[index]) || (!inQuotes && rest[index] == " ")
  }
}
