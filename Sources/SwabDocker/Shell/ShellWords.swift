/// The words of shell commands.
enum ShellWords {
  /// The words of a command, as a POSIX shell splits them; nothing in them is expanded.
  ///
  /// - Parameter text: The command.
  /// - Returns: Its words, without the quotes and backslashes that held them together.
  /// - Throws: A ``DockerError`` with code `invalidArgument` if a quote isn't closed.
  static func split(_ text: String) throws -> [String] {
    var words: [String] = []
    var word: String.UnicodeScalarView?
    var quote: Unicode.Scalar?
    var rest = text.unicodeScalars[...]
    while let scalar = rest.popFirst() {
      switch scalar {
      case "\\" where quote != "'":
        guard let next = rest.popFirst() else { throw unclosed(text) }
        // The line goes on, as if nothing were there.
        if next == "\n" { continue }
        // Within quotes a backslash protects only what means something there.
        let staysItself = quote != nil && !"\"\\$`".unicodeScalars.contains(next)
        word = (word ?? .init()) + (staysItself ? [scalar, next] : [next])
      case "'" where quote != "\"", "\"" where quote != "'":
        quote = quote == nil ? scalar : nil
        word = word ?? .init()
      case " ", "\t", "\n":
        guard quote == nil else {
          word?.append(scalar)
          continue
        }
        if let word { words.append(String(word)) }
        word = nil
      default: word = (word ?? .init()) + [scalar]
      }
    }
    guard quote == nil else { throw unclosed(text) }
    return words + (word.map { [String($0)] } ?? [])
  }

  private static func unclosed(_ text: String) -> DockerError {
    .invalidArgument("'\(text)' ends within a quote, or with a backslash")
  }
}
