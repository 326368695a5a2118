import NIOPosix

#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#else
  import Darwin
#endif

/// A file of this machine that is written piece by piece, and is there under its name only once it is
/// whole.
struct LocalFile: Sendable {
  private let path: String
  private let temporary: String
  private let descriptor: Int32

  /// Writes all of an upload to a file, which replaces the one that is there.
  ///
  /// - Throws: ``TaskError`` if the file can't be written; what the upload throws.
  static func write(_ upload: DockerUpload, to path: String) async throws {
    let file = try await onThread { try LocalFile(path) }
    do {
      try await upload.forEachPiece { piece in try await onThread { try file.append(piece) } }
      try await onThread { try file.finish() }
    } catch {
      // In a task of its own, since this one may be cancelled.
      await Task { try? await onThread { file.discard() } }.value
      throw error
    }
  }

  private init(_ path: String) throws {
    self.path = path
    temporary = "\(path).\(getpid()).part"
    descriptor = open(temporary, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0o666)
    guard descriptor >= 0 else { throw Self.failure(path) }
  }

  private func append(_ bytes: [UInt8]) throws {
    var rest = bytes[...]
    while !rest.isEmpty {
      let count = rest.withUnsafeBytes { systemWrite(descriptor, $0.baseAddress, $0.count) }
      if count < 0, errno == EINTR { continue }
      guard count > 0 else { throw Self.failure(path) }
      rest = rest.dropFirst(count)
    }
  }

  private func finish() throws {
    guard systemClose(descriptor) == 0, rename(temporary, path) == 0 else {
      throw Self.failure(path)
    }
  }

  private func discard() {
    _ = systemClose(descriptor)
    unlink(temporary)
  }

  private static func failure(_ path: String) -> TaskError {
    TaskError(.aborted, "writing \(path): \(String(cString: strerror(errno)))")
  }

  private static func onThread<Result: Sendable>(
    _ work: @escaping @Sendable () throws -> Result
  ) async throws -> Result {
    try await NIOThreadPool.singleton.runIfActive(work)
  }
}

private func systemWrite(_ descriptor: Int32, _ bytes: UnsafeRawPointer?, _ count: Int) -> Int {
  write(descriptor, bytes, count)
}

private func systemClose(_ descriptor: Int32) -> Int32 { close(descriptor) }
