import NIOCore

#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#else
  import Darwin
#endif

/// The contents of a file as they stand in an archive, in whole blocks.
///
/// The header before them has said how many they are, so a file that is written to meanwhile can't
/// be packed.
final class FileContents {
  let map: SparseMap
  private let file: OpenFile
  private let status: stat
  /// Which of the extents is next, and how much of it was read.
  private var position = (extent: 0, done: 0)

  /// Opens a file.
  ///
  /// - Parameters:
  ///   - place: Its path on this machine.
  ///   - followsLink: Whether that may end in a link.
  ///   - expected: What it was when it was found; it has to be the same file.
  /// - Throws: A ``DockerError`` with code `fileFailed`.
  init(_ place: [UInt8], followsLink: Bool, expecting expected: stat) throws {
    file = try followsLink ? OpenFile(reading: place) : OpenFile(found: place)
    status = try file.status()
    guard status.st_mode & S_IFMT == S_IFREG, status.st_ino == expected.st_ino else {
      throw DockerError.fileChanged(place)
    }
    map = SparseMap(of: file.descriptor, status)
  }

  /// Writes some of the contents.
  ///
  /// - Parameters:
  ///   - piece: Gets them.
  ///   - limit: How long it may get, about.
  /// - Returns: Whether there are more.
  /// - Throws: A ``DockerError`` with code `fileFailed`.
  func write(to piece: inout ByteBuffer, upTo limit: Int) throws -> Bool {
    while position.extent < map.extents.count {
      let extent = map.extents[position.extent]
      let left = extent.count - position.done
      guard left > 0 else {
        position = (position.extent + 1, 0)
        continue
      }
      let room = limit - piece.readableBytes
      guard room > 0 else { return true }
      let offset = extent.offset + position.done
      let count = try file.read(into: &piece, upTo: min(left, room), at: offset)
      guard count > 0 else { throw DockerError.fileChanged(file.path) }
      position.done += count
    }
    try checkUnchanged()
    piece.writeImmutableBuffer(TarWriter.padding(after: map.contentSize))
    return false
  }

  private func checkUnchanged() throws {
    let now = try file.status()
    guard now.st_size == status.st_size, Self.isSameTime(now, status) else {
      throw DockerError.fileChanged(file.path)
    }
  }

  private static func isSameTime(_ left: stat, _ right: stat) -> Bool {
    #if canImport(Darwin)
      let (left, right) = (left.st_mtimespec, right.st_mtimespec)
    #else
      let (left, right) = (left.st_mtim, right.st_mtim)
    #endif
    return left.tv_sec == right.tv_sec && left.tv_nsec == right.tv_nsec
  }
}
