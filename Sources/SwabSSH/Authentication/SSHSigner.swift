/// A key that can sign: one of an agent, or of a file whose passphrase may still have to be asked.
///
/// The private half stays where it is. A connection hands over the bytes to sign and waits for
/// the answer without blocking its event loop.
public protocol SSHSigner: Sendable {
  /// The public key in SSH wire format: its type as a string, then its numbers.
  var publicKey: [UInt8] { get }

  /// How "what was tried" names it: `ED25519 SHA256:… /home/u/.ssh/id_ed25519`, `RSA … (agent)`.
  var description: String { get }

  /// Signature algorithms to try, best first: `["rsa-sha2-512", "rsa-sha2-256"]`,
  /// `["ssh-ed25519"]`, `["ecdsa-sha2-nistp256"]`.
  var algorithms: [String] { get }

  /// Signs `data`.
  ///
  /// Called only once the server has said that it would accept the key, so that a passphrase is
  /// asked for only when it is of use.
  ///
  /// - Parameters:
  ///   - data: What the server wants to see signed.
  ///   - algorithm: One of ``algorithms``.
  /// - Returns: The inner signature blob: what stands after the algorithm's name in a signature.
  /// - Throws: ``SSHError`` with `badKey` or `agentFailed`; the connection then goes on without it.
  func sign(_ data: [UInt8], algorithm: String) async throws -> [UInt8]
}
