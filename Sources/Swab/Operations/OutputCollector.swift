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
  /// What gives the output: `run` or `local`.
  private let operation: String
  private let isQuiet: Bool
  /// The most bytes that are collected of each stream; nil collects nothing.
  private let limit: Int?
  private let states = Mutex([
    State(), State(lines: LineAssembler(keepsLastLines: true)),
  ])

  init(console: Console, host: String?, operation: String, isQuiet: Bool, limit: Int?) {
    self.console = console
    self.host = host
    self.operation = operation
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
          "\(operation) '\(command)': it gave more than \(Self.size(limit)), "
            + "which is the limit for collecting output",
          host: host,
          hint: "\(operation)(…, collecting: nil) shows output without collecting it; "
            + "or redirect it to a file"
        )
      }
      state.bytes.append(contentsOf: chunk)
    }
    guard isShown(isError) else {
      if isError { update(isError) { $0.lines.add(chunk) { _, _ in } } }
      return
    }
    console.output(isError ? .stderr : .stdout, host: host) { line in
      update(isError) { $0.lines.add(chunk, line) }
    }
    try await console.waitForRoom()
  }

  /// Shows what is left of lines without an end.
  func finish() {
    for isError in [false, true] {
      guard isShown(isError) else {
        update(isError) { $0.lines.finish { _, _ in } }
        continue
      }
      console.output(isError ? .stderr : .stdout, host: host) { line in
        update(isError) { $0.lines.finish(line) }
      }
    }
  }

  private func isShown(_ isError: Bool) -> Bool {
    !isQuiet && console.isShown(isError ? .stderr : .stdout)
  }

  /// The end of standard error as text, one for each line.
  var lastErrorLines: [String] {
    states.withLock { $0[1].lines.lastLines.map { String(decoding: $0, as: UTF8.self) } }
  }

  private static func size(_ bytes: Int) -> String {
    let mebibyte = 1024 * 1024
    return bytes > 0 && bytes.isMultiple(of: mebibyte)
      ? "\(bytes / mebibyte) MiB" : "\(bytes) bytes"
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
