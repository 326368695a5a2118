/// How a container relates to the host it runs on.
///
/// What it may use of the host's resources can be written without naming them: `memoryBytes` is
/// `resources.memoryBytes`.
@dynamicMemberLookup
public struct HostConfig: Sendable {
  /// What it may use: memory, processors, devices.
  public var resources = ContainerResources()
  /// Folders and volumes to mount; a folder that does not exist on the host is made.
  public var binds: [BindMount] = []
  /// Folders and volumes to mount, with all that can be said of a mount.
  public var mounts: [Mount] = []
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
  /// The size of `/dev/shm`, in bytes.
  public var sharedMemoryBytes: Int?
  /// How likely the kernel ends it when memory runs out, from -1000 to 1000.
  public var outOfMemoryScore: Int?
  /// Whether a small init runs as process 1 and collects orphans; the engine decides if not given.
  public var runsInit: Bool?
  /// What runs it, such as `runc`.
  public var runtime: String?
  /// Whether it may do on the host what root may.
  public var isPrivileged = false
  /// Whether its own file system can't be written to.
  public var hasReadOnlyRoot = false
  /// Kernel capabilities to add.
  public var addedCapabilities: [String] = []
  /// Kernel capabilities to take away.
  public var droppedCapabilities: [String] = []
  /// Groups its process is in besides the user's own.
  public var addedGroups: [String] = []
  /// Options for SELinux, AppArmor and seccomp, such as `no-new-privileges`.
  public var securityOptions: [String] = []
  /// Paths that nobody can read in it; an empty list hides none.
  public var maskedPaths: [String]?
  /// Paths that nobody can write in it; an empty list protects none.
  public var readOnlyPaths: [String]?
  /// The user namespace; only `host` is known.
  public var userNamespace: String?
  /// The namespace of the host name; only `host` is known.
  public var hostNameNamespace: String?
  /// The namespace of processes: `host` or `container:NAME`.
  public var processNamespace: String?
  /// The namespace of shared memory: `none`, `private`, `shareable`, `host`, `container:NAME`.
  public var ipcNamespace: String?
  /// The namespace of control groups: `private` or `host`.
  public var controlGroupNamespace: String?
  /// How it is isolated: `default`, on Windows also `process` or `hyperv`.
  public var isolation: String?
  /// Kernel parameters, such as `net.core.somaxconn`.
  public var sysctls: [String: String] = [:]
  /// What the storage driver is told, such as `size`.
  public var storageOptions: [String: String] = [:]
  /// The driver of volumes that `binds` name.
  public var volumeDriver: String?
  /// Containers whose volumes it mounts, as `name` or `name:ro`.
  public var volumesFrom: [String] = []
  /// Folders in memory.
  public var temporaryFileSystems: [TemporaryFileSystem] = []
  /// Name servers.
  public var nameServers: [String] = []
  /// Options of `/etc/resolv.conf`, such as `ndots:2`.
  public var nameServerOptions: [String] = []
  /// Domains in which host names are looked up.
  public var searchDomains: [String] = []
  /// Further lines of `/etc/hosts`.
  public var additionalHosts: [ExtraHost] = []
  /// Containers it can reach by name, as `name` or `name:alias`.
  public var links: [String] = []
  /// Where its output is logged.
  public var logDriver: LogDriver?
  /// What the runtime is told besides.
  public var annotations: [String: String] = [:]
  /// The size its terminal begins with.
  public var terminalSize: TerminalSize?
  /// Further fields by the engine's own names; they win over those above.
  public var additionalFields = JSONObject()

  /// Everything as the engine has it.
  public init() {}

  /// One of the resources.
  public subscript<Value>(dynamicMember path: WritableKeyPath<ContainerResources, Value>) -> Value {
    get { resources[keyPath: path] }
    set { resources[keyPath: path] = newValue }
  }
}

/// A container's port, published on the host.
public struct PortBinding: Sendable, Hashable {
  /// The port in the container.
  public var containerPort: Int
  /// The protocol: `tcp`, `udp` or `sctp`.
  public var type: String
  /// The port on the host; some free one if there is none.
  public var hostPort: Int?
  /// The last of a range of ports on the host, from which the engine takes a free one.
  public var lastHostPort: Int?
  /// The host's address to listen at; all of them if there is none.
  public var hostAddress: String?

  /// A container's port, published on the host.
  public init(
    _ containerPort: Int,
    type: String = "tcp",
    hostPort: Int? = nil,
    lastHostPort: Int? = nil,
    hostAddress: String? = nil
  ) {
    self.containerPort = containerPort
    self.type = type
    self.hostPort = hostPort
    self.lastHostPort = lastHostPort
    self.hostAddress = hostAddress
  }

  var name: String { "\(containerPort)/\(type)" }

  /// The engine wants the port as a text.
  var hostPortText: String {
    guard let hostPort else { return "" }
    return lastHostPort.map { "\(hostPort)-\($0)" } ?? String(hostPort)
  }
}

/// What the engine does when a container ends.
public struct RestartPolicy: Sendable, Hashable {
  /// The engine's word for it.
  public var name: String
  /// How often it tries, if it doesn't try forever.
  public var maximumRetryCount: Int?

  /// A policy by the engine's word for it.
  public init(name: String, maximumRetryCount: Int? = nil) {
    self.name = name
    self.maximumRetryCount = maximumRetryCount
  }

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

/// The size of a terminal, in characters.
public struct TerminalSize: Sendable, Hashable {
  /// How many characters a line has.
  public var columns: Int
  /// How many lines there are.
  public var rows: Int

  /// That size.
  public init(columns: Int, rows: Int) {
    self.columns = columns
    self.rows = rows
  }
}
