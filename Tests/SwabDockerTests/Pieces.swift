import NIOCore

@testable import SwabDocker

/// A stream of whatever, read piece by piece.
struct Pieces {
  /// Gives the size of the next piece, or nothing at the end.
  let next: () async throws -> Int?
  /// Says how many bytes the client holds that nobody has asked for.
  let buffered: () async -> Int

  init<Stream: AsyncSequence>(
    _ stream: Stream,
    of body: HTTPBody? = nil,
    size: @escaping (Stream.Element) -> Int = { _ in 1 }
  ) {
    var iterator = stream.makeAsyncIterator()
    next = { try await iterator.next().map(size) }
    buffered = { await body?.bufferedBytes() ?? 0 }
  }

  init(_ logs: DockerLogs) {
    self.init(logs, of: logs.source.body) { $0.bytes.count }
  }

  init(_ bytes: DockerBytes) {
    self.init(bytes, size: \.count)
  }

  init(_ progress: DockerProgress) {
    self.init(progress, of: progress.source.values.body)
  }
}
