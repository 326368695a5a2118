/// Where a Docker Engine listens.
///
/// It reads everything that `DOCKER_HOST` and Docker's own clients take, and a few obvious forms
/// that some of those refuse, such as a bare path and `localhost:2375`.
public struct DockerAddress: Sendable, Hashable {
  /// The kinds of places an engine listens at.
  @nonexhaustive
  public enum Endpoint: Sendable, Hashable {
    /// A UNIX socket at that path.
    case unixSocket(path: String)
    /// A TCP port; an IPv6 address has no brackets here.
    case tcp(host: String, port: Int)
  }

  /// The place to connect to.
  public var endpoint: Endpoint
  /// What precedes each request's path, without a slash at its end; mostly nothing.
  public var basePath: String
  /// Whether TLS is spoken there, if the address says so: `https` does, `http` denies it, and
  /// `tcp` leaves it to whoever connects.
  public var usesTLS: Bool?

  /// The address of this endpoint.
  public init(_ endpoint: Endpoint, basePath: String = "", usesTLS: Bool? = nil) {
    self.endpoint = endpoint
    self.basePath = basePath
    self.usesTLS = usesTLS
  }

  /// The port of engines without TLS, unless told otherwise.
  package static let port = 2375
  /// The port of engines with TLS, unless told otherwise.
  package static let portWithTLS = 2376

  /// Where an engine listens unless told otherwise: `/var/run/docker.sock`.
  public static let standard = DockerAddress(.unixSocket(path: "/var/run/docker.sock"))

  /// Reads an address.
  ///
  /// - Parameter text: For example `unix:///run/docker.sock`, `tcp://192.0.2.1:2375`, or nothing for
  ///   the standard socket.
  /// - Throws: A ``DockerError`` with code `invalidAddress`, or `unsupportedAddress` for one that is
  ///   well formed but needs SSH or Windows.
  public init(parsing text: String?) throws {
    try self.init(parsing: text, defaultPort: Self.port, defaultPortWithTLS: Self.portWithTLS)
  }

  /// Reads an address, with a port of the caller's for those of TCP without one.
  ///
  /// - Parameters:
  ///   - text: As for ``init(parsing:)``.
  ///   - defaultPort: The port; without one, an address has to name its own.
  ///   - defaultPortWithTLS: The port where the address says that TLS is spoken.
  /// - Throws: As ``init(parsing:)`` does.
  package init(
    parsing text: String?,
    defaultPort: Int?,
    defaultPortWithTLS: Int? = nil
  ) throws(DockerError) {
    guard let text, !text.isEmpty else {
      self = .standard
      return
    }
    guard text.utf8.allSatisfy({ $0 >= 0x20 && $0 != 0x7F }) else {
      throw DockerError.invalidAddress(text, "it holds a control character")
    }
    if text.hasPrefix("/") {
      self.init(.unixSocket(path: text))
      return
    }
    let (scheme, rest) = Self.splitScheme(text)
    switch scheme {
    case "unix": try self.init(socket: rest, of: text)
    case "http+unix":
      guard let path = PathEncoding.decoded(rest) else {
        throw DockerError.invalidAddress(text, "its percent encoding is broken")
      }
      try self.init(socket: path, of: text)
    case nil, "tcp", "http":
      try self.init(authority: rest, of: text, defaultPort: defaultPort)
      if scheme == "http" { usesTLS = false }
    case "https":
      try self.init(authority: rest, of: text, defaultPort: defaultPortWithTLS)
      usesTLS = true
    case "ssh", "npipe": throw DockerError.unsupportedAddress(text, scheme: scheme ?? "")
    default: throw DockerError.invalidAddress(text, "'\(scheme ?? "")' is no known scheme")
    }
  }

  /// `unix:/p` has no authority, so a scheme may end in a mere colon; `localhost:2375` has none.
  static func splitScheme(_ text: String) -> (scheme: String?, rest: Substring) {
    if let range = text.firstRange(of: "://") {
      return (text[..<range.lowerBound].lowercased(), text[range.upperBound...])
    }
    let lowercased = text.lowercased()
    for scheme in ["unix", "http+unix", "npipe"] where lowercased.hasPrefix(scheme + ":") {
      return (scheme, text.dropFirst(scheme.count + 1))
    }
    return (nil, Substring(text))
  }

