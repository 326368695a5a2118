import NIOCore
import NIOPosix

#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#else
  import Darwin
#endif

extension DockerUpload {
  /// Writes the bytes to a file of this machine.
  func save(to path: String) async throws {
    let pool = NIOThreadPool.singleton
    let file = try await pool.runIfActive { try SavedFile(path) }
    try await produce { bytes in
      try await pool.runIfActive { try file.write(bytes) }
    }
  }
}

/// A file of this machine that is written from its beginning.
private final class SavedFile: Sendable {
  private let path: String
  private let descriptor: CInt

  init(_ path: String) throws {
    self.path = path
    descriptor = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0o666)
    guard descriptor >= 0 else { throw DockerError.cannotWrite(path) }
  }

  deinit {
    if descriptor >= 0 { close(descriptor) }
  }

  func write(_ bytes: ByteBuffer) throws {
    var rest = bytes
    while rest.readableBytes > 0 {
      let count = rest.withUnsafeReadableBytes { writeBytes(descriptor, $0) }
      guard count >= 0 else { throw DockerError.cannotWrite(path) }
      rest.moveReaderIndex(forwardBy: count)
    }
  }
}

private func writeBytes(_ descriptor: CInt, _ bytes: UnsafeRawBufferPointer) -> Int {
  write(descriptor, bytes.baseAddress, bytes.count)
}

extension DockerError {
  /// The error for a file that could not be written, from `errno`.
  fileprivate static func cannotWrite(_ path: String) -> DockerError {
    DockerError(code: .fileFailed, message: "writing \(path): \(String(cString: strerror(errno)))")
  }
}
