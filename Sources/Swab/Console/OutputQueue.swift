/// What waits to be written to standard output and standard error, in the order it was said.
struct OutputQueue {
  enum Stream: Int, CaseIterable, Sendable { case output, error }

  /// Bytes for one stream.
  struct Chunk {
    /// Its place among the chunks of both streams.
    var number: Int
    var bytes: [UInt8]
    var written = 0

    var isWritten: Bool { written == bytes.count }
  }

  private struct Lane {
    var chunks: [Chunk] = []
    var next = 0
  }

  private var lanes = [Lane(), Lane()]
  private var lastNumber = 0
  private var lastStream: Stream?

  /// Adds bytes, to the last chunk if that is for the same stream.
  mutating func append(_ bytes: [UInt8], to stream: Stream) {
    let last = lanes[stream.rawValue].chunks.count - 1
    if lastStream == stream, last >= lanes[stream.rawValue].next {
      lanes[stream.rawValue].chunks[last].bytes += bytes
    } else {
      lastNumber += 1
      lanes[stream.rawValue].chunks.append(Chunk(number: lastNumber, bytes: bytes))
    }
    lastStream = stream
  }

  /// Takes the next chunk of a stream.
  mutating func popFirst(of stream: Stream) -> Chunk? {
    let next = lanes[stream.rawValue].next
    guard next < lanes[stream.rawValue].chunks.count else { return nil }
    // What was taken leaves the array when all is, since moving up the rest each time adds up.
    let chunk = lanes[stream.rawValue].chunks[next]
    lanes[stream.rawValue].chunks[next].bytes = []
    lanes[stream.rawValue].next += 1
    if next + 1 == lanes[stream.rawValue].chunks.count { lanes[stream.rawValue] = Lane() }
    return chunk
  }

  func hasChunks(of stream: Stream) -> Bool {
    lanes[stream.rawValue].next < lanes[stream.rawValue].chunks.count
  }

  /// Drops what waits for a stream.
  ///
  /// - Returns: How many bytes those were.
  mutating func drop(_ stream: Stream) -> Int {
    defer { lanes[stream.rawValue] = Lane() }
    return lanes[stream.rawValue].chunks.reduce(0) { $0 + $1.bytes.count }
  }
}
