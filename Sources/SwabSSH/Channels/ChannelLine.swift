/// Who may open a channel next.
///
/// Opening takes turns, since its state lives in the session. Session channels also wait for one
/// of a few places: sshd refuses those above its `MaxSessions`. Tunnels don't count there, and pass
/// those who wait.
struct ChannelLine {
  private(set) var limit: Int
  private(set) var inUse = 0
  private var waiting: [SSHChannel] = []

  init(limit: Int) {
    self.limit = max(1, limit)
  }

  var isEmpty: Bool { waiting.isEmpty }

  mutating func append(_ channel: SSHChannel) {
    waiting.append(channel)
  }

  /// Takes the next channel out of the line that may be opened now.
  mutating func next() -> SSHChannel? {
    waiting.removeAll { $0.phase == .closed }
    let free = inUse < limit
    guard
      let index = waiting.firstIndex(where: { !$0.purpose.isSession || $0.bypassesLimit || free })
    else { return nil }
    let channel = waiting.remove(at: index)
    if channel.purpose.isSession, !channel.bypassesLimit {
      channel.holdsSlot = true
      inUse += 1
    }
    return channel
  }

  /// A place is free again.
  mutating func release(_ channel: SSHChannel) {
    guard channel.holdsSlot else { return }
    channel.holdsSlot = false
    inUse -= 1
  }

  /// The server refused a channel that should have fitted.
  ///
  /// - Returns: Whether it waits again, first in line, for one of the places that there are.
  mutating func serverRefused(_ channel: SSHChannel) -> Bool {
    guard channel.holdsSlot else { return false }
    release(channel)
    guard inUse > 0 else { return false }
    limit = inUse
    waiting.insert(channel, at: 0)
    return true
  }

  /// Empties the line.
  mutating func removeAll() -> [SSHChannel] {
    defer { waiting = [] }
    return waiting
  }
}
