extension EnvTable {
  /// A key's value as text, or nil if it is unset.
  func string(_ key: String) throws(FabfileError) -> String? {
    try read(key, "text", \.string)
  }

  /// A key's value as a whole number, or nil if it is unset.
  func int(_ key: String) throws(FabfileError) -> Int? {
    try read(key, "a whole number", \.int)
  }

  /// A key's value as a number, or nil if it is unset.
  func double(_ key: String) throws(FabfileError) -> Double? {
    try read(key, "a number", \.double)
  }

  /// The time that a key says in seconds, or nil if it is unset.
  func duration(_ key: String) throws(FabfileError) -> Duration? {
    try read(key, EnvKey.ValueType.seconds.description, \.duration)
  }

  /// A key's value as a truth value, or nil if it is unset.
  func bool(_ key: String) throws(FabfileError) -> Bool? {
    try read(key, "true or false", \.bool)
  }

  /// A key's value as a list, or nil if it is unset.
  func list(_ key: String) throws(FabfileError) -> [EnvValue]? {
    try read(key, "a list", \.list)
  }

  /// A key's value as a list of text, or nil if it is unset.
  func strings(_ key: String) throws(FabfileError) -> [String]? {
    try read(key, "a list of text") { value in
      guard let values = value.list else { return nil }
      let strings = values.compactMap(\.string)
      return strings.count == values.count ? strings : nil
    }
  }

  /// A key's value as a list of whole numbers, or nil if it is unset.
  func ints(_ key: String) throws(FabfileError) -> [Int]? {
    try read(key, "a list of whole numbers") { value in
      guard let values = value.list else { return nil }
      let numbers = values.compactMap(\.int)
      return numbers.count == values.count ? numbers : nil
    }
  }

  private func read<Value>(
    _ key: String,
    _ wanted: String,
    _ convert: (EnvValue) -> Value?
  ) throws(FabfileError) -> Value? {
    guard let value = try value(for: key), !value.isNull else { return nil }
    do throws(FabfileError) {
      // What a task sets or `!env` names was not checked when it was read.
      try EnvKey.check(value, for: key, isSecret: isSecret(key))
      if let converted = convert(value) { return converted }
      let found = isSecret(key) ? "" : ", not \(value.summary)"
      throw FabfileError("'\(key)' is to be \(wanted)\(found)")
    } catch {
      guard let entry = entry(for: key), entry.location == nil else {
        throw error.located(at: entry(for: key)?.location)
      }
      throw error.prefixed(with: "\(entry.origin)")
    }
  }
}

/// A line of `swab hosts --env`.
struct EnvRow: Sendable {
  var key: String
  /// The value as it may be shown, or what is wrong with it.
  var value: String
  var origin: EnvOrigin
  /// What roles of the host say that lost against this value, with where they say it.
  var disagreements: [(value: String, origin: EnvOrigin)]
}

extension EnvTable {
  /// Every key with its value and origin; secrets are masked.
  var rows: [EnvRow] {
    keys.compactMap { key in
      entry(for: key).map { entry in
        EnvRow(
          key: key,
          value: shown(entry, for: key),
          origin: entry.origin,
          disagreements: disagreements(on: key).map { (shown($0, for: key), $0.origin) }
        )
      }
    }
  }

  /// What roles of the host say about a key that lost against another role's value.
  func disagreements(on key: String) -> [EnvEntry] {
    guard let winner = layers.firstIndex(where: { $0[key] != nil }), roleRange.contains(winner),
      changes[key] == nil, let value = layers[winner][key].map(plain)
    else {
      return []
    }
    return layers[(winner + 1)..<roleRange.upperBound].compactMap { $0[key] }
      .filter { plain($0) != value }
  }

  /// Whether the value of a key is never shown.
  func isSecret(_ key: String) -> Bool {
    if SecretKeys.isSecret(key) { return true }
    return entry(for: key).map { isSecret($0, depth: 0) } ?? false
  }

  private func isSecret(_ entry: EnvEntry, depth: Int) -> Bool {
    if entry.isSecret { return true }
    // Deeper references are a cycle or a joke; better too much is hidden.
    guard depth < 16 else { return true }
    return entry.template.references.contains { key in
      if SecretKeys.isSecret(key) { return true }
      return self.entry(for: key).map { isSecret($0, depth: depth + 1) } ?? false
    }
  }

  private func shown(_ entry: EnvEntry, for key: String) -> String {
    guard !SecretKeys.isSecret(key), !isSecret(entry, depth: 0) else { return SecretKeys.mask }
    do {
      return try resolve(entry).masked(forKey: key).description
    } catch {
      return "(\(error.message))"
    }
  }

  private func plain(_ entry: EnvEntry) -> EnvValue? {
    try? resolve(entry)
  }
}

extension EnvTemplate {
  /// The keys that are named by `!env`.
  var references: [String] {
    switch self {
    case .value: []
    case .reference(let key, _): [key]
    case .list(let templates): templates.flatMap(\.references)
    case .map(let pairs): pairs.flatMap(\.template.references)
    }
  }
}

extension EnvTable: CustomStringConvertible {
  /// The keys and values, secrets masked.
  var description: String {
    rows.map { "\($0.key)=\($0.value)" }.joined(separator: " ")
  }
}
