/// At most so many handshakes at once, over all connections that share the limit.
///
/// A handshake costs the server far more than an open connection does, and sshd drops those above
/// its `MaxStartups`. Who waits is served in the order of arrival.
public final class SSHHandshakeLimit: Sendable {
  private let gate: AsyncGate

  /// Makes a limit of at least one.
  public init(_ limit: Int) { gate = AsyncGate(max(1, limit)) }

  /// Runs `body` when it is its turn.
  func withTurn<Result>(
    isolation: isolated (any Actor)? = #isolation,
    _ body: () async throws -> Result
  ) async throws -> Result {
    try await gate.pass(isolation: isolation, body)
  }
}
