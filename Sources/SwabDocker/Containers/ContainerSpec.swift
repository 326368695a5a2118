/// What a container is to be made with.
///
/// Only what is set is sent; the engine and the image decide the rest.
public struct ContainerSpec: Sendable {
  /// The image's name or id.
  public var image: String
  /// The command, or the arguments of the entry point, word by word: no shell splits it.
  public var command: [String]?
  /// The entry point, word by word; an empty list takes the image's away.
  public var entrypoint: [String]?
  /// The environment; a name without a value is taken away from the image's.
  public var environment: [String: String?] = [:]
  /// The labels.
  public var labels: [String: String] = [:]
  /// The user its process runs as, by name or number, also as `user:group`.
  public var user: String?
  /// The folder its process starts in.
  public var workingDirectory: String?
  /// The host name in the container.
  public var hostname: String?
  /// Whether it gets a terminal, which makes one stream of its output.
  public var hasTerminal = false
  /// Whether its standard input can be written to.
  public var opensStandardInput = false
  /// Whether its standard input ends with the first attached client.
  public var closesStandardInputOnce = false
  /// The ports it exposes, such as `80/tcp`; published ones need not be repeated here.
  public var exposedPorts: [String] = []
  /// The folders that get anonymous volumes.
  public var volumes: [String] = []
  /// The signal that asks it to end, such as `SIGQUIT`.
  public var stopSignal: String?
  /// How long it may take to end before it is killed.
  public var stopTimeout: Duration?
  /// How it relates to its host.
  public var hostConfig = HostConfig()
  /// Further fields of the request by the engine's own names; they win over those above.
  public var additionalFields = JSONObject()

  /// A container of that image.
  ///
  /// - Parameters:
  ///   - image: The image's name or id.
  ///   - command: The command, word by word; the image's own if there is none.
  public init(image: String, command: [String]? = nil) {
    self.image = image
    self.command = command
  }
}

/// How a container relates to the host it runs on.
public struct HostConfig: Sendable {
  /// Folders and volumes to mount, such as `/srv/data:/data:ro`; a folder that does not exist on
  /// the host is made.
  public var binds: [String] = []
  /// The ports to publish; they are exposed, too.
  public var portBindings: [PortBinding] = []
  /// Whether every exposed port is published at some free port of the host.
  public var publishesAllPorts = false
  /// What the engine does when the container ends.
  public var restartPolicy: RestartPolicy?
  /// The network: `bridge`, `host`, `none`, `container:NAME`, or a network's name.
  public var networkMode: String?
  /// Whether the container is removed when it ends.
  public var autoRemove = false
  /// The memory it may use, in bytes.
  public var memoryBytes: Int?
  /// The memory and swap space it may use together, in bytes; -1 sets no limit.
  public var memoryAndSwapBytes: Int?
  /// The processors it may use, in billionths of one.
  public var nanoCPUs: Int?
  /// Its weight among others that want the processors; 1024 is usual.
  public var cpuShares: Int?
  /// How many processes it may have; -1 sets no limit.
  public var processLimit: Int?
  /// The size of `/dev/shm`, in bytes.
  public var sharedMemoryBytes: Int?
  /// Whether it may do on the host what root may.
  public var isPrivileged = false
  /// Whether its own file system can't be written to.
  public var hasReadOnlyRoot = false
  /// Kernel capabilities to add.
  public var addedCapabilities: [String] = []
  /// Kernel capabilities to take away.
  public var droppedCapabilities: [String] = []
  /// Folders in memory, with their mount options.
  public var temporaryFileSystems: [String: String] = [:]
  /// Name servers.
  public var nameServers: [String] = []
  /// Further lines of `/etc/hosts`, as `name:address`.
  public var additionalHosts: [String] = []
  /// Containers whose volumes it mounts, as `name` or `name:ro`.
  public var volumesFrom: [String] = []
  /// Containers it can reach by name, as `name` or `name:alias`.
  public var links: [String] = []
  /// Where its output is logged.
  public var logDriver: LogDriver?
  /// Further fields by the engine's own names; they win over those above.
  public var additionalFields = JSONObject()

  /// Everything as the engine has it.
  public init() {}
}

/// A container's port, published on the host.
public struct PortBinding: Sendable, Hashable {
  /// The port in the container.
  public var containerPort: Int
  /// The protocol: `tcp`, `udp` or `sctp`.
  public var type: String
  /// The port on the host; some free one if there is none.
  public var hostPort: Int?
  /// The host's address to listen at; all of them if there is none.
  public var hostAddress: String?

  /// A container's port, published on the host.
  public init(
    _ containerPort: Int,
    type: String = "tcp",
    hostPort: Int? = nil,
    hostAddress: String? = nil
  ) {
    self.containerPort = containerPort
    self.type = type
    self.hostPort = hostPort
    self.hostAddress = hostAddress
  }

  var name: String { "\(containerPort)/\(type)" }
}

/// What the engine does when a container ends.
public struct RestartPolicy: Sendable, Hashable {
  /// The engine's word for it.
  public var name: String
  /// How often it tries, if it doesn't try forever.
  public var maximumRetryCount: Int?

  /// It stays ended.
  public static let no = RestartPolicy(name: "no")
  /// It is started again, also when the engine starts.
  public static let always = RestartPolicy(name: "always")
  /// It is started again unless somebody stopped it.
  public static let unlessStopped = RestartPolicy(name: "unless-stopped")

  /// It is started again when its status was not 0.
  public static func onFailure(maximumRetryCount: Int? = nil) -> RestartPolicy {
    RestartPolicy(name: "on-failure", maximumRetryCount: maximumRetryCount)
  }
}

/// Where a container's output is logged.
public struct LogDriver: Sendable, Hashable {
  /// The driver, such as `json-file`, `journald` or `none`.
  public var name: String
  /// What it is told, such as `max-size`.
  public var options: [String: String]

  /// A log driver and what it is told.
  public init(_ name: String, options: [String: String] = [:]) {
    self.name = name
    self.options = options
  }
}
