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
  /// - Throws: ``TaskError`` if it can't be read, has no TLS though that is asked for, or has no port.
  init(baseURL: String?, remotePort: Int?, isSecure: Bool) throws(TaskError) {
    let url = baseURL ?? ""
    if let ssh = try SSHBaseURL(url) { throw Self.fromElsewhere(ssh) }
    do {
      address = try DockerAddress(
        parsing: url,
        defaultPort: remotePort,
        defaultPortWithTLS: remotePort
      )
    } catch {
      throw TaskError(
        .usage,
        error.message,
        hint: "seen from the host: unix:///var/run/docker.sock, a path, or tcp://HOST:PORT, whose "
          + "port may also be docker_tunnel_remote_port"
      )
    }
    guard isSecure else { return }
    guard case .tcp = address.endpoint, address.usesTLS != false else {
      throw TaskError.socketWithoutTLS("\(address)")
    }
  }

  /// What the tunnel leads to.
  var endpoint: DockerAddress.Endpoint { address.endpoint }

  /// What precedes the path of each request.
  var basePath: String { address.basePath }

  var description: String { address.place }

  /// The options of TLS with this engine, whose certificate is for its own host, wherever the tunnel
  /// begins.
  func options(_ tls: DockerTLS?) -> DockerTLS? {
    guard var tls, case .tcp(let host, _) = address.endpoint else { return nil }
    tls.serverName = tls.serverName ?? host
    return tls
  }

  private static func fromElsewhere(_ url: SSHBaseURL) -> TaskError {
    TaskError(
      .usage,
      "a base URL with ssh:// (\(url.host)) is for tasks without a host: seen from a host, it would "
        + "lead to another one",
      hint: "select that host instead (-H \(url.host)), or leave the base URL out"
    )
  }
}
