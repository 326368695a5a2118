import Synchronization

/// The Docker clients of a run: one for each host string, base URL and implementation.
final class DockerClientPool: Sendable {
  struct Key: Hashable, Sendable {
    var host: String?
    var baseURL: String
    var implementation: DockerClientImplementation
  }

  private struct Entry {
    var client: DockerFabricClient
    var origin: SourceLocation
  }

  private struct State {
    var clients: [Key: Entry] = [:]
    /// What was logged in to, which a client that comes after another one knows as well.
    var logins: [Key: RegistryLogins] = [:]
    /// Clients that tasks made themselves, to be closed with the run if they are still there.
    var strays: [WeakClient] = []
  }

  private struct WeakClient {
    weak var client: DockerFabricClient?
  }

  private let state = Mutex(State())

  /// The client of a key: the one made before, or a new one.
  ///
  /// - Parameters:
  ///   - host: The host string; nil for local clients.
  ///   - settings: What the client is to be like.
  ///   - origin: Where it was asked for.
  ///   - make: Makes it, with the key's logins at registries; it connects nowhere, but for a local
  ///     client it reads the docker command's settings.
  /// - Returns: The client.
  /// - Throws: ``TaskError`` naming both call sites if the cached client has other settings.
  func client(
    host: String?,
    settings: DockerClientSettings,
    origin: SourceLocation,
    _ make: (RegistryLogins) throws -> DockerFabricClient
  ) throws -> DockerFabricClient {
    let key = Key(
      host: host,
      baseURL: settings.baseURL ?? "",
      implementation: settings.implementation
    )
    return try state.withLock { state in
      guard let entry = state.clients[key] else {
        let logins = state.logins[key] ?? RegistryLogins()
        state.logins[key] = logins
        let client = try make(logins)
        state.clients[key] = Entry(client: client, origin: origin)
        return client
      }
      guard entry.client.settings == settings else {
        throw TaskError(
          .usage,
          "dockerFabric(…) at \(origin) asks for other settings than the client that "
            + "\(entry.origin) made for the same host and base URL",
          host: host,
          hint: "ask with the same settings, or make a DockerFabricClient(…) of your own"
        )
      }
      return entry.client
    }
  }

  /// Remembers a client that a task made itself.
  func adopt(_ client: DockerFabricClient) {
    state.withLock { state in
      state.strays.removeAll { $0.client == nil }
      state.strays.append(WeakClient(client: client))
    }
  }

  /// Closes the clients of an endpoint.
  func close(endpoint: Endpoint) async {
    let clients = state.withLock { state in
      let entries = state.clients.filter { $0.value.client.target?.endpoint == endpoint }
      for key in entries.keys { state.clients[key] = nil }
      return entries.values.map(\.client)
    }
    for client in clients { await client.close() }
  }

  func closeAll() async {
    let clients = state.withLock { state in
      defer { state = State() }
      return state.clients.values.map(\.client) + state.strays.compactMap(\.client)
    }
    for client in clients { await client.close() }
  }
}

/// The client of the current host's Docker Engine, from the pool: the same object for the same
/// host string and base URL.
///
/// With a current host it goes through a tunnel over the host's SSH connection; without one it
/// connects to the base URL as it is, or without a base URL to the engine that the docker command
/// would talk to (`DOCKER_HOST`, contexts); there `ssh://…` is a host to open a tunnel to. Where
/// `docker_fabric_implementation` is `CLI`, the docker command does the requests instead, on the
/// host. Each argument falls back to the entry of `docker_clients` for
/// this host, then to its key of `env`.
///
/// - Parameters:
///   - baseURL: Where the engine is, seen from the host (`docker_base_url`).
///   - version: The API version to speak (`docker_api_version`); by default it is negotiated.
///   - timeout: How long a request may take as a whole (`docker_timeout`); by default a minute.
///   - tls: Whether to speak TLS (`docker_tls`), and how.
///   - tunnelRemotePort: The engine's port, for base URLs of TCP without one.
///   - tunnelLocalPort: The first local port to try (`docker_tunnel_local_port`, 2224).
///   - clientImplementation: The API or the docker command (`docker_fabric_implementation`, `API`).
///   - file: The calling file; leave it out.
///   - line: The calling line; leave it out.
/// - Returns: The client; its tunnel opens with the first request.
/// - Throws: ``TaskError`` if the base URL can't be read, several entries of `docker_clients` could
///   be meant, or another call gave the same client other settings; `DockerError` if the version
///   can't be read.
public func dockerFabric(
  baseURL: String? = nil,
  version: String? = nil,
  timeout: Duration? = nil,
  tls: TLSSetting? = nil,
  tunnelRemotePort: Int? = nil,
  tunnelLocalPort: Int? = nil,
  clientImplementation: DockerClientImplementation? = nil,
  file: String = #fileID,
  line: Int = #line
) throws -> DockerFabricClient {
  let scope = try TaskScope.require("dockerFabric()")
  let given = DockerClientSettings.Arguments(
    baseURL: baseURL,
    version: version,
    timeout: timeout,
    tls: tls,
    tunnelRemotePort: tunnelRemotePort,
    tunnelLocalPort: tunnelLocalPort,
    implementation: clientImplementation
  )
  return try scope.run.dockerClient(
    given,
    on: scope.target,
    environment: scope.environment,
    origin: SourceLocation(file: file, line: line)
  )
}

