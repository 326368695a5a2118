/// What an engine says while it does something that takes long.
///
/// ```swift
/// for try await message in try await docker.beginLoad(.file("images.tar")) {
///   print(message.stream ?? "")
/// }
/// ```
///
/// A failure that the engine reports is thrown after the messages before it, and so is an end before
/// the thing was done: who has read all of it knows that it is done.
///
/// It is pulled: what nobody asks for stays in the engine, which then waits. There is one reader.
/// Leaving the loop and dropping the sequence, cancelling the task, or ``close()`` ends the
/// connection, and with it what the engine does.
public struct DockerProgress: AsyncSequence, Sendable {
  /// A message.
  public typealias Element = ProgressMessage

  let source: ProgressSource

  /// Gives the messages one by one.
  public func makeAsyncIterator() -> AsyncIterator {
    AsyncIterator(source: source)
  }

  /// Ends the connection; whoever still reads gets a `CancellationError`.
  public func close() {
    source.values.body.close()
  }

  /// Gives the messages one by one.
  public struct AsyncIterator: AsyncIteratorProtocol {
    let source: ProgressSource

    /// The next message, or nothing once the thing is done.
    ///
    /// - Returns: The message.
    /// - Throws: A ``DockerError``: what the engine reports, `streamTruncated` if its answer ended
    ///   too early; or a `CancellationError`.
    public mutating func next() async throws -> ProgressMessage? {
      try await source.next()
    }
  }
}

/// Reads messages from a connection, and knows how they have to end.
actor ProgressSource {
  nonisolated let values: JSONSource
  private let proof: ProgressProof?
  private var isProven: Bool
  private var isFinished = false

  init(values: JSONSource, proof: ProgressProof?) {
    self.values = values
    self.proof = proof
    isProven = proof == nil
  }

  func next() async throws -> ProgressMessage? {
    // After an error there is nothing, as in all sequences.
    guard !isFinished else { return nil }
    do {
      guard let value = try await values.next() else {
        guard isProven else {
          throw await values.fail(DockerError.ended(before: proof?.action ?? ""))
        }
        isFinished = true
        return nil
      }
      let message = ProgressMessage(raw: value)
      if let error = message.error { throw await values.fail(error) }
      if !isProven, let proof { isProven = proof.isGiven(message) }
      return message
    } catch {
      isFinished = true
      throw error
    }
  }
}

extension DockerClient {
  /// Sends a call whose answer is progress.
  ///
  /// - Parameters:
  ///   - call: The call.
  ///   - proof: What a complete answer has in it; if nil, one that just ends is complete as well.
  /// - Returns: What the engine says.
  /// - Throws: A ``DockerError`` if it refuses the call.
  func progress(_ call: DockerCall, proof: ProgressProof? = nil) async throws -> DockerProgress {
    let values = try await values(call)
    let expected = proof?.expected(in: values.body.reply)
    return DockerProgress(source: ProgressSource(values: values, proof: expected))
  }
}

extension DockerAPI {
  /// Reads progress to its end, and reports it.
  ///
  /// - Parameters:
  ///   - progress: What is read.
  ///   - body: Gets each message.
  /// - Throws: What the engine reports, a `CancellationError`, or what `body` throws.
  func follow(
    _ progress: DockerProgress,
    _ body: (ProgressMessage) throws -> Void = { _ in }
  ) async throws {
    for try await message in progress {
      report(message)
      try body(message)
    }
  }
}
