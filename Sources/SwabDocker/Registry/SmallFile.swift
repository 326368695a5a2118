#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#else
  import Darwin
#endif

/// Files of settings, which are read as a whole.
enum SmallFile {
  private static let limit = 16 << 20

  /// The text of a file; nil if there is none.
  ///
  /// - Throws: A ``DockerError`` with code `fileFailed`.
  static func text(of path: String) throws -> String? {
    let descriptor = open(path, O_RDONLY | O_CLOEXEC)
    guard descriptor >= 0 else {
      if errno == ENOENT || errno == ENOTDIR { return nil }
      throw DockerError.cannotRead(path)
    }
    defer { close(descriptor) }
    var bytes: [UInt8] = []
    var room = [UInt8](repeating: 0, count: 1 << 16)
    while true {
      let count = read(descriptor, &room, room.count)
      if count < 0, errno == EINTR { continue }
      guard count >= 0 else { throw DockerError.cannotRead(path) }
      if count == 0 { break }
      bytes.append(contentsOf: room[..<count])
      guard bytes.count <= limit else {
        throw DockerError(code: .fileFailed, message: "\(path) is too large for settings")
      }
    }
    return String(decoding: bytes, as: UTF8.self)
  }
}

extension DockerError {
  /// The error for a file that could not be read, from `errno`.
  static func cannotRead(_ path: String) -> DockerError {
    DockerError(code: .fileFailed, message: "reading \(path): \(String(cString: strerror(errno)))")
  }
}
