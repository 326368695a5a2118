#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#elseif canImport(Darwin)
  import Darwin
#endif

/// Reads files of ssh_config with all that they include, which blocks.
struct SSHConfigurationReader {
  /// As deep as OpenSSH goes.
  static let maximumDepth = 16

  private(set) var directives: [SSHConfiguration.Directive] = []
  private(set) var literalHosts: Set<String> = []
  private(set) var skippedMatches: [SSHConfiguration.Warning] = []
  /// What relative Include paths start from.
  var includeFolder: String
  private let home: String

  init(home: String) {
    self.home = home
    includeFolder = home + "/.ssh"
  }

  /// Reads a file.
  ///
  /// - Parameters:
  ///   - path: The file.
  ///   - isRequired: Whether it has to be there.
  ///   - checksOwner: Whether it is refused if others could have written it.
  ///   - conditions: What the Include line that names it stands under.
  ///   - depth: How many Include lines led here.
  /// - Throws: ``SSHError`` with `badConfiguration`.
  mutating func read(
    _ path: String,
    isRequired: Bool = false,
    checksOwner: Bool = false,
    conditions: [SSHConfiguration.Condition] = [],
    depth: Int = 0
  ) throws(SSHError) {
    let (bytes, status): ([UInt8], FileAccess.Status)
    do {
      (bytes, status) = try FileAccess.read(path, limit: 4 << 20)
    } catch {
      guard isRequired || !error.isMissing else { return }
      throw .unreadableConfiguration(error)
    }
    guard !checksOwner || (status.isOwnedByMeOrRoot && status.mode & 0o022 == 0) else {
      throw .untrustedConfiguration(path)
    }
    var scope = Scope(outer: conditions, depth: depth, checksOwner: checksOwner)
    let lines = bytes.split(separator: UInt8(ascii: "\n"), omittingEmptySubsequences: false)
    for (index, bytes) in lines.enumerated() {
      let location = SSHConfiguration.Location(file: path, line: index + 1)
      guard let line = SSHConfigurationLine(String(decoding: bytes, as: UTF8.self)) else {
        continue
      }
      try read(line, at: location, &scope)
    }
  }

  /// What the lines of one file stand under.
  private struct Scope {
    let outer: [SSHConfiguration.Condition]
    let depth: Int
    let checksOwner: Bool
    var own: SSHConfiguration.Condition?

    var conditions: [SSHConfiguration.Condition] { outer + (own.map { [$0] } ?? []) }
  }

  private mutating func read(
    _ line: SSHConfigurationLine,
    at location: SSHConfiguration.Location,
    _ scope: inout Scope
  ) throws(SSHError) {
    // Commands are for a shell: their quotes are none of ours, and they stay in one piece.
    let isCommand = line.keyword.hasSuffix("command")
    let arguments: [String]
    do {
      arguments = isCommand ? [line.value].filter { !$0.isEmpty } : try line.arguments()
    } catch {
      throw .badConfiguration(location, "a quote is not closed")
    }
    guard !arguments.isEmpty else {
      throw .badConfiguration(location, "\(line.keyword) has no value")
    }
    switch line.keyword {
    case "host":
      let patterns = arguments.map { HostPattern($0) }
      scope.own = .hosts(patterns)
      for (pattern, name) in zip(patterns, arguments) where pattern.isLiteral {
        literalHosts.insert(name)
      }
    case "match": scope.own = match(arguments, at: location)
    case "include": try include(arguments, at: location, scope)
    default:
      let directive = SSHConfiguration.Directive(
        keyword: line.keyword,
        arguments: arguments,
        conditions: scope.conditions,
        location: location
      )
      if let problem = SSHConfigurationKeyword.problem(with: directive) {
        throw .badConfiguration(location, problem)
      }
      directives.append(directive)
    }
  }

  private mutating func match(
    _ arguments: [String],
    at location: SSHConfiguration.Location
  ) -> SSHConfiguration.Condition? {
    guard arguments.map({ $0.lowercased() }) != ["all"] else { return nil }
    let message = "Match is not supported (but for Match all): the lines under it are skipped"
    skippedMatches.append(
      SSHConfiguration.Warning(keyword: "match", location: location, message: message)
    )
    return .never
  }

  private mutating func include(
    _ patterns: [String],
    at location: SSHConfiguration.Location,
    _ scope: Scope
  ) throws(SSHError) {
    guard scope.depth < Self.maximumDepth else {
      throw .badConfiguration(location, "more than \(Self.maximumDepth) files include each other")
    }
    for pattern in patterns {
      for path in Self.files(matching: absolute(pattern)) {
        try read(
          path,
          checksOwner: scope.checksOwner,
          conditions: scope.conditions,
          depth: scope.depth + 1
        )
      }
    }
  }

  private func absolute(_ pattern: String) -> String {
    if pattern.hasPrefix("/") { return pattern }
    return pattern.hasPrefix("~/") ? home + pattern.dropFirst() : "\(includeFolder)/\(pattern)"
  }

  private static func files(matching pattern: String) -> [String] {
    var found = glob_t()
    defer { globfree(&found) }
    guard glob(pattern, 0, nil, &found) == 0 else { return [] }
    return (0..<Int(found.gl_pathc)).compactMap { index in
      found.gl_pathv[index].map { String(cString: $0) }
    }
  }
}
