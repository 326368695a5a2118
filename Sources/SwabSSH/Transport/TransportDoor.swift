import NIOCore

/// The one narrow door from async code to a transport on its event loop.
struct TransportDoor: Sendable {
  let eventLoop: any EventLoop
  private let transport: NIOLoopBound<SSHTransport>

  /// Made on the event loop.
  init(_ transport: SSHTransport) {
    eventLoop = transport.eventLoop
    self.transport = NIOLoopBound(transport, eventLoop: transport.eventLoop)
  }

  /// Runs something on the event loop, at once when already there.
  func onLoop(_ body: @escaping @Sendable (SSHTransport) -> Void) {
    let transport = transport
    if eventLoop.inEventLoop {
      body(transport.value)
    } else {
      eventLoop.execute { body(transport.value) }
    }
  }

  /// Tries something with the session until it is done.
  ///
  /// - Parameters:
  ///   - what: What it is, for the error when it takes too long.
  ///   - budget: Where the time that it takes comes from.
  ///   - attempt: Returns `nil` while it must wait for the server.
  /// - Returns: What `attempt` came to.
  /// - Throws: ``SSHError``.
  func perform<Value: Sendable>(
    _ what: String,
    budget: ConnectBudget,
    _ attempt: @escaping @Sendable (SessionHandle) throws(SSHError) -> Value?
  ) async throws -> Value {
    let limit = budget.left
    return try await withTaskCancellationHandler {
      try await withCheckedThrowingContinuation { continuation in
        onLoop { transport in
          // Measured here, so that a busy thread pool of ours is not the server's fault.
          let started = ContinuousClock.now
          let timer = transport.eventLoop.scheduleTask(in: TimeAmount(limit)) {
            self.onLoop { $0.fail(.connectTimedOut(after: budget.total, while: what)) }
          }
          func finish(_ result: Result<Value, SSHError>) {
            timer.cancel()
            budget.spend(ContinuousClock.now - started)
            continuation.resume(with: result)
          }
          transport.begin(
            SSHTransport.Step(
              attempt: { session in
                do throws(SSHError) {
                  guard let value = try attempt(session) else { return false }
                  finish(.success(value))
                } catch {
                  finish(.failure(error))
                }
                return true
              },
              fail: { finish(.failure($0)) }
            )
          )
        }
      }
    } onCancel: {
      onLoop { $0.fail(.cancelled()) }
    }
  }
}
