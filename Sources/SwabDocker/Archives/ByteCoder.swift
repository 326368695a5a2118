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
