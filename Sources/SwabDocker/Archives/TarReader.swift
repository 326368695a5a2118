package import NIOCore

/// Reads a tar archive as it comes, piece by piece, and holds no more of it than a header.
///
/// It understands what today's programs write: POSIX (with extended headers), GNU (long names,
/// sizes in base 256) and what came before. Where two readers could see two things in one archive,
/// it sees what the engine does, or refuses it. It reads what anybody may have written, so whatever
/// comes ends in events or in an error.
package struct TarReader: Sendable {
  /// What comes next in an archive.
  package enum Event: Sendable {
    /// An entry begins. The header is as it was read, with those before it that belong to it, so
    /// that it can be passed on as it is.
    case entry(TarEntry, header: ByteBuffer)
    /// A part of the entry's data.
    case data(ByteBuffer)
    /// The entry's data has ended; these bytes fill its last block up.
    case endOfEntry(padding: ByteBuffer)
    /// The archive has ended; what may come after it is dropped.
    case end
  }

  private enum State {
    case header
    case data(left: Int, padding: Int)
    case padding(Int)
    case ended
  }

  /// What an entry may have before it: longer names are no names.
  static let extensionLimit = 1 << 20

  private var state = State.header
  private var buffer = ByteBuffer()
  /// How much must be there before it is worth looking at.
  private var needed = TarBlock.size
  private var extensions = TarExtensions()
  private var hasZeroBlock = false

  /// A reader at the beginning of an archive.
  package init() {}

  /// Takes the next bytes of the archive.
  package mutating func append(_ bytes: ByteBuffer) {
    if case .ended = state { return }
    guard buffer.readableBytes > 0 else {
      buffer = bytes
      return
    }
    var bytes = bytes
    buffer.discardReadBytes()
    buffer.writeBuffer(&bytes)
  }

  /// What comes next.
  ///
  /// - Returns: The event; nothing if more bytes are needed to tell.
  /// - Throws: A ``DockerError`` with code `invalidArchive`; there is nothing to read after it.
  package mutating func next() throws -> Event? {
    while true {
      switch state {
      case .header:
        guard buffer.readableBytes >= needed else { return nil }
        if let event = try readHeader() { return event }
      case .data(let left, let padding):
        guard left > 0 else {
          state = .padding(padding)
          continue
        }
        let count = min(left, buffer.readableBytes)
        guard count > 0, let part = buffer.readSlice(length: count) else { return nil }
        state = .data(left: left - count, padding: padding)
        return .data(part)
      case .padding(let count):
        guard let padding = buffer.readSlice(length: count) else { return nil }
        state = .header
        return .endOfEntry(padding: padding)
      case .ended:
        return nil
      }
    }
  }

  /// Says that no more bytes come.
  ///
  /// - Throws: A ``DockerError`` with code `streamTruncated` if the archive hasn't ended.
  package func finish() throws {
    switch state {
    case .ended: return
    // Some programs write one block of zeros where there should be two.
    case .header where hasZeroBlock && buffer.readableBytes == 0: return
    default:
      throw DockerError(code: .streamTruncated, message: "the tar archive ends in its middle")
    }
  }

  /// Reads what begins at a block: nothing comes of it if it needs more bytes or is one of several
  /// headers of an entry.
  private mutating func readHeader() throws -> Event? {
    guard let block = TarBlock(buffer, at: buffer.readerIndex) else { return nil }
    guard !block.isZero else { return try readZeroBlock() }
    guard !hasZeroBlock else {
      throw DockerError.invalidArchive("something stands after its end")
    }
    guard block.hasRightChecksum else {
      throw DockerError.invalidArchive("the checksum of a header is wrong")
    }
    guard let size = block.number(TarBlock.Field.size), size >= 0 else {
      throw DockerError.invalidArchive("a header has no size")
    }
    let letter = block.bytes[TarBlock.Field.letter]
    if TarExtensions.letters.contains(letter) { return try readExtension(block, letter, size) }
    let mapBlocks = try countMapBlocks(block, letter)
    guard mapBlocks >= 0, let rest = take(1 + mapBlocks) else { return nil }
    let entry = try extensions.entry(block, letter)
    var header = extensions.blocks
    header.writeImmutableBuffer(rest)
    extensions = TarExtensions()
    needed = TarBlock.size
    state = .data(left: entry.size, padding: TarBlock.padding(after: entry.size))
    return .entry(entry, header: header)
  }

  private mutating func readZeroBlock() throws -> Event? {
    guard extensions.isEmpty else {
      throw DockerError.invalidArchive("it ends where an entry should follow")
    }
    buffer.moveReaderIndex(forwardBy: TarBlock.size)
    guard hasZeroBlock else {
      hasZeroBlock = true
      return nil
    }
    state = .ended
    buffer = ByteBuffer()
    return .end
  }

  private mutating func readExtension(
    _ block: TarBlock,
    _ letter: UInt8,
    _ size: Int
  ) throws -> Event? {
    guard size <= Self.extensionLimit else {
      throw DockerError.invalidArchive("the header of an entry has more than 1 MiB")
    }
    let blocks = 1 + (size + TarBlock.padding(after: size)) / TarBlock.size
    guard
      let data = buffer.getBytes(at: buffer.readerIndex + TarBlock.size, length: size),
      buffer.readableBytes >= blocks * TarBlock.size
    else {
      needed = blocks * TarBlock.size
      return nil
    }
    needed = TarBlock.size
    if letter == UInt8(ascii: "g") {
      try extensions.check(global: data)
      let header = take(1) ?? ByteBuffer()
      state = .data(left: size, padding: TarBlock.padding(after: size))
      var entry = TarEntry(.globalHeader, path: block.text(TarBlock.Field.name), mode: 0o644)
      entry.size = size
      return .entry(entry, header: header)
    }
    try extensions.add(data, letter, take(blocks) ?? ByteBuffer())
    return nil
  }

  /// How many blocks go on with the map of a sparse file in GNU's old format; -1 if they aren't all
  /// there.
  private mutating func countMapBlocks(_ block: TarBlock, _ letter: UInt8) throws -> Int {
    guard letter == UInt8(ascii: "S") else { return 0 }
    var count = 0
    var continues = block.bytes[TarBlock.Field.gnuSparseContinues] != 0
    while continues {
      count += 1
      guard count * TarBlock.size <= Self.extensionLimit else {
        throw DockerError.invalidArchive("the header of an entry has more than 1 MiB")
      }
      guard let map = TarBlock(buffer, at: buffer.readerIndex + count * TarBlock.size) else {
        needed = (count + 1) * TarBlock.size
        return -1
      }
      continues = map.bytes[TarBlock.Field.mapContinues] != 0
    }
    return count
  }

  private mutating func take(_ blocks: Int) -> ByteBuffer? {
    buffer.readSlice(length: blocks * TarBlock.size)
  }
}

extension DockerError {
  static func invalidArchive(_ reason: String) -> DockerError {
    DockerError(code: .invalidArchive, message: "this is no tar archive as it should be: \(reason)")
  }
}
