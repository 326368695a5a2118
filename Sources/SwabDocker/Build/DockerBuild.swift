/// What an engine says while it builds an image.
///
/// A failure is thrown after the messages before it, with the step that failed in its `failedStep`;
/// and so is an end before there is an image. What BuildKit says comes as lines, as the classic
/// builder's does.
///
/// It is pulled: what nobody asks for stays in the engine, which then waits. There is one reader.
/// Leaving the loop and dropping the sequence, cancelling the task, or ``close()`` ends the build.
public struct DockerBuild: AsyncSequence, Sendable {
  /// A message.
  public typealias Element = ProgressMessage

  private let progress: DockerProgress
  private let source: BuildSource

  init(_ progress: DockerProgress) {
    self.progress = progress
    source = BuildSource(progress.source)
  }

  /// Gives the messages one by one.
  public func makeAsyncIterator() -> AsyncIterator {
    AsyncIterator(source: source)
  }

  /// Ends the build; whoever still reads gets a `CancellationError`.
  public func close() {
    progress.close()
  }

  /// Gives the messages one by one.
  public struct AsyncIterator: AsyncIteratorProtocol {
    let source: BuildSource

    /// The next message, or nothing once there is an image.
    ///
    /// - Returns: The message.
    /// - Throws: A ``DockerError``: what the engine reports, `streamTruncated` if its answer ended
    ///   too early; or a `CancellationError`.
    public mutating func next() async throws -> ProgressMessage? {
      try await source.next()
    }
  }
}

/// Reads what an engine says of a build, and knows which step is under way.
actor BuildSource {
  private let source: ProgressSource
  private var tracker = BuildTracker()
  private var trace = BuildKitTracker()
  /// Lines that are made of one message.
  private var lines: [String] = []

  init(_ source: ProgressSource) {
    self.source = source
  }

  func next() async throws -> ProgressMessage? {
    while lines.isEmpty {
      guard let message = try await receive() else { return nil }
      guard message.id == BuildKitTracker.messageID, let text = message.aux?.string else {
        if let text = message.stream { tracker.add(text) }
        return message
      }
      lines = trace.lines(for: Base64.decode(text) ?? []).reversed()
    }
    return lines.popLast().map { ProgressMessage(raw: ["stream": .string($0 + "\n")]) }
  }

  private func receive() async throws -> ProgressMessage? {
    do {
      return try await source.next()
    } catch var error as DockerError {
      error.failedStep = trace.failed ?? tracker.current
      if trace.hasBegun { error.explainBuildKit() }
      throw error
    }
  }
}

extension ProgressMessage {
  /// The id of the image that a build has come to.
  var builtID: String? {
    if let id = aux?["ID"]?.string { return id }
    // All that there is where nothing else was to be said.
    guard let text = stream?.trimmingWhiteSpace(), text.hasPrefix("sha256:") else { return nil }
    return text
  }
}
