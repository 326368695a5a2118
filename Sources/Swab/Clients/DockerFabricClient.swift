import NIOCore
internal import SwabSSH
import Synchronization

#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#else
  import Darwin
#endif

/// A client of the current host's Docker Engine.
///
/// It goes through a tunnel on a local port; without a host it goes to the base URL, with no tunnel
/// unless that is `ssh://…`. With the implementation `CLI` it is the docker command on the host that
/// does the requests.
///
/// Making one connects nowhere: the tunnel opens with the first request. It has all of
/// `DockerAPI`, and says what it does as `[host] docker: …`.
public final class DockerFabricClient: DockerAPI {
  private struct Open: Sendable {
    var client: DockerClient
    var tunnel: Tunnel?
  }

  let settings: DockerClientSettings
  let target: HostTarget?
  /// Who one is at each registry; it outlives the tunnel and what is behind it.
  let registryLogins: RegistryLogins
  private let run: RunContext?
  /// Where the engine is, seen from the host or from this machine.
  private let endpoint: DockerEndpoint
  /// What the host's tunnel settings are read from.
  private let environment: EnvTable
  private let opening: Mutex<SingleFlight<Open>?> = Mutex(nil)
  private let progressLines = Mutex(ProgressLines())

  /// Makes a client for the current host, outside of the pool of
  /// ``dockerFabric(baseURL:version:timeout:tls:tunnelRemotePort:tunnelLocalPort:clientImplementation:file:line:)``.
  ///
  /// Each argument falls back to its key of `env`. Close the client when it is done with.
  ///
  /// - Parameters:
  ///   - baseURL: Where the engine is, seen from the host (`docker_base_url`); by default
  ///     `/var/run/docker.sock`, without a host the engine that the docker command would talk to.
  ///   - version: The API version to speak (`docker_api_version`); by default it is negotiated.
  ///   - timeout: How long a request may take as a whole (`docker_timeout`); by default a minute.
  ///   - tls: Whether to speak TLS (`docker_tls`), and how.
  ///   - tunnelRemotePort: The engine's port, for base URLs of TCP without one
  ///     (`docker_tunnel_remote_port`).
  ///   - tunnelLocalPort: The first local port to try (`docker_tunnel_local_port`).
  ///   - clientImplementation: The API or the docker command (`docker_fabric_implementation`).
  /// - Throws: ``TaskError`` if a base URL can't be read, `DockerError` if a version or Docker's
  ///   settings can't; ``FabfileError`` if `env` holds what a key can't.
  public convenience init(
    baseURL: String? = nil,
    version: String? = nil,
    timeout: Duration? = nil,
    tls: TLSSetting? = nil,
    tunnelRemotePort: Int? = nil,
    tunnelLocalPort: Int? = nil,
    clientImplementation: DockerClientImplementation? = nil
  ) throws {
    let arguments = DockerClientSettings.Arguments(
      baseURL: baseURL,
      version: version,
      timeout: timeout,
      tls: tls,
      tunnelRemotePort: tunnelRemotePort,
      tunnelLocalPort: tunnelLocalPort,
      implementation: clientImplementation
    )
    let scope = TaskScope.current
    let environment = scope?.environment ?? EnvTable.defaults
    try self.init(
      settings: DockerClientSettings(arguments, environment: environment),
      target: scope?.target,
      environment: environment,
      run: scope?.run
    )
    scope?.run.clients.adopt(self)
  }

  init(
    settings: DockerClientSettings,
    target: HostTarget?,
    environment: EnvTable,
    run: RunContext?,
    registryLogins: RegistryLogins = RegistryLogins()
  ) throws {
    self.settings = settings
    self.registryLogins = registryLogins
    self.run = run
    // The docker command finds its engine itself.
    let isDirect = target == nil && settings.implementation == .api
    switch try isDirect ? LocalEngine(settings, in: run) : nil {
    case .direct(let endpoint):
      (self.target, self.environment, self.endpoint) = (nil, environment, endpoint)
    case .onHost(let host, let endpoint):
      (self.target, self.environment, self.endpoint) = (host, host.environment, endpoint)
    case nil:
      (self.target, self.environment) = (target, environment)
      endpoint = DockerEndpoint(
        baseURL: settings.baseURL,
        tls: settings.tls,
        apiVersion: settings.version
      )
    }
    // What can't be read is the caller's mistake, so it is reported where it is made, and before
    // anything connects.
    do {
      if settings.implementation == .cli {
        try settings.command.check()
      } else if self.target != nil {
        _ = try remoteEngine()
      }
    } catch let error as DockerError {
      throw error.on(host: self.target?.name)
    }
    do {
      _ = try APIVersion.pinned(endpoint.apiVersion)
    } catch {
      throw error.on(host: self.target?.name)
    }
  }

  /// The URL that requests go to: of the tunnel's near end, once it is open; nil if the docker command
  /// does them.
  public var localURL: String? {
    get async throws {
      guard settings.implementation == .api else { return nil }
      let open = try await opened()
      return open.client.baseURL
    }
  }

