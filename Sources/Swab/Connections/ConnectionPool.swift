import NIOCore
import NIOPosix
internal import SwabSSH
import Synchronization

/// The SSH connections of a run: one for each endpoint, made when it is first needed, shared by
/// all tasks, and made again if it got lost in between.
final class ConnectionPool: Sendable {
  private struct State {
    var connecting: [Endpoint: Task<SSHConnection, any Error>] = [:]
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
    while true {
      let task = try pending(target)
      let connection: SSHConnection
      do {
        connection = try await withTaskCancellationHandler {
          try await task.value
        } onCancel: {
          // Only the end of a run cancels tasks, so nobody else can be waiting for this one.
          task.cancel()
        }
      } catch {
        forget(target.endpoint, task)
        throw error
      }
      if connection.isOpen { return connection }
      // It got lost while nobody used it; whoever comes next connects again.
      forget(target.endpoint, task)
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
    guard let task = state.withLock({ $0.connecting.removeValue(forKey: endpoint) }) else { return }
    task.cancel()
    if let connection = try? await task.value { await connection.close() }
  }

  /// Closes all connections; none is made afterwards.
  func closeAll() async {
    let tasks = state.withLock { state in
      state.isClosed = true
      defer { state.connecting = [:] }
      return Array(state.connecting.values)
    }
    for task in tasks { task.cancel() }
    await withTaskGroup(of: Void.self) { group in
      for task in tasks {
        group.addTask {
          if let connection = try? await task.value { await connection.close() }
        }
      }
    }
  }

  private func pending(_ target: HostTarget) throws -> Task<SSHConnection, any Error> {
    if let task = state.withLock({ $0.connecting[target.endpoint] }) { return task }
    let login = try authentication.login(for: target)
    let loop = eventLoop(for: target.endpoint)
    return try state.withLock { state in
      guard !state.isClosed else { throw CancellationError() }
      if let task = state.connecting[target.endpoint] { return task }
      // Not a child task: whoever asks first may be gone while others wait; closeAll() awaits it.
      let task = Task { [handshakes, console] in
        let connection = try await SSHConnection.connect(
          options: login.options,
          authenticator: login.authenticator,
          verifier: login.verifier,
          on: loop,
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
      state.connecting[target.endpoint] = task
      return task
    }
  }

  private func forget(_ endpoint: Endpoint, _ task: Task<SSHConnection, any Error>) {
    state.withLock { state in
      if state.connecting[endpoint] == task { state.connecting[endpoint] = nil }
    }
  }
}
