import Synchronization

/// What became of every selected host: exactly one state each.
final class RunLedger: Sendable {
  private struct State {
    var order: [TaskOutcome.Place] = []
    var outcomes: [TaskOutcome.Place: TaskOutcome] = [:]
    var isInterrupted = false
    var isPipeClosed = false
    var isOutputLost = false
  }

  private let state = Mutex(State())

  /// Notes outcomes; the first one of a host that isn't `ok` is the one that counts.
  func add(_ outcomes: [TaskOutcome]) {
    state.withLock { state in
      for outcome in outcomes {
        guard let before = state.outcomes[outcome.place] else {
          state.order.append(outcome.place)
          state.outcomes[outcome.place] = outcome
          continue
        }
        if before.succeeded {
          state.outcomes[outcome.place] = outcome.lasting(before.duration + outcome.duration)
        }
      }
    }
  }

  /// Whether a task failed on a host, by whichever spelling it was selected.
  func hasFailed(_ target: HostTarget) -> Bool {
    state.withLock { $0.outcomes[.host(target.key)]?.failed ?? false }
  }

  func markInterrupted() { state.withLock { $0.isInterrupted = true } }

  func markPipeClosed() { state.withLock { $0.isPipeClosed = true } }

  /// Results could not be written, which no exit status of success may hide.
  func markOutputLost() { state.withLock { $0.isOutputLost = true } }

  var isInterrupted: Bool { state.withLock { $0.isInterrupted } }

  var isPipeClosed: Bool { state.withLock { $0.isPipeClosed } }

  /// The hosts in the order they were selected, with their states.
  var outcomes: [TaskOutcome] {
    state.withLock { state in state.order.compactMap { state.outcomes[$0] } }
  }

  /// What the process ends with.
  func exitStatus(_ options: RunOptions) -> ExitStatus {
    if isInterrupted { return .interrupted }
    var hasFailed = state.withLock { $0.isOutputLost }
    var isUnreachable = false
    for outcome in outcomes {
      switch outcome.state {
      case .ok, .notAttempted: continue
      case .failed, .timedOut, .cancelled: hasFailed = true
      case .authenticationFailed: isUnreachable = true
      case .unreachable: isUnreachable = isUnreachable || !options.skipsBadHosts
      }
    }
    if hasFailed { return .taskFailed }
    return isUnreachable ? .unreachable : .success
  }
}

extension TaskOutcome {
  fileprivate func lasting(_ duration: Duration) -> TaskOutcome {
    TaskOutcome(
      host: host,
      state: state,
      value: value,
      error: error,
      duration: duration,
      task: task,
      key: key
    )
  }
}
