import Synchronization

/// The time that an attempt to connect has, counted only while it waits for the server.
///
/// A person who looks for a passphrase is not the server's fault.
final class ConnectBudget: Sendable {
  /// What there was at the start.
  let total: Duration
  private let remaining: Mutex<Duration>
  private let started = ContinuousClock.now

  init(_ total: Duration) {
    self.total = total
    remaining = Mutex(total)
  }

  /// What is left.
  var left: Duration {
    remaining.withLock { max($0, .zero) }
  }

  /// Whether so much time passed apart from waiting for the server that somebody was asked.
  var hasHeardPerson: Bool {
    ContinuousClock.now - started - (total - remaining.withLock { $0 }) >= .seconds(1)
  }

  /// Takes off what was used.
  func spend(_ duration: Duration) {
    remaining.withLock { $0 -= duration }
  }
}
