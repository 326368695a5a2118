#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#elseif canImport(Darwin)
  import Darwin
#endif

extension SSHConfiguration {
  /// What the files say about a host: for each keyword the first value that applies to it.
  ///
  /// - Parameters:
  ///   - alias: The host as the person wrote it.
  ///   - user: The remote user, where one was given that goes before User.
  ///   - port: The port, where one was given that goes before Port.
  ///   - defaultPort: The port where neither says anything.
  ///   - localUser: Who runs this, for `%u` and where nothing else says who logs in.
  ///   - home: The home folder, for `~` and `%d`.
  /// - Returns: The settings, with tokens replaced.
  public func settings(
    for alias: String,
    user: String? = nil,
    port: Int? = nil,
    defaultPort: Int = 22,
    localUser: String,
    home: String
  ) -> SSHHostSettings {
    let applying = directives.filter { $0.conditions.allSatisfy { $0.holds(for: alias) } }
    let values = Values(applying)
    var tokens = Tokens(alias: alias, localUser: localUser, home: home)
    let address = values.first("hostname").map(tokens.replacingHost) ?? alias
    let configuredPort = values.first("port").flatMap(SSHConfigurationKeyword.port)
    var settings = SSHHostSettings(
      address: address.lowercased(),
      port: port ?? configuredPort ?? defaultPort,
      home: home
    )
    settings.user = user ?? values.first("user")
    tokens.address = settings.address
    tokens.port = settings.port
    tokens.user = settings.user ?? localUser
    fill(&settings, values, tokens)
    settings.warnings = Self.warnings(of: Self.deciding(applying)) + skippedMatches.prefix(1)
    return settings
  }

  /// The lines that count: the first of each keyword, and no ProxyJump after a ProxyCommand.
  private static func deciding(_ directives: [Directive]) -> [Directive] {
    var seen: Set<String> = []
    return directives.filter { directive in
      guard seen.insert(directive.keyword).inserted else { return false }
      return directive.keyword != "proxyjump" || !seen.contains("proxycommand")
    }
  }

  private func fill(_ settings: inout SSHHostSettings, _ values: Values, _ tokens: Tokens) {
    settings.identityFiles = values.identityFiles?.map(tokens.replacing)
    settings.identitiesOnly = values.flag("identitiesonly") ?? false
    settings.agent = values.first("identityagent").map { agent($0, tokens) } ?? .environment
    if let files = values.files("userknownhostsfile") {
      settings.userKnownHostsFiles = files.map(tokens.replacing)
    }
    if let files = values.files("globalknownhostsfile") {
      settings.globalKnownHostsFiles = files.map(tokens.replacing)
    }
    settings.hostKeyPolicy =
      values.first("stricthostkeychecking").flatMap(HostKeyPolicy.init(configured:))
    settings.hashesKnownHosts = values.flag("hashknownhosts") ?? false
    settings.hostKeyAlias = values.first("hostkeyalias")
    settings.connectTimeout =
      values.first("connecttimeout").flatMap(SSHConfigurationKeyword.duration)
    settings.serverAliveInterval =
      values.first("serveraliveinterval").flatMap(SSHConfigurationKeyword.duration)
    settings.serverAliveCountMax = values.first("serveralivecountmax").flatMap { Int($0) }
  }

  private func agent(_ value: String, _ tokens: Tokens) -> SSHHostSettings.Agent {
    if value.lowercased() == "none" { return .none }
    if value == "SSH_AUTH_SOCK" { return .environment }
    if value.hasPrefix("$"), !value.hasPrefix("${") { return .variable(String(value.dropFirst())) }
    return .socket(tokens.replacing(value))
  }

  /// The lines that apply to a host, by keyword.
  private struct Values {
    private var first: [String: [String]] = [:]
    /// `nil` if there is no IdentityFile; empty for `IdentityFile none`.
    private(set) var identityFiles: [String]?

    init(_ directives: [Directive]) {
      for directive in directives {
        if directive.keyword == "identityfile" { add(directive.arguments) }
        guard first[directive.keyword] == nil else { continue }
        first[directive.keyword] = directive.arguments
      }
    }

    private mutating func add(_ files: [String]) {
      var all = identityFiles ?? []
      for file in files.prefix(1) where file.lowercased() != "none" && !all.contains(file) {
        all.append(file)
      }
      identityFiles = all
    }

    func first(_ keyword: String) -> String? { first[keyword]?.first }

    func flag(_ keyword: String) -> Bool? { first(keyword).flatMap(SSHConfigurationKeyword.flag) }

    func files(_ keyword: String) -> [String]? {
      first[keyword].map { $0.count == 1 && $0[0].lowercased() == "none" ? [] : $0 }
    }
  }
}

/// Replaces what ssh_config(5) calls tokens, and `~` and `${VARIABLE}` in the names of files.
struct Tokens {
  let alias: String
  let localUser: String
  let home: String
  var address = ""
  var port = 22
  var user = ""

  init(alias: String, localUser: String, home: String) {
    (self.alias, self.localUser, self.home) = (alias, localUser, home)
  }

  /// In HostName only `%h` and `%%` have a meaning.
  func replacingHost(_ text: String) -> String {
    replacing(text) { ["h": alias, "%": "%"][$0] }
  }

  /// In the name of a file.
  func replacing(_ path: String) -> String {
    let path = path == "~" || path.hasPrefix("~/") ? home + path.dropFirst() : path
    return replacingVariables(
      replacing(path) { token in
        switch token {
        case "%": "%"
        case "d": home
        case "h": address
        case "i": String(getuid())
        case "n": alias
        case "p": String(port)
        case "r": user
        case "u": localUser
        default: nil
        }
      }
    )
  }

  /// Unknown tokens stay as they are, so that an error about the file shows them.
  private func replacing(_ text: String, by value: (Character) -> String?) -> String {
    var (result, rest) = ("", text[...])
    while let percent = rest.firstIndex(of: "%") {
      result += rest[..<percent]
      rest = rest[percent...].dropFirst()
      guard let token = rest.popFirst() else { return result + "%" }
      result += value(token) ?? "%\(token)"
    }
    return result + rest
  }

  private func replacingVariables(_ text: String) -> String {
    var (result, rest) = ("", text[...])
    while let start = rest.firstRange(of: "${"),
      let end = rest[start.upperBound...].firstIndex(of: "}")
    {
      let name = String(rest[start.upperBound..<end])
      result += rest[..<start.lowerBound]
      result += getenv(name).map { String(cString: $0) } ?? "${\(name)}"
      rest = rest[end...].dropFirst()
    }
    return result + rest
  }
}
