import NIOCore

/// Who may open a channel next.
///
/// Opening takes turns, since its state lives in the session. Session channels also wait for one
/// of a few places: sshd refuses those above its `MaxSessions`. Tunnels don't count there, and pass
/// those who wait.
struct ChannelLine {
  /// What to do about a session channel that the server refused.
  enum Answer: Equatable {
    /// It stands first in line again, for when a place becomes free.
    case wait
    /// It stands first in line again, and the line moves on after this time.
    case retry(after: TimeAmount)
    /// There is no hope.
    case giveUp
  }

  private(set) var limit: Int
  private(set) var inUse = 0
  private var waiting: [SSHChannel] = []
  private var lastRelease: NIODeadline?
  /// Until when nobody may go.
  private var pausedUntil: NIODeadline?

  /// sshd frees a place only after it has looked at all that came with the channel's end, so a
  /// request right behind that end comes too early.
  private static let settling = TimeAmount.milliseconds(500)
  private static let mostRetries = 8

  init(limit: Int) {
    self.limit = max(1, limit)
  }

  var isEmpty: Bool { waiting.isEmpty }

  mutating func append(_ channel: SSHChannel) {
    waiting.append(channel)
  }

  /// Takes the next channel out of the line that may be opened now.
  mutating func next(now: NIODeadline) -> SSHChannel? {
    waiting.removeAll { $0.phase == .closed }
    let isOpen = inUse < limit && pausedUntil.map { $0 <= now } ?? true
    guard
      let index = waiting.firstIndex(where: { !$0.purpose.isSession || $0.bypassesLimit || isOpen })
    else { return nil }
    let channel = waiting.remove(at: index)
    if channel.purpose.isSession, !channel.bypassesLimit {
      channel.holdsSlot = true
      inUse += 1
    }
    return channel
  }

  /// A place is free again.
  ///
  /// - Returns: How long the line should rest, if somebody waits for that place.
  mutating func release(_ channel: SSHChannel, now: NIODeadline) -> TimeAmount? {
    guard channel.holdsSlot else { return nil }
    channel.holdsSlot = false
    let wasFull = inUse == limit
    inUse -= 1
    lastRelease = now
    guard wasFull, !waiting.isEmpty else { return nil }
    return pause(for: .milliseconds(1), now: now)
  }

  /// The server refused a channel that should have fitted.
  mutating func serverRefused(_ channel: SSHChannel, now: NIODeadline) -> Answer {
    guard channel.holdsSlot else { return .giveUp }
    channel.holdsSlot = false
    inUse -= 1
    channel.refusals += 1
    let isSettled = lastRelease.map { now - $0 > Self.settling } ?? true
    if inUse > 0, isSettled || channel.refusals > 1 {
      limit = inUse
      channel.refusals = 0
      waiting.insert(channel, at: 0)
      return .wait
    }
    guard !isSettled || channel.refusals > 1, channel.refusals <= Self.mostRetries else {
      return .giveUp
    }
    waiting.insert(channel, at: 0)
    return .retry(after: pause(for: .milliseconds(5 << Int64(channel.refusals)), now: now))
  }

  private mutating func pause(for time: TimeAmount, now: NIODeadline) -> TimeAmount {
    pausedUntil = max(pausedUntil ?? now, now + time)
    return time
  }

  /// Empties the line.
  mutating func removeAll() -> [SSHChannel] {
    defer { waiting = [] }
    return waiting
  }
}
