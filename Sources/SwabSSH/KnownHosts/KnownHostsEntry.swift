/// One usable line of a known_hosts file.
struct KnownHostsEntry: Sendable {
  enum Marker: Sendable { case none, revoked, certificateAuthority }

  enum Names: Sendable {
    /// Patterns, one of which has to match.
    case patterns([HostPattern])
    case hashed(HashedName)
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
}

extension KnownHostsEntry.Names {
  init?(_ field: Substring) {
    guard field.hasPrefix("|") else {
      self = .patterns(field.split(separator: ",").map { HostPattern($0.lowercased()) })
      return
    }
    guard let name = HashedName(field) else { return nil }
    self = .hashed(name)
  }

  /// Whether it names hosts one by one, and none by a pattern.
  var isLiteral: Bool {
    switch self {
    case .patterns(let patterns): patterns.allSatisfy(\.isLiteral)
    case .hashed: true
    }
  }
}
