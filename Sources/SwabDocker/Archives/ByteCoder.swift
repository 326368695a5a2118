import NIOCore

/// A C library's packing or unpacking.
protocol ByteCodec: AnyObject {
  /// Takes some of the input and gives some output.
  func step(
    _ input: UnsafeRawBufferPointer,
    _ output: UnsafeMutableRawBufferPointer,
    isLast: Bool
  ) throws -> (taken: Int, given: Int, isAtEnd: Bool)
}

/// Packs or unpacks bytes as they come, in pieces of bounded size.
///
/// It is `@unchecked` since whoever has it asks for one piece after the other, on whatever threads.
final class ByteCoder: @unchecked Sendable {
  private static let pieceBytes = 1 << 17

  private let codec: any ByteCodec
  private var input = ByteBuffer()
  private(set) var isAtEnd = false

  init(_ codec: any ByteCodec) {
    self.codec = codec
  }

  /// Takes the next bytes; those before have to be coded by then.
  func append(_ bytes: ByteBuffer) {
    input = bytes
  }

  /// The next bytes that come of those appended.
  ///
  /// - Parameter isLast: Whether no more will be appended.
  /// - Returns: The bytes; nothing if there are none without more input.
  /// - Throws: A ``DockerError`` with code `invalidArchive`.
  func next(isLast: Bool) throws -> ByteBuffer? {
    while !isAtEnd, input.readableBytes > 0 || isLast {
      var output = ByteBufferAllocator().buffer(capacity: Self.pieceBytes)
      var taken = 0
      _ = try input.withUnsafeReadableBytes { input in
        try output.writeWithUnsafeMutableBytes(minimumWritableBytes: Self.pieceBytes) { room in
          let step = try codec.step(input, room, isLast: isLast)
          (taken, isAtEnd) = (step.taken, step.isAtEnd)
          return step.given
        }
      }
      input.moveReaderIndex(forwardBy: taken)
      if output.readableBytes > 0 { return output }
      guard taken > 0 || isAtEnd else {
        if isLast { throw DockerError.invalidArchive("what is packed ends in its middle") }
        return nil
      }
    }
    return nil
  }
}

/// A file of this machine, unpacked as its first bytes ask for.
final class DecodedFile {
  private let file: OpenFile
  private var coder: ByteCoder?
  private var isFirst = true
  private var isLast = false

  init(_ path: [UInt8]) throws {
    file = try OpenFile(reading: path)
  }

  /// The next bytes, or nothing at the end.
  func next() throws -> ByteBuffer? {
    while true {
      if let bytes = try coder?.next(isLast: isLast) { return bytes }
      guard !isLast else { return nil }
      var bytes = ByteBuffer()
      isLast = try file.read(into: &bytes, upTo: 1 << 17) == 0
      if isFirst { coder = try codec(for: bytes).map(ByteCoder.init) }
      isFirst = false
      guard let coder else { return isLast ? nil : bytes }
      if !isLast { coder.append(bytes) }
    }
  }

  /// What comes next in the archive that the file is.
  func nextEvent(of reader: inout TarReader) throws -> TarReader.Event? {
    do {
      while true {
        if let event = try reader.next() { return event }
        guard let bytes = try next() else {
          try reader.finish()
          return nil
        }
        reader.append(bytes)
      }
    } catch var error as DockerError where error.code != .fileFailed {
      error.message = "\(String(decoding: file.path, as: UTF8.self)): \(error.message)"
      throw error
    }
  }

  private func codec(for bytes: ByteBuffer) throws -> (any ByteCodec)? {
    let start = bytes.readableBytesView.prefix(6)
    if start.starts(with: GzipDecoder.magic) { return try GzipDecoder() }
    if start.starts(with: BZip2Decoder.magic) { return try BZip2Decoder() }
    let others: [(String, [UInt8])] = [
      ("xz", [0xFD, 0x37, 0x7A, 0x58, 0x5A, 0]), ("zstd", [0x28, 0xB5, 0x2F, 0xFD]),
    ]
    if let (name, _) = others.first(where: { start.starts(with: $0.1) }) {
      throw DockerError.file(
        file.path,
        "it is packed by \(name); only gzip and bzip2 can be unpacked here"
      )
    }
    return nil
  }
}
