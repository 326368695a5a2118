import NIOHTTP1

extension DockerAPI {
  /// The nodes of the swarm.
  ///
  /// - Parameter filters: Conditions, such as `["role": "manager"]` or `["node.label": "disk=ssd"]`.
  /// - Returns: An entry for each node.
  /// - Throws: A ``DockerError`` whose `isNotSwarmManager` is true outside a swarm.
  public func nodes(filters: DockerFilters = [:]) async throws -> [SwarmNode] {
    var call = DockerCall(.GET, "/nodes")
    call.add(filters)
    return try await engine().list(call)
  }

  /// Everything the swarm knows of a node.
  ///
  /// - Parameter node: Its id or host name; ``EngineInfo/swarmNodeID`` is the engine's own.
  /// - Returns: What it is there for, and how it is.
  /// - Throws: A ``DockerError``.
  public func inspectNode(_ node: String) async throws -> SwarmNode {
    try await engine().object(.swarm("nodes", node, "", .GET))
  }

  /// Changes what a node is there for.
  ///
  /// It is read, changed and written. Should somebody else have changed it in between, that is done
  /// again with what is there then.
  ///
  /// ```swift
  /// try await docker.updateNode("worker3") { $0.availability = .drain }
  /// ```
  ///
  /// - Parameters:
  ///   - node: Its id or host name.
  ///   - change: Makes the change, perhaps several times.
  /// - Throws: A ``DockerError``, or what the closure throws.
  public func updateNode(
    _ node: String,
    _ change: @Sendable (inout NodeSpec) throws -> Void
  ) async throws {
    try await retryingStaleVersions {
      let current = try await inspectNode(node)
      var spec = current.spec
      try change(&spec)
      // Not the name, which may be another node's by now.
      try await updateNode(current.id, version: current.version, spec)
    }
  }

  /// Replaces what is said of a node.
  ///
  /// - Parameters:
  ///   - node: Its id or host name.
  ///   - version: Which version of it the description is made of.
  ///   - spec: All that is to be said.
  /// - Throws: A ``DockerError`` whose `isStaleVersion` is true if that isn't the newest version.
  public func updateNode(_ node: String, version: Int, _ spec: NodeSpec) async throws {
    report("updating node \(node)")
    var call = try DockerCall.swarm("nodes", node, "/update", .POST)
    call.add("version", version)
    call.setBody(spec.members)
    try await engine().reply(to: call)
  }

  /// Takes a node from the list of those that belong to the swarm.
  ///
  /// - Parameters:
  ///   - node: Its id or host name.
  ///   - force: Whether one that hasn't left the swarm is removed, too.
  /// - Throws: A ``DockerError``: `badRequest` for a manager.
  public func removeNode(_ node: String, force: Bool = false) async throws {
    report("removing node \(node)")
    var call = try DockerCall.swarm("nodes", node, "", .DELETE)
    call.add("force", force)
    try await engine().reply(to: call)
  }
}

/// What a node of a swarm is there for.
public struct NodeSpec: JSONBacked, JSONSpec {
  /// All of it, with what has no property here.
  public var raw: JSONValue

  /// A view of that value.
  public init(raw: JSONValue) {
    self.raw = raw
  }

  /// A node for whatever comes.
  public init(role: Role = .worker, availability: NodeAvailability = .active) {
    raw = .null
    self.role = role
    self.availability = availability
  }

  /// A name beside its host's.
  public var name: String? {
    get { optionalText("Name") }
    set { set("Name", newValue) }
  }
  /// The labels, which services can ask for.
  public var labels: [String: String] {
    get { textsByName("Labels") }
    set { set("Labels", newValue) }
  }
  /// Its place in the swarm.
  public var role: Role {
    get { Role(rawValue: text("Role")) }
    set { set("Role", newValue.rawValue) }
  }
  /// Whether it gets tasks.
  public var availability: NodeAvailability {
    get { NodeAvailability(rawValue: text("Availability")) }
    set { set("Availability", newValue.rawValue) }
  }

  /// A node's place in its swarm.
  public struct Role: RawRepresentable, Sendable, Hashable {
    /// The engine's word for it.
    public let rawValue: String

    /// The role that the engine calls so.
    public init(rawValue: String) {
      self.rawValue = rawValue
    }

    /// It runs tasks.
    public static let worker = Role(rawValue: "worker")
    /// It decides with others what runs where.
    public static let manager = Role(rawValue: "manager")
  }
}

/// A node of a swarm, as its managers tell of it.
public struct SwarmNode: JSONBacked {
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
  /// When it came.
  public var created: DockerDate? { date("CreatedAt") }
  /// When it was last changed.
  public var updated: DockerDate? { date("UpdatedAt") }
  /// What it is there for.
  public var spec: NodeSpec { NodeSpec(raw: raw["Spec"] ?? .null) }
  /// The name of its host.
  public var hostname: String { raw["Description"]?["Hostname"]?.string ?? "" }
  /// Its platform; the architecture is called as the kernel calls it.
  public var platform: ImagePlatform {
    let platform = raw["Description"]?["Platform"]
    return ImagePlatform(
      operatingSystem: platform?["OS"]?.string ?? "",
      architecture: platform?["Architecture"]?.string ?? ""
    )
  }
  /// Its processors, in billionths of one.
  public var nanoCPUs: Int { raw["Description"]?["Resources"]?["NanoCPUs"]?.int ?? 0 }
  /// Its memory in bytes.
  public var memoryBytes: Int { raw["Description"]?["Resources"]?["MemoryBytes"]?.int ?? 0 }
  /// The release of its engine.
  public var engineVersion: String {
    raw["Description"]?["Engine"]?["EngineVersion"]?.string ?? ""
  }
  /// How it is: `ready`, `down`, `disconnected` or `unknown`.
  public var state: String { raw["Status"]?["State"]?.string ?? "" }
  /// Its address, as managers see it.
  public var address: String { raw["Status"]?["Addr"]?.string ?? "" }
  /// Whether it is the manager that leads the others.
  public var isLeader: Bool { raw["ManagerStatus"]?["Leader"]?.bool ?? false }
  /// Whether other managers reach it: `reachable`, `unreachable`; nothing for a worker.
  public var reachability: String? { raw["ManagerStatus"]?["Reachability"]?.string }
}
