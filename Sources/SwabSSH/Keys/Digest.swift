import CLibCrypto

/// The digests that keys need, made by libcrypto.
enum Digest {
  static func sha256(_ bytes: [UInt8]) -> [UInt8] { digest(bytes, EVP_sha256(), size: 32) }

  static func sha512(_ bytes: [UInt8]) -> [UInt8] { digest(bytes, EVP_sha512(), size: 64) }

  private static func digest(_ bytes: [UInt8], _ kind: OpaquePointer?, size: Int) -> [UInt8] {
    var result = [UInt8](repeating: 0, count: size)
    let done = EVP_Digest(bytes, bytes.count, &result, nil, kind, nil)
    precondition(done == 1, "libcrypto has no SHA-2")
    return result
  }
}
