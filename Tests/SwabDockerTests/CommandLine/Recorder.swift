import Synchronization

/// Keeps texts in the order they come.
final class Recorder: Sendable {
  private let state = Mutex<[(text: String, input: String)]>([])

  var texts: [String] { state.withLock { $0.map(\.text) } }
  var inputs: [String] { state.withLock { $0.map(\.input) } }

  func append(_ text: String, input: String = "") {
    state.withLock { $0.append((text, input)) }
  }
}
