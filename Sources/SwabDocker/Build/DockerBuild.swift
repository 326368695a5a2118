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
  let report: BuildReport

  init(_ progress: DockerProgress, _ report: BuildReport) {
    self.progress = progress
    self.report = report
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

/// How an engine tells which image a build has come to.
///
/// Only one way counts for each build: the lines of its steps may read like the others.
enum BuildReport: Sendable {
  /// As a result.
  case result
  /// By a line that is the id, where nothing else was to be said.
  case line
  /// By the line `Successfully built 2aeaab30a78d`, with the beginning of the id.
  case beginning

  /// What an engine of that API version does when it is called so.
  init(_ call: DockerCall, by version: APIVersion) {
    let isQuiet = call.query.last { $0.name == "q" }.map { !["", "0", "false"].contains($0.value) }
    self = isQuiet == true ? .line : version < APIVersion(1, 29) ? .beginning : .result
  }

  /// The id of the image, or the beginning of it, if the message tells it.
  func imageID(in message: ProgressMessage) -> String? {
    switch self {
    case .result: message.aux?["ID"]?.string
    case .line: Self.word(after: "", in: message).flatMap { $0.hasPrefix("sha256:") ? $0 : nil }
    case .beginning: Self.word(after: "Successfully built ", in: message)
    }
  }

  private static func word(after start: String, in message: ProgressMessage) -> String? {
    guard let line = message.stream?.trimmingWhiteSpace(), line.hasPrefix(start) else { return nil }
    return String(line.dropFirst(start.count))
  }
}
