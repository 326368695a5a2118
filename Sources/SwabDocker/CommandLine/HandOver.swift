import Synchronization

/// Hands values from those who have them to the one who wants them, one by one.
///
/// A giver waits until its value is taken, so nothing gathers in between.
final class HandOver<Value: Sendable>: Sendable {
  private struct Giver {
    var number: Int
    var value: Value
    var continuation: CheckedContinuation<Void, any Error>
  }

  private struct State {
    var givers: [Giver] = []
    var taker: (number: Int, continuation: CheckedContinuation<Value?, any Error>)?
    var end: Result<Void, any Error>?
    /// Who was cancelled before it came to wait.
    var cancelled: Set<Int> = []
    var count = 0
  }

  private let state = Mutex(State())

  /// Gives a value, and returns when it is taken.
  ///
  /// - Throws: `CancellationError` if nobody will take it.
  func give(_ value: Value) async throws {
    let number = nextNumber()
    try await withTaskCancellationHandler {
      try await withCheckedThrowingContinuation { continuation in
        offer(Giver(number: number, value: value, continuation: continuation))
      }
    } onCancel: {
      withdraw(number)
    }
  }

  /// The next value, or nothing after the last.
  ///
  /// - Throws: Why there will be none, or a ``DockerError`` if somebody else waits for one.
  func take() async throws -> Value? {
    let number = nextNumber()
    return try await withTaskCancellationHandler {
      try await withCheckedThrowingContinuation { continuation in
        accept(number, continuation)
      }
    } onCancel: {
      withdraw(number)
    }
  }

  /// There will be no more values; the first end counts.
  ///
  /// - Parameter end: Whether that is so since all were given, or why.
  func finish(_ end: Result<Void, any Error>) {
    state.withLock { state in
      guard state.end == nil else { return }
      state.end = end
      state.taker?.continuation.resume(with: end.map { nil })
      state.taker = nil
      for giver in state.givers { giver.continuation.resume(throwing: CancellationError()) }
      state.givers = []
    }
  }

  private func nextNumber() -> Int {
    state.withLock { state in
      state.count += 1
      return state.count
    }
  }

  private func offer(_ giver: Giver) {
    state.withLock { state in
      if state.end != nil || state.cancelled.remove(giver.number) != nil {
        giver.continuation.resume(throwing: CancellationError())
      } else if let taker = state.taker.take() {
        taker.continuation.resume(returning: giver.value)
        giver.continuation.resume()
      } else {
        state.givers.append(giver)
      }
    }
  }

  private func accept(_ number: Int, _ taker: CheckedContinuation<Value?, any Error>) {
    state.withLock { state in
      if !state.givers.isEmpty {
        let giver = state.givers.removeFirst()
        giver.continuation.resume()
        taker.resume(returning: giver.value)
      } else if let end = state.end {
        taker.resume(with: end.map { nil })
      } else if state.cancelled.remove(number) != nil {
        taker.resume(throwing: CancellationError())
      } else if state.taker == nil {
        state.taker = (number, taker)
      } else {
        taker.resume(throwing: DockerError.invalidArgument("a stream can have one reader only"))
      }
    }
  }

  private func withdraw(_ number: Int) {
    state.withLock { state in
      guard state.end == nil else { return }
      if state.taker?.number == number {
        state.taker.take()?.continuation.resume(throwing: CancellationError())
      } else if let index = state.givers.firstIndex(where: { $0.number == number }) {
        state.givers.remove(at: index).continuation.resume(throwing: CancellationError())
      } else {
        state.cancelled.insert(number)
      }
    }
  }
}
