/// Command lines for POSIX shells.
enum Shell {
  /// `text` as one word of a shell command, whatever it holds.
  static func quoted(_ text: String) -> String { ShellText.quoted(text) }

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
