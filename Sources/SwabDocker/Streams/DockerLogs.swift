import NIOCore

/// A container's output, as it comes.
///
/// It is pulled: what nobody asks for stays in the engine, so a slow reader needs no memory. There
/// is one reader. Leaving the loop and dropping the sequence, cancelling the task, or ``close()``
/// ends the connection.
public struct DockerLogs: AsyncSequence, Sendable {
  /// A piece of output.
  public typealias Element = LogFrame

  let source: LogSource

  /// Gives the frames one by one.
  public func makeAsyncIterator() -> AsyncIterator {
    AsyncIterator(source: source)
  }

  /// Ends the connection; whoever still reads gets a `CancellationError`.
  public func close() {
    source.body.close()
  }

  /// Gives the frames one by one.
  public struct AsyncIterator: AsyncIteratorProtocol {
    let source: LogSource

    /// The next frame, or nothing at the end of the output.
    ///
    /// - Returns: The frame.
    /// - Throws: A ``DockerError``, or a `CancellationError`.
    public mutating func next() async throws -> LogFrame? {
      try await source.next()
    }
  }
}

/// Reads frames from a connection; an actor, so that an iterator may be used by any task.
actor LogSource {
  nonisolated let body: HTTPBody
  nonisolated let isRaw: Bool
  nonisolated let hasTimestamps: Bool
  /// Kept, since a client that nobody holds closes its connections.
  nonisolated let client: DockerClient
  nonisolated let call: DockerCall
  private var decoder: LogFrameDecoder
  private var isFinished = false

  init(body: HTTPBody, isRaw: Bool, hasTimestamps: Bool, client: DockerClient, call: DockerCall) {
    self.body = body
    self.isRaw = isRaw
    self.hasTimestamps = hasTimestamps
    self.client = client
    self.call = call
    decoder = LogFrameDecoder(isRaw: isRaw)
  }

  func next() async throws -> LogFrame? {
    guard !isFinished else { return nil }
    do {
      while true {
        if let frame = try decoder.next() { return frame }
        guard let bytes = try await body.next() else { break }
        decoder.append(bytes)
      }
      isFinished = true
      try decoder.finish()
      return nil
    } catch {
      throw fail(error)
    }
  }

  /// Ends the connection, and says what people and programs get to see of the reason.
  func fail(_ error: any Error) -> any Error {
    isFinished = true
    body.close()
    return client.explain(error, call, limit: nil)
  }
}
