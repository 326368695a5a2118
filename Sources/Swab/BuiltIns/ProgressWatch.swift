import Synchronization

/// Ends work that gets nowhere for too long, however long it takes as a whole.
final class ProgressWatch: Sendable {
  private let last = Mutex(ContinuousClock.now)
  private let limit: Duration
  private let what: String

  /// - Parameters:
  ///   - limit: How long nothing may move.
  ///   - what: What the error calls the work.
  init(limit: Duration, what: String) {
    self.limit = limit
    self.what = what
  }

  /// Notes that something moved.
  func note() { last.withLock { $0 = .now } }

  /// Does the work.
  ///
  /// - Throws: ``TaskError`` with `commandTimedOut` if nothing moves for too long.
  func run<Result: Sendable>(
    _ work: @escaping @Sendable () async throws -> Result
  ) async throws -> Result {
    try await withThrowingTaskGroup(of: Result?.self) { group in
      group.addTask { try await work() }
      group.addTask { [self] in
        try await waitForStandstill()
        return nil
      }
      defer { group.cancelAll() }
      for try await result in group {
        if let result { return result }
      }
      throw CancellationError()
    }
  }

  private func waitForStandstill() async throws {
    note()
    while true {
      let left = limit - (ContinuousClock.now - last.withLock { $0 })
      guard left > .zero else {
        throw TaskError(
          .commandTimedOut,
          "\(what): nothing moved for \(limit.inWords)",
          hint: "a longer time is its argument: timeout=SECONDS"
        )
      }
      try await Task.sleep(for: left)
    }
  }
}
