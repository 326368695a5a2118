#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#else
  import Darwin
#endif

/// A host as one writes it: `[user@]host[:port]`, as in Fabric.
///
/// An IPv6 address needs brackets only if a port follows.
struct HostString: Sendable, Hashable {
  /// The user, if one was written.
  var user: String?
  /// The name or address, without brackets.
  var host: String
  /// The port, if one was written.
  var port: Int?
}

extension HostString {
  /// Takes a host string apart.
  init(_ text: String) throws(FabfileError) {
    // The last @ divides: user names of directory services contain one themselves.
    guard let at = text.lastIndex(of: "@") else {
      self = try Self.endpoint(text[...], in: text)
      return
    }
    let user = String(text[..<at])
    let endpoint = text[text.index(after: at)...]
    guard !user.isEmpty else {
      throw FabfileError("'\(text)' has no user before the @")
    }
    guard !user.contains(":") else {
      throw FabfileError(
        "a host string can't contain a password",
        hint: "give it by swab run -p, or by SWAB_PASSWORD"
      )
    }
    guard user.unicodeScalars.allSatisfy(Self.isVisible) else {
      throw FabfileError("the user of a host string can't contain control characters")
    }
    self = try Self.endpoint(endpoint, in: text)
    self.user = user
  }

  private static func endpoint(_ part: Substring, in text: String) throws(FabfileError)
    -> HostString
  {
    guard !part.isEmpty else {
      throw FabfileError(text.isEmpty ? "a host string is empty" : "'\(text)' has no host")
    }
    if part.hasPrefix("[") { return try bracketed(part, in: text) }
    let colons = part.count { $0 == ":" }
    if colons > 1 {
      return HostString(host: try address(part, in: text))
    }
    guard let colon = part.firstIndex(of: ":") else {
      return HostString(host: try name(part, in: text))
    }
    let host = try name(part[..<colon], in: text)
    return HostString(host: host, port: try port(part[part.index(after: colon)...], in: text))
  }

  private static func bracketed(_ part: Substring, in text: String) throws(FabfileError)
    -> HostString
  {
    guard let end = part.firstIndex(of: "]") else {
      throw FabfileError("'\(text)' has no ] to its [")
    }
    let host = try address(part[..<end].dropFirst(), in: text)
    let rest = part[end...].dropFirst()
    guard !rest.isEmpty else { return HostString(host: host) }
    guard rest.hasPrefix(":") else {
      throw FabfileError("'\(text)': only :port can follow the address in brackets")
    }
    return HostString(host: host, port: try port(rest.dropFirst(), in: text))
  }

  private static func name(_ part: Substring, in text: String) throws(FabfileError) -> String {
    guard !part.isEmpty else { throw FabfileError("'\(text)' has no host") }
    // A host that starts with a dash would be an option to any program it is handed to.
    guard !part.hasPrefix("-"), part.unicodeScalars.allSatisfy(isNamePart) else {
      throw FabfileError("'\(text)' is not a host string", hint: "write [user@]host[:port]")
    }
    return String(part)
  }

  private static func address(_ part: Substring, in text: String) throws(FabfileError) -> String {
    guard isIPv6(part) else {
      throw FabfileError(
        "'\(text)' is neither host:port nor an IPv6 address",
        hint: "write [user@]host[:port]; an IPv6 address with a port is [::1]:22"
      )
    }
    return String(part)
  }

  private static func port(_ part: Substring, in text: String) throws(FabfileError) -> Int {
    guard let port = EnvValue.decimal(String(part)), (1...65535).contains(port) else {
      throw FabfileError("'\(text)': a port is a number from 1 to 65535, not '\(part)'")
    }
    return port
  }

  private static func isVisible(_ scalar: Unicode.Scalar) -> Bool {
    switch scalar.properties.generalCategory {
    case .control, .format, .lineSeparator, .paragraphSeparator, .surrogate: false
    default: true
    }
  }

  private static func isNamePart(_ scalar: Unicode.Scalar) -> Bool {
    if scalar.isASCII {
      return scalar.properties.isAlphabetic || ("0"..."9").contains(scalar)
        || ["-", ".", "_"].contains(scalar)
    }
    return isVisible(scalar) && !scalar.properties.isWhitespace
  }
}

extension HostString {
  /// Whether the host is an IP address.
  var isAddress: Bool { Self.isIPv6(host[...]) || Self.isIPv4(host) }

  static func isIPv4(_ text: String) -> Bool {
    var address = in_addr()
    return inet_pton(AF_INET, text, &address) == 1
  }

  static func isIPv6(_ text: Substring) -> Bool {
    let parts = text.split(separator: "%", maxSplits: 1, omittingEmptySubsequences: false)
    guard let digits = parts.first else { return false }
    if let zone = parts.dropFirst().first {
      guard !zone.isEmpty, zone.unicodeScalars.allSatisfy(isNamePart) else { return false }
    }
    var address = in6_addr()
    return inet_pton(AF_INET6, String(digits), &address) == 1
  }

  /// The whole endpoint in one spelling: `user@host:port`, with brackets around IPv6.
  ///
  /// - Parameters:
  ///   - user: The user, if none was written.
  ///   - port: The port, if none was written.
  /// - Returns: The endpoint, its host in lower case.
  func normalized(user: String, port: Int) -> String {
    HostString(user: self.user ?? user, host: host.lowercased(), port: self.port ?? port)
      .description
  }
}

extension HostString: CustomStringConvertible {
  var description: String {
    let host = host.contains(":") && port != nil ? "[\(host)]" : host
    return (user.map { "\($0)@" } ?? "") + host + (port.map { ":\($0)" } ?? "")
  }
}
