extension ArgumentRewriting {
  /// How a password gets to swab, for hints.
  static let passwordHint =
    "-p asks for it, -p @FILE reads it from a file, and SWAB_PASSWORD is read too"
  /// Why it is not taken from the command line.
  static let everybodyReads =
    "is never a value on the command line, where everybody on this machine can read it"

  /// What the parser gets for `-p`, with its value if there is one; nil for any other word.
  ///
  /// - Throws: ``UsageError``, which doesn't repeat the word, if a password seems to follow.
  static func password(
    _ word: String,
    _ rest: inout ArraySlice<String>,
    of command: String? = nil,
    _ isTask: (String) -> Bool
  ) throws(UsageError) -> [String]? {
    guard let joined = joinedValue(word) else { return nil }
    guard joined.isEmpty else { return try passwordFile(joined) }
    guard let next = rest.first, !next.hasPrefix("-") else { return ["--ask-password"] }
    if next.hasPrefix("@") {
      rest.removeFirst()
      return try passwordFile(next)
    }
    // Any word may be a container's name, and a password as well.
    if let command, letters(of: command) != nil {
      throw UsageError(
        "the word after \(word) may be a container or a password, and a password \(everybodyReads)",
        hint: "before the container, write it out: swab \(command) --ask-password CONTAINER; "
          + "-p @FILE reads it from a file"
      )
    }
    // Fabric's `-p PASSWORD`; whatever follows and is neither a task nor a command may be one.
    guard isTask(String(next.prefix { $0 != ":" })) || SwabCommand.names.contains(next) else {
      throw UsageError(
        "the word after \(word) is no task, and a password \(everybodyReads)",
        hint: "\(passwordHint); swab list shows the tasks"
      )
    }
    return ["--ask-password"]
  }

  /// The value that is joined to a `-p`, empty if there is none; nil for any other word.
  private static func joinedValue(_ word: String) -> String? {
    if word == "--password" { return "" }
    for prefix in ["--password=", "-p=", "-p"] where word.hasPrefix(prefix) {
      let value = String(word.dropFirst(prefix.count))
      // `-p=` alone gives an empty password, which is a value as well.
      return value.isEmpty && prefix.hasSuffix("=") ? "=" : value
    }
    return nil
  }

  private static func passwordFile(_ value: String) throws(UsageError) -> [String] {
    guard value.hasPrefix("@") else {
      throw UsageError("a password \(everybodyReads)", hint: passwordHint)
    }
    return ["--password-file", String(value.dropFirst())]
  }
}
