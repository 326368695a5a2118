internal import SwabSSH
import Synchronization

/// The tunnels of a run: one for each host and engine, however many ask.
final class TunnelPool: Sendable {
  private let tunnels: Mutex<[ObjectIdentifier: Tunnel]> = Mutex([:])
  private let ports = LocalPorts()
  private let connections: ConnectionPool
  private let console: Console
  private let canAskForOwners: Bool

  /// - Parameters:
  ///   - connections: The connections that tunnels go through.
  ///   - console: Where they are told of.
  ///   - canAskForOwners: Whether the system says whose a connection is.
  init(
    connections: ConnectionPool,
    console: Console,
    canAskForOwners: Bool = PeerOwner.canAsk
  ) {
    self.connections = connections
    self.console = console
    self.canAskForOwners = canAskForOwners
  }

  /// Opens a tunnel to the engine of a host.
  ///
  /// - Parameters:
  ///   - engine: Where the engine is, seen from the host.
  ///   - host: The host.
  ///   - firstPort: The local port to start with.
  ///   - forced: The method for a socket; nil for the first that works.
  ///   - environment: Where `tunnel_unchecked` and the like are read.
  /// - Returns: The tunnel, listening.
  /// - Throws: ``TaskError`` that says what is missing on the host; ``SSHError`` if it can't be
  ///   reached.
  func open(
    _ engine: RemoteEngine,
    of host: HostTarget,
    firstPort: Int,
    method forced: TunnelMethod?,
    environment: EnvTable
  ) async throws -> Tunnel {
    let isUnchecked = try environment.bool("tunnel_unchecked") ?? false
    guard canAskForOwners || isUnchecked else { throw Self.cannotCheck(host) }
    let connection = try await connections.connection(to: host)
    let method = try await Self.method(engine, connection, host, forced: forced)
    let parts = Tunnel.Parts(
      host: host,
      engine: engine,
      firstPort: firstPort,
      isUnchecked: isUnchecked,
      isSocatQuiet: try environment.bool("socat_quiet") ?? true,
      connections: connections,
      console: console,
      ports: ports
    )
    let tunnel = try await Tunnel.open(parts, method: method)
    tunnels.withLock { $0[ObjectIdentifier(tunnel)] = tunnel }
    return tunnel
  }

  func close(_ tunnel: Tunnel) async {
    tunnels.withLock { _ = $0.removeValue(forKey: ObjectIdentifier(tunnel)) }
    await tunnel.close()
  }

  /// Closes the tunnels through an endpoint.
  func close(endpoint: Endpoint) async {
    for tunnel in tunnels.withLock({ Array($0.values) }) where tunnel.host.endpoint == endpoint {
      await close(tunnel)
    }
  }

  func closeAll() async {
    let all = tunnels.withLock { tunnels in
      defer { tunnels = [:] }
      return Array(tunnels.values)
    }
    for tunnel in all { await tunnel.close() }
  }

  private static func method(
    _ engine: RemoteEngine,
    _ connection: SSHConnection,
    _ host: HostTarget,
    forced: TunnelMethod?
  ) async throws -> TunnelMethod {
    guard case .unixSocket(let path) = engine.endpoint else { return .directTCPIP }
    let probe = try await TunnelProbe.ask(connection, host: host.name, path: path)
    let methods = try probe.methods(
      forced: forced,
      path: path,
      host: host.name,
      user: host.endpoint.user
    )
    guard methods.first == .streamLocal else { return methods.first ?? .streamLocal }
    // The socket is there and usable: if the channel is refused now, it's sshd that refuses.
    if try await connection.canOpen(TunnelMethod.streamLocal.target(engine)) {
      return .streamLocal
    }
    guard let next = methods.dropFirst().first else {
      throw TaskError(
        .tunnelFailed,
        "its sshd refuses channels to \(path) (AllowStreamLocalForwarding, "
          + "DisableForwarding or a restriction of the key)",
        host: host.name,
        hint: forced == nil
          ? "allow it in sshd_config, or install socat or the docker CLI there"
          : "allow it in sshd_config, or leave docker_tunnel_method on auto"
      )
    }
    return next
  }

  private static func cannotCheck(_ host: HostTarget) -> TaskError {
    TaskError(
      .tunnelFailed,
      "this system can't say whose a connection to a tunnel is, so any local user could use it",
      host: host.name,
      hint: "on a machine that only you use, set tunnel_unchecked: true"
    )
  }
}
