import NIOCore

/// A connection to the process of a container that speaks WebSocket.
///
/// Standard output and standard error come mixed, and the input can't be ended apart from the
/// connection: use ``DockerSession`` where nothing in between stands against it.
///
/// There is one reader. Letting go of it ends the connection; it doesn't end the process.
public struct DockerWebSocket: AsyncSequence, Sendable {
  /// A piece of what the process writes.
  public typealias Element = [UInt8]

  let source: WebSocketSource

  /// Gives the output piece by piece.
  public func makeAsyncIterator() -> AsyncIterator {
    AsyncIterator(source: source)
  }

  /// Writes to the standard input of the process, and returns when the bytes have gone out.
  ///
  /// - Parameter bytes: What the process is to read.
  /// - Throws: A ``DockerError`` if the connection has ended, or a `CancellationError`.
  public func write(_ bytes: [UInt8]) async throws {
    try await source.write(2, ByteBuffer(bytes: bytes))
  }

  /// Ends the connection, and not the process; whoever still reads gets a `CancellationError`.
  public func close() {
    source.body.close()
  }

  /// Gives the output piece by piece.
  public struct AsyncIterator: AsyncIteratorProtocol {
    let source: WebSocketSource

    /// The next piece, or nothing at the end of the output.
    ///
    /// - Returns: The piece.
    /// - Throws: A ``DockerError``, or a `CancellationError`.
    public mutating func next() async throws -> [UInt8]? {
      try await source.next()
    }
  }
}

/// Reads frames from a connection; an actor, so that an iterator may be used by any task.
actor WebSocketSource {
  nonisolated let body: HTTPBody
  /// Kept, since a client that nobody holds closes its connections.
  private let client: DockerClient
  private let call: DockerCall
  private var decoder = WebSocketDecoder()
  private var isFinished = false

  init(body: HTTPBody, client: DockerClient, call: DockerCall) {
    self.body = body
    self.client = client
    self.call = call
  }

  func next() async throws -> [UInt8]? {
    guard !isFinished else { return nil }
    do {
      while true {
        switch try decoder.next() {
        case .data(let bytes): return Array(bytes.readableBytesView)
        case .ping(let bytes): try await body.write(.webSocketFrame(10, bytes))
        case .close:
          isFinished = true
          body.close()
          return nil
        case nil:
          guard let bytes = try await body.next() else {
            isFinished = true
            try decoder.finish()
            return nil
          }
          decoder.append(bytes)
        }
      }
    } catch {
      isFinished = true
      body.close()
      throw client.explain(error, call, limit: nil)
    }
  }

  nonisolated func write(_ type: UInt8, _ bytes: ByteBuffer) async throws {
    do {
      try await body.write(.webSocketFrame(type, bytes))
    } catch let error as CancellationError {
      throw error
    } catch {
      throw client.explain(HTTPFailure.inputRefused, call, limit: nil)
    }
  }
}
