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

  /// The error for a command that has failed.
  ///
  /// - Parameters:
  ///   - text: What was written to standard error, at least the end of it.
  ///   - end: How the command has ended.
  /// - Returns: What the docker command complains about.
  func failure(_ text: String, _ end: CommandEnd) -> DockerError

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
  func failure(_ text: String, _ end: CommandEnd) -> DockerError { CommandFailure(text, end).error }
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
