/// What each task of a service is like.
public struct TaskSpec: JSONBacked, JSONSpec {
  /// The whole description.
  public var raw: JSONValue

  /// A view of that value.
  public init(raw: JSONValue) {
    self.raw = raw
  }

  /// The container that it runs.
  public var container: TaskContainerSpec {
    get { part("ContainerSpec") }
    set { set("ContainerSpec", part: newValue) }
  }
  /// What it may use at most.
  public var limits: TaskResources {
    get { resources.part("Limits") }
    set { resources.set("Limits", part: newValue) }
  }
  /// What is kept free for it.
  public var reservations: TaskResources {
    get { resources.part("Reservations") }
    set { resources.set("Reservations", part: newValue) }
  }
  /// The swap space it may use, in bytes, where its memory has a limit; -1 for any; needs API 1.52.
  public var swapBytes: Int? {
    get { resources.number("SwapBytes") }
    set { resources.set("SwapBytes", newValue) }
  }
  /// How readily its memory is swapped out, from 0 to 100; needs API 1.52.
  public var memorySwappiness: Int? {
    get { resources.number("MemorySwappiness") }
    set { resources.set("MemorySwappiness", newValue) }
  }
  /// What is done when it ends.
  public var restartPolicy: TaskRestartPolicy {
    get { part("RestartPolicy") }
    set { set("RestartPolicy", part: newValue) }
  }
  /// The nodes it may be given to.
  public var placement: TaskPlacement {
    get { part("Placement") }
    set { set("Placement", part: newValue) }
  }
  /// Where its output is logged; what the swarm says if there is none.
  public var logDriver: LogDriver? {
    get { logDriver("LogDriver") }
    set { merge("LogDriver", newValue?.serviceForm) }
  }
  /// The networks it is in; needs API 1.25.
  public var networks: [TaskNetwork] {
    get { views("Networks") }
    set { set("Networks", parts: newValue) }
  }
  /// A number whose change replaces all tasks, though nothing else changes; needs API 1.25.
  public var forcedUpdate: Int {
    get { number("ForceUpdate") ?? 0 }
    set { set("ForceUpdate", newValue) }
  }
  /// What runs it: `container` or `plugin`.
  public var runtime: String? {
    get { optionalText("Runtime") }
    set { set("Runtime", newValue) }
  }

  private var resources: JSONPart {
    get { part("Resources") }
    set { set("Resources", part: newValue) }
  }
}

/// What a task may use at most, or what is kept free for it.
public struct TaskResources: JSONBacked, JSONSpec {
  /// The whole value.
  public var raw: JSONValue

  /// A view of that value.
  public init(raw: JSONValue) {
    self.raw = raw
  }

  /// Processors, in billionths of one.
  public var nanoCPUs: Int? {
    get { number("NanoCPUs") }
    set { set("NanoCPUs", newValue) }
  }
  /// Memory in bytes.
  public var memoryBytes: Int? {
    get { number("MemoryBytes") }
    set { set("MemoryBytes", newValue) }
  }
  /// Processes; only as a limit, and needs API 1.41.
  public var processes: Int? {
    get { number("Pids") }
    set { set("Pids", newValue) }
  }
  /// Other things that nodes have, by the engine's own names; only as a reservation.
  public var generic: [JSONValue] {
    get { raw["GenericResources"]?.array ?? [] }
    set { raw["GenericResources"] = newValue.isEmpty ? .none : .array(newValue) }
  }
}

/// What is done when a task ends.
public struct TaskRestartPolicy: JSONBacked, JSONSpec {
  /// The whole value.
  public var raw: JSONValue

  /// A view of that value.
  public init(raw: JSONValue) {
    self.raw = raw
  }

  /// When another takes its place: `none`, `on-failure` or `any`.
  public var condition: String? {
    get { optionalText("Condition") }
    set { set("Condition", newValue) }
  }
  /// How long to wait with that.
  public var delay: Duration? {
    get { duration("Delay") }
    set { set("Delay", newValue) }
  }
  /// How often at most, within `window`; 0 for ever.
  public var maximumAttempts: Int? {
    get { number("MaxAttempts") }
    set { set("MaxAttempts", newValue) }
  }
  /// The time in which that is counted; 0 for all time.
  public var window: Duration? {
    get { duration("Window") }
    set { set("Window", newValue) }
  }
}

/// The nodes that tasks may be given to.
public struct TaskPlacement: JSONBacked, JSONSpec {
  /// The whole value.
  public var raw: JSONValue

  /// A view of that value.
  public init(raw: JSONValue) {
    self.raw = raw
  }

  /// What a node must be, such as `node.role==worker` or `node.labels.disk==ssd`.
  public var constraints: [String] {
    get { texts("Constraints") }
    set { set("Constraints", newValue) }
  }
  /// What they are spread over, such as `node.labels.zone`; needs API 1.27.
  public var spreadOver: [String] {
    get {
      let preferences = raw["Preferences"]?.array ?? []
      return preferences.compactMap { $0["Spread"]?["SpreadDescriptor"]?.string }
    }
    set {
      let preferences = newValue.map { name -> JSONValue in
        ["Spread": ["SpreadDescriptor": .string(name)]]
      }
      raw["Preferences"] = preferences.isEmpty ? .none : .array(preferences)
    }
  }
  /// How many a node runs at most; 0 for any number; needs API 1.40.
  public var maximumPerNode: Int? {
    get { number("MaxReplicas") }
    set { set("MaxReplicas", newValue) }
  }
  /// The platforms that its image is for; needs API 1.30.
  public var platforms: [ImagePlatform] {
    get {
      (raw["Platforms"]?.array ?? []).map { platform in
        ImagePlatform(
          operatingSystem: platform["OS"]?.string ?? "",
          architecture: platform["Architecture"]?.string ?? ""
        )
      }
    }
    set {
      let platforms = newValue.map { platform -> JSONValue in
        ["OS": .string(platform.operatingSystem), "Architecture": .string(platform.architecture)]
      }
      raw["Platforms"] = platforms.isEmpty ? .none : .array(platforms)
    }
  }
}

/// A network that tasks are in.
public struct TaskNetwork: JSONBacked, JSONSpec {
  /// The whole value.
  public var raw: JSONValue

  /// A view of that value.
  public init(raw: JSONValue) {
    self.raw = raw
  }

  /// That network.
  ///
  /// - Parameters:
  ///   - network: Its name or id.
  ///   - aliases: Further names of the service there.
  ///   - driverOptions: What the network's driver is told.
  public init(_ network: String, aliases: [String] = [], driverOptions: [String: String] = [:]) {
    raw = ["Target": .string(network)]
    set("Aliases", aliases)
    set("DriverOpts", driverOptions)
  }

  /// Its name or id; the engine makes an id of it.
  public var network: String { text("Target") }
  /// Further names of the service there.
  public var aliases: [String] { texts("Aliases") }
  /// What the network's driver is told.
  public var driverOptions: [String: String] { textsByName("DriverOpts") }
}
