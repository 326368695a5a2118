/// A service of a swarm, as its managers tell of it.
public struct SwarmService: JSONBacked {
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
  /// When it was made.
  public var created: DockerDate? { date("CreatedAt") }
  /// When it was last changed.
  public var updated: DockerDate? { date("UpdatedAt") }
  /// The name.
  public var name: String { spec.name }
  /// Its description.
  public var spec: ServiceSpec { ServiceSpec(raw: raw["Spec"] ?? .null) }
  /// Its description before the last update.
  public var previousSpec: ServiceSpec? {
    raw["PreviousSpec"].flatMap { $0.object == nil ? nil : ServiceSpec(raw: $0) }
  }
  /// The ports that the swarm publishes for it.
  public var ports: [ServicePort] {
    raw["Endpoint"]?["Ports"]?.array?.map { ServicePort(raw: $0) } ?? []
  }
  /// Its addresses in its networks, by the networks' ids, such as `10.0.1.2/24`.
  public var virtualAddresses: [String: String] {
    let entries = raw["Endpoint"]?["VirtualIPs"]?.array ?? []
    let pairs = entries.compactMap { entry in
      entry["NetworkID"]?.string.flatMap { id in entry["Addr"]?.string.map { (id, $0) } }
    }
    return Dictionary(pairs) { $1 }
  }
  /// How the last update goes or went.
  public var update: ServiceUpdate? { view("UpdateStatus") }
  /// How many tasks run, if they were counted.
  public var runningTasks: Int? { raw["ServiceStatus"]?["RunningTasks"]?.int }
  /// How many tasks there are to be, if they were counted.
  public var desiredTasks: Int? { raw["ServiceStatus"]?["DesiredTasks"]?.int }
  /// How many tasks of a job have ended well, if they were counted.
  public var completedTasks: Int? { raw["ServiceStatus"]?["CompletedTasks"]?.int }
}

/// How an update of a service goes or went.
public struct ServiceUpdate: JSONBacked {
  /// The whole value.
  public let raw: JSONValue

  /// A view of that value.
  public init(raw: JSONValue) {
    self.raw = raw
  }

  /// How it is: `updating`, `paused`, `completed`, `rollback_started`, `rollback_paused`,
  /// `rollback_completed`.
  public var state: String { text("State") }
  /// When it began.
  public var started: DockerDate? { date("StartedAt") }
  /// When it ended.
  public var completed: DockerDate? { date("CompletedAt") }
  /// What the swarm says of it.
  public var message: String { text("Message") }
}

/// A service that was just made.
public struct CreatedService: JSONBacked {
  /// The whole answer.
  public let raw: JSONValue

  /// A view of that value.
  public init(raw: JSONValue) {
    self.raw = raw
  }

  /// Its id.
  public var id: String { text("ID") }
  /// What the engine warns of; older ones have one text for it.
  public var warnings: [String] {
    texts("Warnings") + [optionalText("Warning")].compactMap { $0 }
  }
}

/// A task of a swarm: a container that a node runs, or is to run, for a service.
public struct SwarmTask: JSONBacked {
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
  /// When it was made.
  public var created: DockerDate? { date("CreatedAt") }
  /// When it was last changed.
  public var updated: DockerDate? { date("UpdatedAt") }
  /// The labels.
  public var labels: [String: String] { textsByName("Labels") }
  /// What it runs.
  public var spec: TaskSpec { TaskSpec(raw: raw["Spec"] ?? .null) }
  /// The id of its service.
  public var serviceID: String { text("ServiceID") }
  /// Its place in the service, counted from 1; a global service has none.
  public var slot: Int? { raw["Slot"]?.int }
  /// The id of the node it is given to.
  public var nodeID: String? { optionalText("NodeID") }
  /// How it is, such as `pending`, `preparing`, `running`, `complete`, `failed` or `rejected`.
  public var state: String { raw["Status"]?["State"]?.string ?? "" }
  /// How it is to be.
  public var desiredState: String { text("DesiredState") }
  /// What the node says of its state.
  public var message: String { raw["Status"]?["Message"]?.string ?? "" }
  /// Why it failed.
  public var error: String? { raw["Status"]?["Err"]?.string.flatMap { $0.isEmpty ? nil : $0 } }
  /// Since when it is so.
  public var stateSince: DockerDate? { raw["Status"]?["Timestamp"]?.string.flatMap { .init($0) } }
  /// The id of its container, once there is one.
  public var containerID: String? {
    raw["Status"]?["ContainerStatus"]?["ContainerID"]?.string.flatMap { $0.isEmpty ? nil : $0 }
  }
  /// The status its process ended with; 0 before.
  public var exitCode: Int { raw["Status"]?["ContainerStatus"]?["ExitCode"]?.int ?? 0 }
}
