internal import CLibZ
import NIOCore

/// Unpacks bytes that were packed by gzip, piece by piece.
///
/// An actor, so that an iterator may be used by any task. What a small packed piece unpacks to may be
/// huge, so it is unpacked no faster than it is asked for.
actor GunzipStream {
  private static let pieceBytes = 1 << 16

  private var stream: InflateStream?
  private var packed = ByteBuffer()
  /// Whether there may be more to come of what was put in.
  private var isFull = false
  private var isComplete = false

  /// The next unpacked bytes, or nothing at their end.
  ///
  /// - Parameter fetch: Gives the next packed bytes.
  /// - Returns: The bytes.
  /// - Throws: What `fetch` throws; a ``DockerError`` for what isn't packed by gzip, and if the end is
  ///   missing.
  func next(
    _ fetch: @Sendable () async throws -> ByteBuffer?
  ) async throws -> ByteBuffer? {
    while true {
      if packed.readableBytes == 0, !isFull {
        guard let more = try await fetch() else {
          guard isComplete else { throw DockerError.truncatedGzip }
          return nil
        }
        packed = more
        if more.readableBytes == 0 { continue }
      }
      // Archives may be written one after the other, and are one then.
      if isComplete { stream = nil }
      isComplete = false
      let unpacked = try unpack()
      if unpacked.readableBytes > 0 { return unpacked }
    }
  }

  private func unpack() throws -> ByteBuffer {
    let inflate = try stream ?? InflateStream()
    stream = inflate
    var result = ByteBufferAllocator().buffer(capacity: Self.pieceBytes)
    var used = 0
    try result.writeWithUnsafeMutableBytes(minimumWritableBytes: Self.pieceBytes) { room in
      let step = try packed.withUnsafeReadableBytes { try inflate.step(from: $0, to: room) }
      used = step.used
      isComplete = step.isAtEnd
      isFull = step.written == room.count && !step.isAtEnd
      return step.written
    }
    packed.moveReaderIndex(forwardBy: used)
    return result
  }
}

/// Owns one `z_stream` that unpacks gzip.
private final class InflateStream {
  /// On the heap, since zlib's own state points back at it.
  private let raw: UnsafeMutablePointer<z_stream>

  init() throws {
    raw = .allocate(capacity: 1)
    raw.initialize(to: z_stream())
    // The largest window, and 16 for a header of gzip.
    let size = CInt(MemoryLayout<z_stream>.size)
    guard inflateInit2_(raw, 15 + 16, ZLIB_VERSION, size) == Z_OK else {
      raw.deallocate()
      throw DockerError.noMemoryToUnpack
    }
  }

  deinit {
    inflateEnd(raw)
    raw.deallocate()
  }

  /// Unpacks what there is room for.
  func step(
    from bytes: UnsafeRawBufferPointer,
    to room: UnsafeMutableRawBufferPointer
  ) throws -> (used: Int, written: Int, isAtEnd: Bool) {
    // zlib only reads from it, but its C declaration doesn't say so.
    raw.pointee.next_in = UnsafeMutableRawPointer(mutating: bytes.baseAddress)?
      .assumingMemoryBound(to: UInt8.self)
    raw.pointee.avail_in = UInt32(clamping: bytes.count)
    raw.pointee.next_out = room.baseAddress?.assumingMemoryBound(to: UInt8.self)
    raw.pointee.avail_out = UInt32(clamping: room.count)
    let (offered, free) = (raw.pointee.avail_in, raw.pointee.avail_out)
    let code = inflate(raw, Z_NO_FLUSH)
    guard code == Z_OK || code == Z_STREAM_END || code == Z_BUF_ERROR else {
      throw DockerError.noGzip(raw.pointee.msg.map { String(cString: $0) })
    }
    return (
      Int(offered - raw.pointee.avail_in), Int(free - raw.pointee.avail_out), code == Z_STREAM_END
    )
  }
}

extension DockerError {
  fileprivate static let truncatedGzip = DockerError(
    code: .streamTruncated,
    message: "the answer ended in the middle of what was packed by gzip"
  )

  fileprivate static let noMemoryToUnpack = DockerError(
    code: .unexpectedReply,
    message: "there is no memory to unpack the answer"
  )

  fileprivate static func noGzip(_ reason: String?) -> DockerError {
    .unexpectedReply("the answer can't be unpacked: \(reason ?? "it is no gzip")")
  }
}