  private init(socket path: some StringProtocol, of text: String) throws(DockerError) {
    guard !path.isEmpty else {
      self = .standard
      return
    }
    guard !path.contains(where: { $0 == "?" || $0 == "#" }), !path.utf8.contains(0) else {
      throw DockerError.invalidAddress(text, "a socket's path takes no query")
    }
    // Of `unix://var/run/x` docker-py and the Docker CLI make `/var/run/x`, too.
    self.init(.unixSocket(path: path.hasPrefix("/") ? String(path) : "/" + path))
  }

  private init(
    authority rest: Substring,
    of text: String,
    defaultPort: Int?
  ) throws(DockerError) {
    guard !rest.contains(where: { "?#;@ ".contains($0) }) else {
      throw DockerError.invalidAddress(text, "it may hold a host, a port and a path only")
    }
    let slash = rest.firstIndex(of: "/") ?? rest.endIndex
    let (host, port) = try Self.splitPort(rest[..<slash], of: text)
    guard let port = port ?? defaultPort else { throw DockerError.missingPort(text) }
    var path = rest[slash...]
    while path.last == "/" { path.removeLast() }
    self.init(.tcp(host: host, port: port), basePath: String(path))
  }

  private static func splitPort(
    _ authority: Substring,
    of text: String
  ) throws(DockerError) -> (host: String, port: Int?) {
    var host = authority
    var port: Substring?
    if authority.first == "[" {
      guard let end = authority.firstIndex(of: "]") else {
        throw DockerError.invalidAddress(text, "']' is missing")
      }
      host = authority[authority.index(after: authority.startIndex)..<end]
      let after = authority[authority.index(after: end)...]
      guard !host.isEmpty, after.isEmpty || after.first == ":" else {
        throw DockerError.invalidAddress(text, "only a port can follow ']'")
      }
      port = after.isEmpty ? nil : after.dropFirst()
    } else if let colon = authority.firstIndex(of: ":") {
      host = authority[..<colon]
      port = authority[authority.index(after: colon)...]
    }
    guard let port else {
      guard !host.isEmpty else { throw DockerError.invalidAddress(text, "the host is missing") }
      return (String(host), nil)
    }
    guard let number = UInt16(port), number > 0, port.utf8.allSatisfy({ $0 >= 0x30 }) else {
      throw DockerError.invalidAddress(text, "'\(port)' is no port from 1 to 65535")
    }
    // Docker's own reading of `:2375`.
    return (host.isEmpty ? "127.0.0.1" : String(host), Int(number))
  }
}

extension DockerAddress: CustomStringConvertible {
  /// The address as a URL.
  public var description: String {
    switch endpoint {
    case .unixSocket(let path): "unix://\(path)"
    case .tcp: "\(scheme)://\(authority)\(basePath)"
    }
  }

  private var scheme: String {
    switch usesTLS {
    case true?: "https"
    case false?: "http"
    case nil: "tcp"
    }
  }

  /// The `Host` header: the engine insists on one, and refuses a path in it.
  var authority: String {
    switch endpoint {
    case .unixSocket: "docker"
    case .tcp(let host, let port): host.contains(":") ? "[\(host)]:\(port)" : "\(host):\(port)"
    }
  }

  /// What errors call the engine's machine, if it is told from this one.
  var otherMachine: String? {
    if case .tcp = endpoint { authority } else { nil }
  }

  /// The address as messages name it.
  package var place: String {
    switch endpoint {
    case .unixSocket(let path): path
    case .tcp: authority
    }
  }
}

extension DockerAddress {
  /// Reads the address of an engine with which TLS is spoken, if there are options for it.
  init(parsing text: String?, tls: DockerTLS?) throws(DockerError) {
    try self.init(
      parsing: text,
      defaultPort: tls == nil ? Self.port : Self.portWithTLS,
      defaultPortWithTLS: Self.portWithTLS
    )
  }
}
