/// The settings of a named client: an entry of `docker_clients`, or one made in Swift.
public struct DockerClientConfiguration: Sendable {
  /// The host whose engine it is; without one, the client is local.
  public var fabricHost: String?
  /// Where the engine is, seen from the host.
  public var baseURL: String?
  /// The API version to speak; by default it is negotiated.
  public var version: String?
  /// How long a request may take as a whole.
  public var timeout: Duration?
  /// Whether to speak TLS, and how.
  public var tls: TLSSetting?
  /// The engine's port, for base URLs of TCP without one.
  public var tunnelRemotePort: Int?
  /// The first local port to try.
  public var tunnelLocalPort: Int?
  /// How the tunnel reaches the engine's socket, as `docker_tunnel_method` says it.
  public var tunnelMethod: String?
  /// The API or the docker command, as `docker_fabric_implementation` says it.
  public var implementation: DockerClientImplementation?
  /// Shell text before the docker program, where that does the requests.
  public var commandPrefix: String?
  /// The docker program, where that does the requests.
  public var commandBinary: String?
  /// Whether that program is run by sudo.
  public var usesSudo: Bool?
  /// Whether each of its commands is shown.
  public var showsCommands: Bool?
  /// Addresses of the host by name, for the maps that use them.
  public var interfaces: [String: String]

  /// Makes a configuration; what is nil falls back to the host's `env`.
  ///
  /// - Parameters:
  ///   - fabricHost: The host whose engine it is.
  ///   - baseURL: Where the engine is, seen from the host.
  ///   - version: The API version to speak.
  ///   - timeout: How long a request may take as a whole.
  ///   - tls: Whether to speak TLS, and how.
  ///   - tunnelRemotePort: The engine's port, for base URLs of TCP without one.
  ///   - tunnelLocalPort: The first local port to try.
  ///   - tunnelMethod: How the tunnel reaches the engine's socket.
  ///   - interfaces: Addresses of the host by name.
  ///   - implementation: The API or the docker command.
  public init(
    fabricHost: String? = nil,
    baseURL: String? = nil,
    version: String? = nil,
    timeout: Duration? = nil,
    tls: TLSSetting? = nil,
    tunnelRemotePort: Int? = nil,
    tunnelLocalPort: Int? = nil,
    tunnelMethod: String? = nil,
    interfaces: [String: String] = [:],
    implementation: DockerClientImplementation? = nil
  ) {
    self.fabricHost = fabricHost
    self.baseURL = baseURL
    self.version = version
    self.timeout = timeout
    self.tls = tls
    self.tunnelRemotePort = tunnelRemotePort
    self.tunnelLocalPort = tunnelLocalPort
    self.tunnelMethod = tunnelMethod
    self.interfaces = interfaces
    self.implementation = implementation
  }

  /// The configuration's client, from the pool, whatever the current host is.
  ///
  /// What the configuration leaves open is what the host's `env` says; other entries of
  /// `docker_clients` for the same host have no part in it.
  ///
  /// - Parameters:
  ///   - file: The calling file; leave it out.
  ///   - line: The calling line; leave it out.
  /// - Returns: The client of ``fabricHost``'s engine.
  /// - Throws: ``TaskError`` if there is no such host, or a setting can't be.
  public func client(file: String = #fileID, line: Int = #line) throws -> DockerFabricClient {
    let run = try TaskScope.require("client()").run
    let target = try fabricHost.map { try run.selector.target(named: $0) }
    return try run.pooledClient(
      arguments,
      target: target,
      environment: target?.environment ?? run.environment,
      origin: SourceLocation(file: file, line: line)
    )
  }

  var arguments: DockerClientSettings.Arguments {
    DockerClientSettings.Arguments(
      baseURL: baseURL,
      version: version,
      timeout: timeout,
      tls: tls,
      tunnelRemotePort: tunnelRemotePort,
      tunnelLocalPort: tunnelLocalPort,
      tunnelMethod: tunnelMethod,
      implementation: implementation,
      cli: DockerCLISettings.Arguments(
        binary: commandBinary,
        prefix: commandPrefix,
        usesSudo: usesSudo,
        isDebug: showsCommands
      )
    )
  }
}
