import CLibBZ2

/// Packs by bzip2.
final class BZip2Encoder: ByteCodec {
  /// At a place of its own, since the library keeps a pointer to it.
  private let stream: UnsafeMutablePointer<bz_stream>

  init() throws {
    stream = .allocate(capacity: 1)
    stream.initialize(to: bz_stream())
    let code = BZ2_bzCompressInit(stream, 9, 0, 0)
    guard code == BZ_OK else { throw DockerError.codec("bzip2", code) }
  }

  deinit {
    BZ2_bzCompressEnd(stream)
    stream.deallocate()
  }

  func step(
    _ input: UnsafeRawBufferPointer,
    _ output: UnsafeMutableRawBufferPointer,
    isLast: Bool
  ) throws -> (taken: Int, given: Int, isAtEnd: Bool) {
    stream.set(input, output)
    let code = BZ2_bzCompress(stream, isLast ? BZ_FINISH : BZ_RUN)
    guard code >= 0 else { throw DockerError.codec("bzip2", code) }
    return stream.progress(input, output, isAtEnd: code == BZ_STREAM_END)
  }
}

/// Unpacks bzip2; several packed files behind each other are one.
final class BZip2Decoder: ByteCodec {
  static let magic = Array("BZh".utf8)

  private let stream: UnsafeMutablePointer<bz_stream>
  private var isBetween = false

  init() throws {
    stream = .allocate(capacity: 1)
    stream.initialize(to: bz_stream())
    let code = BZ2_bzDecompressInit(stream, 0, 0)
    guard code == BZ_OK else { throw DockerError.codec("bzip2", code) }
  }

  deinit {
    BZ2_bzDecompressEnd(stream)
    stream.deallocate()
  }

  func step(
    _ input: UnsafeRawBufferPointer,
    _ output: UnsafeMutableRawBufferPointer,
    isLast: Bool
  ) throws -> (taken: Int, given: Int, isAtEnd: Bool) {
    if isBetween {
      guard input.first == Self.magic[0] else { return (0, 0, true) }
      isBetween = false
      BZ2_bzDecompressEnd(stream)
      stream.initialize(to: bz_stream())
      BZ2_bzDecompressInit(stream, 0, 0)
    }
    stream.set(input, output)
    let code = BZ2_bzDecompress(stream)
    guard code == BZ_OK || code == BZ_STREAM_END else { throw DockerError.codec("bzip2", code) }
    isBetween = code == BZ_STREAM_END
    return stream.progress(input, output, isAtEnd: false)
  }
}

extension UnsafeMutablePointer<bz_stream> {
  fileprivate func set(
    _ input: UnsafeRawBufferPointer,
    _ output: UnsafeMutableRawBufferPointer
  ) {
    // The library only reads what it takes, whatever the type says.
    pointee.next_in =
      UnsafeMutableRawBufferPointer(mutating: input)
      .bindMemory(to: CChar.self).baseAddress
    pointee.avail_in = UInt32(input.count)
    pointee.next_out = output.bindMemory(to: CChar.self).baseAddress
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
