import NIOHTTP1

extension DockerAPI {
  /// What a container uses at the moment.
  ///
  /// - Parameters:
  ///   - container: Its name or id.
  ///   - once: Whether the engine looks once only, so that it answers sooner but `cpuPercent` isn't
  ///     known; needs API 1.41.
  /// - Returns: What it uses, or nothing but its id and name if it doesn't run.
  /// - Throws: A ``DockerError``: `notFound` if there is no such container.
  public func stats(_ container: String, once: Bool = false) async throws -> ContainerStats {
    var call = try DockerCall.container(container, "/stats", .GET)
    call.add("stream", "0")
    if once { call.requires(1, 41, for: "looking once") }
    call.add("one-shot", once)
    return try await engine().object(call)
  }

  /// What a container uses, about once a second until it ends.
  ///
  /// - Parameter container: Its name or id.
  /// - Returns: A sample after the other; none if it doesn't run.
  /// - Throws: A ``DockerError``: `notFound` if there is no such container.
  public func followStats(_ container: String) async throws -> DockerStats {
    var call = try DockerCall.container(container, "/stats", .GET)
    call.add("stream", true)
    return DockerStats(source: try await engine().values(call))
  }
}

/// What a container uses, as it goes on.
///
/// It is pulled: samples that nobody asks for wait in the engine. There is one reader. Leaving the
/// loop and dropping the sequence, cancelling the task, or ``close()`` ends the connection.
public struct DockerStats: AsyncSequence, Sendable {
  /// A sample.
  public typealias Element = ContainerStats

  let source: JSONSource

  /// Gives the samples one by one.
  public func makeAsyncIterator() -> AsyncIterator {
    AsyncIterator(source: source)
  }

  /// Ends the connection; whoever still reads gets a `CancellationError`.
  public func close() {
    source.body.close()
  }

  /// Gives the samples one by one.
  public struct AsyncIterator: AsyncIteratorProtocol {
    let source: JSONSource

    /// The next sample, or nothing once the container has ended.
    ///
    /// - Returns: The sample.
    /// - Throws: A ``DockerError``, or a `CancellationError`.
    public mutating func next() async throws -> ContainerStats? {
      guard let value = try await source.next() else { return nil }
      let stats = ContainerStats(raw: value)
      // The engine doesn't end the stream with the container: it goes on with samples of nothing.
      guard stats.time != nil else {
        await source.end()
        return nil
      }
      return stats
    }
  }
}
