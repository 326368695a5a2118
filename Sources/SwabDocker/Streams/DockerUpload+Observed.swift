import NIOCore

extension DockerUpload {
  /// The same bytes, telling each time that a piece of them was taken.
  ///
  /// - Parameter observe: Called after each piece.
  /// - Returns: The upload.
  package func observed(_ observe: @escaping @Sendable () -> Void) -> DockerUpload {
    DockerUpload { write in
      try await produce { piece in
        try await write(piece)
        observe()
      }
    }
  }

  /// Fetches the bytes, and hands them over piece by piece.
  ///
  /// - Parameter body: Takes a piece; the next is fetched when it returns.
  /// - Throws: What fetching them or the closure throws.
  package func forEachPiece(
    _ body: @escaping @Sendable ([UInt8]) async throws -> Void
  ) async throws {
    try await produce { piece in try await body(Array(piece.readableBytesView)) }
  }
}
