package import NIOCore

/// Writes what an archive has beside the contents of files.
///
/// Its format is POSIX's: extended headers say what has no room in a plain one. It never says who
/// has made the archive and when, so the same entries make the same bytes.
package enum TarWriter {
  /// What stands at the end of an archive.
  package static let end = ByteBuffer(repeating: 0, count: 2 * TarBlock.size)

  /// What fills the last block up after that much data.
  package static func padding(after size: Int) -> ByteBuffer {
    ByteBuffer(repeating: 0, count: TarBlock.padding(after: size))
  }

  /// The header of an entry, with an extended one before it if that is needed.
  ///
  /// An entry with an `unpackedSize` is one whose data begins with a ``SparseMap``.
  package static func header(of entry: TarEntry) -> ByteBuffer {
    var records = PaxRecords()
    var block = TarBlock()
    setNames(of: entry, in: &block, &records)
    block.set(TarBlock.Field.mode, number: entry.mode & 0o7777)
    let numbers = [
      ("uid", TarBlock.Field.uid, entry.uid), ("gid", TarBlock.Field.gid, entry.gid),
      ("size", TarBlock.Field.size, entry.size), ("mtime", TarBlock.Field.mtime, entry.mtime),
    ]
    for (key, field, value) in numbers {
      block.set(field, number: value)
      if !TarBlock.fits(value, field) { records.set(key, value) }
    }
    block.set(TarBlock.Field.deviceMajor, number: entry.device.major)
    block.set(TarBlock.Field.deviceMinor, number: entry.device.minor)
    finish(&block, entry.kind.letter)
    return extended(records, for: entry) + block.bytes
  }

  private static func setNames(
    of entry: TarEntry,
    in block: inout TarBlock,
    _ records: inout PaxRecords
  ) {
    if let size = entry.unpackedSize {
      records.set("GNU.sparse.major", 1)
      records.set("GNU.sparse.minor", 0)
      records.set("GNU.sparse.name", entry.pathBytes)
      records.set("GNU.sparse.realsize", size)
      block.set(TarBlock.Field.name, stand(for: entry, in: "GNUSparseFile.0"))
    } else if let (prefix, name) = split(entry.pathBytes) {
      block.set(TarBlock.Field.prefix, prefix)
      block.set(TarBlock.Field.name, name)
    } else {
      records.set("path", entry.pathBytes)
      block.set(TarBlock.Field.name, entry.pathBytes.prefix(TarBlock.Field.name.count))
    }
    guard let target = entry.linkTargetBytes else { return }
    block.set(TarBlock.Field.linkName, target.prefix(TarBlock.Field.linkName.count))
    if target.count > TarBlock.Field.linkName.count { records.set("linkpath", target) }
  }

  /// The path in the two fields of a plain header, if they have room for it.
  private static func split(_ path: [UInt8]) -> (prefix: [UInt8], name: [UInt8])? {
    if path.count <= TarBlock.Field.name.count { return ([], path) }
    let slash = path.dropLast().indices.first { index in
      path[index] == UInt8(ascii: "/") && path.count - index - 1 <= TarBlock.Field.name.count
    }
    guard let slash, slash > 0, slash <= TarBlock.Field.prefix.count else { return nil }
    return (Array(path[..<slash]), Array(path[(slash + 1)...]))
  }

  /// What programs that don't know extended headers make a file of.
  private static func stand(for entry: TarEntry, in folder: String) -> [UInt8] {
    let name = TarEntry.parts(of: entry.pathBytes).last ?? []
    return Array((Array("\(folder)/".utf8) + name).prefix(TarBlock.Field.name.count))
  }

  private static func extended(_ records: PaxRecords, for entry: TarEntry) -> ByteBuffer {
    guard !records.values.isEmpty else { return ByteBuffer() }
    let data = records.encoded
    var block = TarBlock()
    block.set(TarBlock.Field.name, stand(for: entry, in: "PaxHeaders.0"))
    block.set(TarBlock.Field.mode, number: 0o644)
    block.set(TarBlock.Field.uid, number: 0)
    block.set(TarBlock.Field.gid, number: 0)
    block.set(TarBlock.Field.size, number: data.count)
    block.set(TarBlock.Field.mtime, number: 0)
    finish(&block, UInt8(ascii: "x"))
    return ByteBuffer(bytes: block.bytes) + data + padding(after: data.count).readableBytesView
  }

  private static func finish(_ block: inout TarBlock, _ letter: UInt8) {
    block.bytes[TarBlock.Field.letter] = letter
    block.set(TarBlock.Field.magic, "ustar\u{0}00".utf8)
    block.setChecksum()
  }
}

private func + (left: ByteBuffer, right: some Sequence<UInt8>) -> ByteBuffer {
  var buffer = left
  buffer.writeBytes(right)
  return buffer
}
