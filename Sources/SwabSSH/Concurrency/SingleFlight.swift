import Synchronization

/// A value that is made once, whoever asks first, while everybody else who asks waits for it.
///
/// Failures are kept like values: a passphrase answered wrong three times isn't asked for again by
/// the next host. Only a cancelled attempt is forgotten.
package final class SingleFlight<Value: Sendable>: Sendable {
  private enum State {
    case idle
    case running(Flight)
    case done(Result<Value, any Error>)
  }

  private struct Flight {
    var number: Int
    var task: Task<Void, Never>
    var waiters: [Int: CheckedContinuation<Value, any Error>]
  }

  private struct Storage {
    var state = State.idle
    var lastNumber = 0
    /// Waiters that were cancelled before they got in.
    var cancelled: Set<Int> = []
    /// Attempts that nobody waits for any more and that have not come to their end yet.
    var abandoned: [Int: Task<Void, Never>] = [:]
  }

  private let storage = Mutex(Storage())
  private let discard: @Sendable (Value) async -> Void

  /// - Parameter discard: Closes a value that was made when nobody waited for it any more.
  package init(discarding discard: @escaping @Sendable (Value) async -> Void = { _ in }) {
    self.discard = discard
  }

  /// The value, which `make` makes if nobody has yet.
  ///
  /// It runs in a task of its own, as it belongs to no one of those who wait, and is cancelled when
  /// the last of them is.
  package func value(_ make: @escaping @Sendable () async throws -> Value) async throws -> Value {
    let (ticket, result) = storage.withLock { storage -> (Int, Result<Value, any Error>?) in
      if case .done(let result) = storage.state { return (0, result) }
      storage.lastNumber += 1
      return (storage.lastNumber, nil)
    }
    if let result { return try result.get() }
    // A cancellation that comes after the answer leaves its ticket behind.
    defer { storage.withLock { storage in _ = storage.cancelled.remove(ticket) } }
    return try await withTaskCancellationHandler {
      try await withCheckedThrowingContinuation { continuation in
        enter(ticket, continuation, make)
      }
    } onCancel: {
      leave(ticket)
    }
  }

  /// Ends it: an attempt that runs is cancelled, and so are those who wait for it.
  ///
  /// - Returns: The value if there is one, when nothing runs any more.
  package func end() async -> Value? {
    let (left, value, waiters) = storage.withLock { storage in
      defer { storage.state = .idle }
      var value: Value?
      var waiters: [CheckedContinuation<Value, any Error>] = []
      switch storage.state {
      case .idle: break
      case .done(let result): value = try? result.get()
      case .running(let flight):
        waiters = Array(flight.waiters.values)
        flight.task.cancel()
        storage.abandoned[flight.number] = flight.task
      }
      return (Array(storage.abandoned.values), value, waiters)
    }
    for waiter in waiters { waiter.resume(throwing: CancellationError()) }
    for task in left { await task.value }
    return value
  }

  private func enter(
    _ ticket: Int,
    _ continuation: CheckedContinuation<Value, any Error>,
    _ make: @escaping @Sendable () async throws -> Value
  ) {
    storage.withLock { storage in
      guard storage.cancelled.remove(ticket) == nil else {
        return continuation.resume(throwing: CancellationError())
      }
      switch storage.state {
      case .done(let result): continuation.resume(with: result)
      case .running(var flight):
        flight.waiters[ticket] = continuation
        storage.state = .running(flight)
      case .idle:
        // The task outlives no waiter's interest: the last one to leave cancels it.
        let task = Task.detached { await self.land(ticket, Self.outcome(of: make)) }
        storage.state = .running(
          Flight(number: ticket, task: task, waiters: [ticket: continuation])
        )
      }
    }
  }

  private static func outcome(
    of make: @Sendable () async throws -> Value
  ) async -> Result<Value, any Error> {
    do { return .success(try await make()) } catch { return .failure(error) }
  }

  private func land(_ number: Int, _ result: Result<Value, any Error>) async {
    let landed = storage.withLock { storage -> [CheckedContinuation<Value, any Error>]? in
      guard case .running(let flight) = storage.state, flight.number == number else { return nil }
      if case .failure(is CancellationError) = result {
        storage.state = .idle
      } else {
        storage.state = .done(result)
      }
      return Array(flight.waiters.values)
    }
    if let landed {
      for waiter in landed { waiter.resume(with: result) }
    } else {
      if case .success(let value) = result { await discard(value) }
      storage.withLock { _ = $0.abandoned.removeValue(forKey: number) }
    }
  }

  private func leave(_ ticket: Int) {
    let waiter = storage.withLock { storage -> CheckedContinuation<Value, any Error>? in
      guard case .running(var flight) = storage.state, flight.waiters[ticket] != nil else {
        // Either not yet in, which `enter` has to learn, or already answered.
        storage.cancelled.insert(ticket)
        return nil
      }
      let waiter = flight.waiters.removeValue(forKey: ticket)
      storage.state = .running(flight)
      if flight.waiters.isEmpty {
        flight.task.cancel()
        storage.abandoned[flight.number] = flight.task
        storage.state = .idle
      }
      return waiter
    }
    waiter?.resume(throwing: CancellationError())
  }
}
