/// What a node of a swarm is there for.
public struct NodeAvailability: RawRepresentable, Sendable, Hashable {
  /// The engine's word for it.
  public let rawValue: String

  /// The availability that the engine calls so.
  public init(rawValue: String) {
    self.rawValue = rawValue
  }

  /// It gets tasks.
  public static let active = NodeAvailability(rawValue: "active")
  /// It keeps its tasks, and gets no more.
  public static let pause = NodeAvailability(rawValue: "pause")
  /// Its tasks go to other nodes.
  public static let drain = NodeAvailability(rawValue: "drain")
}

/// How a swarm is to be made.
public struct SwarmInit: Sendable {
  /// Where its managers listen to each other.
  public var listenAddress = "0.0.0.0:2377"
  /// The address that others reach this engine at, also as the name of a network interface; needed
  /// where the engine has several to choose of.
  public var advertiseAddress: String?
  /// The address for the traffic of containers, if it is another one; needs API 1.30.
  public var dataPathAddress: String?
  /// The port for the traffic of containers, 4789 if there is none; needs API 1.40.
  public var dataPathPort: Int?
  /// Where its networks get their subnets of, such as `10.20.0.0/16`; needs API 1.39.
  public var addressPools: [String] = []
  /// How many bits of such an address name the subnet, 24 if there is none; needs API 1.39.
  public var subnetSize: Int?
  /// Whether it is made of what this engine, a manager without a majority, still knows.
  public var forcesNewCluster = false
  /// Whether this engine gets tasks.
  public var availability: NodeAvailability?
  /// Its settings.
  public var spec = SwarmSpec()
  /// Further fields of the request by the engine's own names; they win over those above.
  public var additionalFields = JSONObject()

  /// A swarm that is like others.
  ///
  /// - Parameter advertiseAddress: The address that others reach this engine at.
  public init(advertiseAddress: String? = nil) {
    self.advertiseAddress = advertiseAddress
  }

  var encoded: JSONObject {
    var fields = JSONObject()
    fields.set("ListenAddr", listenAddress)
    fields.set("AdvertiseAddr", advertiseAddress)
    fields.set("DataPathAddr", dataPathAddress)
    fields.set("DataPathPort", dataPathPort)
    fields.set("DefaultAddrPool", addressPools)
    fields.set("SubnetSize", subnetSize)
    fields.set("ForceNewCluster", forcesNewCluster)
    fields.set("Availability", availability?.rawValue)
    fields.set("Spec", spec.members)
    fields.override(by: additionalFields)
    return fields
  }
}

/// How an engine is to join a swarm.
public struct SwarmJoin: Sendable {
  /// Where the swarm's managers are, such as `192.0.2.1:2377`.
  public var managers: [String]
  /// The token that lets it in, as a worker or as a manager; a secret.
  public var token: String
  /// Where it listens to managers, if it becomes one.
  public var listenAddress = "0.0.0.0:2377"
  /// The address that others reach it at, also as the name of a network interface.
  public var advertiseAddress: String?
  /// The address for the traffic of containers, if it is another one; needs API 1.30.
  public var dataPathAddress: String?
  /// Whether it gets tasks.
  public var availability: NodeAvailability?
  /// Further fields of the request by the engine's own names; they win over those above.
  public var additionalFields = JSONObject()

  /// A member of the swarm with these managers.
  public init(managers: [String], token: String) {
    self.managers = managers
    self.token = token
  }

  var encoded: JSONObject {
    var fields = JSONObject()
    fields.set("RemoteAddrs", managers)
    fields.set("JoinToken", token)
    fields.set("ListenAddr", listenAddress)
    fields.set("AdvertiseAddr", advertiseAddress)
    fields.set("DataPathAddr", dataPathAddress)
    fields.set("Availability", availability?.rawValue)
    fields.override(by: additionalFields)
    return fields
  }
}

extension SwarmJoin: CustomStringConvertible, CustomDebugStringConvertible, CustomReflectable {
  /// The managers; the token is a secret.
  public var description: String {
    "SwarmJoin(managers: \(managers))"
  }

  /// The same for those who look closer.
  public var debugDescription: String { description }

  /// The same for those who look closer.
  public var customMirror: Mirror {
    Mirror(self, children: ["managers": managers])
  }
}

/// The secrets of a swarm that can be made anew.
public struct SwarmRenewals: OptionSet, Sendable {
  /// A bit for each of them.
  public let rawValue: Int

  /// Those whose bits are set.
  public init(rawValue: Int) {
    self.rawValue = rawValue
  }

  /// The token that lets workers in.
  public static let workerToken = SwarmRenewals(rawValue: 1)
  /// The token that lets managers in.
  public static let managerToken = SwarmRenewals(rawValue: 2)
  /// The key that lets managers start again; needs API 1.25.
  public static let unlockKey = SwarmRenewals(rawValue: 4)
}
