// The key that signs a swarm's certificates is a secret, so nothing that it is in shows it.

extension SwarmAuthority: CustomStringConvertible, CustomDebugStringConvertible, CustomReflectable {
  /// All of it, with a mask for the key.
  public var description: String { "SwarmAuthority(\(masked))" }

  /// The same for those who look closer.
  public var debugDescription: String { description }

  /// The same for those who look closer.
  public var customMirror: Mirror { Mirror(self, children: ["raw": masked]) }

  fileprivate var masked: JSONValue { raw.masking("SigningCAKey") }
}

extension SwarmSpec: CustomStringConvertible, CustomDebugStringConvertible, CustomReflectable {
  /// All settings, with a mask for the key of its certificates.
  public var description: String { "SwarmSpec(\(masked))" }

  /// The same for those who look closer.
  public var debugDescription: String { description }

  /// The same for those who look closer.
  public var customMirror: Mirror { Mirror(self, children: ["raw": masked]) }

  private var masked: JSONValue { raw.masking("CAConfig", "SigningCAKey") }
}

extension SwarmInit: CustomStringConvertible, CustomDebugStringConvertible, CustomReflectable {
  /// All of it by the engine's own names, with a mask for the key of its certificates.
  public var description: String { "SwarmInit(\(masked))" }

  /// The same for those who look closer.
  public var debugDescription: String { description }

  /// The same for those who look closer.
  public var customMirror: Mirror { Mirror(self, children: ["fields": masked]) }

  private var masked: JSONValue {
    JSONValue.object(encoded).masking("Spec", "CAConfig", "SigningCAKey")
  }
}

extension JSONValue {
  /// The value with a mask in place of a member of its members.
  fileprivate func masking(_ path: String...) -> JSONValue {
    masking(path[...])
  }

  private func masking(_ path: ArraySlice<String>) -> JSONValue {
    guard let key = path.first else { return "••••" }
    var value = self
    if let member = self[key] { value[key] = member.masking(path.dropFirst()) }
    return value
  }
}
