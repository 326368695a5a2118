/// The pairs of a mapping while a type decodes itself from them.
struct YAMLKeyedContainer<Key: CodingKey>: KeyedDecodingContainerProtocol {
  let level: YAMLDecoding
  private let pairs: [YAMLPair]
  /// Where each key is, if there are too many of them to look through.
  private let index: [String: Int]?

  init(level: YAMLDecoding, pairs: [YAMLPair]) {
    self.level = level
    self.pairs = pairs
    let places = pairs.count > 16 ? zip(pairs.map(\.key), pairs.indices) : nil
    index = places.map { Dictionary($0) { first, _ in first } }
  }

  var codingPath: [any CodingKey] { level.codingPath }

  var allKeys: [Key] {
    level.keys.isOpen = true
    return pairs.compactMap { Key(stringValue: $0.key) }
  }

  func contains(_ key: Key) -> Bool { node(key) != nil }

  func decodeNil(forKey key: Key) throws -> Bool { node(key)?.isNull ?? true }

  func decode<Value: Decodable>(_ type: Value.Type, forKey key: Key) throws -> Value {
    try child(key).value(type)
  }

  func nestedContainer<Nested: CodingKey>(
    keyedBy type: Nested.Type,
    forKey key: Key
  ) throws -> KeyedDecodingContainer<Nested> {
    try child(key).container(keyedBy: type)
  }

  func nestedUnkeyedContainer(forKey key: Key) throws -> any UnkeyedDecodingContainer {
    try child(key).unkeyedContainer()
  }

  func superDecoder() throws -> any Decoder { level }

  func superDecoder(forKey key: Key) throws -> any Decoder { try child(key) }

  private func node(_ key: Key) -> YAMLNode? {
    let name = key.stringValue
    if !level.keys.isOpen, !level.keys.asked.contains(name) { level.keys.asked.append(name) }
    guard let index else { return pairs.first { $0.key == name }?.value }
    return index[name].map { pairs[$0].value }
  }

  private func child(_ key: Key) throws -> YAMLDecoding {
    guard let node = node(key) else {
      throw level.node.error("'\(key.stringValue)' is missing")
    }
    return level.child(node, key)
  }
}

// The protocol wants a function for each of these.
extension YAMLKeyedContainer {
  func decode(_ type: Bool.Type, forKey key: Key) throws -> Bool { try child(key).bool() }
  func decode(_ type: String.Type, forKey key: Key) throws -> String { try child(key).string() }
  func decode(_ type: Double.Type, forKey key: Key) throws -> Double {
    try child(key).floatingPoint()
  }
  func decode(_ type: Float.Type, forKey key: Key) throws -> Float {
    try child(key).floatingPoint()
  }
  func decode(_ type: Int.Type, forKey key: Key) throws -> Int { try child(key).integer() }
  func decode(_ type: Int8.Type, forKey key: Key) throws -> Int8 { try child(key).integer() }
  func decode(_ type: Int16.Type, forKey key: Key) throws -> Int16 { try child(key).integer() }
  func decode(_ type: Int32.Type, forKey key: Key) throws -> Int32 { try child(key).integer() }
  func decode(_ type: Int64.Type, forKey key: Key) throws -> Int64 { try child(key).integer() }
  func decode(_ type: UInt.Type, forKey key: Key) throws -> UInt { try child(key).integer() }
  func decode(_ type: UInt8.Type, forKey key: Key) throws -> UInt8 { try child(key).integer() }
  func decode(_ type: UInt16.Type, forKey key: Key) throws -> UInt16 { try child(key).integer() }
  func decode(_ type: UInt32.Type, forKey key: Key) throws -> UInt32 { try child(key).integer() }
  func decode(_ type: UInt64.Type, forKey key: Key) throws -> UInt64 { try child(key).integer() }
}

/// The elements of a list while a type decodes itself from them.
struct YAMLUnkeyedContainer: UnkeyedDecodingContainer {
  let level: YAMLDecoding
  let nodes: [YAMLNode]
  var currentIndex = 0

  var codingPath: [any CodingKey] { level.codingPath }
  var count: Int? { nodes.count }
  var isAtEnd: Bool { currentIndex >= nodes.count }

