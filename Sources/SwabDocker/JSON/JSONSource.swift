import NIOCore

/// Reads JSON values from a connection; an actor, so that an iterator may be used by any task.
actor JSONSource {
  nonisolated let body: HTTPBody
  /// Kept, since a client that nobody holds closes its connections.
  nonisolated let client: DockerClient
  nonisolated let call: DockerCall
  private var splitter = JSONStreamSplitter()
  private var isFinished = false

  init(body: HTTPBody, client: DockerClient, call: DockerCall) {
    self.body = body
    self.client = client
    self.call = call
  }

  /// The next value, or nothing at the end.
  func next() async throws -> JSONValue? {
    guard !isFinished else { return nil }
    do {
      while true {
        if let value = try splitter.next() { return value }
        guard let bytes = try await body.next() else { break }
        splitter.append(bytes)
      }
      isFinished = true
      return try splitter.finish()
    } catch {
      throw await fail(error)
    }
  }

  /// Ends the connection; there is nothing more to read.
  func end() {
    isFinished = true
    body.close()
  }

  /// Ends the connection, and says what people and programs get to see of the reason.
  func fail(_ error: any Error) async -> any Error {
    isFinished = true
    await body.closeAndEndUpload()
    return client.explain(error, call, limit: nil)
  }
}

extension DockerClient {
  /// Sends a call whose answer is one JSON value after the other.
  func values(_ call: DockerCall) async throws -> JSONSource {
    JSONSource(body: try await stream(call), client: self, call: call)
  }
}
