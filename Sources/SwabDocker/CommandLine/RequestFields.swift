/// The fields of a request's body, each to be asked for once.
///
/// What nobody has asked for can't be said to the docker command, and must not get lost.
struct RequestFields {
  private var rest: JSONObject
  private let place: String

  init(_ value: JSONValue?, of place: String = "") {
    rest = value?.object ?? JSONObject()
    self.place = place
  }

  mutating func text(_ key: String) -> String? { take(key) { $0.string } }
  mutating func int(_ key: String) -> Int? { take(key) { $0.int } }
  mutating func bool(_ key: String) -> Bool? { take(key) { $0.bool } }

  mutating func texts(_ key: String) -> [String]? {
    take(key) { value in
      guard let texts = value.array?.compactMap(\.string), texts.count == value.array?.count else {
        return nil
      }
      return texts
    }
  }

  /// The texts of an object, in its order.
  mutating func pairs(_ key: String) -> [(name: String, value: String)] {
    take(key) { value in
      guard let object = value.object else { return nil }
      let pairs = object.keys.compactMap { name in object[name]?.string.map { (name, $0) } }
      return pairs.count == object.count ? pairs : nil
    } ?? []
  }

  /// The names of an object's members.
  mutating func names(_ key: String) -> [String] { take(key) { $0.object?.keys } ?? [] }

  /// The objects of a list.
  mutating func list(_ key: String) -> [RequestFields] {
    let elements = take(key) { value in
      value.array.flatMap { $0.allSatisfy { $0.object != nil } ? $0 : nil }
    }
    return (elements ?? []).map { RequestFields($0, of: "\(place)\(key)[].") }
  }

  /// An object within.
  mutating func fields(_ key: String) -> RequestFields {
    RequestFields(take(key) { $0.object == nil ? nil : $0 }, of: "\(place)\(key).")
  }

  /// The objects of an object, by their names.
  mutating func fieldsByName(_ key: String) -> [(name: String, fields: RequestFields)] {
    let object = take(key) { $0.object } ?? JSONObject()
    return object.keys.map { name in
      (name, RequestFields(object[name], of: "\(place)\(key).\(name)."))
    }
  }

  mutating func value(_ key: String) -> JSONValue? { take(key) { $0 } }

  /// Leaves out what says nothing to the docker command.
  mutating func ignore(_ keys: String...) {
    for key in keys { rest[key] = nil }
  }

  /// Checks that everything was asked for.
  ///
  /// - Throws: A ``DockerError`` with code `notImplemented` that names what is left, without its
  ///   value, which may be a secret.
  func finish() throws {
    for key in rest.keys {
      if let value = rest[key], !Self.saysNothing(value) {
        throw DockerError.notForCommand(place + key)
      }
    }
  }

  /// What is of another type than expected stays, and is told of in the end.
  private mutating func take<Value>(_ key: String, _ read: (JSONValue) -> Value?) -> Value? {
    guard let found = rest[key], let value = read(found) else { return nil }
    rest[key] = nil
    return value
  }

  private static func saysNothing(_ value: JSONValue) -> Bool {
    switch value {
    case .null, .bool(false), .integer(0), .string(""): true
    case .array(let elements): elements.isEmpty
    case .object(let object): object.isEmpty
    default: false
    }
  }
}
