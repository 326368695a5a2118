import NIOCore

/// Bytes from an engine, as they come: an archive, an exported image.
///
/// They are pulled: what nobody asks for stays in the engine. There is one reader. Leaving the loop
/// and dropping the sequence, cancelling the task, or ``close()`` ends the connection.
public struct DockerBytes: AsyncSequence, Sendable {
  /// A piece of them, of any length but zero.
  public typealias Element = [UInt8]

  private let body: HTTPBody
  /// Kept, since a client that nobody holds closes its connections.
  private let client: DockerClient
  private let call: DockerCall
  /// Unpacks them, where the engine has packed them for the way.
  private let gunzip: GunzipStream?

  init(body: HTTPBody, client: DockerClient, call: DockerCall) {
    self.body = body
    self.client = client
    self.call = call
    let encoding = body.reply.head.headers.first(name: "Content-Encoding")
    gunzip = encoding?.lowercased() == "gzip" ? GunzipStream() : nil
  }

  /// Gives the bytes piece by piece.
  public func makeAsyncIterator() -> AsyncIterator {
    AsyncIterator(bytes: self)
  }

  /// Ends the connection; whoever still reads gets a `CancellationError`.
  public func close() {
    body.close()
  }

  /// All that is left of them.
  ///
  /// - Parameter limit: How many they may be at most; more are an error, with code `replyTooLarge`.
  /// - Returns: The bytes.
  /// - Throws: A ``DockerError``, or a `CancellationError`.
  public func collect(upTo limit: Int) async throws -> [UInt8] {
    var bytes: [UInt8] = []
    for try await piece in self {
      bytes.append(contentsOf: piece)
      guard bytes.count <= limit else {
        close()
        throw client.locate(
          DockerError(code: .replyTooLarge, message: "the answer is larger than \(limit) bytes"),
          call
        )
      }
    }
    return bytes
  }

  /// The next piece, without a copy.
  func next() async throws -> ByteBuffer? {
    do {
      guard let gunzip else { return try await body.next() }
      return try await gunzip.next { try await body.next() }
    } catch {
      body.close()
      throw client.explain(error, call, limit: nil)
    }
  }

  /// Gives the bytes piece by piece.
  public struct AsyncIterator: AsyncIteratorProtocol {
    let bytes: DockerBytes

    /// The next piece, or nothing at their end.
    ///
    /// - Returns: The piece.
    /// - Throws: A ``DockerError``, or a `CancellationError`.
    public mutating func next() async throws -> [UInt8]? {
      try await bytes.next().map { Array($0.readableBytesView) }
    }
  }
}

extension DockerUpload {
  /// The bytes of another engine's answer, without a copy.
  public init(_ bytes: DockerBytes) {
    produce = { write in
      while let piece = try await bytes.next() { try await write(piece) }
    }
  }
}

extension DockerClient {
  /// Sends a call whose answer is bytes.
  func bytes(_ call: DockerCall) async throws -> DockerBytes {
    DockerBytes(body: try await stream(call), client: self, call: call)
  }
}
