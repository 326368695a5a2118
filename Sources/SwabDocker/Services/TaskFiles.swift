// What a service's containers find in their file systems.

/// Something mounted in the containers of a service.
public struct TaskMount: JSONBacked, JSONSpec {
  /// The whole value.
  public var raw: JSONValue

  /// A view of that value.
  public init(raw: JSONValue) {
    self.raw = raw
  }

  /// A mount as containers have it.
  public init(_ mount: Mount) {
    raw = mount.encoded
  }

  /// The kind, such as `bind`, `volume` or `tmpfs`.
  public var type: String { text("Type") }
  /// The volume, or the file or folder of the node.
  public var source: String? { optionalText("Source") }
  /// Where it is in the containers.
  public var target: String { text("Target") }
  /// Whether the containers may not write there.
  public var isReadOnly: Bool { flag("ReadOnly") }
}

/// A secret that containers get as a file.
public struct SecretReference: JSONBacked, JSONSpec {
  /// The whole value.
  public var raw: JSONValue

  /// A view of that value.
  public init(raw: JSONValue) {
    self.raw = raw
  }

  /// A secret as a file in `/run/secrets`.
  ///
  /// - Parameters:
  ///   - id: The secret's id.
  ///   - name: The secret's name.
  ///   - file: Where it is, `/run/secrets/` and its name if nothing is said.
  public init(id: String, name: String, file: TaskFile? = nil) {
    raw = ["SecretID": .string(id), "SecretName": .string(name)]
    raw["File"] = (file ?? TaskFile(name)).encoded
  }

  /// A secret as a file in `/run/secrets`.
  ///
  /// - Parameters:
  ///   - secret: The secret.
  ///   - file: Where it is, `/run/secrets/` and its name if nothing is said.
  public init(_ secret: SwarmSecret, file: TaskFile? = nil) {
    self.init(id: secret.id, name: secret.name, file: file)
  }

  /// The secret's id.
  public var id: String { text("SecretID") }
  /// The secret's name.
  public var name: String { text("SecretName") }
  /// Where it is in the containers.
  public var file: TaskFile? { raw["File"].map { TaskFile(decoding: $0) } }
}

/// A config that containers get as a file.
public struct ConfigReference: JSONBacked, JSONSpec {
  /// The whole value.
  public var raw: JSONValue

  /// A view of that value.
  public init(raw: JSONValue) {
    self.raw = raw
  }

  /// A config as a file.
  ///
  /// - Parameters:
  ///   - id: The config's id.
  ///   - name: The config's name.
  ///   - file: Where it is, `/` and its name if nothing is said.
  public init(id: String, name: String, file: TaskFile? = nil) {
    raw = ["ConfigID": .string(id), "ConfigName": .string(name)]
    raw["File"] = (file ?? TaskFile("/\(name)")).encoded
  }

  /// A config as a file.
  ///
  /// - Parameters:
  ///   - config: The config.
  ///   - file: Where it is, `/` and its name if nothing is said.
  public init(_ config: SwarmConfig, file: TaskFile? = nil) {
    self.init(id: config.id, name: config.name, file: file)
  }

  /// The config's id.
  public var id: String { text("ConfigID") }
  /// The config's name.
  public var name: String { text("ConfigName") }
  /// Where it is in the containers; nothing if the engine itself uses it.
  public var file: TaskFile? { raw["File"].map { TaskFile(decoding: $0) } }
}

/// A file that containers get.
public struct TaskFile: Sendable, Hashable {
  /// Its path; a secret's is within `/run/secrets` unless it begins with a slash.
  public var path: String
  /// The user it belongs to, by number.
  public var user: Int
  /// The group it belongs to, by number.
  public var group: Int
  /// Who may do what with it, such as `0o400`.
  public var permissions: Int

  /// A file at that path, which everybody in the container may read if nothing is said.
  public init(_ path: String, user: Int = 0, group: Int = 0, permissions: Int = 0o444) {
    self.path = path
    self.user = user
    self.group = group
    self.permissions = permissions
  }

  init(decoding value: JSONValue) {
    let fields = JSONPart(raw: value)
    self.init(
      fields.text("Name"),
      user: Int(fields.text("UID")) ?? 0,
      group: Int(fields.text("GID")) ?? 0,
      permissions: fields.number("Mode") ?? 0
    )
  }

  /// The engine wants the numbers of user and group as texts.
  var encoded: JSONValue {
    [
      "Name": .string(path), "UID": .string(String(user)), "GID": .string(String(group)),
      "Mode": .integer(permissions),
    ]
  }
}
