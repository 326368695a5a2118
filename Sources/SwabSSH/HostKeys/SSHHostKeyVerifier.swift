/// The key by which a host shows that it is itself.
public struct SSHHostKey: Sendable, Hashable {
  /// The type as known_hosts has it: `ssh-ed25519`, `ecdsa-sha2-nistp256`.
  public var type: String
  /// The key in SSH wire format, as known_hosts has it in base64.
  public var blob: [UInt8]
  /// `SHA256:…`, as `ssh-keygen -l` prints it.
  public var fingerprint: String

  /// Makes a host key of its parts.
  public init(type: String, blob: [UInt8], fingerprint: String) {
    self.type = type
    self.blob = blob
    self.fingerprint = fingerprint
  }
}

/// Decides whether a host is who it says it is.
public protocol SSHHostKeyVerifier: Sendable {
  /// The key types on record for a host; the server is asked for these first.
  ///
  /// Otherwise a server could show a key of a type nobody has recorded, and an old friend would
  /// look like a stranger.
  func knownKeyTypes(address: String, port: Int) async -> [String]

  /// Returns when the key may be trusted.
  ///
  /// - Parameters:
  ///   - key: What the server showed.
  ///   - host: The host as the person wrote it, for messages and questions.
  ///   - address: The name or address that known_hosts is asked for.
  ///   - port: The port connected to.
  /// - Throws: ``SSHError`` with `hostKeyUnknown`, `hostKeyChanged` or `hostKeyRevoked`.
  func verify(_ key: SSHHostKey, host: String, address: String, port: Int) async throws
}
