import NIOCore

/// Unpacks an answer that was packed by gzip, piece by piece.
///
/// An actor, so that an iterator may be used by any task. What a small packed piece unpacks to may be
/// huge, so it is unpacked no faster than it is asked for.
actor GunzipStream {
  private var coder: ByteCoder?
  private var isLast = false

  /// The next unpacked bytes, or nothing at their end.
  ///
  /// - Parameter fetch: Gives the next packed bytes.
  /// - Returns: The bytes.
  /// - Throws: What `fetch` throws; a ``DockerError`` for what isn't packed by gzip, and if the end is
  ///   missing.
  func next(
    _ fetch: @Sendable () async throws -> ByteBuffer?
  ) async throws -> ByteBuffer? {
    let coder = try self.coder ?? ByteCoder(GzipDecoder())
    self.coder = coder
    while true {
      if let unpacked = try unpack(by: coder) { return unpacked }
      guard !isLast else { return nil }
      if let packed = try await fetch() { coder.append(packed) } else { isLast = true }
    }
  }

  private func unpack(by coder: ByteCoder) throws -> ByteBuffer? {
    do {
      return try coder.next(isLast: isLast)
    } catch let error as DockerError {
      throw isLast
        ? DockerError(
          code: .streamTruncated,
          message: "the answer ended in the middle of what was packed by gzip"
        ) : .unexpectedReply("the answer can't be unpacked: \(error.message)")
    }
  }
}
