/// A JSON value as the engine sent it.
///
/// The typed answers are views of one, so whatever an engine newer than this library says is still
/// there, in `raw`.
public enum JSONValue: Sendable {
  /// The literal `null`.
  case null
  /// The literals `true` and `false`.
  case bool(Bool)
  /// A whole number.
  case integer(Int)
  /// A number with a fraction or an exponent.
  case double(Double)
  /// A whole number that an `Int` cannot hold, as it was written: rounding it would change it.
  case bigInteger(String)
  /// A text.
  case string(String)
  /// A list.
  case array([JSONValue])
  /// An object.
  case object(JSONObject)
}

extension JSONValue {
  /// The text, if this is one.
  public var string: String? {
    guard case .string(let value) = self else { return nil }
    return value
  }

  /// The whole number, if this is one that an `Int` holds.
  public var int: Int? {
    guard case .integer(let value) = self else { return nil }
    return value
  }

  /// The number, whole or not.
  public var double: Double? {
    switch self {
    case .integer(let value): Double(value)
    case .double(let value): value
    case .bigInteger(let text): Double(text)
    default: nil
    }
  }

  /// The truth value, if this is one.
  public var bool: Bool? {
    guard case .bool(let value) = self else { return nil }
    return value
  }

  /// The list, if this is one.
  public var array: [JSONValue]? {
    guard case .array(let value) = self else { return nil }
    return value
  }

  /// The object, if this is one.
  public var object: JSONObject? {
    guard case .object(let value) = self else { return nil }
    return value
  }

  /// Whether this is the literal `null`.
  public var isNull: Bool {
    guard case .null = self else { return false }
    return true
  }

  /// A member of an object; nothing for any other value, which becomes an object if one is set.
  public subscript(key: String) -> JSONValue? {
    get { object?[key] }
    set {
      guard object != nil || newValue != nil else { return }
      var object = object ?? JSONObject()
      object[key] = newValue
      self = .object(object)
    }
  }

  /// An element of a list; nothing outside it or for any other value.
  public subscript(index: Int) -> JSONValue? {
    guard let array, array.indices.contains(index) else { return nil }
    return array[index]
  }
}

extension JSONValue: Equatable {
  /// Whether both say the same; the order of an object's members says nothing.
  public static func == (left: JSONValue, right: JSONValue) -> Bool {
    switch (left, right) {
    case (.null, .null): true
    case (.bool(let left), .bool(let right)): left == right
    case (.integer(let left), .integer(let right)): left == right
    case (.double(let left), .double(let right)): left == right
    case (.bigInteger(let left), .bigInteger(let right)): left == right
    case (.string(let left), .string(let right)): left == right
    case (.array(let left), .array(let right)): left == right
    case (.object(let left), .object(let right)): left == right
    default: false
    }
  }
}

extension JSONValue: ExpressibleByStringLiteral, ExpressibleByIntegerLiteral,
  ExpressibleByFloatLiteral, ExpressibleByBooleanLiteral, ExpressibleByNilLiteral,
  ExpressibleByArrayLiteral, ExpressibleByDictionaryLiteral
{
  /// A text.
  public init(stringLiteral value: String) {
    self = .string(value)
  }

  /// A whole number.
  public init(integerLiteral value: Int) {
    self = .integer(value)
  }

  /// A number with a fraction.
  public init(floatLiteral value: Double) {
    self = .double(value)
  }

  /// A truth value.
  public init(booleanLiteral value: Bool) {
    self = .bool(value)
  }

  /// The literal `null`.
  public init(nilLiteral: ()) {
    self = .null
  }

  /// A list.
  public init(arrayLiteral elements: JSONValue...) {
    self = .array(elements)
  }

  /// An object.
  public init(dictionaryLiteral elements: (String, JSONValue)...) {
    var object = JSONObject()
    for (key, value) in elements { object.append(value, for: key) }
    self = .object(object)
  }
}
