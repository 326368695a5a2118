import NIOCore

/// When to ask a silent server for a sign of life, and when to give it up.
struct Keepalive {
  enum Action: Equatable {
    case nothing
    /// Time for a question.
    case ask
    /// As many questions as allowed went unanswered, and nothing else came for this long.
    case giveUp(silence: Duration)
  }

  /// How often to look, and how long a server may be silent before it is asked.
  let pause: Duration
  /// How many questions may go unanswered.
  let count: Int
  private var lastQuestion: NIODeadline
  private var unanswered = 0

  /// - Parameters:
  ///   - interval: At least two seconds; libssh2 counts in seconds, and takes 1 for 2.
  ///   - count: At least one.
  ///   - now: When the connection was made.
  init(every interval: Duration, count: Int, now: NIODeadline) {
    pause = .seconds(max(2, interval.components.seconds))
    self.count = max(1, count)
    lastQuestion = now
  }

  /// What to do at a time; lost is who leaves questions unanswered, as silence alone may be good
  /// manners.
  ///
  /// - Parameters:
  ///   - now: The time.
  ///   - lastInbound: When the server was last heard.
  /// - Returns: What to do.
  mutating func tick(now: NIODeadline, lastInbound: NIODeadline) -> Action {
    let silence = Duration(now - lastInbound)
    if lastInbound > lastQuestion { unanswered = 0 }
    guard silence >= pause / 2 else { return .nothing }
    if unanswered >= count { return .giveUp(silence: silence) }
    unanswered += 1
    lastQuestion = now
    return .ask
  }
}
