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
    var cause = cause(of: error)
    while let next = cause {
      console.say(.exceptions, host: host, label: "because", "\(type(of: next)): \(next)")
      cause = self.cause(of: next)
    }
  }

  private static func cause(of error: any Error) -> (any Error)? {
    switch error {
    case let error as SSHError: error.cause
    case let error as DockerError: error.cause
    case let error as TaskError: error.cause
    default: nil
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

extension TaskError {
  /// A failure for a host that it isn't the failure of.
  ///
  /// - Parameters:
  ///   - what: What has failed, for this host to see.
  ///   - error: What it failed with.
  ///   - host: Whose error that is.
  init(_ what: String, because error: any Error, on host: String) {
    let text = Failure.text(error, on: host, isInterrupted: false)
    let start = text.firstRange(of: "\nhint: ")
    self.init(
      .aborted,
      "\(what): \(text[..<(start?.lowerBound ?? text.endIndex)])",
      hint: start.map { String(text[$0.upperBound...]) }
    )
    cause = error
  }

  /// The error of a task that runs once, on the first host, where that has failed before.
  static func lostFirst(_ host: String) -> TaskError {
    TaskError(
      .aborted,
      "it runs once, on the first host selected, and '\(host)' failed before",
      hint: "it runs on no other host in its place; select another one: -H HOST"
    )
  }
}
