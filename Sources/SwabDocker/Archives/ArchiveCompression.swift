import NIOCore
import NIOPosix

/// How an archive is packed.
public enum ArchiveCompression: String, Sendable, Hashable {
  /// Not at all.
  case none
  /// By gzip, which is quick.
  case gzip
  /// By bzip2, which is slow and makes less of it.
  case bzip2

  /// What HTTP calls it: `gzip`, `bzip2`, nothing if it is not packed.
  public var streamEncoding: String? {
    self == .none ? nil : rawValue
  }

  func encoder() throws -> ByteCoder? {
    switch self {
    case .none: nil
    case .gzip: ByteCoder(try GzipEncoder())
    case .bzip2: ByteCoder(try BZip2Encoder())
    }
  }
}

extension DockerUpload {
  /// The same bytes, packed while they are sent.
  ///
  /// - Parameter compression: How.
  /// - Returns: The upload.
  public func packed(by compression: ArchiveCompression) -> DockerUpload {
    guard compression != .none else { return self }
    let produce = produce
    return DockerUpload { write in
      guard let coder = try compression.encoder() else { return }
      try await produce { bytes in
        coder.append(bytes)
        try await Self.send(coder, isLast: false, write)
      }
      try await Self.send(coder, isLast: true, write)
    }
  }

  private static func send(_ coder: ByteCoder, isLast: Bool, _ write: BodyWriter) async throws {
    // Packing takes its time, so it takes it on threads where nobody else waits.
    while let piece = try await NIOThreadPool.singleton.runIfActive({
      try coder.next(isLast: isLast)
    }) {
      try await write(piece)
    }
  }
}
