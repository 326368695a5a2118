import NIOCore
import Synchronization

/// A channel that is being connected, or several of which one will do, which can be given up at any
/// time.
///
/// NIO's own way to wait for one ignores cancellation, and a host that swallows packets would hold
/// up Ctrl-C for all of its timeout.
final class ConnectingChannel<Value: Sendable>: Sendable {
  private struct State {
    var channels: [any Channel] = []
    var waiter: CheckedContinuation<Value, any Error>?
    var result: Result<Value, any Error>?
  }

  private let state = Mutex(State())

  /// Starts connecting and waits for the end of it, or until the task is cancelled.
  ///
  /// - Parameter start: Begins; each channel is to be handed to ``add(_:)`` as soon as it exists.
  /// - Returns: What `start`'s future came to.
  /// - Throws: What it failed with, or `CancellationError`.
  func connect(_ start: () -> EventLoopFuture<Value>) async throws -> Value {
    start().whenComplete { self.finish($0) }
    return try await withTaskCancellationHandler {
      try await withCheckedThrowingContinuation { continuation in
        let result = state.withLock { state in
          if state.result == nil { state.waiter = continuation }
          return state.result
        }
        if let result { continuation.resume(with: result) }
      }
    } onCancel: {
      finish(.failure(CancellationError()))
    }
  }

  /// Takes note of a channel.
  ///
  /// - Throws: `CancellationError` if nobody waits any more.
  func add(_ channel: any Channel) throws {
    let isWanted = state.withLock { state in
      if state.result == nil { state.channels.append(channel) }
      return state.result == nil
    }
    if !isWanted { throw CancellationError() }
  }

  private func finish(_ result: Result<Value, any Error>) {
    let (channels, waiter) = state.withLock { state in
      guard state.result == nil else { return ([any Channel](), nil as Waiter?) }
      state.result = result
      defer { (state.channels, state.waiter) = ([], nil) }
      return (state.channels, state.waiter)
    }
    if case .failure = result { for channel in channels { channel.close(promise: nil) } }
    waiter?.resume(with: result)
  }

  private typealias Waiter = CheckedContinuation<Value, any Error>
}
