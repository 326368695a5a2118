/// A piece of a container's output.
///
/// It is as the engine stored it: mostly a line, but a long line comes in parts of 16 KiB, and a
/// character may be split between two of them. ``DockerLogs/lines(limit:)`` puts them together.
public struct LogFrame: Sendable, Hashable {
  /// Which of the container's streams it was written to.
  public enum Stream: Sendable, Hashable {
    /// Standard output; a container with a terminal has no other.
    case standardOutput
    /// Standard error.
    case standardError
  }

  /// Which of the container's streams it was written to.
  public var stream: Stream
  /// What was written.
  public var bytes: [UInt8]

  /// A piece of a container's output.
  public init(stream: Stream, bytes: [UInt8]) {
    self.stream = stream
    self.bytes = bytes
  }

  /// What was written, as text; bytes that are no UTF-8 become replacement characters.
  public var text: String {
    String(decoding: bytes, as: UTF8.self)
  }
}
