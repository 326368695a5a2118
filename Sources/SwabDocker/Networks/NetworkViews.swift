/// A network as the engine tells of it.
///
/// A listing says nothing of the containers; ``DockerAPI/inspectNetwork(_:verbose:scope:)`` does.
public struct Network: JSONBacked {
  /// The whole answer.
  public let raw: JSONValue

  /// A view of that value.
  public init(raw: JSONValue) {
    self.raw = raw
  }

  /// The id.
  public var id: String { text("Id") }
  /// The name.
  public var name: String { text("Name") }
  /// When it was made.
  public var created: DockerDate? { date("Created") }
  /// The driver, such as `bridge` or `overlay`.
  public var driver: String { text("Driver") }
  /// How far it reaches: `local` or `swarm`.
  public var scope: String { text("Scope") }
  /// What the driver was told.
  public var options: [String: String] { textsByName("Options") }
  /// The labels.
  public var labels: [String: String] { textsByName("Labels") }
  /// Whether it is cut off from the outside.
  public var isInternal: Bool { flag("Internal") }
  /// Whether containers that no service made may be connected to it, in a swarm.
  public var isAttachable: Bool { flag("Attachable") }
  /// Whether it brings a swarm's ports to its services.
  public var isIngress: Bool { flag("Ingress") }
  /// Whether it has IPv6 addresses.
  public var hasIPv6: Bool { flag("EnableIPv6") }
  /// Its ranges of addresses.
  public var subnets: [NetworkSubnet] {
    raw["IPAM"]?["Config"]?.array?.map { NetworkSubnet(raw: $0) } ?? []
  }
  /// The running containers in it, by id.
  public var containers: [String: NetworkContainer] {
    (raw["Containers"]?.object?.dictionary ?? [:]).mapValues { NetworkContainer(raw: $0) }
  }
}

/// A range of addresses in a network.
public struct NetworkSubnet: JSONBacked {
  /// The whole entry.
  public let raw: JSONValue

  /// A view of that value.
  public init(raw: JSONValue) {
    self.raw = raw
  }

  /// All of them, such as `192.0.2.0/24`.
  public var subnet: String { text("Subnet") }
  /// Those that are handed out.
  public var range: String? { optionalText("IPRange") }
  /// The gateway's.
  public var gateway: String? { optionalText("Gateway") }
}

/// A running container in a network.
public struct NetworkContainer: JSONBacked {
  /// The whole entry.
  public let raw: JSONValue

  /// A view of that value.
  public init(raw: JSONValue) {
    self.raw = raw
  }

  /// The container's name.
  public var name: String { text("Name") }
  /// Its IPv4 address with the length of the prefix, such as `192.0.2.7/24`.
  public var ipv4Address: String? { optionalText("IPv4Address") }
  /// Its IPv6 address with the length of the prefix.
  public var ipv6Address: String? { optionalText("IPv6Address") }
  /// Its MAC address.
  public var macAddress: String? { optionalText("MacAddress") }
}

/// A network that was just made.
public struct CreatedNetwork: JSONBacked {
  /// The whole answer.
  public let raw: JSONValue

  /// A view of that value.
  public init(raw: JSONValue) {
    self.raw = raw
  }

  /// Its id.
  public var id: String { text("Id") }
  /// What the engine warns of.
  public var warning: String? { optionalText("Warning") }
}
