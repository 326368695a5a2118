/// Words of the command line that the argument parser can't read as they are.
enum ArgumentRewriting {
  /// Rewrites Fabric 1's forms.
  ///
  /// `-p` asks for a password, and `-p @FILE` reads it: an option whose value may be left out. A
  /// password as a value is refused, since every user of the machine could read it there.
  ///
  /// - Parameters:
  ///   - arguments: The words up to `--`.
  ///   - isTask: Whether the fabfile has a task of this name.
  /// - Returns: The words for the parser, the command first.
  /// - Throws: ``UsageError`` if a password or a flag of Fabric 1 that swab has not is given.
  static func rewritten(
    _ arguments: [String],
    isTask: (String) -> Bool = { _ in false }
  ) throws(UsageError) -> [String] {
    var output: [String] = []
    var rest = try commandFirst(arguments, isTask)[...]
    let command = rest.first
    while let word = rest.popFirst() {
      let options = apart(word, of: command)
      if let option = options.last, takesValue(option, of: command) {
        output += options + rest.prefix(1)
        rest = rest.dropFirst()
      } else if let password = try password(word, &rest, of: command, isTask) {
        output += password
      } else if let known = synonyms[word] {
        output.append(known)
      } else {
        try refuseMissing(word, in: command)
        output += options
      }
    }
    return output
  }

  /// Options whose value is the next word; a joined value, as in `-Hh1`, is the parser's affair.
  static func takesValue(_ word: String) -> Bool { optionsWithValue.contains(word) }

  static let optionsWithValue: Set<String> = [
    "-H", "--hosts", "-R", "--roles", "-x", "--exclude-hosts", "--set", "-f", "--fabfile",
    "--ssh-config-path", "-u", "--user", "--port", "-z", "--pool-size", "-T", "--command-timeout",
    "-s", "--shell", "-i", "--key-filename", "--password-file", "-t", "--timeout", "-n",
    "--connection-attempts", "--keepalive", "--system-known-hosts", "--hide", "--show", "--color",
    "--colour", "-F", "--list-format", "--env", "--workdir", "--detach-keys", "--tail", "--since",
    "--until",
  ]

  /// Fabric's spellings of flags that swab has.
  private static let synonyms = [
    "--no_agent": "--no-agent", "-I": "--ask-password",
    "--initial-password-prompt": "--ask-password",
  ]

  // MARK: The command

  /// The words with the command before the options: `-H h1 run t` as `run -H h1 t`.
  ///
  /// Fabric's options that are commands here become these.
  private static func commandFirst(
    _ arguments: [String],
    _ isTask: (String) -> Bool
  ) throws(UsageError) -> [String] {
    var options: [String] = []
    var rest = withoutLeadingFabfile(arguments[...])
    while let word = rest.popFirst() {
      if let command = command(for: word, &rest) { return command + options + rest }
      guard word.hasPrefix("-") else { return [word] + options + rest }
      if let password = try password(word, &rest, isTask) {
        options += password
        continue
      }
      options.append(word)
      if takesValue(word) { options += rest.popFirst().map { [$0] } ?? [] }
    }
    return options
  }

  /// The command behind an option that stands in its place.
  private static func command(
    for word: String,
    _ rest: inout ArraySlice<String>
  ) -> [String]? {
    switch word {
    case "-V": return ["--version"]
    case "-l", "--list": return ["list"]
    case "--shortlist": return ["list", "-F", "short"]
    case "-d", "--display": return ["help"] + (rest.popFirst().map { [$0] } ?? [])
    default: break
    }
    for prefix in ["--display=", "-d"] where word.hasPrefix(prefix) {
      return ["help", String(word.dropFirst(prefix.count))]
    }
    return nil
  }

  /// The launcher has taken `-f PATH` already; before the command, the parser knows no such flag.
  private static func withoutLeadingFabfile(_ arguments: ArraySlice<String>) -> ArraySlice<String> {
    var rest = arguments
    while let word = rest.first {
      if word == "-f" || word == "--fabfile" {
        rest = rest.dropFirst(2)
      } else if word.hasPrefix("--fabfile=") || (word.hasPrefix("-f") && !word.hasPrefix("--")) {
        rest.removeFirst()
      } else {
        break
      }
    }
    return rest
  }
}
