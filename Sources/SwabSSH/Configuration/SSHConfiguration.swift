#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#elseif canImport(Darwin)
  import Darwin
#endif

/// What ssh_config says: the person's ~/.ssh/config and the machine's, or one file instead.
///
/// Read once, then asked for each host. Where it understands a keyword it means what ssh means by
/// it (ssh_config(5)); what it leaves out is among the ``warnings``.
public struct SSHConfiguration: Sendable {
  /// Where a line stands.
  public struct Location: Sendable, Hashable, CustomStringConvertible {
    /// The file.
    public var file: String
    /// The line's number, from 1.
    public var line: Int
    /// "file:line".
    public var description: String { "\(file):\(line)" }
  }

  /// A keyword that has no effect here.
  public struct Warning: Sendable, Hashable, CustomStringConvertible {
    /// The keyword, in lower case; to warn of each once.
    public var keyword: String
    /// Where it stands first.
    public var location: Location
    /// What is to say.
    public var message: String
    /// "file:line: message".
    public var description: String { "\(location): \(message)" }
  }

  /// One line of a file, as far as it counts.
  struct Directive: Sendable {
    var keyword: String
    var arguments: [String]
    /// The Host lines that it stands under, of the including files too; all have to match.
    var conditions: [Condition]
    var location: Location
  }

  /// What a Host or Match line demands.
  enum Condition: Sendable {
    case hosts([HostPattern])
    case never

    func holds(for alias: String) -> Bool {
      switch self {
      case .hosts(let patterns): patterns.match(alias)
      case .never: false
      }
    }
  }

  var directives: [Directive] = []
  private(set) var literalHosts: Set<String> = []
  private(set) var skippedMatches: [Warning] = []

  /// An empty configuration, for `--no-ssh-config`.
  public init() {}

  /// Reads the configuration.
  ///
  /// It reads files at once, so call it before there is an event loop to block.
  ///
  /// - Parameters:
  ///   - path: One file to read instead of the usual two.
  ///   - home: The home folder.
  /// - Returns: The configuration; empty if there are no files.
  /// - Throws: ``SSHError`` with `badConfiguration`, naming file and line, for what can't be
  ///   understood, a `path` that can't be read, and a ~/.ssh/config that others may write to.
  public static func load(path: String? = nil, home: String) throws(SSHError) -> SSHConfiguration {
    var reader = SSHConfigurationReader(home: home)
    if let path {
      try reader.read(path, isRequired: true)
    } else {
      try reader.read("\(home)/.ssh/config", checksOwner: true)
      reader.includeFolder = "/etc/ssh"
      try reader.read("/etc/ssh/ssh_config")
    }
    var configuration = SSHConfiguration()
    configuration.directives = reader.directives
    configuration.skippedMatches = reader.skippedMatches
    configuration.literalHosts = reader.literalHosts
    return configuration
  }

  /// Whether a Host line names `name` itself, not just by a pattern.
  public func isLiteralHost(_ name: String) -> Bool { literalHosts.contains(name) }

  static func warnings(of directives: some Sequence<Directive>) -> [Warning] {
    var seen: Set<String> = []
    return directives.compactMap { directive in
      guard let message = SSHConfigurationKeyword.warning(for: directive),
        seen.insert(directive.keyword).inserted
      else { return nil }
      return Warning(keyword: directive.keyword, location: directive.location, message: message)
    }
  }
}

extension SSHError {
  static func badConfiguration(
    _ location: SSHConfiguration.Location,
    _ message: String,
    hint: String? = nil
  ) -> SSHError {
    SSHError(.badConfiguration, "\(location): \(message)", hint: hint)
  }

  static func unreadableConfiguration(_ failure: FileAccess.Failure) -> SSHError {
    SSHError(.badConfiguration, "\(failure.path): \(failure.reason)", cause: failure)
  }

  static func untrustedConfiguration(_ path: String) -> SSHError {
    SSHError(
      .badConfiguration,
      "\(path): others may write to it, or own it, so it isn't trusted",
      hint: "chmod 600 '\(path)'"
    )
  }
}
