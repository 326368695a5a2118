/// The settings of a client, after arguments, `docker_clients` and env were put together.
struct DockerClientSettings: Sendable, Hashable {
  var baseURL: String?
  var version: String?
  var timeout: Duration
  /// How TLS is spoken; nil if it isn't.
  var tls: DockerTLS?
  var tunnelRemotePort: Int?
  var tunnelLocalPort: Int
  /// The way through the tunnel; nil for the first that works.
  var tunnelMethod: TunnelMethod?
  /// Which client it is.
  var implementation: DockerClientImplementation
  /// How the docker command is run, if it is by that.
  var cli: DockerCLISettings

  /// What a call gives explicitly; nil falls back to the `docker_clients` entry, then to env.
  struct Arguments: Sendable, Hashable {
    var baseURL: String?
    var version: String?
    var timeout: Duration?
    var tls: TLSSetting?
    var tunnelRemotePort: Int?
    var tunnelLocalPort: Int?
    var tunnelMethod: String?
    var implementation: DockerClientImplementation?
    var cli = DockerCLISettings.Arguments()

    /// These, and for what they leave open, the others.
    func over(_ other: Arguments) -> Arguments {
      Arguments(
        baseURL: baseURL ?? other.baseURL,
        version: version ?? other.version,
        timeout: timeout ?? other.timeout,
        tls: tls ?? other.tls,
        tunnelRemotePort: tunnelRemotePort ?? other.tunnelRemotePort,
        tunnelLocalPort: tunnelLocalPort ?? other.tunnelLocalPort,
        tunnelMethod: tunnelMethod ?? other.tunnelMethod,
        implementation: implementation ?? other.implementation,
        cli: cli.over(other.cli)
      )
    }
  }

  /// Puts arguments over env.
  ///
  /// - Throws: ``FabfileError`` if an env key holds what it can't; ``TaskError`` if there is no such
  ///   tunnel method or client, or `https` is to be without TLS.
  init(_ arguments: Arguments, environment: EnvTable) throws {
    baseURL = try arguments.baseURL ?? environment.string("docker_base_url")
    if baseURL == "" { baseURL = nil }
    version = try arguments.version ?? environment.string("docker_api_version")
    // 0 falls back, as in Docker-Fabric.
    let timeouts = [arguments.timeout, try environment.duration("docker_timeout")]
    timeout = timeouts.lazy.compactMap { $0 }.first { $0 > .zero } ?? .seconds(60)
    tls = try TLSSetting.options(arguments.tls, for: baseURL, environment)
    tunnelRemotePort =
      try arguments.tunnelRemotePort ?? environment.int("docker_tunnel_remote_port")
    tunnelLocalPort =
      try arguments.tunnelLocalPort ?? environment.int("docker_tunnel_local_port") ?? 2224
    tunnelMethod = try TunnelMethod.chosen(
      arguments.tunnelMethod ?? environment.string("docker_tunnel_method")
    )
    let name = try environment.string("docker_fabric_implementation")
    implementation =
      try arguments.implementation ?? name.map { try DockerClientImplementation(named: $0) } ?? .api
    cli = try DockerCLISettings(arguments.cli, environment: environment)
  }
}
