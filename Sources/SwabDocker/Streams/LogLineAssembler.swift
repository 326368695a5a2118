/// Puts the engine's parts of lines together.
struct LogLineAssembler {
  let limit: Int
  let hasTimestamps: Bool
  /// Whether frames are cut anywhere, and lines end as on a terminal.
  let isRaw: Bool
  private var partial: [LogFrame.Stream: LogLine] = [:]
  private var complete: [LogLine] = []
  private var given = 0

  init(limit: Int, hasTimestamps: Bool, isRaw: Bool) {
    self.limit = limit
    self.hasTimestamps = hasTimestamps
    self.isRaw = isRaw
  }

  mutating func next() -> LogLine? {
    guard given < complete.count else {
      complete.removeAll(keepingCapacity: true)
      given = 0
      return nil
    }
    given += 1
    return complete[given - 1]
  }

  /// What is left at the end of the output, standard output first.
  mutating func finish() -> LogLine? {
    take(.standardOutput) ?? take(.standardError)
  }

  /// Forgets what isn't complete.
  mutating func drop() {
    partial = [:]
  }

  mutating func append(_ frame: LogFrame) throws {
    var rest = frame.bytes[...]
    while !rest.isEmpty {
      let end = rest.firstIndex(of: UInt8(ascii: "\n"))
      try extend(frame.stream, with: rest[..<(end ?? rest.endIndex)])
      guard let end else { return }
      if let line = take(frame.stream) { complete.append(line) }
      rest = rest[(end + 1)...]
    }
  }

  /// Each part of a long line is a frame with a timestamp of its own; the first one's is the line's.
  private mutating func extend(_ stream: LogFrame.Stream, with part: ArraySlice<UInt8>) throws {
    var part = part
    let timestamp = hasTimestamps && !isRaw ? Self.takeTimestamp(&part) : nil
    var line =
      partial.removeValue(forKey: stream)
      ?? LogLine(stream: stream, timestamp: timestamp, bytes: [])
    line.bytes.append(contentsOf: part)
    guard line.bytes.count <= limit else {
      throw DockerError(
        code: .replyTooLarge,
        message: "a line is longer than \(limit) bytes",
        hint: "lines(limit:) takes longer ones"
      )
    }
    partial[stream] = line
  }

  private mutating func take(_ stream: LogFrame.Stream) -> LogLine? {
    guard var line = partial.removeValue(forKey: stream) else { return nil }
    guard isRaw else { return line }
    var bytes = line.bytes[...]
    // Without frames a timestamp may come in two reads, so it is looked for in the whole line.
    if hasTimestamps { line.timestamp = Self.takeTimestamp(&bytes) }
    if bytes.last == UInt8(ascii: "\r") { bytes.removeLast() }
    line.bytes = Array(bytes)
    return line
  }

  private static func takeTimestamp(_ part: inout ArraySlice<UInt8>) -> DockerDate? {
    guard
      let end = part.prefix(40).firstIndex(of: UInt8(ascii: " ")),
      let date = DockerDate(String(decoding: part[..<end], as: UTF8.self))
    else { return nil }
    part = part[(end + 1)...]
    return date
  }
}
