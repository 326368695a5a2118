/// Quoting for POSIX shells.
enum Shell {
  /// `text` as one word of a shell command, whatever it holds.
  static func quoted(_ text: String) -> String {
    let isPlain = text.utf8.allSatisfy { byte in
      let character = Character(Unicode.Scalar(byte))
      return byte < 0x80
        && (character.isLetter || character.isNumber || "@%_+=:,./-".contains(character))
    }
    if isPlain, !text.isEmpty { return text }
    return "'"
      + text.split(separator: "'", omittingEmptySubsequences: false)
      .joined(separator: "'\\''") + "'"
  }

  /// Words as one command line.
  static func joined(_ words: some Sequence<String>) -> String {
    words.map(quoted).joined(separator: " ")
  }
}

/// Text as one word of a shell command, whatever it holds: `run("ls \(quoted(path))")`.
///
/// - Parameter text: A file name, an argument.
/// - Returns: The text, in quotes where it needs them.
public func quoted(_ text: String) -> String { Shell.quoted(text) }
