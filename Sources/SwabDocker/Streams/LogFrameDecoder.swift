import NIOCore

/// Takes the engine's stream of frames apart.
///
/// A frame is a byte that names the stream, three zeros, the length in four bytes with the highest
/// first, and the payload. Frames and reads have nothing to do with each other.
struct LogFrameDecoder {
  /// Frames beyond this are handed on in pieces; the engine's own have 32 KiB at most, and a length
  /// of 4 GiB must not be waited for.
  static let pieceLimit = 1 << 20

  /// Whether the bytes are the output itself: a terminal's stream has no frames.
  let isRaw: Bool
  private var buffer = ByteBuffer()
  /// What is left of a frame that is handed on in pieces.
  private var piece: (type: UInt8, length: Int)?

  init(isRaw: Bool) {
    self.isRaw = isRaw
  }

  mutating func append(_ bytes: ByteBuffer) {
    var bytes = bytes
    buffer.discardReadBytes()
    if buffer.readableBytes == 0 { buffer = bytes } else { buffer.writeBuffer(&bytes) }
  }

  /// The next frame, or nothing until there are more bytes.
  ///
  /// - Throws: A ``DockerError`` for what the engine reports in the stream, and for what is no frame.
  mutating func next() throws -> LogFrame? {
    if isRaw { return takeRaw() }
    while let (type, length) = try takeHeader() {
      let size = min(length, Self.pieceLimit)
      guard let bytes = buffer.readBytes(length: size) else {
        piece = (type, length)
        return nil
      }
      piece = length > size ? (type, length - size) : nil
      if size > 0 { return try frame(type, bytes) }
    }
    return nil
  }

  /// Says whether the stream may end here.
  ///
  /// - Throws: A ``DockerError`` with code `streamTruncated` if it ended within a frame.
  func finish() throws {
    guard buffer.readableBytes == 0, piece == nil else {
      throw DockerError(
        code: .streamTruncated,
        message: "the output ended in the middle of a frame"
      )
    }
  }

  private mutating func takeRaw() -> LogFrame? {
    let size = min(buffer.readableBytes, Self.pieceLimit)
    guard size > 0, let bytes = buffer.readBytes(length: size) else { return nil }
    return LogFrame(stream: .standardOutput, bytes: bytes)
  }

  private mutating func takeHeader() throws -> (type: UInt8, length: Int)? {
    if let piece { return piece }
    guard buffer.readableBytes >= 8, let header = buffer.readBytes(length: 8) else { return nil }
    // Said before the length is believed: what is no frame has no length either.
    guard header[0] <= 3 else {
      throw DockerError.unexpectedReply("\(header[0]) is no stream of a container")
    }
    return (header[0], header[4...].reduce(0) { $0 << 8 | Int($1) })
  }

  private func frame(_ type: UInt8, _ bytes: [UInt8]) throws -> LogFrame {
    switch type {
    case 0, 1: return LogFrame(stream: .standardOutput, bytes: bytes)
    case 2: return LogFrame(stream: .standardError, bytes: bytes)
    default:
      let text = String(decoding: bytes, as: UTF8.self).trimmingWhiteSpace()
      throw DockerError(code: .streamFailed, message: text)
    }
  }
}
