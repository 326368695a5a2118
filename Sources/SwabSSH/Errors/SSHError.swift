/// An error from the SSH layer.
///
/// It prints as `host: what happened`, and on a line of its own under it what can be done about it.
public struct SSHError: Error, Sendable, CustomStringConvertible {
  /// What kind of failure this is; programs decide on this.
  public var code: Code
  /// What happened, with the values that matter in it.
  public var message: String
  /// The host it happened on, as the person wrote it, once one is known.
  public var host: String?
  /// What the person can do about it, where there is something to do.
  public var hint: String?
  /// The error underneath, kept whole.
  public var cause: (any Error)?

  /// Makes an error; the factories of this type are there for those of SwabSSH itself.
  public init(
    _ code: Code,
    _ message: String,
    host: String? = nil,
    hint: String? = nil,
    cause: (any Error)? = nil
  ) {
    self.code = code
    self.message = message
    self.host = host
    self.hint = hint
    self.cause = cause
  }

  /// The kinds of failure that callers tell apart.
  public enum Code: String, Sendable, Hashable, CaseIterable {
    /// No connection came about: name, route, port, or a server that did not answer.
    case unreachable
    /// Nothing is known of the host's key and nobody may be asked to trust it.
    case hostKeyUnknown
    /// The host showed another key than the one on record.
    case hostKeyChanged
    /// Only keys are on record that the C library can't check, and the host showed another one.
    case hostKeyUnverifiable
    /// The host showed a key that is marked as revoked.
    case hostKeyRevoked
    /// The server accepted none of the keys and passwords there were.
    case authenticationFailed
    /// The two sides have no algorithm in common.
    case noCommonAlgorithm
    /// The connection was there and is gone.
    case connectionLost
    /// The server opened no channel or refused what was asked on it.
    case channelRefused
    /// A command took longer than it was given.
    case commandTimedOut
    /// The task that asked was cancelled.
    case cancelled
    /// The other side said something that SSH does not allow.
    case protocolError
    /// A key file can't be read or holds nothing usable.
    case badKey
    /// The SSH agent refused or could not be talked to.
    case agentFailed
    /// ssh_config, known_hosts or an option of ours is not right.
    case badConfiguration
    /// The C library got no memory.
    case outOfMemory
  }

  /// `host: what happened`, and `hint: what to do` on a line under it.
  public var description: String {
    var text = host.map { "\($0): \(message)" } ?? message
    if let hint { text += "\nhint: \(hint)" }
    return text
  }

  /// The same error with the host it happened on, unless it names one already.
  public func on(host: String) -> SSHError {
    var error = self
    error.host = self.host ?? host
    return error
  }
}
