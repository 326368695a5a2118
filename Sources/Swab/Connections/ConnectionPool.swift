import NIOCore
import NIOPosix
internal import SwabSSH
import Synchronization

/// The SSH connections of a run: one for each endpoint, made when it is first needed, shared by
/// all tasks, and made again if it got lost in between.
final class ConnectionPool: Sendable {
  private struct State {
    var connecting: [Endpoint: SingleFlight<SSHConnection>] = [:]
    var isClosed = false
  }

  private let state = Mutex(State())
  private let console: Console
  private let authentication: Authentication
  private let handshakes: SSHHandshakeLimit
  private let group = MultiThreadedEventLoopGroup.singleton
  /// A connection that is made again keeps its event loop, to which its tunnels are bound.
  private let loops: Mutex<[Endpoint: any EventLoop]> = Mutex([:])

  init(console: Console, authentication: Authentication, handshakes: SSHHandshakeLimit) {
    self.console = console
    self.authentication = authentication
    self.handshakes = handshakes
  }

  /// The connection to a host, ready for channels.
  ///
  /// Two names of one endpoint share it; its errors, and those of what is done on it, name the host
  /// as this target does.
  ///
  /// - Throws: ``SSHError`` if the host can't be reached or lets nobody in.
  func connection(to target: HostTarget) async throws -> SSHConnection {
    do {
      return try await sharedConnection(to: target).named(target.name)
    } catch var error as SSHError {
      error.host = target.name
      throw error
    }
  }

  private func sharedConnection(to target: HostTarget) async throws -> SSHConnection {
    var hasReconnected = false
    while true {
      let flight = try flight(to: target.endpoint)
      let connection: SSHConnection
      do {
        connection = try await flight.value { [self] in try await connect(to: target) }
      } catch let error as CancellationError {
        // Who gives up waiting takes it from nobody else.
        throw error
      } catch {
        forget(target.endpoint, flight)
        throw error
      }
      // A server that closes behind each login would be logged in at for ever; whoever uses the
      // connection hears of it.
      if connection.isOpen || hasReconnected { return connection }
      // It got lost while nobody used it; whoever comes next connects again.
      forget(target.endpoint, flight)
      hasReconnected = true
    }
  }

  /// The event loop on which an endpoint's connection lives, now and after reconnecting.
  func eventLoop(for endpoint: Endpoint) -> any EventLoop {
    loops.withLock { loops in
      if let loop = loops[endpoint] { return loop }
      let loop = group.next()
      loops[endpoint] = loop
      return loop
    }
  }

  func close(_ endpoint: Endpoint) async {
    guard let flight = state.withLock({ $0.connecting.removeValue(forKey: endpoint) }) else {
      return
    }
    if let connection = await flight.end() { await connection.close() }
  }

  /// Closes all connections; none is made afterwards.
  func closeAll() async {
    let flights = state.withLock { state in
      state.isClosed = true
      defer { state.connecting = [:] }
      return Array(state.connecting.values)
    }
    await withTaskGroup(of: Void.self) { group in
      for flight in flights {
        group.addTask {
          if let connection = await flight.end() { await connection.close() }
        }
      }
    }
  }

  private func flight(to endpoint: Endpoint) throws -> SingleFlight<SSHConnection> {
    try state.withLock { state in
      guard !state.isClosed else { throw CancellationError() }
      if let flight = state.connecting[endpoint] { return flight }
      let flight = SingleFlight<SSHConnection> { await $0.close() }
      state.connecting[endpoint] = flight
      return flight
    }
  }

  private func connect(to target: HostTarget) async throws -> SSHConnection {
    let login = try authentication.login(for: target)
    let connection = try await SSHConnection.connect(
      options: login.options,
      authenticator: login.authenticator,
      verifier: login.verifier,
      on: eventLoop(for: target.endpoint),
      handshakes: handshakes
    )
    if console.isShown(.debug) {
      console.say(
        .debug,
        host: target.name,
        label: "ssh",
        "logged in at \(target.endpoint) (\(connection.negotiated.serverVersion), "
          + "\(connection.negotiated.keyExchange), \(connection.negotiated.hostKey), "
          + "\(connection.negotiated.cipherOut))"
      )
    }
    return connection
  }

  private func forget(_ endpoint: Endpoint, _ flight: SingleFlight<SSHConnection>) {
    state.withLock { state in
      if state.connecting[endpoint] === flight { state.connecting[endpoint] = nil }
    }
  }
}
