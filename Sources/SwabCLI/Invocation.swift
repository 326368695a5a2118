/// What the launcher needs to know of the command line.
///
/// Everything else is the library's business, so nothing is refused here that it could explain
/// better.
struct Invocation {
  /// The commands that the launcher treats in a way of their own.
  enum Command: Equatable {
    case build, other(String)
  }

  /// Commands that say something without a fabfile, so that a broken one doesn't stop them.
  private static let independentCommands: Set<String> = ["help", "init", "version"]
  private static let independentFlags: Set<String> = ["--version", "-V", "--help", "-h"]
  /// The library's commands, whose help needs no fabfile; any other word is a task.
  private static let commandNames: Set<String> = [
    "run", "list", "hosts", "exec", "logs", "docker", "tunnel", "init", "build", "help", "version",
  ]
  /// Commands that name hosts, and no tasks.
  private static let tasklessCommands: Set<String> = ["hosts", "exec", "logs", "docker", "tunnel"]
  /// Commands that hand on what follows so many words of their own, whatever it looks like.
  private static let ownWords = ["exec": 1, "docker": 0]
  /// Commands whose letters are docker's, `-f` among them: the flags, and those with a value.
  private static let lettersOfDocker = [
    "exec": (flags: "itd", options: "uweHRx"), "logs": (flags: "ft", options: "nHRx"),
  ]

  /// The value of `-f` or `--fabfile`, as written.
  var fabfile: String?
  /// The command, if it stands before all flags but `-f`; only the library can tell a word after
  /// other flags from the value of one.
  var command: Command?
  /// Whether the fabfile has a say in what is going to happen.
  var needsFabfile: Bool
  /// Whether its tasks have one: `hosts`, and `run` with nothing but a command after `--`, are to
  /// work also while the Swift code doesn't compile.
  var needsTasks: Bool

  /// Reads the arguments up to `--`, after which the words are a remote command's.
  init(_ arguments: [String]) {
    var others: [String] = []
    var (name, ownWords): (String?, Int?) = (nil, nil)
    var rest = arguments.dropFirst().prefix { $0 != "--" }[...]
    while let argument = rest.popFirst() {
      if Self.isFabfileFlag(argument, of: name) {
        fabfile = rest.popFirst() ?? fabfile
      } else if let value = Self.fabfile(in: argument, of: name) {
        fabfile = value
      } else if argument.hasPrefix("-") || argument.hasPrefix("@") {
        others.append(argument)
        if Self.takesValue(argument, of: name) { others += rest.popFirst().map { [$0] } ?? [] }
      } else if name == nil {
        (name, ownWords) = (argument, Self.ownWords[argument])
        others.append(argument)
      } else {
        if ownWords == 0 { break }
        ownWords = ownWords.map { $0 - 1 }
        others.append(argument)
        if ownWords == 0 { break }
      }
    }
    let word = others.first.flatMap { $0.hasPrefix("-") ? nil : $0 }
    command = word.map { $0 == "build" ? .build : .other($0) }
    needsFabfile = Self.needsFabfile(others)
    // With nothing after it, `--` ends the options and no more.
    let remainder = arguments.drop { $0 != "--" }.dropFirst()
    needsTasks =
      !(name.map(Self.tasklessCommands.contains) ?? false)
      && Self.needsTasks(others, hasRemainder: !remainder.isEmpty)
  }

  /// Flags whose value is a word of its own; one of `run` that is missing here makes swab compile the
  /// tasks without need, and no more.
  private static let flagsWithValue: Set<String> = [
    "-H", "--hosts", "-R", "--roles", "-x", "--exclude-hosts", "--set", "--ssh-config-path", "-u",
    "--user", "--port", "-z", "--pool-size", "-T", "--command-timeout", "-s", "--shell", "-i",
    "--key-filename", "--password-file", "-t", "--timeout", "-n", "--connection-attempts",
    "--keepalive", "--system-known-hosts", "--hide", "--show", "--color", "--colour", "--env",
    "--workdir", "--detach-keys", "--tail", "--since", "--until",
  ]

  private static func needsTasks(_ arguments: [String], hasRemainder: Bool) -> Bool {
    guard let command = arguments.first else { return false }
    guard command == "run", hasRemainder else { return true }
    var rest = arguments.dropFirst()
    while let word = rest.popFirst() {
      if flagsWithValue.contains(word) {
        _ = rest.popFirst()
      } else if !word.hasPrefix("-"), !word.hasPrefix("@") {
        return true
      }
    }
    return false
  }

  private static func needsFabfile(_ arguments: [String]) -> Bool {
    guard let command = arguments.first, independentFlags.isDisjoint(with: arguments) else {
      return false
    }
    guard independentCommands.contains(command) else { return true }
    // `swab help deploy` is about a task, `swab help run` about a command.
    return command == "help" && arguments.dropFirst().contains { !commandNames.contains($0) }
  }

  private static func isFabfileFlag(_ word: String, of command: String?) -> Bool {
    word == "--fabfile" || word == "-f" && !hasLettersOfDocker(command)
  }

  /// The value in `--fabfile=PATH`, `-f=PATH` and `-fPATH`.
  private static func fabfile(in word: String, of command: String?) -> String? {
    let prefixes = ["--fabfile="] + (hasLettersOfDocker(command) ? [] : ["-f=", "-f"])
    for prefix in prefixes where word.hasPrefix(prefix) {
      return String(word.dropFirst(prefix.count))
    }
    return nil
  }

  private static func hasLettersOfDocker(_ command: String?) -> Bool {
    command.map { lettersOfDocker[$0] != nil } ?? false
  }

  /// Whether an option's value is the next word.
  private static func takesValue(_ word: String, of command: String?) -> Bool {
    guard let letters = command.flatMap({ lettersOfDocker[$0] }), !word.hasPrefix("--") else {
      return flagsWithValue.contains(word)
    }
    // `-itu root` is `-i -t -u root`.
    let rest = word.dropFirst().drop { letters.flags.contains($0) }
    return rest.count == 1 && rest.allSatisfy { letters.options.contains($0) }
  }
}
