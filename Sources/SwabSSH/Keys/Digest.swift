import CLibCrypto

/// The digests that keys and known_hosts need, made by libcrypto.
enum Digest {
  static func sha256(_ bytes: [UInt8]) -> [UInt8] { digest(bytes, EVP_sha256(), size: 32) }

  static func sha512(_ bytes: [UInt8]) -> [UInt8] { digest(bytes, EVP_sha512(), size: 64) }

  /// HMAC-SHA1, which OpenSSH hashes host names with.
  static func hmacSHA1(key: [UInt8], _ bytes: [UInt8]) -> [UInt8] {
    var result = [UInt8](repeating: 0, count: 20)
    let done = HMAC(EVP_sha1(), key, Int32(key.count), bytes, bytes.count, &result, nil)
    precondition(done != nil, "libcrypto has no HMAC-SHA1")
    return result
  }

  private static func digest(_ bytes: [UInt8], _ kind: OpaquePointer?, size: Int) -> [UInt8] {
    var result = [UInt8](repeating: 0, count: size)
    let done = EVP_Digest(bytes, bytes.count, &result, nil, kind, nil)
    precondition(done == 1, "libcrypto has no SHA-2")
    return result
  }
}
