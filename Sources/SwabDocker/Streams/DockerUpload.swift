import NIOCore
import NIOPosix

#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#else
  import Darwin
#endif

/// Bytes to send to an engine, which are fetched no faster than it takes them.
///
/// When the engine wants no more of them, the task that fetches is cancelled.
public struct DockerUpload: Sendable {
  /// What is read of a file at a time.
  private static let pieceBytes = 1 << 18

  let produce: BodyProducer

  init(produce: @escaping BodyProducer) {
    self.produce = produce
  }

  /// These bytes.
  public init(_ bytes: [UInt8]) {
    produce = { write in try await write(ByteBuffer(bytes: bytes)) }
  }

  /// The bytes of a sequence, such as a download from another engine.
  public init<Pieces: AsyncSequence & Sendable>(_ pieces: Pieces)
  where Pieces.Element == [UInt8] {
    produce = { write in
      for try await piece in pieces { try await write(ByteBuffer(bytes: piece)) }
    }
  }

  /// The bytes of a file, read when they are sent.
  ///
  /// - Parameter path: Where it is; if it can't be read, the call throws.
  /// - Returns: The upload.
  public static func file(_ path: String) -> DockerUpload {
    DockerUpload { write in
      let file = try await LocalFile(reading: path)
      while let piece = try await file.read(upTo: pieceBytes) { try await write(piece) }
    }
  }
}

/// A file of this machine; reading it may block, and does so on threads that may.
private final class LocalFile: Sendable {
  private let path: String
  private let descriptor: CInt

  init(reading path: String) async throws {
    self.path = path
    descriptor = try await NIOThreadPool.singleton.runIfActive {
      let descriptor = open(path, O_RDONLY | O_CLOEXEC)
      guard descriptor >= 0 else { throw DockerError.cannotRead(path) }
      return descriptor
    }
  }

  deinit {
    close(descriptor)
  }

  /// The next bytes, or nothing at the end.
  func read(upTo limit: Int) async throws -> ByteBuffer? {
    try await NIOThreadPool.singleton.runIfActive { [self] in
      var bytes = ByteBufferAllocator().buffer(capacity: limit)
      let count = try bytes.writeWithUnsafeMutableBytes(minimumWritableBytes: limit) { room in
        let count = readBytes(descriptor, room)
        guard count >= 0 else { throw DockerError.cannotRead(path) }
        return count
      }
      return count > 0 ? bytes : nil
    }
  }
}

private func readBytes(_ descriptor: CInt, _ room: UnsafeMutableRawBufferPointer) -> Int {
  read(descriptor, room.baseAddress, room.count)
}

extension DockerError {
  /// The error for a file that could not be read, from `errno`.
  static func cannotRead(_ path: String) -> DockerError {
    DockerError(code: .fileFailed, message: "reading \(path): \(String(cString: strerror(errno)))")
  }
}
