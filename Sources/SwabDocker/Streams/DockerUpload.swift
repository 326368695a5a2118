import NIOCore
import NIOPosix
import Synchronization

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

  /// The bytes of a file, or of a pipe until its writers are gone, read when they are sent.
  ///
  /// - Parameter path: Where it is; if it can't be read, the call throws.
  /// - Returns: The upload.
  public static func file(_ path: String) -> DockerUpload {
    DockerUpload { write in
      let source = try await FileSource.open(path)
      while let piece = try await source.next(upTo: pieceBytes) { try await write(piece) }
    }
  }
}

/// A file of this machine, which is read on threads that may be kept waiting.
private final class FileSource: Sendable {
  /// How long one of those threads is kept for a pipe; then cancellation is looked at.
  private static let patience: CInt = 200

  private let file: Mutex<OpenFile>
  /// Whether it says itself when there is something to read.
  private let isPipe: Bool

  private init(_ path: String) throws {
    let file = try OpenFile(reading: Array(path.utf8))
    let kind = try file.status().st_mode & S_IFMT
    isPipe = kind != S_IFREG && kind != S_IFDIR
    self.file = Mutex(file)
  }

  static func open(_ path: String) async throws -> FileSource {
    try await NIOThreadPool.singleton.runIfActive { try FileSource(path) }
  }

  /// The next bytes, or nothing at the end.
  func next(upTo limit: Int) async throws -> ByteBuffer? {
    while true {
      try Task.checkCancellation()
      let bytes = try await NIOThreadPool.singleton.runIfActive { try self.read(upTo: limit) }
      if let bytes { return bytes.readableBytes > 0 ? bytes : nil }
    }
  }

  /// Reads on; nil if nothing came in a while.
  private func read(upTo limit: Int) throws -> ByteBuffer? {
    try file.withLock { file in
      if isPipe {
        var question = pollfd(fd: file.descriptor, events: Int16(POLLIN), revents: 0)
        guard poll(&question, 1, Self.patience) > 0 else { return nil }
      }
      var bytes = ByteBufferAllocator().buffer(capacity: limit)
      _ = try file.read(into: &bytes, upTo: limit)
      return bytes
    }
  }
}
