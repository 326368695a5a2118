/// One usable line of a known_hosts file.
struct KnownHostsEntry: Sendable {
  enum Marker: Sendable { case none, revoked, certificateAuthority }

  enum Names: Sendable {
    /// Patterns, one of which has to match.
    case patterns([HostPattern])
    /// One name, salted and hashed, so that the file doesn't tell where its owner goes.
    case hashed(salt: [UInt8], hash: [UInt8])
  }

  var marker: Marker
  var names: Names
  var key: SSHPublicKey
  /// Where it stands.
  var file: String
  var line: Int

  /// Reads a line; `nil` for comments, empty lines and all that isn't an entry, as ssh does.
  init?(_ text: Substring, file: String, line: Int) {
    var fields = text.split(maxSplits: 4, whereSeparator: \.isWhitespace)
    guard let first = fields.first, !first.hasPrefix("#") else { return nil }
    switch first {
    case "@revoked": marker = .revoked
    case "@cert-authority": marker = .certificateAuthority
    case _ where first.hasPrefix("@"): return nil
    default: marker = .none
    }
    if marker != .none { fields.removeFirst() }
    guard fields.count >= 3, let names = Names(fields[0]),
      let blob = Base64.decode(Array(fields[2].utf8)), let key = SSHPublicKey(blob: blob),
      key.type == fields[1]
    else { return nil }
    (self.names, self.key) = (names, key)
    (self.file, self.line) = (file, line)
  }

  /// Whether it speaks of a host, given as known_hosts writes names: lower case, [host]:port.
  func names(_ host: String) -> Bool {
    switch names {
    case .patterns(let patterns): patterns.match(host)
    case .hashed(let salt, let hash): Digest.hmacSHA1(key: salt, Array(host.utf8)) == hash
    }
  }
}

extension KnownHostsEntry.Names {
  init?(_ field: Substring) {
    guard field.hasPrefix("|") else {
      self = .patterns(field.split(separator: ",").map { HostPattern($0.lowercased()) })
      return
    }
    let parts = field.split(separator: "|", omittingEmptySubsequences: false)
    guard parts.count == 4, parts[1] == "1", let salt = Base64.decode(Array(parts[2].utf8)),
      let hash = Base64.decode(Array(parts[3].utf8)), hash.count == 20
    else { return nil }
    self = .hashed(salt: salt, hash: hash)
  }

  /// The names themselves, where it consists of nothing else.
  var literals: [String]? {
    guard case .patterns(let patterns) = self, patterns.allSatisfy(\.isLiteral) else { return nil }
    return patterns.map { String(decoding: $0.text, as: UTF8.self) }
  }
}
