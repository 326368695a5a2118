/// Where a host's Docker Engine is, seen from the host.
struct RemoteEngine: Hashable, Sendable, CustomStringConvertible {
  private let address: DockerAddress

  /// Reads a base URL: nothing, a path, `unix:` and `http+unix:` are a socket of the host;
  /// everything else is `host[:port]` seen from the host.
  ///
  /// - Parameters:
  ///   - baseURL: What `docker_base_url` or an argument says.
  ///   - remotePort: The port for URLs without one.
  ///   - isSecure: Whether TLS is asked for.
  /// - Throws: ``TaskError`` if it can't be read, needs TLS, or has no port.
  init(baseURL: String?, remotePort: Int?, isSecure: Bool) throws(TaskError) {
    let url = baseURL ?? ""
    if isSecure || url.lowercased().hasPrefix("https:") { throw Self.noTLS(url) }
    do {
      address = try DockerAddress(parsing: url, defaultPort: remotePort)
    } catch {
      throw TaskError(
        .usage,
        error.message,
        hint: "seen from the host: unix:///var/run/docker.sock, a path, or tcp://HOST:PORT, whose "
          + "port may also be docker_tunnel_remote_port"
      )
    }
  }

  /// What the tunnel leads to.
  var endpoint: DockerAddress.Endpoint { address.endpoint }

  /// What precedes the path of each request.
  var basePath: String { address.basePath }

  var description: String { address.place }

  private static func noTLS(_ url: String) -> TaskError {
    TaskError(
      .usage,
      "TLS to the Docker Engine is not built yet (docker_tls, \(url.isEmpty ? "https" : url))",
      hint: "use the engine's UNIX socket: SSH encrypts what goes through the tunnel"
    )
  }
}
