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
  public func sign(_ data: [UInt8], algorithm: String) async throws -> [UInt8] {
    try await file.privateKey(passphrase).sign(data, algorithm: algorithm)
  }
}
