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
}
