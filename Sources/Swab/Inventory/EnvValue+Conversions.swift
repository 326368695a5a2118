import SwabYAML

extension EnvValue {
  /// The value as text, or nil if it is a list, a map or null.
  public var string: String? {
    switch self {
    case .null, .list, .map: nil
    case .bool(let value): "\(value)"
    case .int(let value): "\(value)"
    case .double(let value): "\(value)"
    case .string(let value): value
    }
  }

  /// The value as a whole number, or nil if it is none; the text `20` is one.
  public var int: Int? {
    switch self {
    case .int(let value): value
    case .double(let value): Int(exactly: value)
    case .string(let value): Self.decimal(value)
    case .null, .bool, .list, .map: nil
    }
  }

  /// The value as a number, or nil if it is none; the text `1.5` is one.
  public var double: Double? {
    switch self {
    case .int(let value): Double(value)
    case .double(let value): value
    case .string(let value): YAMLNumber.isFraction(value) ? Double(value) : nil
    case .null, .bool, .list, .map: nil
    }
  }

  /// The value as a time in seconds, or nil if it is none that a key takes.
  var duration: Duration? {
    EnvKey.ValueType.seconds.accepts(self) ? double.map { .seconds($0) } : nil
  }

  /// The value as a truth value, or nil if it is none; `yes`, `no`, `true`, `false`, `on`, `off`, 1
  /// and 0 are.
  public var bool: Bool? {
    switch self {
    case .bool(let value): return value
    case .int(1): return true
    case .int(0): return false
    case .string(let value):
      switch value.lowercased() {
      case "yes", "true", "on", "1": return true
      case "no", "false", "off", "0": return false
      default: return nil
      }
    default: return nil
    }
  }

  /// The value as a list: of text, its parts between commas; of a single value, a list of it.
  ///
  /// Nil if it is a map or null. Commas within brackets divide nothing, so that the range `db[1,3]`
  /// stays whole.
  public var list: [EnvValue]? {
    switch self {
    case .list(let values): values
    case .string(let value): HostRange.split(value).map { .string($0) }
    case .bool, .int, .double: [self]
    case .null, .map: nil
    }
  }

  /// The value as a map, or nil if it is none.
  public var map: EnvMap? {
    guard case .map(let map) = self else { return nil }
    return map
  }

  /// Whether this is null.
  public var isNull: Bool { self == .null }

  /// A plain decimal number; what other languages call one (`0x10`, `1_000`, `1e3`, `010`) is not.
  static func decimal(_ text: String) -> Int? {
    YAMLNumber.isDecimal(text) ? Int(text) : nil
  }
}
