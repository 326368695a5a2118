import NIOCore

/// Takes the frames of a WebSocket apart (RFC 6455), as a client gets them.
struct WebSocketDecoder {
  enum Frame: Equatable {
    /// A piece of a message; where messages end doesn't matter to a stream of bytes.
    case data(ByteBuffer)
    /// What asks for a pong with the same bytes.
    case ping(ByteBuffer)
    case close
  }

  private var buffer = ByteBuffer()
  /// What is left of a frame that is handed on as it comes.
  private var length = 0

  mutating func append(_ bytes: ByteBuffer) {
    var bytes = bytes
    buffer.discardReadBytes()
    if buffer.readableBytes == 0 { buffer = bytes } else { buffer.writeBuffer(&bytes) }
  }

  /// The next frame or a piece of it, or nothing until there are more bytes.
  ///
  /// - Throws: A ``DockerError`` for what is no frame.
  mutating func next() throws(DockerError) -> Frame? {
    if length > 0 { return takeData() }
    while let header = try header() {
      let start = buffer.readerIndex + header.size
      switch header.type {
      case 0, 1, 2:
        buffer.moveReaderIndex(to: start)
        length = header.length
        if length > 0 { return takeData() }
      default:
        guard let bytes = buffer.getSlice(at: start, length: header.length) else { return nil }
        buffer.moveReaderIndex(to: start + header.length)
        if header.type == 8 { return .close }
        if header.type == 9 { return .ping(bytes) }
      }
    }
    return nil
  }

  /// Says whether the stream may end here.
  ///
  /// - Throws: A ``DockerError`` with code `streamTruncated` if it ended within a frame.
  func finish() throws(DockerError) {
    guard buffer.readableBytes == 0, length == 0 else {
      throw DockerError(
        code: .streamTruncated,
        message: "the output ended in the middle of a frame"
      )
    }
  }

  private mutating func takeData() -> Frame? {
    let size = min(length, buffer.readableBytes)
    guard size > 0, let bytes = buffer.readSlice(length: size) else { return nil }
    length -= size
    return .data(bytes)
  }

  private func header() throws(DockerError) -> (type: UInt8, size: Int, length: Int)? {
    let start = buffer.readerIndex
    guard
      let first: UInt8 = buffer.getInteger(at: start),
      let second: UInt8 = buffer.getInteger(at: start + 1)
    else { return nil }
    let (type, short) = (first & 0x0F, Int(second & 0x7F))
    // Nothing was agreed on that would need the other bits, and only clients mask what they send.
    let isKnown = [0, 1, 2, 8, 9, 10].contains(type) && first & 0x70 == 0 && second & 0x80 == 0
    guard isKnown, type < 8 || short < 126 else {
      throw DockerError.unexpectedReply("what came is no frame of a WebSocket")
    }
    switch short {
    case 126:
      return buffer.getInteger(at: start + 2, as: UInt16.self).map { (type, 4, Int($0)) }
    case 127:
      return buffer.getInteger(at: start + 2, as: UInt64.self).map { (type, 10, Int(clamping: $0)) }
    default: return (type, 2, short)
    }
  }
}

extension ByteBuffer {
  /// A frame as a client sends it: its bytes are masked, so that nothing in between takes them for
  /// something else.
  static func webSocketFrame(_ type: UInt8, _ bytes: ByteBuffer) -> ByteBuffer {
    let mask = (0..<4).map { _ in UInt8.random(in: .min ... .max) }
    let length = bytes.readableBytes
    var frame = ByteBuffer(bytes: [0x80 | type])
    switch length {
    case ..<126: frame.writeInteger(0x80 | UInt8(length))
    case ..<65536:
      frame.writeInteger(0x80 | 126 as UInt8)
      frame.writeInteger(UInt16(length))
    default:
      frame.writeInteger(0x80 | 127 as UInt8)
      frame.writeInteger(UInt64(length))
    }
    frame.writeBytes(mask)
    frame.writeBytes(bytes.readableBytesView.enumerated().lazy.map { $1 ^ mask[$0 % 4] })
    return frame
  }
}
