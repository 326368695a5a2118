import NIOCore
import NIOPosix

#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#else
  import Darwin
#endif

/// Packs things into a tar archive, piece by piece; it holds a piece and the names of a folder.
///
/// Reading files may block. It is `@unchecked` since whoever has it asks for one piece after the
/// other, on whatever threads.
final class TarPacker: @unchecked Sendable {
  /// How much is packed at a time, about.
  static let pieceBytes = 1 << 18

  private struct FileID: Hashable {
    var device: UInt64
    var number: UInt64
  }

  private var parts: ArraySlice<TarPart>
  private var walk: FolderWalk?
  /// The path in the archive of the folder that is walked through.
  private var walkPath: [UInt8] = []
  private var file: FileContents?
  private var archive: ArchiveContents?
  /// Files with several names, by the first one.
  private var linked: [FileID: [UInt8]] = [:]
  private var hasEnded = false

  init(_ parts: [TarPart]) {
    self.parts = parts[...]
  }

  /// The next piece of the archive, or nothing at its end.
  ///
  /// - Throws: A ``DockerError`` with code `fileFailed` for what can't be read, or is changed
  ///   meanwhile.
  func next() throws -> ByteBuffer? {
    var piece = ByteBufferAllocator().buffer(capacity: Self.pieceBytes + 4 * TarBlock.size)
    while piece.readableBytes < Self.pieceBytes, !hasEnded { try step(&piece) }
    return piece.readableBytes > 0 ? piece : nil
  }

  private func step(_ piece: inout ByteBuffer) throws {
    if let file {
      if try !file.write(to: &piece, upTo: Self.pieceBytes) { self.file = nil }
    } else if let archive {
      if try !archive.write(to: &piece) { self.archive = nil }
    } else if walk != nil {
      guard let item = try walk?.next() else {
        walk = nil
        return
      }
      try begin(item.place, LocalFiles.join(walkPath, item.path), item.status, &piece)
    } else if let part = parts.popFirst() {
      try begin(part, &piece)
    } else {
      piece.writeImmutableBuffer(TarWriter.end)
      hasEnded = true
    }
  }

  private func begin(_ part: TarPart, _ piece: inout ByteBuffer) throws {
    switch part {
    case .bytes(let entry, let contents):
      piece.writeImmutableBuffer(TarWriter.header(of: entry))
      piece.writeBytes(contents)
      piece.writeImmutableBuffer(TarWriter.padding(after: contents.count))
    case .archive(let place):
      archive = try ArchiveContents(place)
    case .tree(let tree): try begin(tree, &piece)
    }
  }

  private func begin(_ tree: TarTree, _ piece: inout ByteBuffer) throws {
    let place = Array(tree.place.utf8)
    walkPath = Array(tree.path.utf8)
    // A link is followed here, since what it leads to was meant.
    let status = try OpenFile(reading: place).status()
    let isFolder = status.st_mode & S_IFMT == S_IFDIR
    guard isFolder || !walkPath.isEmpty else { throw DockerError.file(place, "it is no folder") }
    if !walkPath.isEmpty { try begin(place, walkPath, status, &piece, followsLink: true) }
    if isFolder { walk = try tree.walk() }
  }
}

// MARK: - Entries

extension TarPacker {
  /// Writes the header of a thing, and has its contents follow if it has some.
  private func begin(
    _ place: [UInt8],
    _ path: [UInt8],
    _ status: stat,
    _ piece: inout ByteBuffer,
    followsLink: Bool = false
  ) throws {
    guard let kind = Self.kind(of: status) else { return }
    var entry = TarEntry(kind, path: path, mode: Int(status.st_mode) & 0o7777)
    entry.mtime = Self.seconds(status)
    switch kind {
    case .folder: entry.pathBytes.append(UInt8(ascii: "/"))
    case .link: entry.linkTargetBytes = try LocalFiles.target(of: place)
    case .characterDevice, .blockDevice: entry.device = Self.device(status)
    case .file:
      guard let first = firstPath(of: path, status) else {
        return try begin(
          file: FileContents(place, followsLink: followsLink, expecting: status),
          &entry,
          &piece
        )
      }
      entry.kind = .hardLink
      entry.linkTargetBytes = first
    default: break
    }
    piece.writeImmutableBuffer(TarWriter.header(of: entry))
  }

  private func begin(
    file: FileContents,
    _ entry: inout TarEntry,
    _ piece: inout ByteBuffer
  ) throws {
    self.file = file
    entry.size = file.map.contentSize
    guard file.map.hasHoles else {
      piece.writeImmutableBuffer(TarWriter.header(of: entry))
      return
    }
    let map = file.map.encoded
    entry.size += map.count
    entry.unpackedSize = file.map.fileSize
    piece.writeImmutableBuffer(TarWriter.header(of: entry))
    piece.writeBytes(map)
  }

  /// The path that a file was packed by before, if it was.
  private func firstPath(of path: [UInt8], _ status: stat) -> [UInt8]? {
    guard status.st_nlink > 1 else { return nil }
    let id = FileID(
      device: UInt64(truncatingIfNeeded: status.st_dev),
      number: UInt64(status.st_ino)
    )
    if let first = linked[id] { return first }
    linked[id] = path
    return nil
  }

  /// Sockets are none: what listened there doesn't listen where they are unpacked.
  private static func kind(of status: stat) -> TarEntry.Kind? {
    switch status.st_mode & S_IFMT {
    case S_IFREG: .file
    case S_IFDIR: .folder
    case S_IFLNK: .link
    case S_IFCHR: .characterDevice
    case S_IFBLK: .blockDevice
    case S_IFIFO: .pipe
    default: nil
    }
  }

  private static func seconds(_ status: stat) -> Int {
    #if canImport(Darwin)
      status.st_mtimespec.tv_sec
    #else
      status.st_mtim.tv_sec
    #endif
  }

  private static func device(_ status: stat) -> (major: Int, minor: Int) {
    let number = Int(status.st_rdev)
    #if canImport(Darwin)
      return (number >> 24 & 0xFF, number & 0xFF_FFFF)
    #else
      return (number >> 8 & 0xFFF | number >> 32 & ~0xFFF, number & 0xFF | number >> 12 & ~0xFF)
    #endif
  }
}

extension DockerUpload {
  /// A tar archive that is packed while it is sent.
  static func tar(_ parts: [TarPart]) -> DockerUpload {
    DockerUpload { write in
      let packer = TarPacker(parts)
      while let piece = try await NIOThreadPool.singleton.runIfActive({ try packer.next() }) {
        try await write(piece)
      }
    }
  }
}
