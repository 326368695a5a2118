import CLibCrypto

/// A name that known_hosts has salted and hashed (`|1|salt|hash`, HMAC-SHA1), so that the file
/// doesn't tell where its owner goes.
struct HashedName: Sendable {
  /// OpenSSH's salts are as long as the hashes.
  private static let size = 20

  /// SHA-1 with the salt already in it, as each host of a run is tried on each hashed name.
  private let salted: swab_hmac_sha1
  private let hash: [UInt8]

  /// Reads what stands in the place of names; `nil` if it isn't a hashed name.
  init?(_ field: Substring) {
    let parts = field.split(separator: "|", omittingEmptySubsequences: false)
    guard parts.count == 4, parts[0].isEmpty, parts[1] == "1",
      let salt = Base64.decode(Array(parts[2].utf8)), salt.count == Self.size,
      let hash = Base64.decode(Array(parts[3].utf8)), hash.count == Self.size
    else { return nil }
    salted = swab_hmac_sha1_begin(salt, salt.count)
    self.hash = hash
  }

  /// Whether it stands for a name, given as known_hosts writes names.
  func matches(_ name: [UInt8]) -> Bool {
    var salted = salted
    return hash.withUnsafeBufferPointer { hash in
      swab_hmac_sha1_equals(&salted, name, name.count, hash.baseAddress)
    }
  }

  /// What to write in the place of a name.
  static func field(for name: String) -> String {
    var random = SystemRandomNumberGenerator()
    let salt = (0..<size).map { _ in UInt8.random(in: .min ... .max, using: &random) }
    var salted = swab_hmac_sha1_begin(salt, salt.count)
    var hash = [UInt8](repeating: 0, count: size)
    let bytes = Array(name.utf8)
    swab_hmac_sha1_finish(&salted, bytes, bytes.count, &hash)
    return "|1|\(Base64.encode(salt))|\(Base64.encode(hash))"
  }
}
