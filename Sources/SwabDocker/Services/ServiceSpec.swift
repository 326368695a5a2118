/// The description of a service: what runs, where, and how often.
///
/// It is a view of what the engine gave, and what is written to it goes there, so that an update
/// keeps whatever has no property here.
///
/// ```swift
/// var spec = ServiceSpec("web", image: "registry.example/web:1.4")
/// spec.mode = .replicated(3)
/// spec.ports = [ServicePort(80, publishedAs: 8080)]
/// spec.task.container.environment = ["STAGE=test"]
/// try await docker.createService(spec)
/// ```
public struct ServiceSpec: JSONBacked, JSONSpec {
  /// The whole description.
  public var raw: JSONValue

  /// A view of that value.
  public init(raw: JSONValue) {
    self.raw = raw
  }

  /// A service that runs one container of an image.
  ///
  /// - Parameters:
  ///   - name: Its name.
  ///   - image: The image's name.
  ///   - arguments: The arguments of the image's entry point, word by word; the image's own command
  ///     if there are none.
  public init(_ name: String, image: String, arguments: [String] = []) {
    raw = .null
    self.name = name
    task.container.image = image
    task.container.arguments = arguments
  }

  /// The name.
  public var name: String {
    get { text("Name") }
    set { set("Name", newValue) }
  }
  /// The labels of the service; those of its containers are in `task.container`.
  public var labels: [String: String] {
    get { textsByName("Labels") }
    set { set("Labels", newValue) }
  }
  /// What each of its tasks is like.
  public var task: TaskSpec {
    get { part("TaskTemplate") }
    set { set("TaskTemplate", part: newValue) }
  }
  /// How many tasks there are; one if nothing is said.
  public var mode: ServiceMode {
    get { part("Mode") }
    set { set("Mode", part: newValue) }
  }
  /// How tasks are replaced in an update.
  public var update: UpdatePolicy {
    get { part("UpdateConfig") }
    set { set("UpdateConfig", part: newValue) }
  }
  /// How tasks are replaced when an update is taken back; needs API 1.28.
  public var rollback: UpdatePolicy {
    get { part("RollbackConfig") }
    set { set("RollbackConfig", part: newValue) }
  }
  /// How it is found in its networks: `vip`, by an address of its own, or `dnsrr`, by those of its
  /// tasks in turn.
  public var discovery: String? {
    get { endpoint.optionalText("Mode") }
    set { endpoint.set("Mode", newValue) }
  }
  /// The ports that it publishes.
  public var ports: [ServicePort] {
    get { endpoint.views("Ports") }
    set { endpoint.set("Ports", parts: newValue) }
  }

  private var endpoint: JSONPart {
    get { part("EndpointSpec") }
    set { set("EndpointSpec", part: newValue) }
  }
}

/// How many tasks a service has.
public struct ServiceMode: JSONBacked, JSONSpec, Equatable {
  /// The whole value.
  public var raw: JSONValue

  /// A view of that value.
  public init(raw: JSONValue) {
    self.raw = raw
  }

  /// So many tasks, wherever there is room.
  public static func replicated(_ replicas: Int = 1) -> ServiceMode {
    ServiceMode(raw: ["Replicated": ["Replicas": .integer(replicas)]])
  }

  /// One task on each node.
  public static let global = ServiceMode(raw: ["Global": [:]])

  /// Tasks that run until so many have ended well; needs API 1.41.
  ///
  /// - Parameters:
  ///   - total: How many are to end well.
  ///   - concurrent: How many run at a time; all of them if nothing is said.
  /// - Returns: The mode.
  public static func replicatedJob(total: Int = 1, concurrent: Int? = nil) -> ServiceMode {
    var job: JSONValue = ["TotalCompletions": .integer(total)]
    job["MaxConcurrent"] = .integer(concurrent ?? total)
    return ServiceMode(raw: ["ReplicatedJob": job])
  }

  /// One task on each node, which runs until it has ended well; needs API 1.41.
  public static let globalJob = ServiceMode(raw: ["GlobalJob": [:]])

  /// How many tasks there are; nothing for the other modes.
  public var replicas: Int? {
    get {
      guard let replicated = raw["Replicated"] else { return raw.object == nil ? 1 : nil }
      return replicated["Replicas"]?.int ?? 1
    }
    set {
      var replicated: JSONPart = part("Replicated")
      replicated.set("Replicas", newValue)
      set("Replicated", part: replicated)
    }
  }
  /// Whether there is one on each node.
  public var isGlobal: Bool { raw["Global"] != nil || raw["GlobalJob"] != nil }
  /// Whether tasks that end well aren't started again.
  public var isJob: Bool { raw["ReplicatedJob"] != nil || raw["GlobalJob"] != nil }
}

/// How tasks of a service are replaced.
public struct UpdatePolicy: JSONBacked, JSONSpec {
  /// The whole value.
  public var raw: JSONValue

  /// A view of that value.
  public init(raw: JSONValue) {
    self.raw = raw
  }

  /// What the swarm assumes.
  public init() {
    raw = .null
  }

  /// How many at a time; 0 for all at once.
  public var parallelism: Int? {
    get { number("Parallelism") }
    set { set("Parallelism", newValue) }
  }
  /// How long to wait between them.
  public var delay: Duration? {
    get { duration("Delay") }
    set { set("Delay", newValue) }
  }
  /// What is done if that fails: `pause`, `continue`, or in an update `rollback`.
  public var failureAction: String? {
    get { optionalText("FailureAction") }
    set { set("FailureAction", newValue) }
  }
  /// How long a new task is watched for failures.
  public var monitor: Duration? {
    get { duration("Monitor") }
    set { set("Monitor", newValue) }
  }
  /// Which part of the tasks may fail, from 0 to 1.
  public var maximumFailureRatio: Double? {
    get { raw["MaxFailureRatio"]?.double }
    set { set("MaxFailureRatio", newValue) }
  }
  /// Whether a task ends before the one in its place starts, `stop-first`, or after, `start-first`;
  /// needs API 1.29.
  public var order: String? {
    get { optionalText("Order") }
    set { set("Order", newValue) }
  }
}

/// A port that a service publishes.
public struct ServicePort: JSONBacked, JSONSpec {
  /// The whole value.
  public var raw: JSONValue

  /// A view of that value.
  public init(raw: JSONValue) {
    self.raw = raw
  }

  /// A port of the containers.
  ///
  /// - Parameters:
  ///   - target: The port in the containers.
  ///   - published: The port that people use; one that the swarm takes if there is none.
  ///   - type: The protocol: `tcp`, `udp` or `sctp`.
  ///   - mode: Whether every node answers there, `ingress`, or only those with a task, `host`.
  public init(
    _ target: Int,
    publishedAs published: Int? = nil,
    type: String = "tcp",
    mode: String? = nil
  ) {
    raw = ["TargetPort": .integer(target), "Protocol": .string(type)]
    set("PublishedPort", published)
    set("PublishMode", mode)
  }

  /// The port in the containers.
  public var target: Int { number("TargetPort") ?? 0 }
  /// The port that people use.
  public var published: Int? { number("PublishedPort") }
  /// The protocol: `tcp`, `udp` or `sctp`.
  public var type: String { text("Protocol") }
  /// Whether every node answers there, `ingress`, or only those with a task, `host`.
  public var mode: String? { optionalText("PublishMode") }
}