  /// The near end of the tunnel, for programs that speak to the engine themselves.
  var tunnelURL: String {
    get async throws {
      guard let tunnel = try await opened().tunnel else {
        throw TaskError(
          .usage,
          "there is no tunnel to this engine: docker_fabric_implementation is CLI",
          host: target?.name,
          hint: "swab exec and swab logs do without one"
        )
      }
      guard endpoint.tls == nil else {
        throw TaskError(
          .usage,
          "this engine speaks TLS, and its certificate is for another name than the tunnel's end",
          host: target?.name,
          hint: "lead other programs to its UNIX socket: SSH encrypts what goes through the tunnel"
        )
      }
      return "tcp://127.0.0.1:\(tunnel.localPort)\(tunnel.engine.basePath)"
    }
  }

  /// The client behind this one, with its tunnel open.
  ///
  /// - Returns: A client of the tunnel's local port.
  /// - Throws: What keeps the tunnel from opening, named after the host.
  public func engine() async throws -> DockerClient { try await opened().client }

  /// Says what is about to be done, as `[host] docker: …`.
  ///
  /// - Parameter message: What is done.
  public func report(_ message: String) {
    console?.say(.running, host: target?.name, label: "docker", message)
  }

  /// Says how something that takes long is getting on, as `[host] docker: …`.
  ///
  /// - Parameter progress: What the engine says; not all of it is worth a line.
  public func report(_ progress: ProgressMessage) {
    for line in progressLines.withLock({ $0.lines(for: progress) }) { report(line) }
  }

  var console: Console? { (TaskScope.current?.run ?? run)?.console }

  /// The values in force for the client's host: of the task that runs there, with what it has set;
  /// else those it was made with.
  var currentEnvironment: EnvTable {
    guard let scope = TaskScope.current, scope.hostName == target?.name else { return environment }
    return scope.environment
  }

  /// Ends the client's requests, closes its tunnel and gives the local port back; a later request
  /// opens a fresh tunnel.
  public func close() async {
    guard let flight = opening.withLock({ $0.take() }), let open = await flight.end() else {
      return
    }
    await Self.close(open, in: run)
  }

  private static func close(_ open: Open, in run: RunContext?) async {
    await open.client.close()
    if let tunnel = open.tunnel { await run?.tunnels.close(tunnel) }
  }

  private func opened() async throws -> Open {
    let flight = opening.withLock { [run] opening in
      if let opening { return opening }
      let flight = SingleFlight<Open> { await Self.close($0, in: run) }
      opening = flight
      return flight
    }
    do {
      return try await flight.value { try await self.open() }
    } catch let error as CancellationError {
      // Who gives up waiting takes it from nobody else.
      throw error
    } catch {
      opening.withLock { if $0 === flight { $0 = nil } }
      throw error
    }
  }

  private func open() async throws -> Open {
    if settings.implementation == .cli { return Open(client: try commandClient()) }
    guard let target, let run else {
      let client = try DockerClient(
        endpoint,
        timeout: settings.timeout,
        registryLogins: registryLogins
      )
      return Open(client: client)
    }
    let tunnel = try await run.tunnels.open(
      remoteEngine(),
      of: target,
      firstPort: settings.tunnelLocalPort,
      method: settings.tunnelMethod,
      environment: environment
    )
    do {
      return Open(client: try client(of: tunnel, to: target, in: run), tunnel: tunnel)
    } catch {
      await run.tunnels.close(tunnel)
      throw error
    }
  }

  private func client(
    of tunnel: Tunnel,
    to target: HostTarget,
    in run: RunContext
  ) throws -> DockerClient {
    try DockerClient(
      address: DockerAddress(
        .tcp(host: "127.0.0.1", port: tunnel.localPort),
        basePath: tunnel.engine.basePath
      ),
      tls: tunnel.engine.options(endpoint.tls),
      version: endpoint.apiVersion,
      timeout: settings.timeout,
      host: target.name,
      eventLoop: run.connections.eventLoop(for: target.endpoint),
      registryLogins: registryLogins,
      headers: endpoint.headers,
      verifyPeer: Self.verifier(isUnchecked: try environment.bool("tunnel_unchecked") ?? false),
      underlying: { [weak tunnel] port in tunnel?.takeFailure(from: port) }
    )
  }

  private func commandClient() throws -> DockerClient {
    try DockerClient(
      command: settings.command,
      version: settings.version,
      timeout: settings.timeout,
      host: target?.name,
      registryLogins: registryLogins,
      run: HostCommandRunner.runner(on: target, in: run, isShown: settings.cli.isDebug)
    )
  }

  private func remoteEngine() throws -> RemoteEngine {
    try RemoteEngine(
      baseURL: endpoint.baseURL,
      remotePort: settings.tunnelRemotePort,
      isSecure: endpoint.tls != nil
    )
  }

  /// Refuses a listener that isn't ours: between two tunnels on one port somebody else could have
  /// taken it.
  private static func verifier(
    isUnchecked: Bool
  ) -> (@Sendable (SocketAddress, SocketAddress) throws -> Void)? {
    if isUnchecked { return nil }
    return { _, remote in
      let owner = PeerOwner.user(listeningAt: remote)
      guard owner == geteuid() else {
        throw TaskError(
          .tunnelFailed,
          "port \(remote.port ?? 0) is not held by the user who runs swab, but by "
            + (owner.map { "user id \($0)" } ?? "nobody")
        )
      }
    }
  }
}
