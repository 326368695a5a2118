import CLibCrypto

/// The older containers, PKCS #1, SEC 1 and PKCS #8, which libcrypto reads.
struct PEMKeyFormat: Sendable {
  let isEncrypted: Bool
  /// The public half; hidden as long as the key is encrypted.
  let publicKey: SSHPublicKey?
  private let text: [UInt8]

  init(_ text: [UInt8], _ armor: KeyArmor) {
    self.text = text
    isEncrypted =
      armor.label.hasPrefix("ENCRYPTED") || armor.headers.contains { $0.contains("ENCRYPTED") }
    publicKey = isEncrypted ? nil : (try? Self.read(text, passphrase: []))?.publicKey
  }

  func unlock(passphrase: [UInt8]) throws(OpenSSHKeyFormat.Failure) -> SSHPrivateKey {
    try Self.read(text, passphrase: passphrase)
  }

  private static func read(
    _ text: [UInt8],
    passphrase: [UInt8]
  ) throws(OpenSSHKeyFormat.Failure) -> SSHPrivateKey {
    guard let input = BIO_new_mem_buf(text, Int32(text.count)) else { throw .damaged }
    defer { BIO_free(input) }
    // Never without a passphrase: libcrypto would ask for one on the terminal.
    var terminated = passphrase + [0]
    guard let key = PKey(taking: PEM_read_bio_PrivateKey(input, nil, nil, &terminated)) else {
      throw passphrase.isEmpty ? .damaged : .wrongPassphrase
    }
    guard let publicKey = key.publicKey() else { throw .unsupported("keys of this type") }
    return SSHPrivateKey(publicKey: publicKey, key: key)
  }
}
