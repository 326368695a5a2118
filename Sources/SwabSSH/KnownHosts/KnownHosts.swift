/// What the known_hosts files say.
///
/// A matcher of our own: libssh2's knows neither wildcards nor markers.
struct KnownHosts: Sendable {
  private var entries: [KnownHostsEntry] = []
  /// Entries by literal name, so that a thousand hosts don't search a thousand lines each.
  private var literals: [String: [Int]] = [:]
  /// Names with wildcards, which have to be tried one by one, and their entries.
  private var patterns: [(names: [HostPattern], entry: Int)] = []
  /// Names that are hashed, which have to be tried one by one too, and their entries.
  private var hashes: [(name: HashedName, entry: Int)] = []

  /// Whether looking a host up takes so long that an event loop shouldn't wait for it: each hashed
  /// name takes a fifth of a microsecond.
  var isSlow: Bool { hashes.count > 200 }

  /// How known_hosts calls a host: in lower case, with the port if it isn't 22.
  static func name(address: String, port: Int) -> String {
    port == 22 ? address.lowercased() : "[\(address.lowercased())]:\(port)"
  }

  /// Adds the lines of a file.
  mutating func add(_ bytes: [UInt8], file: String) {
    let lines = bytes.split(separator: UInt8(ascii: "\n"), omittingEmptySubsequences: false)
    for (index, line) in lines.enumerated() where !line.isEmpty {
      let text = String(decoding: line, as: UTF8.self)[...]
      guard let entry = KnownHostsEntry(text, file: file, line: index + 1) else { continue }
      switch entry.names {
      case .hashed(let name): hashes.append((name, entries.count))
      case .patterns(let names) where names.allSatisfy(\.isLiteral):
        for name in names {
          literals[String(decoding: name.text, as: UTF8.self), default: []].append(entries.count)
        }
      case .patterns(let names): patterns.append((names, entries.count))
      }
      entries.append(entry)
    }
  }

  /// Looks a host up.
  ///
  /// A host at a port of its own that no line has a key of may also be known by its bare name, as
  /// OpenSSH allows.
  func host(address: String, port: Int) -> KnownHost {
    let own = entries(for: Self.name(address: address, port: port))
    let needsBareName = port != 22 && KnownHost.keys(own).isEmpty
    return KnownHost(
      address: address,
      port: port,
      entries: own,
      bareEntries: needsBareName ? entries(for: Self.name(address: address, port: 22)) : []
    )
  }

  /// The entries that speak of a host, in the files' order.
  private func entries(for name: String) -> [KnownHostsEntry] {
    let bytes = Array(name.utf8)
    var found = literals[name, default: []]
    for pattern in patterns where pattern.names.match(name) { found.append(pattern.entry) }
    for hash in hashes where hash.name.matches(bytes) { found.append(hash.entry) }
    return found.sorted().map { entries[$0] }
  }
}
