import Synchronization

/// Lets a few in at a time, in the order they came; who is cancelled while waiting leaves the queue.
final class AsyncGate: Sendable {
  private struct State {
    var free: Int
    var queue: [(ticket: Int, continuation: CheckedContinuation<Void, any Error>)] = []
    var lastTicket = 0
    var cancelled: Set<Int> = []
  }

  private let state: Mutex<State>

  init(_ limit: Int) { state = Mutex(State(free: limit)) }

  /// Runs `body` inside the gate.
  ///
  /// - Throws: What `body` does, or `CancellationError` if the task was cancelled in the queue.
  func pass<R>(
    isolation: isolated (any Actor)? = #isolation,
    _ body: () async throws -> R
  ) async throws -> R {
    try await enter()
    defer { leave() }
    return try await body()
  }

  private func enter() async throws {
    let ticket = state.withLock { state in
      state.lastTicket += 1
      return state.lastTicket
    }
    try await withTaskCancellationHandler {
      try await withCheckedThrowingContinuation {
        (continuation: CheckedContinuation<Void, any Error>) in
        state.withLock { state in
          if state.cancelled.remove(ticket) != nil {
            continuation.resume(throwing: CancellationError())
          } else if state.free > 0 {
            state.free -= 1
            continuation.resume()
          } else {
            state.queue.append((ticket, continuation))
          }
        }
      }
    } onCancel: {
      state.withLock { state in
        guard let index = state.queue.firstIndex(where: { $0.ticket == ticket }) else {
          state.cancelled.insert(ticket)
          return
        }
        state.queue.remove(at: index).continuation.resume(throwing: CancellationError())
      }
    }
    // A cancellation that came after the door opened left its ticket behind.
    state.withLock { state in _ = state.cancelled.remove(ticket) }
  }

  private func leave() {
    state.withLock { state in
      guard !state.queue.isEmpty else {
        state.free += 1
        return
      }
      state.queue.removeFirst().continuation.resume()
    }
  }
}