  mutating func decodeNil() throws -> Bool {
    guard !isAtEnd, nodes[currentIndex].isNull else { return false }
    currentIndex += 1
    return true
  }

  mutating func decode<Value: Decodable>(_ type: Value.Type) throws -> Value {
    try next().value(type)
  }

  mutating func nestedContainer<Nested: CodingKey>(
    keyedBy type: Nested.Type
  ) throws -> KeyedDecodingContainer<Nested> {
    try next().container(keyedBy: type)
  }

  mutating func nestedUnkeyedContainer() throws -> any UnkeyedDecodingContainer {
    try next().unkeyedContainer()
  }

  mutating func superDecoder() throws -> any Decoder { try next() }

  private struct Index: CodingKey {
    var index: Int
    var intValue: Int? { index }
    var stringValue: String { "\(index)" }
    init(_ index: Int) { self.index = index }
    init?(intValue: Int) { index = intValue }
    init?(stringValue: String) { return nil }
  }

  private mutating func next() throws -> YAMLDecoding {
    guard !isAtEnd else {
      throw level.node.error("\(level.subject) has too few elements: \(nodes.count)")
    }
    defer { currentIndex += 1 }
    return level.child(nodes[currentIndex], Index(currentIndex))
  }
}

extension YAMLUnkeyedContainer {
  mutating func decode(_ type: Bool.Type) throws -> Bool { try next().bool() }
  mutating func decode(_ type: String.Type) throws -> String { try next().string() }
  mutating func decode(_ type: Double.Type) throws -> Double { try next().floatingPoint() }
  mutating func decode(_ type: Float.Type) throws -> Float { try next().floatingPoint() }
  mutating func decode(_ type: Int.Type) throws -> Int { try next().integer() }
  mutating func decode(_ type: Int8.Type) throws -> Int8 { try next().integer() }
  mutating func decode(_ type: Int16.Type) throws -> Int16 { try next().integer() }
  mutating func decode(_ type: Int32.Type) throws -> Int32 { try next().integer() }
  mutating func decode(_ type: Int64.Type) throws -> Int64 { try next().integer() }
  mutating func decode(_ type: UInt.Type) throws -> UInt { try next().integer() }
  mutating func decode(_ type: UInt8.Type) throws -> UInt8 { try next().integer() }
  mutating func decode(_ type: UInt16.Type) throws -> UInt16 { try next().integer() }
  mutating func decode(_ type: UInt32.Type) throws -> UInt32 { try next().integer() }
  mutating func decode(_ type: UInt64.Type) throws -> UInt64 { try next().integer() }
}

/// A scalar while a type decodes itself from it.
struct YAMLSingleValueContainer: SingleValueDecodingContainer {
  let level: YAMLDecoding

  var codingPath: [any CodingKey] { level.codingPath }

  func decodeNil() -> Bool { level.node.isNull }

  func decode<Value: Decodable>(_ type: Value.Type) throws -> Value { try level.value(type) }
}

extension YAMLSingleValueContainer {
  func decode(_ type: Bool.Type) throws -> Bool { try level.bool() }
  func decode(_ type: String.Type) throws -> String { try level.string() }
  func decode(_ type: Double.Type) throws -> Double { try level.floatingPoint() }
  func decode(_ type: Float.Type) throws -> Float { try level.floatingPoint() }
  func decode(_ type: Int.Type) throws -> Int { try level.integer() }
  func decode(_ type: Int8.Type) throws -> Int8 { try level.integer() }
  func decode(_ type: Int16.Type) throws -> Int16 { try level.integer() }
  func decode(_ type: Int32.Type) throws -> Int32 { try level.integer() }
  func decode(_ type: Int64.Type) throws -> Int64 { try level.integer() }
  func decode(_ type: UInt.Type) throws -> UInt { try level.integer() }
  func decode(_ type: UInt8.Type) throws -> UInt8 { try level.integer() }
  func decode(_ type: UInt16.Type) throws -> UInt16 { try level.integer() }
  func decode(_ type: UInt32.Type) throws -> UInt32 { try level.integer() }
  func decode(_ type: UInt64.Type) throws -> UInt64 { try level.integer() }
}
