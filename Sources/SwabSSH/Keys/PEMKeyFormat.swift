import CLibCrypto

/// The BEGIN and END lines around a key, and what is between them.
struct KeyArmor {
  struct Malformed: Error {}

  /// "OPENSSH PRIVATE KEY", "RSA PRIVATE KEY".
  let label: String
  /// "Proc-Type: 4,ENCRYPTED" and the like.
  let headers: [String]
  let base64: [UInt8]

  init(_ bytes: [UInt8]) throws(Malformed) {
    let lines = String(decoding: bytes, as: UTF8.self).split(whereSeparator: \.isNewline)
      .map { $0.trimmingWhitespace() }
    guard let begin = lines.firstIndex(where: { $0.hasPrefix("-----BEGIN ") }),
      lines[begin].hasSuffix("-----"), lines[begin].count > 16
    else { throw Malformed() }
    label = String(lines[begin].dropFirst(11).dropLast(5))
    guard label.hasSuffix("PRIVATE KEY"),
      let end = lines[begin...].firstIndex(of: "-----END \(label)-----")
    else { throw Malformed() }
    let body = lines[(begin + 1)..<end]
    headers = body.filter { $0.contains(":") }
    base64 = body.filter { !$0.contains(":") }.flatMap { Array($0.utf8) }
  }
}

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
    defer { for index in terminated.indices { terminated[index] = 0 } }
    guard let key = PKey(taking: PEM_read_bio_PrivateKey(input, nil, nil, &terminated)) else {
      throw passphrase.isEmpty ? .damaged : .wrongPassphrase
    }
    guard let publicKey = key.publicKey() else { throw .unsupported("keys of this type") }
    return SSHPrivateKey(publicKey: publicKey, key: key)
  }
}

extension StringProtocol {
  /// Without white space at both ends.
  func trimmingWhitespace() -> String {
    let start = self.drop(while: \.isWhitespace)
    return String(start.reversed().drop(while: \.isWhitespace).reversed())
  }
}
