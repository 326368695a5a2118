/// What the two sides of a connection agreed on.
public struct SSHNegotiation: Sendable, Hashable {
  /// How the server introduced itself: `SSH-2.0-OpenSSH_9.2p1 …`.
  public var serverVersion = ""
  /// The key exchange, `curve25519-sha256`.
  public var keyExchange = ""
  /// The type of the host key, `ssh-ed25519`.
  public var hostKey = ""
  /// The cipher from here to the server.
  public var cipherOut = ""
  /// The cipher from the server to here.
  public var cipherIn = ""
  /// The MAC from here to the server.
  public var macOut = ""
  /// The MAC from the server to here.
  public var macIn = ""

  /// Makes an empty one, to be filled.
  public init() {}
}
