import NIOCore

/// When a call is given up: its limit counts from its beginning, whatever it waits for.
struct CallDeadline: Sendable {
  /// How long the call may take in all; nil for as long as it likes.
  let limit: Duration?
  private let end: NIODeadline?

  /// A deadline that far from now.
  init(after limit: Duration?) {
    self.limit = limit
    end = limit.map { .now() + TimeAmount($0) }
  }

  /// What is left of the time.
  var timeLeft: TimeAmount? { end.map { $0 - .now() } }
}
