/// A line of a container's output.
public struct LogLine: Sendable, Hashable {
  /// Which of the container's streams it was written to.
  public var stream: LogFrame.Stream
  /// When its first part was written, if timestamps were asked for.
  public var timestamp: DockerDate?
  /// The line without its end.
  public var bytes: [UInt8]

  /// The line as text; bytes that are no UTF-8 become replacement characters.
  public var text: String {
    String(decoding: bytes, as: UTF8.self)
  }
}

extension DockerLogs {
  /// The output by lines.
  ///
  /// The parts that the engine makes of a long line are one line again, with the time of the first.
  /// The two streams don't mix: each has its own line under way. What comes after the last line end
  /// is a line as well.
  public var lines: Lines {
    lines(limit: 16 << 20)
  }

  /// The output by lines, of so many bytes at most.
  ///
  /// - Parameter limit: A longer line is an error, with code `replyTooLarge`.
  /// - Returns: The lines as they come.
  public func lines(limit: Int) -> Lines {
    Lines(source: source, limit: limit)
  }

  /// The output by lines.
  public struct Lines: AsyncSequence, Sendable {
    /// A line of the output.
    public typealias Element = LogLine

    let source: LogSource
    let limit: Int

    /// Gives the lines one by one.
    public func makeAsyncIterator() -> AsyncIterator {
      AsyncIterator(
        source: source,
        assembler: LogLineAssembler(
          limit: limit,
          hasTimestamps: source.hasTimestamps,
          isRaw: source.isRaw
        )
      )
    }

    /// Gives the lines one by one.
    public struct AsyncIterator: AsyncIteratorProtocol {
      let source: LogSource
      var assembler: LogLineAssembler
      var isFinished = false
      /// What the output ended with, once the lines that had begun have been given.
      var failure: (any Error)?

      /// The next line, or nothing at the end of the output.
      ///
      /// Lines that had begun when the output broke off come before the error.
      ///
      /// - Returns: The line.
      /// - Throws: A ``DockerError``, or a `CancellationError`.
      public mutating func next() async throws -> LogLine? {
        while true {
          if let line = assembler.next() { return line }
          guard !isFinished, let frame = try await nextFrame() else { return try finish() }
          do {
            try assembler.append(frame)
          } catch {
            // After an error there is nothing, as in all sequences.
            isFinished = true
            assembler.drop()
            throw await source.fail(error)
          }
        }
      }

      /// The next piece of the output; nothing at its end, of whatever kind.
      private mutating func nextFrame() async throws -> LogFrame? {
        do {
          return try await source.next()
        } catch let error as DockerError {
          (isFinished, failure) = (true, error)
          return nil
        }
      }

      private mutating func finish() throws -> LogLine? {
        if let line = assembler.finish() { return line }
        defer { failure = nil }
        if let failure { throw failure }
        return nil
      }
    }
  }
}
