import NIOCore

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
