import CLibCrypto

/// A private key, unlocked: libcrypto's object, which never leaves this type, and its public half.
public final class SSHPrivateKey: Sendable, CustomStringConvertible {
  /// The public half.
  public let publicKey: SSHPublicKey

  private let key: PKey

  init(publicKey: SSHPublicKey, key: consuming PKey) {
    self.publicKey = publicKey
    self.key = key
  }

  /// The kind and fingerprint; nothing of the secret.
  public var description: String { "\(publicKey.kind) \(publicKey.fingerprint)" }

  /// Signs as SSH wants it (RFC 4253 §6.6, 5656 §3.1.2, 8332, 8709).
  ///
  /// - Parameters:
  ///   - data: What to sign; it is hashed here.
  ///   - algorithm: One of the public key's ``SSHPublicKey/algorithms``.
  /// - Returns: What stands after string(algorithm) in an SSH signature.
  /// - Throws: ``SSHError`` with `badKey` if the key can't sign with this algorithm.
  public func sign(_ data: [UInt8], algorithm: String) throws(SSHError) -> [UInt8] {
    let digest: OpaquePointer? =
      switch algorithm {
      case "ssh-ed25519": nil
      case "rsa-sha2-256", "ecdsa-sha2-nistp256": EVP_sha256()
      case "ecdsa-sha2-nistp384": EVP_sha384()
      default: EVP_sha512()
      }
    guard publicKey.algorithms.contains(algorithm), let signature = key.sign(data, digest: digest)
    else {
      throw SSHError(.badKey, "key \(self) can't sign with \(algorithm)")
    }
    guard algorithm.hasPrefix("ecdsa-") else { return signature }
    guard let (r, s) = DER.integerPair(signature) else {
      throw SSHError(.badKey, "key \(self) gave a signature that isn't one")
    }
    var writer = SSHWireWriter()
    writer.write(magnitude: r)
    writer.write(magnitude: s)
    return writer.bytes
  }
}

/// The one form of DER that is met here: an ECDSA signature, SEQUENCE { INTEGER r, INTEGER s }.
enum DER {
  static func integerPair(_ bytes: [UInt8]) -> ([UInt8], [UInt8])? {
    var rest = bytes[...]
    guard let body = element(0x30, &rest), rest.isEmpty else { return nil }
    var inner = body
    guard let r = element(0x02, &inner), let s = element(0x02, &inner), inner.isEmpty else {
      return nil
    }
    return (Array(r), Array(s))
  }

  private static func element(_ tag: UInt8, _ rest: inout ArraySlice<UInt8>) -> ArraySlice<UInt8>? {
    guard rest.popFirst() == tag, var count = rest.popFirst().map(Int.init) else { return nil }
    if count == 0x81 {
      guard let long = rest.popFirst() else { return nil }
      count = Int(long)
    } else if count > 0x7f {
      return nil
    }
    guard count <= rest.count else { return nil }
    defer { rest = rest.dropFirst(count) }
    return rest.prefix(count)
  }
}
