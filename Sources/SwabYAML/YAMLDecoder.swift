/// Makes values of `Decodable` types from YAML; each mistake is an error with its place.
///
/// Types mean what people expect rather than what YAML 1.1 says: text stays as it was written
/// (`no`, `08`, `1e3`, `22:22`), Booleans are `true`, `false`, `yes` and `no`, whole numbers are plain
/// decimals.
public struct YAMLDecoder: Sendable {
  /// What is to happen about a key that the type didn't ask for; to throw is one thing it may do.
  public var unknownKey: @Sendable (YAMLUnknownKey) throws(YAMLError) -> Void
  /// The text that a scalar stands for; here tags may get a meaning.
  public var text: @Sendable (_ scalar: YAMLScalar, _ node: YAMLNode) throws(YAMLError) -> String

  /// A decoder to which unknown keys are errors, unless they start with `x-`.
  public init() {
    unknownKey = { key throws(YAMLError) in
      if !key.name.hasPrefix("x-") { throw key.error }
    }
    text = { scalar, _ in scalar.text }
  }

  /// Makes a value of a node.
  ///
  /// - Parameters:
  ///   - type: The value's type.
  ///   - node: The node.
  ///   - what: What the node is, in the words of a message: `a host`.
  /// - Returns: The value.
  /// - Throws: A ``YAMLError`` with the place.
  public func decode<Value: Decodable>(
    _ type: Value.Type,
    from node: YAMLNode,
    as what: String? = nil
  ) throws(YAMLError) -> Value {
    let level = YAMLDecoding(node: node, codingPath: [], options: self, what: what)
    do {
      return try level.value(type)
    } catch let error as YAMLError {
      throw error
    } catch let error as DecodingError {
      throw YAMLError(error, from: node)
    } catch {
      throw node.error("\(error)")
    }
  }
}

/// A key that nobody asked for.
public struct YAMLUnknownKey: Sendable {
  /// The key.
  public var name: String
  /// Where it stands.
  public var location: YAMLLocation
  /// What was asked for.
  public var known: [String]
  /// What has the key, in the words of a message: `a host`, `'env'`.
  public var owner: String

  /// The error that it can be, with the nearest known key.
  public var error: YAMLError {
    YAMLError(
      "\(owner) has no key '\(name)'",
      at: location,
      hint: NearestName.hint(for: name, among: known)
        ?? "the keys are \(known.joined(separator: ", "))"
    )
  }
}

/// A decoded value together with its place.
public struct YAMLLocated<Value: Decodable>: Decodable {
  /// The value.
  public var value: Value
  /// The node that it was made of.
  public var node: YAMLNode

  /// Decodes the value and keeps the node.
  public init(from decoder: any Decoder) throws {
    node = try YAMLNode(from: decoder)
    value = try Value(from: decoder)
  }
}

extension YAMLLocated: Sendable where Value: Sendable {}

extension YAMLNode: Decodable {
  /// Takes the node as it is, to be looked at later; works only with ``YAMLDecoder``.
  public init(from decoder: any Decoder) throws {
    guard let level = decoder as? YAMLDecoding else {
      let problem = "only YAMLDecoder can decode a YAMLNode"
      throw DecodingError.dataCorrupted(
        DecodingError.Context(codingPath: decoder.codingPath, debugDescription: problem)
      )
    }
    self = level.node
    level.keys.isOpen = true
  }
}

extension YAMLError {
  /// The error of a type's own decoding, with the place to which its coding path leads.
  fileprivate init(_ error: DecodingError, from root: YAMLNode) {
    switch error {
    case .keyNotFound(let key, let context):
      self = root.node(at: context.codingPath).error("'\(key.stringValue)' is missing")
    case .dataCorrupted(let context), .typeMismatch(_, let context), .valueNotFound(_, let context):
      self = root.node(at: context.codingPath).error(context.debugDescription)
    @unknown default:
      self = root.error("\(error)")
    }
  }
}

extension YAMLNode {
  /// The deepest node on a path that is there.
  fileprivate func node(at path: [any CodingKey]) -> YAMLNode {
    var node = self
    for key in path {
      let list = node.sequence
      if let index = key.intValue, let list, list.indices.contains(index) {
        node = list[index]
      } else if let child = node[key.stringValue] {
        node = child
      } else {
        break
      }
    }
    return node
  }
}
