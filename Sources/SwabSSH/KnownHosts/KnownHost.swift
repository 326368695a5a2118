/// What known_hosts says of one host, looked up once for all that is asked about it.
public struct KnownHost: Sendable {
  /// A line that decided something.
  struct Line: Sendable, Hashable {
    var file: String
    /// Counted from 1.
    var number: Int
    var key: SSHPublicKey
    /// Whether `ssh-keygen -R` finds it: not by a pattern that other hosts share.
    var isRemovable: Bool
  }

  /// What is known of a host's key.
  enum Finding: Sendable, Hashable {
    case match
    case unknown
    case changed(Line)
    case revoked(Line)
  }

  /// The name or address that it was looked up by.
  public let address: String
  /// Its port.
  public let port: Int
  /// The host key algorithms to ask the server for first, those of the keys on record.
  ///
  /// Otherwise a server could show a key of a type nobody has recorded, and an old friend would
  /// look like a stranger.
  public var algorithms: [String] = []
  /// The lines that name it, in the files' order.
  private let entries: [KnownHostsEntry]
  /// The lines that name it without its port, where no other line has a key of it.
  private let bareEntries: [KnownHostsEntry]

  init(
    address: String,
    port: Int,
    entries: [KnownHostsEntry] = [],
    bareEntries: [KnownHostsEntry] = []
  ) {
    (self.address, self.port) = (address, port)
    (self.entries, self.bareEntries) = (entries, bareEntries)
    for key in Self.keys(entries) + Self.keys(bareEntries) { ask(for: key) }
  }

  /// How known_hosts calls it: in lower case, with the port if it isn't 22.
  public var name: String { KnownHosts.name(address: address, port: port) }

  /// Has the server asked for a key of this type as well.
  mutating func ask(for key: SSHPublicKey) {
    for algorithm in key.hostKeyAlgorithms where !algorithms.contains(algorithm) {
      algorithms.append(algorithm)
    }
  }

  /// Judges the key that the host showed, as OpenSSH does, certificates aside: if its key isn't
  /// listed, but another one is, whatever its type, it has changed its key.
  ///
  /// A host at a port of its own may also be known by its bare name.
  func find(_ key: SSHPublicKey) -> Finding {
    let finding = Self.find(key, in: entries)
    guard finding == .unknown else { return finding }
    switch Self.find(key, in: bareEntries) {
    case .match: return .match
    case .revoked(let line): return .revoked(line)
    case .unknown, .changed: return .unknown
    }
  }

  private static func find(_ key: SSHPublicKey, in entries: [KnownHostsEntry]) -> Finding {
    var finding = Finding.unknown
    for entry in entries {
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

  /// The lines of a host that showed a key of another type for no fault of its own: none of its
  /// keys on record is one that can be asked for by `algorithms`.
  func unverifiable(by algorithms: [String], shown: SSHPublicKey) -> [Line] {
    let recorded = entries.filter { $0.marker == .none }
    let mayHaveBeenAskedFor = recorded.contains { entry in
      entry.key.type == shown.type || entry.key.algorithms.contains(where: algorithms.contains)
    }
    return mayHaveBeenAskedFor ? [] : recorded.map(Line.init)
  }

  static func keys(_ entries: [KnownHostsEntry]) -> [SSHPublicKey] {
    entries.filter { $0.marker == .none }.map(\.key)
  }
}

extension KnownHost.Line {
  init(_ entry: KnownHostsEntry) {
    (file, number, key) = (entry.file, entry.line, entry.key)
    isRemovable = entry.names.isLiteral
  }
}
