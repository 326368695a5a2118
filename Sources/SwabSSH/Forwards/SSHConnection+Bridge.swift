public import NIOCore

extension SSHConnection {
  /// Bridges a local channel to a new channel of this connection, both ways.
  ///
  /// Each side is read only as fast as the other takes it, and each end of a stream is passed on
  /// by itself. A command that still runs when `local` has closed is ended on the host.
  ///
  /// - Parameters:
  ///   - local: On ``eventLoop``, with `autoRead` off and remote half-closure allowed.
  ///   - target: What the new channel leads to.
  /// - Returns: A future that ends when both sides are closed; it fails if the channel was refused,
  ///   after closing `local`.
  public func bridge(
    _ local: any Channel,
    to target: SSHForwardTarget
  ) -> EventLoopFuture<Void> {
    let promise = eventLoop.makePromise(of: Int?.self)
    let name = name
    door.onLoop { transport in
      let handler = BridgeHandler(target, transport: transport, host: name, promise: promise)
      do {
        try local.pipeline.syncOperations.addHandler(handler)
        handler.start()
      } catch {
        local.close(promise: nil)
        promise.fail(error)
      }
    }
    return promise.futureResult.flatMapWithEventLoop { [self] processGroup, eventLoop in
      guard let processGroup, isOpen else { return eventLoop.makeSucceededVoidFuture() }
      return eventLoop.makeFutureWithTask { await self.endProcessGroup(processGroup) }
    }
  }
}
