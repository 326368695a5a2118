import CLibCrypto

/// The container that ssh-keygen writes: openssh-key-v1 (OpenSSH's PROTOCOL.key).
///
/// Its public half stands in the clear, so that a key can be offered without its passphrase.
struct OpenSSHKeyFormat: Sendable {
  static let beginLine = "-----BEGIN OPENSSH PRIVATE KEY-----"
  private static let magic = Array("openssh-key-v1\0".utf8)

  let publicKey: SSHPublicKey
  private let cipher: String
  private let salt: [UInt8]
  private let rounds: Int
  private let section: [UInt8]
  /// What follows the private section: the tag of an authenticating cipher.
  private let tag: [UInt8]

  var isEncrypted: Bool { cipher != "none" }

  enum Failure: Error {
    case wrongPassphrase
    case unsupported(String)
    case damaged
  }

  /// Reads the container from the Base64 between the BEGIN and END lines.
  init(base64 text: [UInt8]) throws(Failure) {
    guard let bytes = Base64.decode(text), bytes.starts(with: Self.magic) else { throw .damaged }
    var reader = SSHWireReader(bytes.dropFirst(Self.magic.count))
    guard let cipher = reader.text(), let kdf = reader.text(), let options = reader.string(),
      let count = reader.uint32(), let blob = reader.string(), let section = reader.string(),
      let publicKey = SSHPublicKey(blob: blob)
    else { throw .damaged }
    guard count == 1 else { throw .unsupported("\(count) keys in one file") }
    self.cipher = cipher
    self.publicKey = publicKey
    self.section = section
    tag = reader.remaining
    switch kdf {
    case "none": (salt, rounds) = ([], 0)
    case "bcrypt":
      var reader = SSHWireReader(options)
      guard let salt = reader.string(), let rounds = reader.uint32() else { throw .damaged }
      (self.salt, self.rounds) = (salt, Int(rounds))
    default: throw .unsupported("key derivation \(kdf)")
    }
  }

  /// Decrypts the private section and makes the key.
  func unlock(passphrase: [UInt8]) throws(Failure) -> SSHPrivateKey {
    var reader = SSHWireReader(isEncrypted ? try decrypt(passphrase) : section)
    guard let first = reader.uint32(), let second = reader.uint32(), first == second else {
      throw isEncrypted ? .wrongPassphrase : .damaged
    }
    guard let type = reader.text(), type == publicKey.type else { throw .damaged }
    return SSHPrivateKey(publicKey: publicKey, key: try Self.key(ofType: type, &reader))
  }

  private static func key(
    ofType type: String,
    _ reader: inout SSHWireReader
  ) throws(Failure) -> PKey {
    let key: PKey?
    switch type {
    case "ssh-ed25519":
      guard reader.string() != nil, let both = reader.string() else { throw .damaged }
      key = .ed25519(seed: Array(both.prefix(32)))
    case "ssh-rsa":
      guard let n = reader.magnitude(), let e = reader.magnitude(), let d = reader.magnitude(),
        let inverse = reader.magnitude(), let p = reader.magnitude(), let q = reader.magnitude()
      else { throw .damaged }
      key = .rsa(PKey.RSANumbers(n: n, e: e, d: d, inverse: inverse, p: p, q: q))
    case "ecdsa-sha2-nistp256", "ecdsa-sha2-nistp384", "ecdsa-sha2-nistp521":
      guard let curve = reader.text(), let point = reader.string(), let scalar = reader.magnitude()
      else { throw .damaged }
      key = .ecdsa(curve: curve.replacingNISTName, point: point, scalar: scalar)
    default: throw .unsupported("keys of type \(type)")
    }
    guard let key else { throw .damaged }
    return key
  }

  private func decrypt(_ passphrase: [UInt8]) throws(Failure) -> [UInt8] {
    guard let cipher = Cipher(name: cipher) else { throw .unsupported("cipher \(self.cipher)") }
    guard !passphrase.isEmpty else { throw .wrongPassphrase }
    let needed = cipher.keySize + cipher.vectorSize
    // ssh-keygen's default is 16 or 24 rounds; -a 1000 takes seconds. More is nobody's wish.
    guard rounds <= 100_000, section.count.isMultiple(of: 8),
      let derived = BcryptKDF.derive(
        passphrase: passphrase,
        salt: salt,
        rounds: rounds,
        count: needed
      )
    else { throw .damaged }
    return try cipher.decrypt(section, tag: tag, derived)
  }

  /// A cipher of libcrypto's, by the name it has in key files.
  private struct Cipher {
    let raw: OpaquePointer?
    let keySize: Int
    let vectorSize: Int
    let authenticates: Bool

    init?(name: String) {
      let raw: OpaquePointer? =
        switch name {
        case "aes128-ctr": EVP_aes_128_ctr()
        case "aes192-ctr": EVP_aes_192_ctr()
        case "aes256-ctr": EVP_aes_256_ctr()
        case "aes128-cbc": EVP_aes_128_cbc()
        case "aes192-cbc": EVP_aes_192_cbc()
        case "aes256-cbc": EVP_aes_256_cbc()
        case "aes128-gcm@openssh.com": EVP_aes_128_gcm()
        case "aes256-gcm@openssh.com": EVP_aes_256_gcm()
        case "3des-cbc": EVP_des_ede3_cbc()
        default: nil
        }
      guard let raw else { return nil }
      self.raw = raw
      keySize = Int(EVP_CIPHER_get_key_length(raw))
      vectorSize = Int(EVP_CIPHER_get_iv_length(raw))
      authenticates = name.contains("gcm")
    }

    func decrypt(
      _ bytes: [UInt8],
      tag: [UInt8],
      _ derived: [UInt8]
    ) throws(Failure) -> [UInt8] {
      let context = EVP_CIPHER_CTX_new()
      defer { EVP_CIPHER_CTX_free(context) }
      var plain = [UInt8](repeating: 0, count: bytes.count + 16)
      var (count, rest) = (Int32(0), Int32(0))
      let (key, vector) = (Array(derived[..<keySize]), Array(derived[keySize...]))
      guard EVP_DecryptInit_ex(context, raw, nil, key, vector) == 1,
        EVP_CIPHER_CTX_set_padding(context, 0) == 1,
        EVP_DecryptUpdate(context, &plain, &count, bytes, Int32(bytes.count)) == 1
      else { throw .damaged }
      guard authenticates else { return Array(plain.prefix(Int(count))) }
      var expected = tag
      guard tag.count == 16, swab_set_gcm_tag(context, 16, &expected) == 1,
        EVP_DecryptFinal_ex(context, nil, &rest) == 1
      else { throw .wrongPassphrase }
      return Array(plain.prefix(Int(count)))
    }
  }
}

extension String {
  /// libcrypto's name of a curve that SSH calls "nistp256": "P-256".
  fileprivate var replacingNISTName: String {
    hasPrefix("nistp") ? "P-" + dropFirst("nistp".count) : self
  }
}
