/// Decides whether a host is who it says it is.
public protocol SSHHostKeyVerifier: Sendable {
  /// What is on record of a host; asked once for each attempt to connect, before it.
  ///
  /// - Parameters:
  ///   - address: The name or address that known_hosts is asked for.
  ///   - port: The port that known_hosts is asked for.
  /// - Returns: What ``verify(_:of:host:)`` judges by.
  /// - Throws: `CancellationError`.
  func knownHost(address: String, port: Int) async throws -> KnownHost

  /// Returns when the key may be trusted.
  ///
  /// - Parameters:
  ///   - key: What the server showed.
  ///   - known: What is on record of it.
  ///   - host: The host as the person wrote it, for messages and questions.
  /// - Throws: ``SSHError`` with `hostKeyUnknown`, `hostKeyChanged`, `hostKeyRevoked` or
  ///   `hostKeyUnverifiable`.
  func verify(_ key: SSHPublicKey, of known: KnownHost, host: String) async throws
}
