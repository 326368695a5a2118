import NIOCore

#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#else
  import Darwin
#endif

/// Unpacks entries of an archive in a folder of this machine, and writes nowhere else.
///
/// Whoever made the archive may have meant harm, and others may change the folder meanwhile. So each
/// part of a path is opened by itself, in the folder before it, and never through a link; and a file
/// is always made anew, so that no name it had before is written through.
///
/// All of it may block. It is `@unchecked` since whoever has it does one thing after the other, on
/// whatever threads.
final class FolderExtractor: @unchecked Sendable {
  private let root: FolderDescriptor
  private let path: String
  private let keepsOwners: Bool
  private var file: CInt = -1
  private var fileEntry: TarEntry?
  /// They get their times and permissions in the end, since writing in them changes the ones, and
  /// needs the others.
  private var folders: [TarEntry] = []
  /// What can't be made here: devices, and kinds that only some programs know.
  private(set) var skipped: [String] = []

  /// Opens a folder, and makes it if it isn't there.
  init(_ path: String, keepsOwners: Bool) throws {
    self.path = path
    self.keepsOwners = keepsOwners
    if mkdir(path, 0o777) != 0, errno != EEXIST { throw DockerError.unwritable(path) }
    // Here a link is the caller's own.
    root = try FolderDescriptor(open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC), path)
  }

  deinit {
    if file >= 0 { close(file) }
  }

  /// Makes what an entry stands for; the data of a file follows.
  func begin(_ entry: TarEntry) throws {
    fileEntry = nil
    let (folder, name) = try place(of: entry)
    switch entry.kind {
    case .folder:
      try makeFolder(name, in: folder, entry)
      return folders.append(entry)
    case .file: try makeFile(name, in: folder, entry)
    case .link:
      try make(name, in: folder, entry) {
        symlinkat(LocalFiles.cString(entry.linkTargetBytes ?? []), folder.number, name)
      }
      try setAttributes(name, in: folder, entry)
    case .hardLink: try makeHardLink(name, in: folder, entry)
    case .pipe:
      try make(name, in: folder, entry) { mkfifoat(folder.number, name, 0o600) }
      try setAttributes(name, in: folder, entry)
    case .characterDevice, .blockDevice, .other, .globalHeader: skipped.append(entry.path)
    }
  }

  /// Writes some of the data of the entry that was begun last.
  func write(_ bytes: ByteBuffer) throws {
    guard let fileEntry else { return }
    var rest = bytes
    while rest.readableBytes > 0 {
      let count = rest.withUnsafeReadableBytes { writeBytes(file, $0) }
      guard count >= 0 else { throw cannotWrite(fileEntry) }
      rest.moveReaderIndex(forwardBy: count)
    }
  }

  /// Ends the entry that was begun last.
  func end() throws {
    guard let entry = fileEntry else { return }
    fileEntry = nil
    defer {
      close(file)
      file = -1
    }
    if keepsOwners, fchown(file, uid_t(entry.uid), gid_t(entry.gid)) != 0 {
      throw cannotWrite(entry)
    }
    // After the owner, whose change takes away the right to run as somebody else.
    guard fchmod(file, permissions(of: entry)) == 0, futimens(file, Self.times(of: entry)) == 0
    else { throw cannotWrite(entry) }
  }

  /// Ends all of it.
  func finish() throws {
    // The inner ones first: an outer one may be closed to us afterwards.
    for entry in folders.reversed() {
      let (folder, name) = try place(of: entry)
      try setAttributes(name, in: folder, entry)
    }
    folders = []
  }
}

extension FolderExtractor {
  private typealias Place = (folder: FolderDescriptor, name: [CChar])

  /// The folder that an entry is made in, with the folders above it, and its name there.
  private func place(of entry: TarEntry) throws -> Place {
    try place(of: entry.pathBytes, entry)
  }

  private func place(of path: [UInt8], _ entry: TarEntry) throws -> Place {
    let named = TarEntry(.file, path: path, mode: 0)
    var parts = named.pathParts
    guard !named.leadsOutside, !path.contains(0), let name = parts.popLast() else {
      throw DockerError.leadsOutside(entry.path)
    }
    var folder = root
    for part in parts { folder = try enter(LocalFiles.cString(part), in: folder, entry) }
    return (folder, LocalFiles.cString(name))
  }

