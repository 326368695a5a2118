import OrderedCollections
import SwabYAML

/// The effective env of a host: levels over each other, of which the highest that has a key wins.
///
/// A copy costs nothing, and what is set in one is never seen in another. The levels themselves are
/// shared between all hosts that have them.
struct EnvTable: Sendable {
  /// What tasks set, which wins over everything.
  var changes = EnvLayer()
  /// The highest first.
  let layers: [EnvLayer]
  /// Those of the layers that are the env of a role.
  let roleRange: Range<Int>

  /// Puts levels over each other.
  ///
  /// - Parameters:
  ///   - layers: The levels, lowest first.
  ///   - roleRange: Those of them that are the env of a role.
  init(lowestFirst layers: [EnvLayer], roles roleRange: Range<Int> = 0..<0) {
    self.layers = layers.reversed()
    self.roleRange =
      (layers.count - roleRange.upperBound)..<(layers.count - roleRange.lowerBound)
  }
}

extension EnvTable {
  /// What is said of a key at the highest level that says something.
  func entry(for key: String) -> EnvEntry? {
    if let entry = changes[key] { return entry }
    for layer in layers {
      if let entry = layer[key] { return entry }
    }
    return nil
  }

  /// The value of a key, or nil if it is unset.
  ///
  /// - Throws: An error with the place, if the value is `!env` of a key that is unset.
  func value(for key: String) throws(FabfileError) -> EnvValue? {
    var path: [String] = []
    return try value(for: key, path: &path)
  }

  /// Sets a key for this copy.
  mutating func set(_ key: String, to value: EnvValue, origin: EnvOrigin) {
    changes.set(key, to: value, origin: origin)
  }

  /// Sets all keys of a layer for this copy.
  mutating func set(_ layer: EnvLayer) {
    for (key, entry) in layer.entries { changes[key] = entry }
  }

  /// Every key that is set: those of the file in its order, then swab's own.
  var keys: [String] {
    var keys: OrderedSet<String> = []
    for layer in [changes] + layers { keys.formUnion(layer.entries.keys) }
    return keys.elements
  }

  /// A value that comes from elsewhere (a `docker_clients` entry), with `!env` put in.
  func resolve(_ entry: EnvEntry) throws(FabfileError) -> EnvValue {
    var path: [String] = []
    return try resolve(entry.template, of: entry, path: &path)
  }
}

extension EnvTable {
  /// Refuses an `!env` that names nothing; with `!env_lazy`, a task may still set it.
  func checkReferences() throws(FabfileError) {
    for key in keys {
      guard let entry = entry(for: key), entry.template.hasReference else { continue }
      _ = try value(for: key)
    }
  }
}

extension EnvTemplate {
  /// Whether `!env` is in it, and nothing that is read later.
  fileprivate var hasReference: Bool {
    var (has, isLate) = (false, false)
    func look(at template: EnvTemplate) {
      switch template {
      case .value: break
      case .reference(_, let isLazy): if isLazy { isLate = true } else { has = true }
      case .list(let templates): templates.forEach(look)
      case .map(let pairs): pairs.forEach { look(at: $0.template) }
      }
    }
    look(at: self)
    return has && !isLate
  }
}

extension EnvTable {
  private func value(for key: String, path: inout [String]) throws(FabfileError) -> EnvValue? {
    guard let entry = entry(for: key) else { return nil }
    guard case .value(let value) = entry.template else {
      path.append(key)
      defer { path.removeLast() }
      return try resolve(entry.template, of: entry, path: &path)
    }
    return value
  }

  private func resolve(
    _ template: EnvTemplate,
    of entry: EnvEntry,
    path: inout [String]
  ) throws(FabfileError) -> EnvValue {
    switch template {
    case .value(let value):
      return value
    case .list(let templates):
      var values: [EnvValue] = []
      for template in templates { values.append(try resolve(template, of: entry, path: &path)) }
      return .list(values)
    case .map(let pairs):
      var map = EnvMap()
      for pair in pairs { map[pair.key] = try resolve(pair.template, of: entry, path: &path) }
      return .map(map)
    case .reference(let key, isLazy: false):
      // What a task has set since came after it.
      var table = self
      table.changes = EnvLayer()
      return try table.reference(key, "!env", of: entry, path: &path)
    case .reference(let key, isLazy: true):
      return try reference(key, "!env_lazy", of: entry, path: &path)
    }
  }

  private func reference(
    _ key: String,
    _ tag: String,
    of entry: EnvEntry,
    path: inout [String]
  ) throws(FabfileError) -> EnvValue {
    if let start = path.firstIndex(of: key) {
      let cycle = (path[start...] + [key]).joined(separator: " -> ")
      throw FabfileError("\(tag) \(key) stands for itself: \(cycle)", at: entry.location)
    }
    if let value = try value(for: key, path: &path) { return value }
    throw FabfileError(
      "\(tag) \(key): there is no '\(key)' in this host's env",
      at: entry.location,
      hint: NearestName.hint(for: key, among: keys)
    )
  }
}
