/// How a task ended on a host.
public struct TaskOutcome: Sendable {
  /// The states a host can be in when a run is over; every selected host is in exactly one.
  public enum State: String, Sendable, CaseIterable {
    /// The task returned.
    case ok
    /// The task threw an error.
    case failed
    /// A command or request took longer than its timeout.
    case timedOut = "timed out"
    /// The host could not be reached, was not the right one, or went away.
    case unreachable
    /// The host let none of the keys and passwords in.
    case authenticationFailed = "authentication failed"
    /// The run was interrupted while the task ran.
    case cancelled
    /// The task was not started on this host.
    case notAttempted = "not attempted"
  }

  /// The host string.
  public let host: String
  /// How it ended.
  public let state: State
  /// What the task returned, if it returned a value.
  public let value: (any Sendable)?
  /// What it threw, or why it was not started.
  public let error: (any Error)?
  /// How long it ran.
  public let duration: Duration
  let task: String
  /// What tells the host from others; nil if the task ran without one.
  var key: HostTarget.Key?

  /// Where a task ran, whatever the host was called then.
  enum Place: Hashable, Sendable {
    case host(HostTarget.Key)
    case named(String)
  }

  var place: Place { key.map(Place.host) ?? .named(host) }

  /// Whether the task returned.
  public var succeeded: Bool { state == .ok }
  /// Whether the task did not return.
  public var failed: Bool { state != .ok }

  /// What the task returned, as the type it has.
  ///
  /// - Parameter type: The type that the task returns.
  /// - Returns: The value.
  /// - Throws: The error that the task ended with, or ``TaskError`` if the value is of another type.
  public func value<Value>(as type: Value.Type) throws -> Value {
    if let error, failed { throw error }
    guard let value = value as? Value else {
      throw TaskError(
        .usage,
        "task '\(task)' gave \(value.map { "\(Swift.type(of: $0))" } ?? "nothing"), not \(type)",
        host: host
      )
    }
    return value
  }
}

/// What `execute` returns: the outcome per host, in the order of the hosts.
public struct TaskOutcomes: Sendable, RandomAccessCollection {
  let outcomes: [TaskOutcome]

  /// The first position.
  public var startIndex: Int { outcomes.startIndex }
  /// The position after the last.
  public var endIndex: Int { outcomes.endIndex }
  /// The outcome at a position.
  public subscript(position: Int) -> TaskOutcome { outcomes[position] }

  /// The outcome on a host, or nil if the task did not run for it.
  ///
  /// A task that ran without a host stands under `<local-only>`, as in Fabric 1.
  public subscript(host: String) -> TaskOutcome? { outcomes.first { $0.host == host } }

  /// The hosts, in order.
  public var hosts: [String] { outcomes.map(\.host) }
  /// Those that did not return.
  public var failures: [TaskOutcome] { outcomes.filter(\.failed) }
  /// Whether the task returned on every host.
  public var succeeded: Bool { failures.isEmpty }

  /// The returned values by host, of the hosts on which the task returned.
  ///
  /// Hosts on which it failed are left out; ``requireSuccess()`` makes them an error.
  ///
  /// - Parameter type: The type that the task returns.
  /// - Returns: Pairs of host string and value, in the order of the hosts.
  /// - Throws: ``TaskError`` if a task returned a value of another type.
  public func values<Value>(as type: Value.Type) throws -> [(host: String, value: Value)] {
    try outcomes.filter(\.succeeded).map { ($0.host, try $0.value(as: type)) }
  }

  /// Fails the calling task unless the task returned on every host.
  ///
  /// A task that returns outcomes fails so by itself.
  ///
  /// - Throws: ``TaskError`` that names the hosts on which it did not, with states and reasons.
  public func requireSuccess() throws {
    guard !succeeded else { return }
    let isInterrupted = TaskScope.current?.run.ledger.isInterrupted ?? false
    let hosts = failures.map { outcome in
      let reason = outcome.error.map {
        ": " + Failure.summary($0, on: outcome.host, isInterrupted: isInterrupted)
      }
      return "\(outcome.host) (\(outcome.state.rawValue)\(reason ?? ""))"
    }.joined(separator: ", ")
    throw TaskError(
      .aborted,
      "task '\(failures[0].task)' did not return on every host: \(hosts)",
      host: TaskScope.current?.hostName
    )
  }
}
