import Synchronization

/// Takes a command's two streams: shows them line by line as they come, and collects them up to a
/// limit.
final class OutputCollector: Sendable {
  private struct State {
    var bytes: [UInt8] = []
    var lines = LineAssembler()
  }

  private let console: Console
  private let host: String?
  private let isQuiet: Bool
  /// The most bytes that are collected of each stream; nil collects nothing.
  private let limit: Int?
  private let states = Mutex([State(), State()])

  init(console: Console, host: String?, isQuiet: Bool, limit: Int?) {
    self.console = console
    self.host = host
    self.isQuiet = isQuiet
    self.limit = limit
  }

  /// Takes a chunk of a stream, and returns when it is queued to be shown and there is room again.
  ///
  /// - Throws: ``TaskError`` with `outputTooLarge` past the limit; `CancellationError` if the task is
  ///   cancelled while it waits for room.
  func add(_ chunk: some Collection<UInt8> & Sendable, isError: Bool, command: String) async throws
  {
    try update(isError) { state in
      guard let limit else { return }
      guard state.bytes.count + chunk.count <= limit else {
        throw TaskError(
          .outputTooLarge,
          "run '\(command)': it gave more than \(limit / 1024 / 1024) MiB, "
            + "which is the limit for collecting output",
          host: host,
          hint: "run(…, collecting: nil) shows output without collecting it; "
            + "or redirect it to a file"
        )
      }
      state.bytes.append(contentsOf: chunk)
    }
    guard !isQuiet else { return }
    console.output(isError ? .stderr : .stdout, host: host) { line in
      update(isError) { $0.lines.add(chunk, line) }
    }
    try await console.waitForRoom()
  }

  /// Shows what is left of lines without an end.
  func finish() {
    guard !isQuiet else { return }
    for isError in [false, true] {
      console.output(isError ? .stderr : .stdout, host: host) { line in
        update(isError) { $0.lines.finish(line) }
      }
    }
  }

  var collectedOutput: [UInt8] { states.withLock { $0[0].bytes } }
  var collectedError: [UInt8] { states.withLock { $0[1].bytes } }

  private func update<Failure: Error>(
    _ isError: Bool,
    _ change: (inout State) throws(Failure) -> Void
  ) throws(Failure) {
    try states.withLock { states throws(Failure) in try change(&states[isError ? 1 : 0]) }
  }
}
