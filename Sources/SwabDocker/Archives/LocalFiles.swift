import NIOCore

#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#else
  import Darwin
#endif

/// Files of this machine, by paths that need not be UTF-8; all of it may block.
enum LocalFiles {
  /// What a path is; a link at its end is told of itself.
  static func status(of path: [UInt8]) throws -> stat {
    var status = stat()
    guard lstat(cString(path), &status) == 0 else { throw DockerError.found(path) }
    return status
  }

  /// Whether nothing has that path, not even a link that leads nowhere.
  static func isGone(_ path: [UInt8]) -> Bool {
    var status = stat()
    return lstat(cString(path), &status) != 0 && [ENOENT, ENOTDIR].contains(errno)
  }

  /// What stands in a folder, in the order of bytes.
  static func names(in path: [UInt8]) throws -> [[UInt8]] {
    // Opened first, since a link that has taken the folder's place must not be followed.
    let flags = O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC
    let descriptor = open(cString(path), flags)
    guard descriptor >= 0 else { throw DockerError.found(path) }
    guard let folder = fdopendir(descriptor) else {
      let error = DockerError.file(path)
      close(descriptor)
      throw error
    }
    defer { closedir(folder) }
    var names: [[UInt8]] = []
    errno = 0
    while let entry = readdir(folder) {
      let name = withUnsafePointer(to: &entry.pointee.d_name) {
        $0.withMemoryRebound(to: UInt8.self, capacity: MemoryLayout.size(ofValue: $0.pointee)) {
          let room = MemoryLayout.size(ofValue: entry.pointee.d_name)
          return Array(UnsafeBufferPointer(start: $0, count: room).prefix { $0 != 0 })
        }
      }
      if name != [0x2E], name != [0x2E, 0x2E] { names.append(name) }
      errno = 0
    }
    guard errno == 0 else { throw DockerError.file(path) }
    return names.sorted { $0.lexicographicallyPrecedes($1) }
  }

  /// Where a symbolic link leads.
  static func target(of path: [UInt8]) throws -> [UInt8] {
    var room = [CChar](repeating: 0, count: Int(PATH_MAX))
    let count = readlink(cString(path), &room, room.count)
    guard count >= 0 else { throw DockerError.found(path) }
    return room.prefix(count).map { UInt8(bitPattern: $0) }
  }

  /// All of a small file; nothing if there is none.
  static func contents(of path: [UInt8], upTo limit: Int = 16 << 20) throws -> [UInt8]? {
    let descriptor = OpenFile.open(path, O_RDONLY)
    if descriptor < 0, errno == ENOENT { return nil }
    let file = try OpenFile(descriptor, path)
    // It would be waited for, as long as its writer likes.
    guard try file.status().st_mode & S_IFMT != S_IFIFO else {
      throw DockerError.file(path, "it is a pipe")
    }
    var bytes = ByteBuffer()
    while try file.read(into: &bytes, upTo: 1 << 16) > 0 {
      guard bytes.readableBytes <= limit else {
        throw DockerError.file(path, "it is larger than \(limit >> 20) MiB")
      }
    }
    return Array(bytes.readableBytesView)
  }

  /// A path below a folder.
  static func join(_ folder: [UInt8], _ path: [UInt8]) -> [UInt8] {
    if path.isEmpty { return folder }
    if folder.isEmpty || folder.last == UInt8(ascii: "/") { return folder + path }
    return folder + [UInt8(ascii: "/")] + path
  }

  static func cString(_ path: [UInt8]) -> [CChar] {
    path.map { CChar(bitPattern: $0) } + [0]
  }
}

/// An open file of this machine.
final class OpenFile {
  let path: [UInt8]
  let descriptor: CInt

  /// Takes an open descriptor over; one that couldn't be opened is an error, from `errno`.
  init(_ descriptor: CInt, _ path: [UInt8]) throws {
    self.path = path
    self.descriptor = descriptor
    guard descriptor >= 0 else { throw DockerError.file(path) }
  }

  /// Opens a file, whatever it is, to read it.
  convenience init(reading path: [UInt8]) throws {
    try self.init(Self.open(path, O_RDONLY), path)
  }

  /// Opens a file that was found in its folder before.
  convenience init(found path: [UInt8]) throws {
    let descriptor = Self.open(path, O_RDONLY | O_NOFOLLOW)
    guard descriptor >= 0 else { throw DockerError.found(path) }
    try self.init(descriptor, path)
  }

  /// A pipe that has taken the file's place would keep a plain open waiting.
  fileprivate static func open(_ path: [UInt8], _ flags: CInt) -> CInt {
    openFile(LocalFiles.cString(path), flags | O_CLOEXEC | O_NONBLOCK)
  }

  deinit {
    if descriptor >= 0 { close(descriptor) }
  }

  func status() throws -> stat {
    var status = stat()
    guard fstat(descriptor, &status) == 0 else { throw DockerError.file(path) }
    return status
  }

  /// Reads on, or at a place, and returns how many bytes that were: 0 at the end.
  func read(into bytes: inout ByteBuffer, upTo limit: Int, at offset: Int? = nil) throws -> Int {
    let descriptor = descriptor
    return try bytes.writeWithUnsafeMutableBytes(minimumWritableBytes: limit) { room in
      let size = min(limit, room.count)
      let count =
        offset.map { pread(descriptor, room.baseAddress, size, off_t($0)) }
        ?? Self.read(descriptor, room.baseAddress, size)
      guard count >= 0 else { throw DockerError.file(path) }
      return count
    }
  }

  private static func read(_ file: CInt, _ room: UnsafeMutableRawPointer?, _ count: Int) -> Int {
    #if canImport(Glibc)
      Glibc.read(file, room, count)
    #elseif canImport(Musl)
      Musl.read(file, room, count)
    #else
      Darwin.read(file, room, count)
    #endif
  }
}

extension DockerError {
  /// The error for a file that can't be read, from `errno` if there is no other reason.
  static func file(_ path: [UInt8], _ reason: String? = nil) -> DockerError {
    let reason = reason ?? String(cString: strerror(errno))
    return DockerError(
      code: .fileFailed,
      message: "reading \(String(decoding: path, as: UTF8.self)): \(reason)"
    )
  }

  /// The error, from `errno`, for something that was in its folder a moment ago.
  static func found(_ path: [UInt8]) -> DockerError {
    [ENOENT, ENOTDIR, ELOOP].contains(errno) ? fileChanged(path) : file(path)
  }

  /// The error for a file that was written to, or exchanged, while it was read.
  static func fileChanged(_ path: [UInt8]) -> DockerError {
    var error = file(path, "it changed while it was read")
    error.hint = "a .dockerignore can leave out of a build what others write to"
    return error
  }
}

private func openFile(_ path: [CChar], _ flags: CInt) -> CInt {
  open(path, flags)
}
