/// A plugin of an engine.
public struct Plugin: JSONBacked {
  /// The whole answer.
  public let raw: JSONValue

  /// A view of that value.
  public init(raw: JSONValue) {
    self.raw = raw
  }

  /// The id.
  public var id: String { text("Id") }
  /// The name with its tag.
  public var name: String { text("Name") }
  /// Whether it runs.
  public var isEnabled: Bool { flag("Enabled") }
  /// Where it came from.
  public var reference: String? { optionalText("PluginReference") }
  /// What it is, in the words of who made it.
  public var description: String { raw["Config"]?["Description"]?.string ?? "" }
  /// What it does for the engine, such as `docker.volumedriver/1.0`.
  public var interfaces: [String] {
    raw["Config"]?["Interface"]?["Types"]?.array?.compactMap { type in
      // Some engines write the three parts apart.
      if let text = type.string { return text }
      guard let prefix = type["Prefix"]?.string, let capability = type["Capability"]?.string else {
        return nil
      }
      return "\(prefix).\(capability)/\(type["Version"]?.string ?? "")"
    } ?? []
  }
  /// Its environment, as `NAME=value`.
  public var environment: [String] { settings.texts("Env") }
  /// Its arguments.
  public var arguments: [String] { settings.texts("Args") }
  /// What is mounted in it from the host.
  public var mounts: [PluginMount] { settings.views("Mounts") }

  private var settings: JSONPart { JSONPart(raw: raw["Settings"] ?? .null) }
}

/// Something of the host that is mounted in a plugin.
public struct PluginMount: JSONBacked, Equatable {
  /// The whole entry.
  public let raw: JSONValue

  /// A view of that value.
  public init(raw: JSONValue) {
    self.raw = raw
  }

  /// What it is called, as in the setting `name.source=…`.
  public var name: String { text("Name") }
  /// What it is for, in the words of who made the plugin.
  public var description: String { text("Description") }
  /// Where it is on the host; nothing until that is set, if the plugin leaves it open.
  public var source: String? { optionalText("Source") }
  /// Where it is in the plugin.
  public var destination: String { text("Destination") }
  /// The kind, as for mount(8), such as `bind` or `none`.
  public var type: String { text("Type") }
  /// The options, as for mount(8), such as `rbind` or `ro`.
  public var options: [String] { texts("Options") }
  /// What of it may be set, such as `source`.
  public var settable: [String] { texts("Settable") }
}

/// Something that a plugin wants to be allowed, such as the host's network or a folder of it.
public struct PluginPrivilege: JSONBacked, Equatable {
  /// The whole entry.
  public let raw: JSONValue

  /// A view of that value.
  public init(raw: JSONValue) {
    self.raw = raw
  }

  /// What it is, such as `network`, `mount`, `device` or `capabilities`.
  public var name: String { text("Name") }
  /// What it is, in words.
  public var description: String { text("Description") }
  /// Which ones, such as `host` or the path of a folder.
  public var values: [String] { texts("Value") }
}
