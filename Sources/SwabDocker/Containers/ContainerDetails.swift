/// Everything an engine knows of a container.
public struct ContainerDetails: JSONBacked {
  /// The whole answer.
  public let raw: JSONValue

  /// A view of that value.
  public init(raw: JSONValue) {
    self.raw = raw
  }

  /// The id.
  public var id: String { text("Id") }
  /// The name, without the slash that the engine puts in front.
  public var name: String { text("Name").withoutLeadingSlash }
  /// When it was made.
  public var created: DockerDate? { date("Created") }
  /// The id of its image; the name it was asked for by is in `config`.
  public var imageID: String { text("Image") }
  /// What it runs or ran.
  public var state: ContainerStateDetails {
    ContainerStateDetails(raw: raw["State"] ?? .null)
  }
  /// What it was made with.
  public var config: ContainerConfig {
    ContainerConfig(raw: raw["Config"] ?? .null)
  }
  /// How often the engine has started it again.
  public var restartCount: Int { raw["RestartCount"]?.int ?? 0 }
  /// The volumes and folders mounted in it.
  public var mounts: [ContainerMount] { views("Mounts") }
  /// What it was made with as regards the host, as sent.
  public var hostConfig: JSONValue { raw["HostConfig"] ?? .null }
  /// The networks it is in, by name.
  public var networks: [String: ContainerNetwork] {
    let networks = raw["NetworkSettings"]?["Networks"]?.object?.dictionary ?? [:]
    return networks.mapValues { ContainerNetwork(raw: $0) }
  }
  /// Where its ports, such as `80/tcp`, are published on the host.
  public var ports: [String: [PublishedPort]] {
    let ports = raw["NetworkSettings"]?["Ports"]?.object?.dictionary ?? [:]
    return ports.mapValues { $0.array?.map { PublishedPort(raw: $0) } ?? [] }
  }
  /// What it has written in its own file system, in bytes, if the size was asked for.
  public var writtenBytes: Int? { raw["SizeRw"]?.int }
}

/// How a container is or ended.
public struct ContainerStateDetails: JSONBacked {
  /// The whole value.
  public let raw: JSONValue

  /// A view of that value.
  public init(raw: JSONValue) {
    self.raw = raw
  }

  /// Its state.
  public var status: ContainerState { ContainerState(rawValue: text("Status")) }
  /// Whether it runs; a paused one does.
  public var isRunning: Bool { flag("Running") }
  /// Whether it is held.
  public var isPaused: Bool { flag("Paused") }
  /// Whether the kernel ended it for want of memory.
  public var wasOutOfMemory: Bool { flag("OOMKilled") }
  /// The status its process ended with; 0 before.
  public var exitCode: Int { raw["ExitCode"]?.int ?? 0 }
  /// Why it could not be started.
  public var error: String? { optionalText("Error") }
  /// Its process on the host, while it runs.
  public var processID: Int? { raw["Pid"]?.int.flatMap { $0 > 0 ? $0 : nil } }
  /// When it was last started.
  public var startedAt: DockerDate? { date("StartedAt") }
  /// When it last ended.
  public var finishedAt: DockerDate? { date("FinishedAt") }
  /// What its health check says: `starting`, `healthy` or `unhealthy`.
  public var health: String? { raw["Health"]?["Status"]?.string }
}

/// What a container runs, as far as it is the same on any host.
public struct ContainerConfig: JSONBacked {
  /// The whole value.
  public let raw: JSONValue

  /// A view of that value.
  public init(raw: JSONValue) {
    self.raw = raw
  }

  /// The image it was asked for by.
  public var image: String { text("Image") }
  /// The host name in the container.
  public var hostname: String { text("Hostname") }
  /// The user its process runs as; root if empty.
  public var user: String { text("User") }
  /// Whether it has a terminal.
  public var hasTerminal: Bool { flag("Tty") }
  /// The environment, as `NAME=value`.
  public var environment: [String] { texts("Env") }
  /// The command, or the arguments of the entry point.
  public var command: [String] { texts("Cmd") }
  /// The entry point.
  public var entrypoint: [String] { texts("Entrypoint") }
  /// The folder its process starts in.
  public var workingDirectory: String { text("WorkingDir") }
  /// How long it may take to end before it is killed, if that was said; below zero: without limit.
  public var stopTimeout: Duration? { raw["StopTimeout"]?.int.map { .seconds($0) } }
  /// The labels.
  public var labels: [String: String] { textsByName("Labels") }
  /// The ports it exposes, such as `80/tcp`.
  public var exposedPorts: [String] { raw["ExposedPorts"]?.object?.keys ?? [] }
}

/// A container's place in a network.
public struct ContainerNetwork: JSONBacked {
  /// The whole value.
  public let raw: JSONValue

  /// A view of that value.
  public init(raw: JSONValue) {
    self.raw = raw
  }

  /// The id of the network.
  public var networkID: String { text("NetworkID") }
  /// Its IPv4 address, while it runs.
  public var ipAddress: String? { optionalText("IPAddress") }
  /// Its IPv6 address, while it runs.
  public var ipv6Address: String? { optionalText("GlobalIPv6Address") }
  /// The gateway.
  public var gateway: String? { optionalText("Gateway") }
  /// Its MAC address, while it runs.
  public var macAddress: String? { optionalText("MacAddress") }
  /// Its further names in that network.
  public var aliases: [String] { texts("Aliases") }
}

/// Where a container's port is published.
public struct PublishedPort: JSONBacked {
  /// The whole value.
  public let raw: JSONValue

  /// A view of that value.
  public init(raw: JSONValue) {
    self.raw = raw
  }

  /// The host's address.
  public var hostAddress: String { text("HostIp") }
  /// The host's port.
  public var hostPort: Int? { Int(text("HostPort")) }
}
