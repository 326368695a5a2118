/// A swarm, as one of its managers tells of it.
public struct Swarm: JSONBacked {
  /// The whole answer; the tokens in it are secrets.
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
  /// Its settings.
  public var spec: SwarmSpec { SwarmSpec(raw: raw["Spec"] ?? .null) }
  /// The token that lets workers in; a secret.
  public var workerToken: String? { raw["JoinTokens"]?["Worker"]?.string }
  /// The token that lets managers in; a secret.
  public var managerToken: String? { raw["JoinTokens"]?["Manager"]?.string }
  /// The certificate of its authority, in PEM.
  public var trustRoot: String? { raw["TLSInfo"]?["TrustRoot"]?.string }
  /// Whether that certificate is being replaced.
  public var isReplacingCertificates: Bool { flag("RootRotationInProgress") }
  /// Where its networks get their subnets of.
  public var addressPools: [String] { texts("DefaultAddrPool") }
  /// How many bits of an address name the subnet.
  public var subnetSize: Int? { raw["SubnetSize"]?.int }
  /// The port for the traffic of containers.
  public var dataPathPort: Int? { raw["DataPathPort"]?.int }
}

extension Swarm: CustomStringConvertible, CustomDebugStringConvertible, CustomReflectable {
  /// The id; the tokens are secrets.
  public var description: String {
    "Swarm(id: \(id))"
  }

  /// The same for those who look closer.
  public var debugDescription: String { description }

  /// The same for those who look closer.
  public var customMirror: Mirror {
    Mirror(self, children: ["id": id])
  }
}

extension JSONBacked {
  /// Which version of a swarm's thing it is; a change is refused unless it is of the newest.
  var versionIndex: Int {
    raw["Version"]?["Index"]?.int ?? 0
  }
}
