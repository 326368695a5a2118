import NIOHTTP1
import Synchronization

/// Reads events from one connection after the other; an actor, so that an iterator may be used by
/// any task.
actor EventSource {
  private struct Connection {
    var values: JSONSource?
    var isClosed = false
  }

  private static let longestPause = Duration.seconds(5)

  private let client: DockerClient
  private let until: DockerDate?
  private let filters: DockerFilters
  private let reconnects: Bool
  private var position: EventPosition
  private var isFinished = false
  /// Apart from the actor's state, since it is closed by whoever likes.
  private nonisolated let connection = Mutex(Connection())

  init(
    client: DockerClient,
    position: EventPosition,
    until: DockerDate?,
    filters: DockerFilters,
    reconnects: Bool
  ) {
    self.client = client
    self.position = position
    self.until = until
    self.filters = filters
    self.reconnects = reconnects
  }

  nonisolated func close() {
    let values = connection.withLock { connection in
      connection.isClosed = true
      return connection.values
    }
    values?.body.close()
  }

  func next() async throws -> DockerEvent? {
    var pause = Duration.milliseconds(50)
    while !isFinished {
      do {
        let values = try await values()
        guard let value = try await values.next() else {
          try await ended()
          continue
        }
        pause = .milliseconds(50)
        let event = DockerEvent(raw: value)
        guard reconnects, !position.take(event) else { return event }
      } catch let error as DockerError where reconnects && error.mayPass {
        drop()
        do {
          try await Task.sleep(for: pause)
        } catch {
          isFinished = true
          throw error
        }
        pause = min(pause * 2, Self.longestPause)
      } catch {
        isFinished = true
        throw error
      }
    }
    return nil
  }

  /// Connects, unless that is done.
  func connect() async throws {
    _ = try await values()
  }

  private func values() async throws -> JSONSource {
    if let values = connection.withLock({ $0.values }) { return values }
    let values = try await client.values(try await call())
    let isClosed = connection.withLock { connection in
      connection.values = values
      return connection.isClosed
    }
    if isClosed {
      values.body.close()
      throw CancellationError()
    }
    return values
  }

  private func call() async throws -> DockerCall {
    var call = DockerCall(.GET, "/events")
    call.add("since", position.since?.queryValue)
    call.add("until", until?.queryValue)
    call.add(filters)
    // Before, engines look at no such header, and the values are the same.
    if try await client.apiVersion() >= APIVersion(1, 52) {
      call.headers.append(("Accept", "application/x-ndjson"))
    }
    return call
  }

  private func drop() {
    connection.withLock { $0.values = nil }
  }

  /// Finds out whether the events were to end: an engine that is stopped ends them as well.
  private func ended() async throws {
    guard let until else { throw client.locate(.eventsEnded, DockerCall(.GET, "/events")) }
    if reconnects, try await client.currentTime() < until { return drop() }
    isFinished = true
  }
}

extension DockerError {
  fileprivate static let eventsEnded = DockerError(
    code: .streamTruncated,
    message: "the engine has ended the events",
    hint: "it was stopped, or restarted; with 'reconnects' they would go on"
  )

  /// Whether the same may well succeed a little later.
  fileprivate var mayPass: Bool {
    switch code {
    case .connectionFailed, .connectionLost, .timeout, .streamTruncated, .unavailable: true
    default: false
    }
  }
}

extension DockerClient {
  /// What the engine's clock says.
  func currentTime() async throws -> DockerDate {
    guard let time = try await info().systemTime else {
      throw locate(
        .unexpectedReply("the engine doesn't say what time it is"),
        DockerCall(.GET, "/info")
      )
    }
    return time
  }
}
