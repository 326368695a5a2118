import NIOCore

/// What stands before the header of an entry, and belongs to it.
struct TarExtensions: Sendable {
  /// The letters of such headers: POSIX's for one entry and for all, GNU's for the names.
  static let letters = Array("xgLK".utf8)

  /// All of it as it was read.
  private(set) var blocks = ByteBuffer()
  private var records: PaxRecords?
  private var longName: [UInt8]?
  private var longLink: [UInt8]?

  var isEmpty: Bool {
    blocks.readableBytes == 0
  }

  /// Takes an extended header.
  ///
  /// One that is there twice would say different things to different readers.
  mutating func add(_ data: [UInt8], _ letter: UInt8, _ blocks: ByteBuffer) throws {
    self.blocks.writeImmutableBuffer(blocks)
    let isTwice: Bool
    switch letter {
    case UInt8(ascii: "x"):
      isTwice = records != nil
      records = try PaxRecords(parsing: data)
    case UInt8(ascii: "L"):
      isTwice = longName != nil
      longName = Array(data.prefix { $0 != 0 })
    default:
      isTwice = longLink != nil
      longLink = Array(data.prefix { $0 != 0 })
    }
    guard !isTwice else {
      throw DockerError.invalidArchive("an entry has two extended headers of one kind")
    }
  }

  /// Looks at a header for all entries.
  ///
  /// The engine ignores those, others don't: so it must say nothing of where files go and how long
  /// they are.
  func check(global data: [UInt8]) throws {
    let keys = ["path", "linkpath", "size"]
    let records = try PaxRecords(parsing: data)
    guard
      isEmpty,
      !records.values.contains(where: { keys.contains($0.key) || $0.key.hasPrefix("GNU.sparse.") })
    else { throw DockerError.invalidArchive("it has a header for all entries that is none") }
  }

  /// The entry of a header, and of what stood before it.
  func entry(_ block: TarBlock, _ letter: UInt8) throws -> TarEntry {
    let records = records ?? PaxRecords()
    let path = try longName ?? records["path"] ?? path(in: block)
    let kind = TarEntry.Kind(letter: letter, path: path)
    var entry = TarEntry(kind, path: path, mode: try number(block, TarBlock.Field.mode) & 0o7777)
    entry.uid = try records.number("uid") ?? number(block, TarBlock.Field.uid)
    entry.gid = try records.number("gid") ?? number(block, TarBlock.Field.gid)
    entry.mtime = try records.seconds("mtime") ?? number(block, TarBlock.Field.mtime)
    entry.size = try size(of: kind, block, records)
    if kind == .link || kind == .hardLink {
      let target = block.text(TarBlock.Field.linkName)
      entry.linkTargetBytes = longLink ?? records["linkpath"] ?? target
    }
    if block.format != .old, kind == .characterDevice || kind == .blockDevice {
      entry.device.major = try number(block, TarBlock.Field.deviceMajor)
      entry.device.minor = try number(block, TarBlock.Field.deviceMinor)
    }
    try setSparse(&entry, block, letter, records)
    return entry
  }

  private func number(_ block: TarBlock, _ field: Range<Int>) throws -> Int {
    guard let number = block.number(field) else {
      throw DockerError.invalidArchive("a field of a header is no number")
    }
    return number
  }

  private func size(
    of kind: TarEntry.Kind,
    _ block: TarBlock,
    _ records: PaxRecords
  ) throws -> Int {
    let size = try records.number("size") ?? number(block, TarBlock.Field.size)
    guard size >= 0 else { throw DockerError.invalidArchive("the size of an entry is negative") }
    return kind.isHeaderOnly ? 0 : size
  }

  private func path(in block: TarBlock) throws -> [UInt8] {
    let name = block.text(TarBlock.Field.name)
    let prefix: [UInt8]
    switch block.format {
    case .old: prefix = []
    case .posix: prefix = block.text(TarBlock.Field.prefix)
    case .star: prefix = block.text(TarBlock.Field.starPrefix)
    case .gnu:
      // What is no time here, the engine takes for a prefix, and others don't.
      guard TarBlock.Field.gnuTimes.allSatisfy({ block.number($0) != nil }) else {
        throw DockerError.invalidArchive("a header in GNU's format has a prefix")
      }
      prefix = []
    }
    return prefix.isEmpty ? name : prefix + [UInt8(ascii: "/")] + name
  }

  /// Sees that the holes of a file are left out: by GNU's old format, or by one of the three that
  /// it has made of extended headers.
  private func setSparse(
    _ entry: inout TarEntry,
    _ block: TarBlock,
    _ letter: UInt8,
    _ records: PaxRecords
  ) throws {
    if letter == UInt8(ascii: "S") {
      guard block.format == .gnu else {
        throw DockerError.invalidArchive("a sparse file is in no known format")
      }
      entry.unpackedSize = try number(block, TarBlock.Field.gnuRealSize)
    } else if records.values.contains(where: { $0.key.hasPrefix("GNU.sparse.") }) {
      guard entry.kind == .file, Self.hasKnownSparseFormat(records) else {
        throw DockerError.invalidArchive("a sparse file is in no known format")
      }
      let size = try records.number("GNU.sparse.realsize") ?? records.number("GNU.sparse.size")
      entry.unpackedSize = size ?? entry.size
      if let name = records["GNU.sparse.name"] { entry.pathBytes = name }
    }
    guard entry.unpackedSize ?? 0 >= 0 else {
      throw DockerError.invalidArchive("the size of a sparse file is negative")
    }
  }

  private static func hasKnownSparseFormat(_ records: PaxRecords) -> Bool {
    let version = ["GNU.sparse.major", "GNU.sparse.minor"].map { key in
      records[key].map { String(decoding: $0, as: UTF8.self) }
    }
    // The first two had no version at first.
    guard version != [nil, nil] else {
      return records["GNU.sparse.map"] != nil || records["GNU.sparse.offset"] != nil
    }
    return [["0", "0"], ["0", "1"], ["1", "0"]].contains(version)
  }
}
