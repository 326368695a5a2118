/// A description that the engine gave and takes back, such as a service's.
///
/// The properties look into `raw` and write there: what has no property, since this library is older
/// than the engine, stays as it was.
protocol JSONSpec: JSONBacked {
  var raw: JSONValue { get set }
}

/// A part of a description that has no type of its own.
struct JSONPart: JSONBacked, JSONSpec {
  var raw: JSONValue
}

extension JSONSpec {
  /// What is sent of it.
  var members: JSONObject {
    raw.object ?? JSONObject()
  }

  func number(_ key: String) -> Int? {
    raw[key]?.int
  }

  func duration(_ key: String) -> Duration? {
    number(key).map { .nanoseconds($0) }
  }

  /// A part that reads as an empty one where there is none, so that it can be written to.
  func part<Part: JSONBacked>(_ key: String) -> Part {
    Part(raw: raw[key] ?? .null)
  }

  // Below `.none` takes a member away; beside another value, `nil` would be the literal `null`.

  mutating func set(_ key: String, part: some JSONBacked) {
    raw[key] = part.raw.isNull ? .none : part.raw
  }

  mutating func set(_ key: String, parts: [some JSONBacked]) {
    raw[key] = parts.isEmpty ? .none : .array(parts.map(\.raw))
  }

  mutating func set(_ key: String, _ text: String?) {
    raw[key] = text.map { .string($0) }
  }

  mutating func set(_ key: String, _ number: Int?) {
    raw[key] = number.map { .integer($0) }
  }

  mutating func set(_ key: String, _ number: Double?) {
    raw[key] = number.map { .double($0) }
  }

  mutating func set(_ key: String, _ duration: Duration?) {
    set(key, duration.map(\.wholeNanoseconds))
  }

  /// Off is what the engine assumes.
  mutating func set(_ key: String, _ isOn: Bool) {
    raw[key] = isOn ? true : .none
  }

  mutating func set(_ key: String, _ texts: [String]) {
    raw[key] = texts.isEmpty ? .none : .texts(texts)
  }

  mutating func set(_ key: String, _ texts: [String: String]) {
    raw[key] = texts.isEmpty ? .none : .texts(texts)
  }

  /// Writes the members of an object over those that are there, which may have others.
  ///
  /// - Parameters:
  ///   - key: What the object is called.
  ///   - value: The object; nil takes it away.
  ///   - names: The members that go if the object says nothing of them.
  mutating func merge(_ key: String, _ value: JSONValue?, replacing names: [String] = []) {
    guard let members = value?.object else { return raw[key] = nil }
    var merged = raw[key]?.object ?? JSONObject()
    for name in names { merged[name] = nil }
    merged.override(by: members)
    raw[key] = .object(merged)
  }
}
