import NIOHTTP1

extension DockerAPI {
  /// What happens on the engine, from now on or from a moment in the past.
  ///
  /// ```swift
  /// for try await event in try await docker.events(filters: ["type": "container"]) {
  ///   print(event.time, event.action, event.name ?? event.actorID)
  /// }
  /// ```
  ///
  /// Nothing that happens after this returns is missed. An engine remembers its last 256 events, and
  /// forgets them when it is stopped.
  ///
  /// - Parameters:
  ///   - since: The moment to begin with, if it isn't now.
  ///   - until: The moment to end with; without one the events go on for as long as they are read.
  ///   - filters: Conditions, such as `["type": "container", "event": ["die", "oom"]]`; the engine
  ///     ignores filters that it doesn't know.
  ///   - reconnects: Whether to connect again when the connection or the engine ends, as often as it
  ///     takes, and to go on after the last event; otherwise that is an error.
  /// - Returns: The events as they come.
  /// - Throws: A ``DockerError``: `badRequest` if `since` is after `until`.
  public func events(
    since: DockerDate? = nil,
    until: DockerDate? = nil,
    filters: DockerFilters = [:],
    reconnects: Bool = false
  ) async throws -> DockerEvents {
    let engine = try await engine()
    // By the engine's own clock, to have a moment to go on from before the first event.
    let start = try await reconnects && since == nil ? engine.currentTime() : since
    let source = EventSource(
      client: engine,
      position: EventPosition(start: start),
      until: until,
      filters: filters,
      reconnects: reconnects
    )
    try await source.connect()
    return DockerEvents(source: source)
  }
}

/// What happens on an engine.
///
/// It is pulled, but a reader that stops for long makes the engine wait, so read on or let go of it.
/// There is one reader. Leaving the loop and dropping the sequence, cancelling the task, or
/// ``close()`` ends the connection.
public struct DockerEvents: AsyncSequence, Sendable {
  /// Something that has happened.
  public typealias Element = DockerEvent

  let source: EventSource

  /// Gives the events one by one.
  public func makeAsyncIterator() -> AsyncIterator {
    AsyncIterator(source: source)
  }

  /// Ends the connection; whoever still reads gets a `CancellationError`.
  public func close() {
    source.close()
  }

  /// Gives the events one by one.
  public struct AsyncIterator: AsyncIteratorProtocol {
    let source: EventSource

    /// The next event, or nothing after the moment to end with.
    ///
    /// - Returns: The event.
    /// - Throws: A ``DockerError``: `connectionLost` or `streamTruncated` if the engine ended; or a
    ///   `CancellationError`.
    public mutating func next() async throws -> DockerEvent? {
      try await source.next()
    }
  }
}
