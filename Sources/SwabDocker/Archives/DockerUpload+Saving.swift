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
  /// Writes the bytes to a file of this machine, which has its name only once it is whole: until then,
  /// and if it fails, what was there stays.
  ///
  /// - Parameter path: Where it goes. A link leads to its target; what is no file, such as a pipe, is
  ///   written to as it is.
  /// - Throws: A ``DockerError`` with code `fileFailed`, or what the bytes' source throws.
  func save(to path: String) async throws {
    let pool = NIOThreadPool.singleton
    let file = try await pool.runIfActive { try SavedFile(path) }
    do {
      try await produce { bytes in
        try await pool.runIfActive { try file.write(bytes) }
      }
    } catch {
      // In a task of its own, since this one may be cancelled.
      await Task { try? await pool.runIfActive { file.discard() } }.value
      throw error
    }
    try await pool.runIfActive { try file.finish() }
  }
}

/// A file of this machine that is written from its beginning.
private final class SavedFile: Sendable {
  private let path: String
  /// Its name and where its bytes are meanwhile; nil for what is no file.
  private let places: (final: String, temporary: String)?
  private let descriptor: CInt

  init(_ path: String) throws {
    self.path = path
    var status = stat()
    let isThere = stat(path, &status) == 0
    if isThere, status.st_mode & S_IFMT != S_IFREG {
      places = nil
      descriptor = open(path, O_WRONLY | O_CLOEXEC)
      guard descriptor >= 0 else { throw DockerError.cannotWrite(path) }
      return
    }
    let target = isThere ? try Self.resolved(path) : path
    let temporary = "\(target).\(String(UInt64.random(in: .min ... .max), radix: 36)).part"
    places = (target, temporary)
    descriptor = open(temporary, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0o666)
    guard descriptor >= 0 else { throw DockerError.cannotWrite(path) }
    // Whom it was hidden from it stays hidden from.
    if isThere { fchmod(descriptor, status.st_mode & 0o7777) }
  }

  private static func resolved(_ path: String) throws -> String {
    guard let target = realpath(path, nil) else { throw DockerError.cannotWrite(path) }
    defer { free(target) }
    return String(cString: target)
  }

  func write(_ bytes: ByteBuffer) throws {
    var rest = bytes
    while rest.readableBytes > 0 {
      let count = rest.withUnsafeReadableBytes { systemWrite(descriptor, $0) }
      if count < 0, errno == EINTR { continue }
      guard count > 0 else { throw DockerError.cannotWrite(path) }
      rest.moveReaderIndex(forwardBy: count)
    }
  }

  /// Closes it, and gives it its name.
  func finish() throws {
    // Closing may tell that the disk is full.
    if systemClose(descriptor) == 0,
      places.map({ rename($0.temporary, $0.final) == 0 }) ?? true
    {
      return
    }
    let error = DockerError.cannotWrite(path)
    if let places { unlink(places.temporary) }
    throw error
  }

  /// Closes it, and leaves nothing of it.
  func discard() {
    _ = systemClose(descriptor)
    if let places { unlink(places.temporary) }
  }
}

private func systemWrite(_ descriptor: CInt, _ bytes: UnsafeRawBufferPointer) -> Int {
  write(descriptor, bytes.baseAddress, bytes.count)
}

private func systemClose(_ descriptor: CInt) -> CInt { close(descriptor) }

extension DockerError {
  /// The error for a file that could not be written, from `errno`.
  fileprivate static func cannotWrite(_ path: String) -> DockerError {
    DockerError(code: .fileFailed, message: "writing \(path): \(String(cString: strerror(errno)))")
  }
}