  private func enter(
    _ name: [CChar],
    in folder: FolderDescriptor,
    _ entry: TarEntry
  ) throws -> FolderDescriptor {
    let flags = O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC
    var number = openat(folder.number, name, flags)
    if number < 0, errno == ENOENT {
      guard mkdirat(folder.number, name, 0o777) == 0 || errno == EEXIST else {
        throw cannotWrite(entry)
      }
      number = openat(folder.number, name, flags)
    }
    guard number >= 0 else { throw refusal(of: name, in: folder, entry) }
    return try FolderDescriptor(number, entry.path)
  }

  /// Why what should be a folder can't be opened as one.
  private func refusal(
    of name: [CChar],
    in folder: FolderDescriptor,
    _ entry: TarEntry
  ) -> DockerError {
    let error = cannotWrite(entry)
    var status = stat()
    guard
      fstatat(folder.number, name, &status, AT_SYMLINK_NOFOLLOW) == 0,
      status.st_mode & S_IFMT == S_IFLNK
    else { return error }
    return DockerError(
      code: .invalidArchive,
      message: "the archive has an entry that leads through a link, and is refused: \(entry.path)"
    )
  }

  private func makeFolder(
    _ name: [CChar],
    in folder: FolderDescriptor,
    _ entry: TarEntry
  ) throws {
    if mkdirat(folder.number, name, 0o700) == 0 { return }
    guard errno == EEXIST else { throw cannotWrite(entry) }
    _ = try enter(name, in: folder, entry)
  }

  private func makeFile(_ name: [CChar], in folder: FolderDescriptor, _ entry: TarEntry) throws {
    try make(name, in: folder, entry) {
      file = openat(
        folder.number,
        name,
        O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC,
        0o600
      )
      return file < 0 ? -1 : 0
    }
    fileEntry = entry
  }

  private func makeHardLink(
    _ name: [CChar],
    in folder: FolderDescriptor,
    _ entry: TarEntry
  ) throws {
    let target = try place(of: entry.linkTargetBytes ?? [], entry)
    try make(name, in: folder, entry) {
      linkat(target.folder.number, target.name, folder.number, name, 0)
    }
  }

  /// Makes something in place of what may be there; a folder is nothing that gives way.
  private func make(
    _ name: [CChar],
    in folder: FolderDescriptor,
    _ entry: TarEntry,
    _ make: () -> CInt
  ) throws {
    if unlinkat(folder.number, name, 0) != 0, errno != ENOENT { throw cannotWrite(entry) }
    guard make() == 0 else { throw cannotWrite(entry) }
  }

  private func setAttributes(
    _ name: [CChar],
    in folder: FolderDescriptor,
    _ entry: TarEntry
  ) throws {
    let (number, flags) = (folder.number, AT_SYMLINK_NOFOLLOW)
    if keepsOwners, fchownat(number, name, uid_t(entry.uid), gid_t(entry.gid), flags) != 0 {
      throw cannotWrite(entry)
    }
    // A link has no permissions, and a folder may have given way to one since.
    if entry.kind == .folder {
      let opened = try enter(name, in: folder, entry)
      guard fchmod(opened.number, permissions(of: entry)) == 0 else { throw cannotWrite(entry) }
    }
    guard utimensat(number, name, Self.times(of: entry), flags) == 0 else {
      throw cannotWrite(entry)
    }
  }

  /// Without its owner a file must not let others run it as somebody else.
  private func permissions(of entry: TarEntry) -> mode_t {
    mode_t(truncatingIfNeeded: entry.mode) & (keepsOwners ? 0o7777 : 0o1777)
  }

  private static func times(of entry: TarEntry) -> [timespec] {
    [timespec](repeating: timespec(tv_sec: entry.mtime, tv_nsec: 0), count: 2)
  }

  private func cannotWrite(_ entry: TarEntry) -> DockerError {
    .unwritable("\(path)/\(entry.path)")
  }
}

/// An open folder.
private final class FolderDescriptor {
  let number: CInt

  init(_ number: CInt, _ path: String) throws {
    self.number = number
    guard number >= 0 else { throw DockerError.unwritable(path) }
  }

  deinit {
    if number >= 0 { close(number) }
  }
}

private func writeBytes(_ file: CInt, _ bytes: UnsafeRawBufferPointer) -> Int {
  write(file, bytes.baseAddress, bytes.count)
}

extension DockerError {
  /// The error for something that could not be written, from `errno`.
  fileprivate static func unwritable(_ path: String) -> DockerError {
    DockerError(code: .fileFailed, message: "writing \(path): \(String(cString: strerror(errno)))")
  }
}
