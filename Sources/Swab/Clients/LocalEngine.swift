/// Where a client without a current host finds its engine.
enum LocalEngine: Sendable {
  /// An engine that this machine reaches by itself.
  case direct(DockerEndpoint)
  /// An engine of a host, through a tunnel.
  case onHost(HostTarget, DockerEndpoint)

  /// Decides for the settings' base URL, or without one as the docker command does.
  ///
  /// - Parameters:
  ///   - settings: The settings.
  ///   - run: The run, for hosts.
  /// - Throws: ``TaskError`` if a host can't be had; `DockerError` if Docker's settings can't be read;
  ///   ``UsageError`` if there is no such host.
  init(_ settings: DockerClientSettings, in run: RunContext?) throws {
    var endpoint =
      try settings.baseURL.map { DockerEndpoint(baseURL: $0) } ?? DockerEndpoint.resolve()
    endpoint.tls = settings.tls ?? endpoint.tls
    endpoint.apiVersion = settings.version ?? endpoint.apiVersion
    guard let ssh = try SSHBaseURL(endpoint.baseURL) else {
      self = .direct(endpoint)
      return
    }
    guard settings.tls == nil else { throw TaskError.socketWithoutTLS(endpoint.baseURL ?? "") }
    guard let run else {
      throw TaskError(
        .usage,
        "an engine at ssh:// (\(ssh.host)) works within a task only",
        hint: "call it in the closure or function given to task(…)"
      )
    }
    endpoint.baseURL = ssh.socket
    self = .onHost(try run.selector.target(named: ssh.host.description), endpoint)
  }
}

extension TaskError {
  /// The error for TLS where only a socket is.
  static func socketWithoutTLS(_ address: String) -> TaskError {
    TaskError(
      .usage,
      "TLS is asked for (docker_tls), and the engine's address has none: \(address)",
      hint:
        "leave docker_tls out: SSH encrypts what goes through the tunnel; an engine with TLS is "
        + "tcp://HOST:2376"
    )
  }
}
