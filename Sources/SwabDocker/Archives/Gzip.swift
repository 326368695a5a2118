import CLibZ

/// Packs by gzip.
///
/// The same bytes give the same result: no time and no name is in it.
final class GzipEncoder: ByteCodec {
  /// At a place of its own, since zlib keeps a pointer to it.
  private let stream: UnsafeMutablePointer<z_stream>

  init() throws {
    stream = .allocate(capacity: 1)
    stream.initialize(to: z_stream())
    // 15 bits of window, and 16 for gzip's header.
    let size = CInt(MemoryLayout<z_stream>.size)
    let code = deflateInit2_(stream, 6, Z_DEFLATED, 15 + 16, 8, 0, ZLIB_VERSION, size)
    guard code == Z_OK else { throw DockerError.codec("gzip", code) }
  }

  deinit {
    deflateEnd(stream)
    stream.deallocate()
  }

  func step(
    _ input: UnsafeRawBufferPointer,
    _ output: UnsafeMutableRawBufferPointer,
    isLast: Bool
  ) throws -> (taken: Int, given: Int, isAtEnd: Bool) {
    stream.set(input, output)
    let code = deflate(stream, isLast ? Z_FINISH : Z_NO_FLUSH)
    guard [Z_OK, Z_STREAM_END, Z_BUF_ERROR].contains(code) else {
      throw DockerError.codec("gzip", code)
    }
    return stream.progress(input, output, isAtEnd: code == Z_STREAM_END)
  }
}

/// Unpacks gzip; several packed files behind each other are one.
final class GzipDecoder: ByteCodec {
  static let magic: [UInt8] = [0x1F, 0x8B]

  private let stream: UnsafeMutablePointer<z_stream>
  private var isBetween = false

  init() throws {
    stream = .allocate(capacity: 1)
    stream.initialize(to: z_stream())
    let code = inflateInit2_(stream, 15 + 16, ZLIB_VERSION, CInt(MemoryLayout<z_stream>.size))
    guard code == Z_OK else { throw DockerError.codec("gzip", code) }
  }

  deinit {
    inflateEnd(stream)
    stream.deallocate()
  }

  func step(
    _ input: UnsafeRawBufferPointer,
    _ output: UnsafeMutableRawBufferPointer,
    isLast: Bool
  ) throws -> (taken: Int, given: Int, isAtEnd: Bool) {
    if isBetween {
      // What else may stand behind a packed file, such as zeros, is no part of it.
      guard input.first == Self.magic[0] else { return (0, 0, true) }
      isBetween = false
      inflateReset(stream)
    }
    stream.set(input, output)
    let code = inflate(stream, Z_NO_FLUSH)
    guard [Z_OK, Z_STREAM_END, Z_BUF_ERROR].contains(code) else {
      throw DockerError.codec("gzip", code)
    }
    isBetween = code == Z_STREAM_END
    return stream.progress(input, output, isAtEnd: false)
  }
}

extension UnsafeMutablePointer<z_stream> {
  fileprivate func set(
    _ input: UnsafeRawBufferPointer,
    _ output: UnsafeMutableRawBufferPointer
  ) {
    // zlib only reads what it takes, whatever the type says.
    pointee.next_in =
      UnsafeMutableRawBufferPointer(mutating: input)
      .bindMemory(to: UInt8.self).baseAddress
    pointee.avail_in = UInt32(input.count)
    pointee.next_out = output.bindMemory(to: UInt8.self).baseAddress
    pointee.avail_out = UInt32(output.count)
  }

  fileprivate func progress(
    _ input: UnsafeRawBufferPointer,
    _ output: UnsafeMutableRawBufferPointer,
    isAtEnd: Bool
  ) -> (taken: Int, given: Int, isAtEnd: Bool) {
    (input.count - Int(pointee.avail_in), output.count - Int(pointee.avail_out), isAtEnd)
  }
}

extension DockerError {
  static func codec(_ name: String, _ code: CInt) -> DockerError {
    .invalidArchive("\(name) failed with code \(code)")
  }
}
