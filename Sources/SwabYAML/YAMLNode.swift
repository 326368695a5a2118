/// A value of a YAML text, with its place in it.
public struct YAMLNode: Sendable {
  /// What a node is.
  public enum Content: Sendable {
    /// A single piece of text.
    case scalar(YAMLScalar)
    /// A list.
    case sequence([YAMLNode])
    /// Keys with values, in the order of the text; no key is there twice.
    case mapping([YAMLPair])
  }

  /// What the node is.
  public var content: Content
  /// The tag it was given: `!env`, or `tag:yaml.org,2002:str` for `!!str`.
  public var tag: String?
  /// Where it starts.
  public var location: YAMLLocation

  /// Puts a node together.
  public init(_ content: Content, tag: String? = nil, at location: YAMLLocation) {
    self.content = content
    self.tag = tag
    self.location = location
  }
}

/// A key of a mapping with its value.
public struct YAMLPair: Sendable {
  /// The key, as text.
  public var key: String
  /// Where the key stands.
  public var keyLocation: YAMLLocation
  /// The value.
  public var value: YAMLNode

  /// Puts a pair together.
  public init(key: String, at keyLocation: YAMLLocation, value: YAMLNode) {
    self.key = key
    self.keyLocation = keyLocation
    self.value = value
  }
}

/// The text of a scalar, and how it was written.
public struct YAMLScalar: Sendable, Hashable {
  /// How a scalar was written.
  public enum Style: Sendable, Hashable {
    /// Without quotes; such text may be a number, a Boolean or null.
    case plain
    /// In single or double quotes.
    case quoted
    /// As a block behind `|` or `>`.
    case block
  }

  /// The text, without quotes and with escapes resolved.
  public var text: String
  /// How it was written.
  public var style: Style

  /// Puts a scalar together.
  public init(_ text: String, style: Style = .plain) {
    self.text = text
    self.style = style
  }
}

extension YAMLNode {
  /// The scalar, unless this is a list or a mapping.
  public var scalar: YAMLScalar? {
    guard case .scalar(let scalar) = content else { return nil }
    return scalar
  }

  /// The elements, if this is a list.
  public var sequence: [YAMLNode]? {
    guard case .sequence(let nodes) = content else { return nil }
    return nodes
  }

  /// The pairs, if this is a mapping.
  public var mapping: [YAMLPair]? {
    guard case .mapping(let pairs) = content else { return nil }
    return pairs
  }

  /// The value of a key, if this is a mapping that has it.
  public subscript(key: String) -> YAMLNode? {
    mapping?.first { $0.key == key }?.value
  }

  /// Whether nothing, `~` or `null` was written.
  public var isNull: Bool {
    guard let scalar, scalar.style == .plain else { return false }
    switch tag {
    case nil, "!": break
    case "tag:yaml.org,2002:null": return true
    default: return false
    }
    return ["", "~", "null", "Null", "NULL"].contains(scalar.text)
  }

  /// What this is, in the words of a message: `a list`, `a mapping`, `'text'`.
  public var summary: String {
    switch content {
    case .sequence: "a list"
    case .mapping: "a mapping"
    case .scalar(let scalar): isNull ? "nothing" : "'\(scalar.text)'"
    }
  }

  /// An error about this node.
  public func error(_ message: String, hint: String? = nil) -> YAMLError {
    YAMLError(message, at: location, hint: hint)
  }
}
