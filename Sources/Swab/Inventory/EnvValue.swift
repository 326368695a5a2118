/// A value of `env`: what YAML can write, and what a task may set.
public indirect enum EnvValue: Sendable, Hashable {
  /// Nothing; a key may be set to it, to undo what a lower level says.
  case null
  /// A truth value.
  case bool(Bool)
  /// A whole number.
  case int(Int)
  /// A number with a fraction. Only code makes these: in fabfile.yml, `1.10` stays as written.
  case double(Double)
  /// Text.
  case string(String)
  /// Values in order.
  case list([EnvValue])
  /// Values by name.
  case map(EnvMap)
}

extension EnvValue: ExpressibleByNilLiteral, ExpressibleByBooleanLiteral,
  ExpressibleByIntegerLiteral, ExpressibleByFloatLiteral, ExpressibleByStringInterpolation,
  ExpressibleByArrayLiteral, ExpressibleByDictionaryLiteral
{
  /// Nothing.
  public init(nilLiteral: ()) { self = .null }
  /// A truth value.
  public init(booleanLiteral value: Bool) { self = .bool(value) }
  /// A whole number.
  public init(integerLiteral value: Int) { self = .int(value) }
  /// A number with a fraction.
  public init(floatLiteral value: Double) { self = .double(value) }
  /// Text.
  public init(stringLiteral value: String) { self = .string(value) }
  /// Values in order.
  public init(arrayLiteral elements: EnvValue...) { self = .list(elements) }
  /// Values by name; of a name that is there twice, the last one.
  public init(dictionaryLiteral elements: (String, EnvValue)...) { self = .map(EnvMap(elements)) }
}

extension EnvValue: CustomStringConvertible {
  /// The value as one would write it in a line of YAML; secrets in maps are masked.
  public var description: String {
    switch self {
    case .null: "null"
    case .bool(let value): "\(value)"
    case .int(let value): "\(value)"
    case .double(let value): "\(value)"
    case .string(let value): value
    case .list(let values): "[" + values.map(\.description).joined(separator: ", ") + "]"
    case .map(let map):
      "{"
        + map.map { "\($0.key): \($0.value.masked(forKey: $0.key))" }.joined(separator: ", ")
        + "}"
    }
  }

  /// The value as it may be shown under a key: a secret is replaced by a mask.
  func masked(forKey key: String) -> EnvValue {
    guard !SecretKeys.isSecret(key) else { return .string(SecretKeys.mask) }
    switch self {
    case .list(let values): return .list(values.map { $0.masked(forKey: key) })
    case .map(let map): return .map(EnvMap(map.map { ($0.key, $0.value.masked(forKey: $0.key)) }))
    default: return self
    }
  }
}

/// Values by name, in the order in which they were written.
public struct EnvMap: Sendable {
  private var entries: [(key: String, value: EnvValue)] = []
}

extension EnvMap {
  /// Puts a map together; of a name that is there twice, the last value counts.
  public init(_ pairs: some Sequence<(String, EnvValue)>) {
    for (key, value) in pairs { self[key] = value }
  }

  /// The names, in order.
  public var keys: [String] { entries.map(\.key) }

  /// The value of a name, or nil if there is none; set nil to remove it.
  public subscript(key: String) -> EnvValue? {
    get { entries.first { $0.key == key }?.value }
    set {
      let index = entries.firstIndex { $0.key == key }
      switch (index, newValue) {
      case (let index?, let value?): entries[index].value = value
      case (let index?, nil): entries.remove(at: index)
      case (nil, let value?): entries.append((key, value))
      case (nil, nil): break
      }
    }
  }
}

extension EnvMap: RandomAccessCollection {
  /// The position of the first pair.
  public var startIndex: Int { entries.startIndex }
  /// The position behind the last pair.
  public var endIndex: Int { entries.endIndex }
  /// The pair at a position.
  public subscript(position: Int) -> (key: String, value: EnvValue) { entries[position] }
}

extension EnvMap: Hashable {
  /// Whether two maps have the same values by name, in whatever order.
  public static func == (first: EnvMap, second: EnvMap) -> Bool {
    first.count == second.count && first.allSatisfy { second[$0.key] == $0.value }
  }

  /// Hashes the names and values, whatever their order.
  public func hash(into hasher: inout Hasher) {
    hasher.combine(count)
    hasher.combine(keys.sorted())
  }
}

extension EnvMap: ExpressibleByDictionaryLiteral {
  /// Values by name; of a name that is there twice, the last one.
  public init(dictionaryLiteral elements: (String, EnvValue)...) { self.init(elements) }
}
