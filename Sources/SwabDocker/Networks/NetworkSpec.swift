/// What a network is to be made with.
public struct NetworkSpec: Sendable {
  /// Its name.
  public var name: String
  /// Its driver; `bridge` if there is none.
  public var driver: String?
  /// What the driver is told.
  public var options: [String: String] = [:]
  /// The labels.
  public var labels: [String: String] = [:]
  /// Its subnets; the engine takes a free one if there is none.
  public var subnets: [Subnet] = []
  /// What hands out its addresses; the engine's own if there is none.
  public var addressDriver: String?
  /// What that is told.
  public var addressOptions: [String: String] = [:]
  /// Whether it is cut off from the outside.
  public var isInternal = false
  /// Whether containers that no service made may be connected to a network of a swarm.
  public var isAttachable = false
  /// Whether it is the one that brings a swarm's ports to its services; needs API 1.29.
  public var isIngress = false
  /// How far it reaches: `local`, `swarm`; needs API 1.30.
  public var scope: String?
  /// Whether it has IPv4 addresses; needs API 1.48.
  public var hasIPv4: Bool?
  /// Whether it has IPv6 addresses.
  public var hasIPv6 = false
  /// Whether it is but a configuration for others; needs API 1.30.
  public var isConfigOnly = false
  /// The network that its configuration is taken from; needs API 1.30.
  public var configFrom: String?
  /// Further fields of the request by the engine's own names; they win over those above.
  public var additionalFields = JSONObject()

  /// A network of that name.
  public init(_ name: String, driver: String? = nil) {
    self.name = name
    self.driver = driver
  }

  /// A range of addresses in a network.
  public struct Subnet: Sendable, Hashable {
    /// All of them, such as `192.0.2.0/24`.
    public var subnet: String
    /// Those that are handed out, such as `192.0.2.128/25`.
    public var range: String?
    /// The gateway's.
    public var gateway: String?
    /// Those that others have, by their names.
    public var reserved: [String: String] = [:]

    /// That range of addresses.
    public init(_ subnet: String, range: String? = nil, gateway: String? = nil) {
      self.subnet = subnet
      self.range = range
      self.gateway = gateway
    }
  }
}

extension NetworkSpec {
  var encoded: JSONObject {
    var fields = JSONObject()
    fields.set("Name", name)
    // Before API 1.44 there may be two networks of one name, unless this is said.
    fields.set("CheckDuplicate", true)
    fields.set("Driver", driver)
    fields.set("Options", options)
    fields.set("Labels", labels)
    fields.set("IPAM", encodedAddresses)
    fields.set("Internal", isInternal)
    fields.set("Attachable", isAttachable)
    fields.set("Ingress", isIngress)
    fields.set("Scope", scope)
    fields["EnableIPv4"] = hasIPv4.map { .bool($0) }
    fields.set("EnableIPv6", hasIPv6)
    fields.set("ConfigOnly", isConfigOnly)
    fields["ConfigFrom"] = configFrom.map { ["Network": .string($0)] }
    fields.override(by: additionalFields)
    return fields
  }

  private var encodedAddresses: JSONObject {
    var fields = JSONObject()
    fields.set("Driver", addressDriver)
    fields.set("Options", addressOptions)
    fields.set("Config", subnets.map(\.encoded))
    return fields
  }
}

extension NetworkSpec.Subnet {
  fileprivate var encoded: JSONValue {
    var fields = JSONObject()
    fields.set("Subnet", subnet)
    fields.set("IPRange", range)
    fields.set("Gateway", gateway)
    fields.set("AuxiliaryAddresses", reserved)
    return .object(fields)
  }
}
