import NIOCore

/// The entries of another archive as they stand in a new one.
final class ArchiveContents {
  private let file: DecodedFile
  private var reader = TarReader()
  private var isGlobal = false

  init(_ place: String) throws {
    file = try DecodedFile(Array(place.utf8))
  }

  /// Writes some of the entries, and returns whether there are more.
  func write(to piece: inout ByteBuffer) throws -> Bool {
    guard let event = try file.nextEvent(of: &reader) else { return false }
    switch event {
    case .entry(let entry, let header):
      // What is said of the whole archive is not said of the new one.
      isGlobal = entry.kind == .globalHeader
      if !isGlobal { piece.writeImmutableBuffer(header) }
    case .data(let bytes), .endOfEntry(let bytes):
      if !isGlobal { piece.writeImmutableBuffer(bytes) }
    case .end: return false
    }
    return true
  }
}
