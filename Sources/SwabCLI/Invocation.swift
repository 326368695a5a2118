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
    "run", "list", "hosts", "init", "build", "help", "version",
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
    var rest = arguments.dropFirst().prefix { $0 != "--" }[...]
    while let argument = rest.popFirst() {
      if argument == "-f" || argument == "--fabfile" {
        fabfile = rest.popFirst() ?? fabfile
      } else if let value = Self.value(of: argument) {
        fabfile = value
      } else {
        others.append(argument)
      }
    }
    let word = others.first.flatMap { $0.hasPrefix("-") ? nil : $0 }
    command = word.map { $0 == "build" ? .build : .other($0) }
    needsFabfile = Self.needsFabfile(others)
    // With nothing after it, `--` ends the options and no more.
    let remainder = arguments.drop { $0 != "--" }.dropFirst()
    needsTasks = Self.needsTasks(others, hasRemainder: !remainder.isEmpty)
  }

  /// Flags of `run` whose value is a word of its own; a flag that is missing here makes swab compile
  /// the tasks without need, and no more.
  private static let flagsWithValue: Set<String> = [
    "-H", "--hosts", "-R", "--roles", "-x", "--exclude-hosts", "--set", "--ssh-config-path", "-u",
    "--user", "--port", "-z", "--pool-size", "-T", "--command-timeout", "-s", "--shell", "-i",
    "--key-filename", "--password-file", "-t", "--timeout", "-n", "--connection-attempts",
    "--keepalive", "--system-known-hosts", "--hide", "--show", "--color", "--colour",
  ]

  private static func needsTasks(_ arguments: [String], hasRemainder: Bool) -> Bool {
    guard let command = arguments.first else { return false }
    if command == "hosts" { return false }
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

  /// The value in `--fabfile=PATH`, `-f=PATH` and `-fPATH`.
  private static func value(of argument: String) -> String? {
    for prefix in ["--fabfile=", "-f=", "-f"] where argument.hasPrefix(prefix) {
      return String(argument.dropFirst(prefix.count))
    }
    return nil
  }
}
