/// Where a host's Docker Engine is, seen from the host.
enum RemoteEngine: Hashable, Sendable, CustomStringConvertible {
  case socket(path: String)
  case tcp(host: String, port: Int)

  /// The socket that Docker listens on unless told otherwise.
  static let defaultSocket = "/var/run/docker.sock"

  /// Reads a base URL as Docker-Fabric does: nothing, a path, `unix:` and `http+unix:` are a socket
  /// of the host; everything else is `host[:port]` seen from the host.
  ///
  /// - Parameters:
  ///   - baseURL: What `docker_base_url` or an argument says.
  ///   - remotePort: The port for URLs without one.
  ///   - isSecure: Whether TLS is asked for.
  /// - Throws: ``TaskError`` if it can't be read, needs TLS, or has no port.
  init(baseURL: String?, remotePort: Int?, isSecure: Bool) throws(TaskError) {
    let url = baseURL ?? ""
    if isSecure || url.lowercased().hasPrefix("https:") { throw Self.noTLS(url) }
    if url.isEmpty {
      self = .socket(path: Self.defaultSocket)
    } else if url.hasPrefix("/") {
      self = .socket(path: url)
    } else if let rest = Self.rest(of: url, after: ["unix:", "http+unix:"]) {
      self = .socket(path: try Self.path(rest, of: url))
    } else {
      self = try Self.endpoint(url, remotePort)
    }
  }

  var description: String {
    switch self {
    case .socket(let path): path
    case .tcp(let host, let port): "\(host.contains(":") ? "[\(host)]" : host):\(port)"
    }
  }

  private static func path(_ rest: Substring, of url: String) throws(TaskError) -> String {
    var path = rest.drop { $0 == "/" }
    // The form of HTTP clients that have no other place for it: the path as the URL's host.
    let decoded = path.contains("%") ? percentDecoded(path) : String(path)
    path = decoded.drop { $0 == "/" }
    if path.isEmpty { return defaultSocket }
    guard !path.contains("\0") else { throw bad(url, "its path has a null character") }
    return "/" + path
  }

  private static func endpoint(_ url: String, _ remotePort: Int?) throws(TaskError) -> RemoteEngine
  {
    let schemes = ["tcp://", "http://"]
    let text = rest(of: url, after: schemes) ?? url[...]
    if text.contains("://") {
      throw bad(url, "its scheme is none of tcp, http, unix and http+unix")
    }
    let authority = String(text.prefix { $0 != "/" })
    let host: HostString
    do {
      host = try HostString(authority)
    } catch {
      throw bad(url, error.message)
    }
    guard host.user == nil else { throw bad(url, "a user can't stand in it") }
    guard let port = host.port ?? remotePort else {
      throw TaskError(
        .usage,
        "the base URL '\(url)' has no port, and no remote port is set",
        hint: "write tcp://\(authority):2375, or set docker_tunnel_remote_port"
      )
    }
    return .tcp(host: host.host, port: port)
  }

  private static func rest(of url: String, after schemes: [String]) -> Substring? {
    let lowered = url.lowercased()
    return schemes.first { lowered.hasPrefix($0) }.map { url.dropFirst($0.count) }
  }

  private static func percentDecoded(_ text: Substring) -> String {
    var bytes: [UInt8] = []
    var rest = Array(text.utf8)[...]
    while let byte = rest.popFirst() {
      if byte == UInt8(ascii: "%"), rest.count >= 2,
        let value = UInt8(String(decoding: rest.prefix(2), as: UTF8.self), radix: 16)
      {
        bytes.append(value)
        rest = rest.dropFirst(2)
      } else {
        bytes.append(byte)
      }
    }
    return String(decoding: bytes, as: UTF8.self)
  }

  private static func bad(_ url: String, _ why: String) -> TaskError {
    TaskError(
      .usage,
      "the base URL '\(url)' can't be read: \(why)",
      hint: "unix:///var/run/docker.sock, a path, or tcp://HOST:PORT as seen from the host"
    )
  }

  private static func noTLS(_ url: String) -> TaskError {
    TaskError(
      .usage,
      "TLS to the Docker Engine is not built yet (docker_tls, \(url.isEmpty ? "https" : url))",
      hint: "use the engine's UNIX socket: SSH encrypts what goes through the tunnel"
    )
  }
}
