import Synchronization

/// At most so many handshakes at once, over all connections that share the limit.
///
/// A handshake costs the server far more than an open connection does, and sshd drops those above
/// its `MaxStartups`. Who waits is served in the order of arrival.
public final class SSHHandshakeLimit: Sendable {
  private struct State {
    var free: Int
    var waiting: [(id: Int, continuation: CheckedContinuation<Bool, Never>)] = []
    var nextID = 0
    var cancelled: Set<Int> = []
  }

  private let state: Mutex<State>

  /// Makes a limit of at least one.
  public init(_ limit: Int) {
    state = Mutex(State(free: max(1, limit)))
  }

  /// Runs `body` when it is its turn.
  func withTurn<Result>(
    isolation: isolated (any Actor)? = #isolation,
    _ body: () async throws -> Result
  ) async throws -> Result {
    guard await takeTurn() else { throw CancellationError() }
    defer { giveBack() }
    return try await body()
  }

  /// Waits for a turn; `false` if the task was cancelled while it waited.
  private func takeTurn() async -> Bool {
    let id = state.withLock { state in
      state.nextID += 1
      return state.nextID
    }
    // A cancellation that comes after the turn leaves its number behind.
    defer { state.withLock { _ = $0.cancelled.remove(id) } }
    return await withTaskCancellationHandler {
      await withCheckedContinuation { continuation in
        let answer: Bool? = state.withLock { state in
          if state.cancelled.remove(id) != nil { return false }
          if state.free > 0 {
            state.free -= 1
            return true
          }
          state.waiting.append((id, continuation))
          return nil
        }
        if let answer { continuation.resume(returning: answer) }
      }
    } onCancel: {
      abandon(id)
    }
  }

  private func abandon(_ id: Int) {
    let waiting = state.withLock { state in
      guard let index = state.waiting.firstIndex(where: { $0.id == id }) else {
        // Not in line yet, or served already; only the former looks at this set.
        state.cancelled.insert(id)
        return nil as CheckedContinuation<Bool, Never>?
      }
      return state.waiting.remove(at: index).continuation
    }
    waiting?.resume(returning: false)
  }

  private func giveBack() {
    let next = state.withLock { state in
      guard !state.waiting.isEmpty else {
        state.free += 1
        return nil as CheckedContinuation<Bool, Never>?
      }
      return state.waiting.removeFirst().continuation
    }
    next?.resume(returning: true)
  }
}
