import Synchronization

/// How many tasks use each endpoint, of which there may be several under as many names.
final class EndpointUsers: Sendable {
  private let counts: Mutex<[Endpoint: Int]> = Mutex([:])

  func enter(_ endpoint: Endpoint) { counts.withLock { $0[endpoint, default: 0] += 1 } }

  /// - Returns: Whether nobody uses the endpoint any more.
  func leave(_ endpoint: Endpoint) -> Bool {
    counts.withLock { counts in
      let left = (counts[endpoint] ?? 1) - 1
      counts[endpoint] = left > 0 ? left : nil
      return left <= 0
    }
  }
}
