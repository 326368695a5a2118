/// What a secret of a swarm is to be made with.
public struct SecretSpec: Sendable {
  /// Its name.
  public var name: String
  /// What is in it: at most 500 KB.
  public var data: [UInt8]
  /// The labels.
  public var labels: [String: String] = [:]
  /// What keeps it in place of the swarm, which then needs no data; needs API 1.31.
  public var driver: LogDriver?
  /// What fills its templates in when a container gets it, such as `golang`; needs API 1.37.
  public var templating: String?
  /// Further fields of the request by the engine's own names; they win over those above.
  public var additionalFields = JSONObject()

  /// A secret with these bytes.
  public init(_ name: String, data: [UInt8]) {
    self.name = name
    self.data = data
  }

  /// A secret with that text.
  public init(_ name: String, text: String) {
    self.init(name, data: Array(text.utf8))
  }

  var encoded: JSONObject {
    var fields = blobFields(name, data, labels, templating)
    fields["Driver"] = driver?.serviceForm
    fields.override(by: additionalFields)
    return fields
  }
}

extension SecretSpec: CustomStringConvertible, CustomDebugStringConvertible, CustomReflectable {
  /// The name; what is in it is a secret.
  public var description: String {
    "SecretSpec(name: \(name))"
  }

  /// The same for those who look closer.
  public var debugDescription: String { description }

  /// The same for those who look closer.
  public var customMirror: Mirror {
    Mirror(self, children: ["name": name])
  }
}

/// What a config of a swarm is to be made with.
public struct ConfigSpec: Sendable {
  /// Its name.
  public var name: String
  /// What is in it: at most 500 KB.
  public var data: [UInt8]
  /// The labels.
  public var labels: [String: String] = [:]
  /// What fills its templates in when a container gets it, such as `golang`; needs API 1.37.
  public var templating: String?
  /// Further fields of the request by the engine's own names; they win over those above.
  public var additionalFields = JSONObject()

  /// A config with these bytes.
  public init(_ name: String, data: [UInt8]) {
    self.name = name
    self.data = data
  }

  /// A config with that text.
  public init(_ name: String, text: String) {
    self.init(name, data: Array(text.utf8))
  }

  var encoded: JSONObject {
    var fields = blobFields(name, data, labels, templating)
    fields.override(by: additionalFields)
    return fields
  }
}

private func blobFields(
  _ name: String,
  _ data: [UInt8],
  _ labels: [String: String],
  _ templating: String?
) -> JSONObject {
  var fields = JSONObject()
  fields.set("Name", name)
  fields.set("Labels", labels)
  // Here the engine takes the standard alphabet alone, unlike in headers.
  if !data.isEmpty { fields.set("Data", Base64.encode(data, .standard)) }
  fields["Templating"] = templating.map { ["Name": .string($0)] }
  return fields
}

/// A secret of a swarm, as far as it is told.
public struct SwarmSecret: JSONBacked {
  /// The whole answer.
  public let raw: JSONValue

  /// A view of that value.
  public init(raw: JSONValue) {
    self.raw = raw
  }

  /// The id.
  public var id: String { text("ID") }
  /// Which version this is, counted up with each change.
  public var version: Int { versionIndex }
  /// When it was made.
  public var created: DockerDate? { date("CreatedAt") }
  /// When it was last changed.
  public var updated: DockerDate? { date("UpdatedAt") }
  /// The name.
  public var name: String { raw["Spec"]?["Name"]?.string ?? "" }
  /// The labels.
  public var labels: [String: String] {
    raw["Spec"]?["Labels"]?.object?.dictionary.compactMapValues(\.string) ?? [:]
  }
  /// What keeps it in place of the swarm.
  public var driver: LogDriver? { JSONPart(raw: raw["Spec"] ?? .null).logDriver("Driver") }
}

/// A config of a swarm.
public struct SwarmConfig: JSONBacked {
  /// The whole answer.
  public let raw: JSONValue

  /// A view of that value.
  public init(raw: JSONValue) {
    self.raw = raw
  }

  /// The id.
  public var id: String { text("ID") }
  /// Which version this is, counted up with each change.
  public var version: Int { versionIndex }
  /// When it was made.
  public var created: DockerDate? { date("CreatedAt") }
  /// When it was last changed.
  public var updated: DockerDate? { date("UpdatedAt") }
  /// The name.
  public var name: String { raw["Spec"]?["Name"]?.string ?? "" }
  /// The labels.
  public var labels: [String: String] {
    raw["Spec"]?["Labels"]?.object?.dictionary.compactMapValues(\.string) ?? [:]
  }
  /// What is in it.
  public var data: [UInt8] {
    raw["Spec"]?["Data"]?.string.flatMap { Base64.decode($0, .standard) } ?? []
  }
  /// What is in it, as text.
  public var text: String { String(decoding: data, as: UTF8.self) }
}
