internal import SwabSSH

/// What an error of a task means for its host, and how it is told.
enum Failure {
  /// The state of a host whose task threw `error`.
  static func state(of error: any Error, isCancelled: Bool) -> TaskOutcome.State {
    if isCancelled || error is CancellationError { return .cancelled }
    switch error {
    case let error as SSHError: return state(of: error)
    case let error as TaskError: return error.code == .commandTimedOut ? .timedOut : .failed
    case let error as DockerError:
      if let cause = error.cause as? SSHError { return state(of: cause) }
      return error.code == .timeout ? .timedOut : .failed
    default: return .failed
    }
  }

  /// The error as one paragraph, without the host's name, which stands before it already.
  ///
  /// A task may cancel what it began itself, so a cancellation says only of an interrupted run that
  /// it was one.
  static func text(_ error: any Error, on host: String, isInterrupted: Bool) -> String {
    let cancelled = isInterrupted ? "the run was interrupted" : "it was cancelled"
    var text =
      switch error {
      case let error as SSHError where error.code == .cancelled: cancelled
      case is SSHError, is TaskError, is DockerError, is FabfileError, is UsageError: "\(error)"
      case is CancellationError: cancelled
      default: "\(type(of: error)): \(error)"
      }
    if text.hasPrefix("\(host): ") { text.removeFirst(host.count + 2) }
    return text
  }

  /// The first line of the error, for a table.
  static func summary(_ error: any Error, on host: String, isInterrupted: Bool) -> String {
    let text = text(error, on: host, isInterrupted: isInterrupted)
    return String(text.prefix { $0 != "\n" })
  }

  /// Shows the errors underneath, if the level `exceptions` is on.
  static func sayCauses(of error: any Error, on host: String?, console: Console) {
    var cause = (error as? SSHError)?.cause ?? (error as? DockerError)?.cause
    while let next = cause {
      console.say(.exceptions, host: host, label: "because", "\(type(of: next)): \(next)")
      cause = (next as? SSHError)?.cause
    }
  }

  private static func state(of error: SSHError) -> TaskOutcome.State {
    switch error.code {
    case .authenticationFailed: .authenticationFailed
    case .commandTimedOut: .timedOut
    case .cancelled: .cancelled
    case .unreachable, .hostKeyUnknown, .hostKeyChanged, .hostKeyUnverifiable, .hostKeyRevoked,
      .noCommonAlgorithm, .connectionLost:
      .unreachable
    default: .failed
    }
  }
}
