import NIOPosix

/// Signs with a key file, which is unlocked when the first server has accepted its public half.
public struct KeyFileSigner: SSHSigner {
  private let file: SSHKeyFile
  private let passphrase: SSHPassphraseSource?

  /// Makes a signer; those of one file share its unlocked key and its passphrase question.
  public init(_ file: SSHKeyFile, passphrase: SSHPassphraseSource?) {
    self.file = file
    self.passphrase = passphrase
  }

  /// The public half in SSH's wire format.
  public var publicKey: [UInt8] { file.publicKey.blob }

  /// "ED25519 SHA256:… /home/u/.ssh/id_ed25519".
  public var description: String {
    "\(file.publicKey.kind) \(file.publicKey.fingerprint) \(file.path)"
  }

  /// The algorithms to sign with, best first.
  public var algorithms: [String] { file.publicKey.algorithms }

  /// Unlocks the key, if nobody has yet, and signs.
  ///
  /// Logins run on event loops: an RSA signature takes up to two milliseconds, one on P-384 half of
  /// one, in which other hosts would wait; those that take some 20 microseconds change no thread.
  public func sign(_ data: [UInt8], algorithm: String) async throws -> [UInt8] {
    let key = try await file.privateKey(passphrase)
    guard !Self.quick.contains(algorithm) else { return try key.sign(data, algorithm: algorithm) }
    return try await NIOThreadPool.singleton.runIfActive {
      try key.sign(data, algorithm: algorithm)
    }
  }

  private static let quick: Set = ["ssh-ed25519", "ecdsa-sha2-nistp256"]
}
