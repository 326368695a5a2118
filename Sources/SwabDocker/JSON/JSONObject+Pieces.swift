// The pieces that requests are put together of; what says nothing is left out.

extension JSONValue {
  static func texts(_ texts: [String]) -> JSONValue {
    .array(texts.map { .string($0) })
  }

  /// In the order of names, so that a request reads the same each time.
  static func texts(_ texts: [String: String]) -> JSONValue {
    var object = JSONObject()
    for (name, text) in texts.sorted(by: { $0.key < $1.key }) {
      object.append(.string(text), for: name)
    }
    return .object(object)
  }
}

extension JSONObject {
  mutating func set(_ key: String, _ text: String?) {
    if let text { self[key] = .string(text) }
  }

  mutating func set(_ key: String, _ number: Int?) {
    if let number { self[key] = .integer(number) }
  }

  mutating func set(_ key: String, _ texts: [String]) {
    if !texts.isEmpty { self[key] = .texts(texts) }
  }

  mutating func set(_ key: String, _ texts: [String: String]) {
    if !texts.isEmpty { self[key] = .texts(texts) }
  }

  mutating func set(_ key: String, _ elements: [JSONValue]) {
    if !elements.isEmpty { self[key] = .array(elements) }
  }

  mutating func set(_ key: String, _ object: JSONObject) {
    if !object.isEmpty { self[key] = .object(object) }
  }

  mutating func set(_ key: String, _ isOn: Bool) {
    if isOn { self[key] = .bool(true) }
  }

  /// Go has no set; the engine's is a map to nothing.
  mutating func set(_ key: String, emptyObjects names: [String]) {
    guard !names.isEmpty else { return }
    var object = JSONObject()
    for name in names { object[name] = .object(JSONObject()) }
    self[key] = .object(object)
  }

  mutating func override(by other: JSONObject) {
    other.forEach { self[$0] = $1 }
  }
}

extension Duration {
  /// Whole seconds, rounded up: the engine knows no fractions, and 0 would mean "at once".
  var wholeSeconds: Int {
    Int(components.seconds) + (components.attoseconds > 0 ? 1 : 0)
  }

  /// What Go counts its durations in.
  var wholeNanoseconds: Int {
    Int(components.seconds) * 1_000_000_000 + Int(components.attoseconds / 1_000_000_000)
  }
}
