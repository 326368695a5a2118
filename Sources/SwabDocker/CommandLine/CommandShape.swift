import NIOCore
import NIOHTTP1

/// Makes what an engine would send of what a docker command writes while it runs.
protocol CommandShape: Sendable {
  /// The head of the answer, once there is an answer: from the beginning, or with the first output.
  var head: HTTPReply? { get }

  /// Takes a piece of standard output, and gives what the engine would send.
  mutating func output(_ bytes: ByteBuffer) throws -> ByteBuffer?

  /// Takes a piece of standard error.
  mutating func error(_ bytes: ByteBuffer) throws -> ByteBuffer?

  /// Takes the end, after which ``head`` is there unless it was a failure.
  ///
  /// - Parameters:
  ///   - end: How the command has ended.
  ///   - failure: What the docker command complains about, if it was a failure.
  /// - Returns: What the engine would send at last.
  /// - Throws: What the answer ends with, mostly that failure.
  mutating func finish(_ end: CommandEnd, _ failure: DockerError?) throws -> ByteBuffer?

  /// Whether there is all that is wanted, so that the command may be ended.
  var isComplete: Bool { get }

  /// A command to be run after a success, for what the first one doesn't tell.
  var question: DockerCommand? { get }

  /// Takes what that command has given, and gives what the engine would send at last.
  mutating func answer(_ output: CommandOutput) throws -> ByteBuffer?
}

extension CommandShape {
  mutating func error(_ bytes: ByteBuffer) throws -> ByteBuffer? { nil }
  var isComplete: Bool { false }
  var question: DockerCommand? { nil }
  mutating func answer(_ output: CommandOutput) throws -> ByteBuffer? { nil }
}

/// Bytes as they come: an archive, or events.
struct BytesShape: CommandShape {
  private(set) var head: HTTPReply?

  /// Makes the shape of a command whose answer begins with its output.
  init() {}

  /// Makes the shape of a command that may be silent for long.
  static var atOnce: BytesShape {
    var shape = BytesShape()
    shape.head = HTTPReply(status: .ok)
    return shape
  }

  mutating func output(_ bytes: ByteBuffer) -> ByteBuffer? {
    head = head ?? HTTPReply(status: .ok)
    return bytes
  }

  mutating func finish(_ end: CommandEnd, _ failure: DockerError?) throws -> ByteBuffer? {
    if let failure { throw failure }
    head = head ?? HTTPReply(status: .ok)
    return nil
  }
}

/// The status that `docker wait` prints at the end.
struct ExitStatusShape: CommandShape {
  let head: HTTPReply? = HTTPReply(status: .ok)
  private var text = ""

  mutating func output(_ bytes: ByteBuffer) -> ByteBuffer? {
    if text.utf8.count < 100 { text += String(buffer: bytes) }
    return nil
  }

  mutating func finish(_ end: CommandEnd, _ failure: DockerError?) throws -> ByteBuffer? {
    if let failure { throw failure }
    guard let status = Int(text.trimmingWhiteSpace()) else {
      throw DockerError.unexpectedReply("docker wait gave no status, but '\(text)'")
    }
    let answer: JSONValue = ["StatusCode": .integer(status)]
    return ByteBuffer(bytes: answer.encoded)
  }
}

/// The two streams of a process in a container, in the engine's frames.
struct FramesShape: CommandShape {
  let head: HTTPReply?
  /// Whether the container has a terminal, whose output has no frames.
  private let isRaw: Bool
  private let wantsOutput: Bool
  private let wantsError: Bool
  /// Whether each frame has to begin with a line, since its timestamp is looked for there.
  private let hasTimestamps: Bool
  private let whenEnded: @Sendable (CommandEnd) -> Void
  private var partial: [UInt8: ByteBuffer] = [:]
  /// What may be a complaint of the docker command itself, which is known at the end.
  private var complaint = ByteBuffer()

  /// A part of a line beyond this is given alone.
  private static let lineLimit = 1 << 16
  private static let complaints = ["Error response from daemon: ", "Error: ", "error from daemon"]

  /// - Parameters:
  ///   - isRaw: Whether the process has a terminal.
  ///   - isHijack: Whether the answer is a connection taken over.
  ///   - wantsOutput: Whether standard output is given.
  ///   - wantsError: Whether standard error is given.
  ///   - hasTimestamps: Whether lines begin with timestamps.
  ///   - whenEnded: Told how the command has ended.
  init(
    isRaw: Bool,
    isHijack: Bool = false,
    wantsOutput: Bool = true,
    wantsError: Bool = true,
    hasTimestamps: Bool = false,
    whenEnded: @escaping @Sendable (CommandEnd) -> Void = { _ in }
  ) {
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
    wantsOutput ? frames(of: 1, bytes) : nil
  }

  mutating func error(_ bytes: ByteBuffer) -> ByteBuffer? {
    var bytes = bytes
    if complaint.readableBytes > 0 || Self.isComplaint(bytes) {
      complaint.writeBuffer(&bytes)
      guard complaint.readableBytes > Self.lineLimit else { return nil }
      bytes = complaint
      complaint = ByteBuffer()
    }
    return wantsError ? frames(of: 2, bytes) : nil
  }

  mutating func finish(_ end: CommandEnd, _ failure: DockerError?) throws -> ByteBuffer? {
    whenEnded(end)
    if complaint.readableBytes > 0, let failure { throw failure }
    var result = ByteBuffer()
    for stream in [UInt8(1), 2] where partial[stream] != nil {
      write(partial[stream] ?? ByteBuffer(), of: stream, to: &result)
    }
    if complaint.readableBytes > 0, wantsError { write(complaint, of: 2, to: &result) }
    return result
  }

  private static func isComplaint(_ bytes: ByteBuffer) -> Bool {
    complaints.contains { bytes.readableBytesView.starts(with: $0.utf8) }
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
