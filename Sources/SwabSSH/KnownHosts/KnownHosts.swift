/// What the known_hosts files say.
///
/// A matcher of our own: libssh2's knows neither wildcards nor markers. It judges as OpenSSH does,
/// certificates aside: a host whose key isn't listed, but another one is, whatever its type, has
/// changed its key.
public struct KnownHosts: Sendable {
  /// A line that decided something.
  public struct Line: Sendable, Hashable {
    /// The file.
    public var file: String
    /// The line's number, from 1.
    public var number: Int
    /// The key on it.
    public var key: SSHPublicKey
    /// Whether `ssh-keygen -R` finds it: not by a pattern that other hosts share.
    public var isRemovable: Bool
  }

  /// What is known of a host's key.
  public enum Finding: Sendable, Hashable {
    case match
    case unknown
    case changed(Line)
    case revoked(Line)
  }

  private var entries: [KnownHostsEntry] = []
  /// Entries by literal name, so that a thousand hosts don't search a thousand lines each.
  private var indexes: [String: [Int]] = [:]
  /// Entries that have to be tried one by one: patterns and hashes.
  private var unindexed: [Int] = []

  /// Nothing known yet.
  public init() {}

  /// How known_hosts calls a host: in lower case, with the port if it isn't 22.
  public static func name(address: String, port: Int) -> String {
    port == 22 ? address.lowercased() : "[\(address.lowercased())]:\(port)"
  }

  /// Adds the lines of a file.
  mutating func add(_ bytes: [UInt8], file: String) {
    let lines = bytes.split(separator: UInt8(ascii: "\n"), omittingEmptySubsequences: false)
    for (index, line) in lines.enumerated() where !line.isEmpty {
      let text = String(decoding: line, as: UTF8.self)[...]
      guard let entry = KnownHostsEntry(text, file: file, line: index + 1) else { continue }
      let literals = entry.names.literals
      for name in literals ?? [] { indexes[name, default: []].append(entries.count) }
      if literals == nil { unindexed.append(entries.count) }
      entries.append(entry)
    }
  }

  /// Judges the key that a host showed.
  ///
  /// A host at a port of its own may also be known by its bare name, as OpenSSH allows.
  public func find(_ key: SSHPublicKey, address: String, port: Int) -> Finding {
    let finding = find(key, name: Self.name(address: address, port: port))
    guard finding == .unknown, port != 22 else { return finding }
    switch find(key, name: Self.name(address: address, port: 22)) {
    case .match: return .match
    case .revoked(let line): return .revoked(line)
    case .unknown, .changed: return .unknown
    }
  }

  private func find(_ key: SSHPublicKey, name: String) -> Finding {
    var finding = Finding.unknown
    for entry in entries(for: name) {
      switch (entry.marker, entry.key == key) {
      case (.revoked, true): return .revoked(Line(entry))
      case (.none, true): finding = .match
      case (.none, false):
        // The first line with a key of the same type tells most, else the first at all.
        if case .match = finding { continue }
        if case .changed(let line) = finding,
          line.key.type == key.type || entry.key.type != key.type
        {
          continue
        }
        finding = .changed(Line(entry))
      default: continue
      }
    }
    return finding
  }

  /// The types of a host's known keys, to be asked for first: any other would look like a change.
  public func knownKeyTypes(address: String, port: Int) -> [String] {
    let own = keyTypes(name: Self.name(address: address, port: port))
    return own.isEmpty && port != 22 ? keyTypes(name: Self.name(address: address, port: 22)) : own
  }

  private func keyTypes(name: String) -> [String] {
    var types: [String] = []
    for entry in entries(for: name) where entry.marker == .none {
      if !types.contains(entry.key.type) { types.append(entry.key.type) }
    }
    return types
  }

  /// The entries that speak of a host, in the files' order.
  private func entries(for name: String) -> [KnownHostsEntry] {
    let others = unindexed.filter { entries[$0].names(name) }
    return (indexes[name, default: []] + others).sorted().map { entries[$0] }
  }
}

extension KnownHosts.Line {
  init(_ entry: KnownHostsEntry) {
    (file, number, key) = (entry.file, entry.line, entry.key)
    if case .patterns(let patterns) = entry.names {
      isRemovable = patterns.allSatisfy(\.isLiteral)
    } else {
      isRemovable = true
    }
  }
}