extension Host {
  /// The client of this host's Docker Engine, from the pool; see
  /// ``dockerFabric(baseURL:version:timeout:tls:tunnelRemotePort:tunnelLocalPort:clientImplementation:file:line:)``.
  ///
  /// - Parameters:
  ///   - baseURL: Where the engine is, seen from the host (`docker_base_url`).
  ///   - version: The API version to speak (`docker_api_version`); by default it is negotiated.
  ///   - timeout: How long a request may take as a whole (`docker_timeout`); by default a minute.
  ///   - tls: Whether to speak TLS (`docker_tls`), and how.
  ///   - tunnelRemotePort: The engine's port, for base URLs of TCP without one.
  ///   - tunnelLocalPort: The first local port to try (`docker_tunnel_local_port`, 2224).
  ///   - clientImplementation: The API or the docker command (`docker_fabric_implementation`, `API`).
  ///   - file: The calling file; leave it out.
  ///   - line: The calling line; leave it out.
  /// - Returns: The client.
  /// - Throws: As the function of the same name does.
  public func dockerFabric(
    baseURL: String? = nil,
    version: String? = nil,
    timeout: Duration? = nil,
    tls: TLSSetting? = nil,
    tunnelRemotePort: Int? = nil,
    tunnelLocalPort: Int? = nil,
    clientImplementation: DockerClientImplementation? = nil,
    file: String = #fileID,
    line: Int = #line
  ) throws -> DockerFabricClient {
    try scope.run.dockerClient(
      DockerClientSettings.Arguments(
        baseURL: baseURL,
        version: version,
        timeout: timeout,
        tls: tls,
        tunnelRemotePort: tunnelRemotePort,
        tunnelLocalPort: tunnelLocalPort,
        implementation: clientImplementation
      ),
      on: target,
      environment: scope.environment,
      origin: SourceLocation(file: file, line: line)
    )
  }
}

extension RunContext {
  /// The client of a host that is asked for without the name of an entry of `docker_clients`: what
  /// is not given is what the host's entry says, or else env.
  func dockerClient(
    _ given: DockerClientSettings.Arguments,
    on target: HostTarget?,
    environment: EnvTable,
    origin: SourceLocation
  ) throws -> DockerFabricClient {
    let configured = try target.flatMap { try configuration(for: $0, baseURL: given.baseURL) }
    return try pooledClient(
      configured.map { given.over($0.arguments) } ?? given,
      target: target,
      environment: environment,
      origin: origin
    )
  }

  /// A client from the pool: what the arguments leave open is what env says.
  func pooledClient(
    _ arguments: DockerClientSettings.Arguments,
    target: HostTarget?,
    environment: EnvTable,
    origin: SourceLocation
  ) throws -> DockerFabricClient {
    let settings = try DockerClientSettings(arguments, environment: environment)
    return try clients.client(host: target?.name, settings: settings, origin: origin) { logins in
      try DockerFabricClient(
        settings: settings,
        target: target,
        environment: environment,
        run: self,
        registryLogins: logins
      )
    }
  }
}
