/// Remembers how far events have been read, so that another connection can go on from there.
///
/// An engine gives again what has happened from a moment on, and that moment's events as well. The
/// times of events that happen at once aren't quite in their order, so it is asked for a little more
/// than what is missing, and what was given already is left out.
struct EventPosition {
  /// Engines remember 256 events, and no more are ever given again.
  private static let memory = 1024
  private static let overlap = 1_000_000_000

  /// The moment to begin with; all the engine gives is newer than the connection if there is none.
  let start: DockerDate?
  private var newest: Int?
  private var recent: [DockerEvent] = []

  init(start: DockerDate?) {
    self.start = start
  }

  /// What the engine is asked for.
  var since: DockerDate? {
    guard let newest else { return start }
    let resumed = DockerDate(nanosecondsSince1970: newest - Self.overlap)
    return start.map { max($0, resumed) } ?? resumed
  }

  /// Notes an event, and says whether it is a new one.
  mutating func take(_ event: DockerEvent) -> Bool {
    let time = event.timeNano
    guard !recent.contains(where: { $0.timeNano == time && $0.raw == event.raw }) else {
      return false
    }
    let newest = max(newest ?? time, time)
    self.newest = newest
    recent.removeAll { $0.timeNano < newest - Self.overlap }
    if recent.count >= Self.memory { recent.removeFirst(recent.count / 2) }
    recent.append(event)
    return true
  }
}
