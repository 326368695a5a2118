import NIOCore
import NIOHTTP1

/// The two streams of a process in a container, in the engine's frames.
struct FramesShape: CommandShape {
  let head: HTTPReply?
  /// Whether the container has a terminal, whose output has no frames.
  private let isRaw: Bool
  private let wantsOutput: Bool
  private let wantsError: Bool
  /// Whether each frame has to begin with a line, since its timestamp is looked for there.
  private let hasTimestamps: Bool
  /// Whether the command's status is its own and not that of the process.
  var hasOwnStatus = false
  private let whenEnded: @Sendable (CommandEnd) -> Void
  private var partial: [UInt8: ByteBuffer] = [:]
  /// How complaints of the docker command itself begin; a process says `Error: ` as well.
  private let complaints: [String]
  /// What may be such a complaint, which is known at the end.
  private var held = ByteBuffer()
  /// Whether the process has written something, after which nothing is held any more.
  private var hasBegun = false

  /// A part of a line beyond this is given alone.
  private static let lineLimit = 1 << 16

  /// - Parameters:
  ///   - container: The container, as the docker command is told its name.
  ///   - isRaw: Whether the process has a terminal.
  ///   - isHijack: Whether the answer is a connection taken over.
  ///   - wantsOutput: Whether standard output is given.
  ///   - wantsError: Whether standard error is given.
  ///   - hasTimestamps: Whether lines begin with timestamps.
  ///   - whenEnded: Told how the command has ended.
  init(
    of container: String,
    isRaw: Bool,
    isHijack: Bool = false,
    wantsOutput: Bool = true,
    wantsError: Bool = true,
    hasTimestamps: Bool = false,
    whenEnded: @escaping @Sendable (CommandEnd) -> Void = { _ in }
  ) {
    complaints = [
      "Error response from daemon: ", "error from daemon", "Error: No such container: \(container)",
    ]
    self.isRaw = isRaw
    self.wantsOutput = wantsOutput
    self.wantsError = wantsError
    self.hasTimestamps = hasTimestamps
    self.whenEnded = whenEnded
    let type = isRaw ? "raw-stream" : "multiplexed-stream"
    head = HTTPReply(
      status: isHijack ? .switchingProtocols : .ok,
      ["Content-Type": "application/vnd.docker.\(type)"]
    )
  }

  mutating func output(_ bytes: ByteBuffer) -> ByteBuffer? {
    var result = release()
    if wantsOutput { result.writeImmutableBuffer(frames(of: 1, bytes)) }
    return result
  }

  mutating func error(_ bytes: ByteBuffer) -> ByteBuffer? {
    if mayComplain(by: bytes) {
      held.writeImmutableBuffer(bytes)
      return nil
    }
    var result = release()
    if wantsError { result.writeImmutableBuffer(frames(of: 2, bytes)) }
    return result
  }

  func failure(_ text: String, _ end: CommandEnd) -> DockerError {
    // Before its own last words stand those of the process.
    let last = text.split(whereSeparator: \.isNewline).last.map(String.init)
    return CommandFailure(hasBegun ? last ?? "" : text, end).error
  }

  mutating func finish(_ end: CommandEnd, _ failure: DockerError?) throws -> ByteBuffer? {
    whenEnded(end)
    if let failure, isComplaint || hasOwnStatus { throw failure }
    var result = release()
    for stream in [UInt8(1), 2] where partial[stream] != nil {
      write(partial[stream] ?? ByteBuffer(), of: stream, to: &result)
    }
    return result
  }

  /// Whether what is held is a complaint for sure.
  private var isComplaint: Bool {
    complaints.contains { held.readableBytesView.starts(with: $0.utf8) }
  }

  /// Whether with these bytes all that was written is still a complaint, or the beginning of one.
  ///
  /// It is written at once, so what comes after a line's end is not a part of it.
  private func mayComplain(by bytes: ByteBuffer) -> Bool {
    guard !hasBegun, held.readableBytesView.last != UInt8(ascii: "\n") else { return false }
    var text = held
    text.writeImmutableBuffer(bytes)
    let view = text.readableBytesView
    return view.count <= Self.lineLimit
      && complaints.contains { view.starts(with: $0.utf8) || $0.utf8.starts(with: view) }
  }

  /// Gives what was held after all: the process has written it.
  private mutating func release() -> ByteBuffer {
    hasBegun = true
    defer { held = ByteBuffer() }
    return wantsError && held.readableBytes > 0 ? frames(of: 2, held) : ByteBuffer()
  }

  private mutating func frames(of stream: UInt8, _ bytes: ByteBuffer) -> ByteBuffer {
    var result = ByteBuffer()
    guard hasTimestamps, !isRaw else {
      write(bytes, of: stream, to: &result)
      return result
    }
    var (held, bytes) = (partial.removeValue(forKey: stream) ?? ByteBuffer(), bytes)
    held.writeBuffer(&bytes)
    let view = held.readableBytesView
    let end = view.lastIndex(of: UInt8(ascii: "\n")).map { $0 + 1 - view.startIndex } ?? 0
    if let lines = held.readSlice(length: end) { write(lines, of: stream, to: &result) }
    if held.readableBytes > Self.lineLimit {
      write(held, of: stream, to: &result)
    } else if held.readableBytes > 0 {
      partial[stream] = held
    }
    return result
  }

  private func write(_ bytes: ByteBuffer, of stream: UInt8, to result: inout ByteBuffer) {
    guard bytes.readableBytes > 0 else { return }
    if !isRaw {
      result.writeBytes([stream, 0, 0, 0])
      result.writeInteger(UInt32(bytes.readableBytes))
    }
    result.writeImmutableBuffer(bytes)
  }
}
