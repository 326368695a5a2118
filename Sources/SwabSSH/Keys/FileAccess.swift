#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#elseif canImport(Darwin)
  import Darwin
#endif

/// Small whole-file reads by system calls.
///
/// They block: call them on a thread pool only.
enum FileAccess {
  /// A system call that failed on a file.
  struct Failure: Error, CustomStringConvertible {
    var path: String
    var errno: Int32

    var isMissing: Bool { errno == ENOENT || errno == ENOTDIR }
    var reason: String { String(cString: strerror(errno)) }
    var description: String { "\(path): \(reason)" }
  }

  /// What stat(2) says of a file, as far as trust in it depends on that.
  struct Status {
    var owner: uid_t
    var mode: mode_t
    /// Another one for another file, and after each change of this one.
    var version: Version
    var isRegular: Bool { mode & S_IFMT == S_IFREG }
    var isOwnedByMeOrRoot: Bool { owner == getuid() || owner == 0 }
  }

  /// What tells a file from others, and from itself before it was written to.
  struct Version: Hashable {
    var device: dev_t
    var inode: ino_t
    var size: Int
    var seconds: Int
    var nanoseconds: Int
  }

  /// Reads a file whole, with its status as of the moment it was opened.
  ///
  /// A folder, and a file larger than `limit`, is a failure (EISDIR, EFBIG).
  static func read(
    _ path: String,
    limit: Int = 64 << 20
  ) throws(Failure) -> (bytes: [UInt8], status: Status) {
    let descriptor = open(path, O_RDONLY | O_CLOEXEC)
    guard descriptor >= 0 else { throw Failure(path: path, errno: errno) }
    defer { close(descriptor) }
    let status = try status(of: descriptor, path: path)
    return (try readAll(descriptor, path: path, limit: limit), status)
  }

  static func status(of descriptor: Int32, path: String) throws(Failure) -> Status {
    var buffer = stat()
    guard fstat(descriptor, &buffer) == 0 else { throw Failure(path: path, errno: errno) }
    #if canImport(Darwin)
      let modified = buffer.st_mtimespec
    #else
      let modified = buffer.st_mtim
    #endif
    return Status(
      owner: buffer.st_uid,
      mode: buffer.st_mode,
      version: Version(
        device: buffer.st_dev,
        inode: buffer.st_ino,
        size: Int(buffer.st_size),
        seconds: Int(modified.tv_sec),
        nanoseconds: Int(modified.tv_nsec)
      )
    )
  }

  /// Reads from the descriptor's position to the end.
  static func readAll(
    _ descriptor: Int32,
    path: String,
    limit: Int = 64 << 20
  ) throws(Failure) -> [UInt8] {
    var bytes: [UInt8] = []
    var chunk = [UInt8](repeating: 0, count: 32 << 10)
    while true {
      #if canImport(Glibc)
        let count = Glibc.read(descriptor, &chunk, chunk.count)
      #elseif canImport(Musl)
        let count = Musl.read(descriptor, &chunk, chunk.count)
      #elseif canImport(Darwin)
        let count = Darwin.read(descriptor, &chunk, chunk.count)
      #endif
      if count == 0 { return bytes }
      if count < 0 {
        guard errno == EINTR else { throw Failure(path: path, errno: errno) }
        continue
      }
      bytes.append(contentsOf: chunk[..<count])
      guard bytes.count <= limit else { throw Failure(path: path, errno: EFBIG) }
    }
  }
}
