#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#else
  import Darwin
#endif

import NIOCore
import NIOPosix
internal import SwabSSH
import Synchronization

/// A port on 127.0.0.1 whose connections end at a host's Docker Engine.
///
/// The port stays bound until ``close()``, also while SSH reconnects: in between, somebody else
/// could take it and play the engine.
final class Tunnel: Sendable {
  private struct State {
    var bridges: [ObjectIdentifier: Task<Void, Never>] = [:]
    var isClosed = false
    /// Why a connection got no channel or lost it, by its client's port.
    var failures: [Int: any Error] = [:]
  }

  let host: HostTarget
  let engine: RemoteEngine
  let method: TunnelMethod
  let localPort: Int
  private let isUnchecked: Bool
  private let connections: ConnectionPool
  private let console: Console
  private let ports: LocalPorts
  private let state = Mutex(State())
  private let listener: Mutex<(any Channel)?> = Mutex(nil)

  private init(_ parts: Parts, method: TunnelMethod, localPort: Int) {
    host = parts.host
    engine = parts.engine
    connections = parts.connections
    console = parts.console
    ports = parts.ports
    isUnchecked = parts.isUnchecked
    self.method = method
    self.localPort = localPort
  }

  /// What a tunnel is made of.
  struct Parts: Sendable {
    var host: HostTarget
    var engine: RemoteEngine
    var firstPort: Int
    var isUnchecked: Bool
    var isSocatQuiet: Bool
    var connections: ConnectionPool
    var console: Console
    var ports: LocalPorts
  }

  /// Binds a local port for an engine.
  static func open(_ parts: Parts, method: TunnelMethod) async throws -> Tunnel {
    let loop = parts.connections.eventLoop(for: parts.host.endpoint)
    let holder = Mutex<Tunnel?>(nil)
    // Connections that come before the tunnel is made wait in the backlog: reading is off until
    // the tunnel is there.
    let bootstrap = ServerBootstrap(group: loop, childGroup: loop)
      .serverChannelOption(.socketOption(.so_reuseaddr), value: 1)
      .serverChannelOption(.backlog, value: 128)
      .serverChannelOption(.autoRead, value: false)
      .childChannelOption(.autoRead, value: false)
      .childChannelOption(.allowRemoteHalfClosure, value: true)
      .childChannelOption(.tcpOption(.tcp_nodelay), value: 1)
      .childChannelInitializer { channel in
        holder.withLock { $0 }?.accept(channel)
        return channel.eventLoop.makeSucceededVoidFuture()
      }
    let bound = try await parts.ports.bind(from: parts.firstPort) { port in
      try await bootstrap.bind(host: "127.0.0.1", port: port).get()
    }
    let tunnel = Tunnel(parts, method: method, localPort: bound.port)
    holder.withLock { $0 = tunnel }
    tunnel.listener.withLock { $0 = bound.channel }
    try await bound.channel.setOption(.autoRead, value: true).get()
    tunnel.announce(isSocatQuiet: parts.isSocatQuiet)
    return tunnel
  }

  /// Why the connection from a client's port got no channel or lost it; told once.
  func takeFailure(from port: Int) -> (any Error)? {
    state.withLock { $0.failures.removeValue(forKey: port) }
  }

  /// Stops listening, ends what runs through the tunnel, and gives the port back.
  func close() async {
    let bridges = state.withLock { state in
      state.isClosed = true
      return Array(state.bridges.values)
    }
    if let listener = listener.withLock({ $0.take() }) {
      try? await listener.close().get()
      ports.release(localPort)
    }
    for bridge in bridges { bridge.cancel() }
    for bridge in bridges { await bridge.value }
  }

  private func announce(isSocatQuiet: Bool) {
    console.say(
      .tunnels,
      host: host.name,
      label: "tunnel",
      "127.0.0.1:\(localPort) -> \(engine) (\(method.rawValue))"
    )
    if !isSocatQuiet, let command = method.command(engine) {
      console.say(.running, host: host.name, label: "tunnel", command)
    }
  }

  /// Takes a local connection, on the event loop.
  private func accept(_ channel: any Channel) {
    guard isOurs(channel) else {
      channel.close(promise: nil)
      return
    }
    let (id, client) = (ObjectIdentifier(channel), channel.remoteAddress?.port ?? 0)
    // The event loop can't wait; close() awaits the task.
    let task = Task { [self] in
      await bridge(channel, from: client)
      state.withLock { $0.bridges[id] = nil }
    }
    let isClosed = state.withLock { state in
      // What a former connection from this port met is not this one's reason.
      state.failures[client] = nil
      if !state.isClosed { state.bridges[id] = task }
      return state.isClosed
    }
    if isClosed { task.cancel() }
  }

  private func isOurs(_ channel: any Channel) -> Bool {
    if isUnchecked { return true }
    guard let peer = channel.remoteAddress, let local = channel.localAddress else { return false }
    let owner = PeerOwner.user(connectedFrom: peer, to: local)
    guard owner != geteuid() else { return true }
    console.warn(
      host: host.name,
      "the tunnel on port \(localPort) refused a connection of "
        + (owner.map { "user id \($0)" } ?? "an unknown user")
    )
    return false
  }

  private func bridge(_ local: any Channel, from client: Int) async {
    do {
      let connection = try await connections.connection(to: host)
      guard connection.eventLoop === local.eventLoop else {
        throw TaskError(.tunnelFailed, "the connection moved to another event loop")
      }
      let end = connection.bridge(local, to: method.target(engine))
      // On the event loop, so that it is known before the client sees its connection close.
      end.whenFailure { [self] error in state.withLock { $0.failures[client] = error } }
      try await withTaskCancellationHandler {
        try await end.get()
      } onCancel: {
        local.close(promise: nil)
      }
    } catch {
      state.withLock { $0.failures[client] = error }
      try? await local.close().get()
      console.say(
        .debug,
        host: host.name,
        label: "tunnel",
        "a connection to port \(localPort) ended: \(error)"
      )
    }
  }
}
