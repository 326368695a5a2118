/// Commands for shells, such as those of ``DockerFile/run(_:)``, with what needs it in quotes.
///
/// ```swift
/// try dockerfile.run(Shortcuts.mkdirChown("/var/lib/app", owner: "app"))
/// ```
///
/// Options that have no argument of their own are given by their name, dashes included: a truth
/// value says whether it is there, anything else is its value.
public enum Shortcuts {
  /// Options by their names, in their order: `["-v": true, "--max-time": 30]`.
  public typealias Options = KeyValuePairs<String, OptionValue?>

  /// What is said of an option.
  public enum OptionValue: Sendable, Hashable {
    /// Whether it is there.
    case isSet(Bool)
    /// Its value.
    case text(String)
  }

  /// Who something is to belong to: `"app"`, `1000`, `"app:www-data"`.
  ///
  /// A name or a number alone stands for the user and for the group of that name or number.
  public struct Owner: Sendable, Hashable {
    /// As `chown` takes it, such as `app:www-data`.
    public var text: String

    /// A user and a group, by names or numbers.
    public init(_ user: String, group: String) {
      text = "\(user):\(group)"
    }

    /// A user and a group by their numbers.
    public init(_ user: Int, group: Int) {
      self.init(String(user), group: String(group))
    }

    /// Reads a text such as `app` or `app:www-data`.
    public init(_ text: String) {
      self.text = text.utf8.contains(UInt8(ascii: ":")) ? text : "\(text):\(text)"
    }
  }

  /// Removes a file, or a folder with all that is in it.
  ///
  /// - Parameters:
  ///   - path: What.
  ///   - recursive: Whether it may be a folder.
  ///   - force: Whether it needs not be there.
  ///   - options: Further options.
  /// - Returns: The command.
  public static func rm(
    _ path: String,
    recursive: Bool = false,
    force: Bool = false,
    options: Options = [:]
  ) -> String {
    command("rm", [("-R", .isSet(recursive)), ("-f", .isSet(force))], options, [path])
  }

  /// Gives something to a user and a group.
  ///
  /// - Parameters:
  ///   - owner: To whom.
  ///   - path: What.
  ///   - recursive: Whether all that is in a folder goes with it.
  ///   - options: Further options.
  /// - Returns: The command.
  public static func chown(
    _ owner: Owner,
    _ path: String,
    recursive: Bool = true,
    options: Options = [:]
  ) -> String {
    command("chown", [("-R", .isSet(recursive))], options, [owner.text, path])
  }

  /// Changes who may do what with something.
  ///
  /// - Parameters:
  ///   - mode: The permissions, such as `0700` or `u+x`.
  ///   - path: With what.
  ///   - recursive: Whether this goes for all that is in a folder.
  ///   - options: Further options.
  /// - Returns: The command.
  public static func chmod(
    _ mode: String,
    _ path: String,
    recursive: Bool = true,
    options: Options = [:]
  ) -> String {
    command("chmod", [("-R", .isSet(recursive))], options, [mode, path])
  }

  /// Fetches a URL by curl.
  ///
  /// - Parameters:
  ///   - url: What.
  ///   - filename: Where it is put; standard output if nil.
  ///   - options: Further options, such as `["-fsSL": true]`.
  /// - Returns: The command.
  public static func curl(
    _ url: String,
    filename: String? = nil,
    options: Options = [:]
  ) -> String {
    command("curl", [("-o", filename.map { .text($0) })], options, [url])
  }

  /// Fetches a URL by wget.
  ///
  /// - Parameters:
  ///   - url: What.
  ///   - filename: Where it is put; a file of the URL's last part if nil.
  ///   - options: Further options.
  /// - Returns: The command.
  public static func wget(
    _ url: String,
    filename: String? = nil,
    options: Options = [:]
  ) -> String {
    command("wget", [("-O", filename.map { .text($0) })], options, [url])
  }

  static func command(
    _ name: String,
    _ own: [(String, OptionValue?)],
    _ options: Options,
    _ arguments: [String]
  ) -> String {
    let flags = (own + options.map { ($0.key, $0.value) }).flatMap { name, value in
      switch value {
      case .isSet(true): [name]
      case .text(let text): [name, ShellText.quoted(text)]
      case .isSet(false), nil: [String]()
      }
    }
    return ([name] + flags + arguments.map(ShellText.quoted)).joined(separator: " ")
  }
}

extension Shortcuts.Owner: ExpressibleByStringInterpolation, ExpressibleByIntegerLiteral {
  /// A text such as `app` or `app:www-data`.
  public init(stringLiteral value: String) {
    self.init(value)
  }

  /// The user and the group of that number.
  public init(integerLiteral value: Int) {
    self.init(value, group: value)
  }
}

extension Shortcuts.OptionValue: ExpressibleByStringInterpolation, ExpressibleByIntegerLiteral,
  ExpressibleByBooleanLiteral
{
  /// A value.
  public init(stringLiteral value: String) {
    self = .text(value)
  }

  /// A number as the value.
  public init(integerLiteral value: Int) {
    self = .text(String(value))
  }

  /// Whether the option is there.
  public init(booleanLiteral value: Bool) {
    self = .isSet(value)
  }
}
