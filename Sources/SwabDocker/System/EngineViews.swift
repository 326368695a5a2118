/// The answer to a ping.
public struct PingReply: JSONBacked {
  /// The headers of the answer, by their names as they came.
  public let raw: JSONValue

  /// A view of that value.
  public init(raw: JSONValue) {
    self.raw = raw
  }

  /// The engine's newest API version.
  public var apiVersion: String? { header("api-version") }
  /// The operating system of the engine's containers, such as `linux`.
  public var operatingSystem: String? { header("ostype") }
  /// The builder the engine recommends: `1`, or `2` for BuildKit.
  public var builderVersion: String? { header("builder-version") }
  /// Whether the engine is in a swarm: `inactive`, `pending`, `error`, `locked`, `active/worker` or
  /// `active/manager`; engines before 23.0 don't say.
  public var swarmState: String? { header("swarm") }

  /// Proxies write names as they like, mostly in small letters.
  private func header(_ name: String) -> String? {
    raw.object?.keys.first { $0.lowercased() == name }.flatMap { optionalText($0) }
  }
}

/// The versions of an engine.
public struct EngineVersion: JSONBacked {
  /// The whole answer.
  public let raw: JSONValue

  /// A view of that value.
  public init(raw: JSONValue) {
    self.raw = raw
  }

  /// The release, such as `20.10.24`.
  public var version: String { text("Version") }
  /// The newest API version the engine speaks.
  public var apiVersion: String { text("ApiVersion") }
  /// The oldest API version the engine speaks.
  public var minimumAPIVersion: String? { optionalText("MinAPIVersion") }
  /// The operating system, such as `linux`.
  public var operatingSystem: String { text("Os") }
  /// The processor architecture, such as `amd64`.
  public var architecture: String { text("Arch") }
  /// The kernel's release.
  public var kernelVersion: String? { optionalText("KernelVersion") }
}

/// What an engine says of itself and its host.
public struct EngineInfo: JSONBacked {
  /// The whole answer.
  public let raw: JSONValue

  /// A view of that value.
  public init(raw: JSONValue) {
    self.raw = raw
  }

  /// The engine's own id.
  public var id: String { text("ID") }
  /// The host name.
  public var name: String { text("Name") }
  /// The release, such as `20.10.24`.
  public var serverVersion: String { text("ServerVersion") }
  /// The number of containers in any state.
  public var containerCount: Int { raw["Containers"]?.int ?? 0 }
  /// The number of running containers.
  public var runningCount: Int { raw["ContainersRunning"]?.int ?? 0 }
  /// The number of paused containers.
  public var pausedCount: Int { raw["ContainersPaused"]?.int ?? 0 }
  /// The number of stopped containers.
  public var stoppedCount: Int { raw["ContainersStopped"]?.int ?? 0 }
  /// The number of images.
  public var imageCount: Int { raw["Images"]?.int ?? 0 }
  /// The number of processors.
  public var processorCount: Int { raw["NCPU"]?.int ?? 0 }
  /// The host's memory in bytes.
  public var memoryBytes: Int { raw["MemTotal"]?.int ?? 0 }
  /// The operating system, such as `Debian GNU/Linux 12 (bookworm)`.
  public var operatingSystem: String { text("OperatingSystem") }
  /// The processor architecture as the kernel names it, such as `x86_64`.
  public var architecture: String { text("Architecture") }
  /// The kernel's release.
  public var kernelVersion: String { text("KernelVersion") }
  /// The storage driver, such as `overlay2`.
  public var storageDriver: String { text("Driver") }
  /// Where the engine keeps its data.
  public var rootFolder: String { text("DockerRootDir") }
  /// What the engine's clock said.
  public var systemTime: DockerDate? { date("SystemTime") }
  /// The labels of the engine, as `key=value`.
  public var labels: [String] { texts("Labels") }
  /// What the engine warns of.
  public var warnings: [String] { texts("Warnings") }
}
