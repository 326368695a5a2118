/// What a volume is to be made with.
public struct VolumeSpec: Sendable {
  /// Its name; an anonymous one if there is none.
  public var name: String?
  /// Its driver; `local` if there is none.
  public var driver: String?
  /// What the driver is told.
  public var driverOptions: [String: String] = [:]
  /// The labels.
  public var labels: [String: String] = [:]
  /// What a volume of a whole swarm is made with, by the engine's own names; needs API 1.42.
  public var cluster: JSONObject?
  /// Further fields of the request by the engine's own names; they win over those above.
  public var additionalFields = JSONObject()

  /// A volume of that name.
  public init(_ name: String? = nil, driver: String? = nil) {
    self.name = name
    self.driver = driver
  }

  var encoded: JSONObject {
    var fields = JSONObject()
    fields.set("Name", name)
    fields.set("Driver", driver)
    fields.set("DriverOpts", driverOptions)
    fields.set("Labels", labels)
    fields["ClusterVolumeSpec"] = cluster.map { .object($0) }
    fields.override(by: additionalFields)
    return fields
  }
}

/// A volume as the engine tells of it.
public struct Volume: JSONBacked {
  /// The whole answer.
  public let raw: JSONValue

  /// A view of that value.
  public init(raw: JSONValue) {
    self.raw = raw
  }

  /// The name; 64 digits for an anonymous one.
  public var name: String { text("Name") }
  /// The driver, such as `local`.
  public var driver: String { text("Driver") }
  /// Where it is on the host.
  public var mountpoint: String { text("Mountpoint") }
  /// When it was made.
  public var created: DockerDate? { date("CreatedAt") }
  /// How far it reaches: `local` or `global`.
  public var scope: String { text("Scope") }
  /// The labels.
  public var labels: [String: String] { textsByName("Labels") }
  /// What the driver was told.
  public var options: [String: String] { textsByName("Options") }
  /// What is in it, in bytes; only `diskUsage` counts it.
  public var size: Int? { raw["UsageData"]?["Size"]?.int.flatMap { $0 < 0 ? nil : $0 } }
  /// How many containers use it; only `diskUsage` counts them.
  public var referenceCount: Int? {
    raw["UsageData"]?["RefCount"]?.int.flatMap { $0 < 0 ? nil : $0 }
  }

  /// Whether the engine made up its name.
  ///
  /// From Docker 23.0 on a label says so; before, only the name does.
  public var isAnonymous: Bool {
    if labels["com.docker.volume.anonymous"] != nil { return true }
    return name.utf8.count == 64 && name.utf8.allSatisfy(Self.hexDigits.contains)
  }

  private static let hexDigits = Set("0123456789abcdef".utf8)
}
