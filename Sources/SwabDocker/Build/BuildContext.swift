/// What an image is built of.
public enum BuildContext: Sendable {
  /// A folder of this machine, without what its `.dockerignore` says; it is packed while it is sent.
  case folder(String)
  /// Files that were put together by a program.
  case context(DockerContext)
  /// A tar archive; it may be packed by gzip, bzip2 or xz.
  case archive(DockerUpload)
  /// A Dockerfile alone, by its text.
  case dockerfile(String)
  /// A repository or an archive that the engine fetches.
  case remote(String)

  /// A folder of this machine, or where the engine finds something to build.
  ///
  /// - Parameter place: A path; or an address that begins with `http://`, `https://`, `git://`,
  ///   `github.com/` or `git@`.
  /// - Returns: The context.
  public static func at(_ place: String) -> BuildContext {
    let starts = ["http://", "https://", "git://", "github.com/", "git@"]
    return starts.contains { place.hasPrefix($0) } ? .remote(place) : .folder(place)
  }
}

/// Which of the engine's two builders builds.
public enum Builder: String, Sendable, Hashable {
  /// The one that runs a container for each step.
  case classic = "1"
  /// BuildKit, without the session by which the docker command gives it secrets, keys and logins.
  case buildKit = "2"
}

/// How an image is to be built.
///
/// ```swift
/// var spec = BuildSpec(.folder("."), tags: ["team/web:v1"])
/// spec.arguments["VERSION"] = "1.4"
/// let id = try await docker.build(spec)
/// ```
public struct BuildSpec: Sendable {
  /// What it is built of.
  public var context: BuildContext
  /// The names it gets, such as `team/web:v1`.
  public var tags: [String]
  /// Which file is the Dockerfile: a path from the context's folder on, `Dockerfile` if nil.
  ///
  /// For a folder it may lead out of it, or be absolute. Then it goes along under a name that
  /// nothing else has, and `COPY` doesn't see it; that of BuildKit does.
  public var dockerfile: String?
  /// Which builder builds.
  public var builder = Builder.classic
  /// Values for `ARG`; a name without one is declared, and has none.
  public var arguments: [String: String?] = [:]
  /// The labels of the image.
  public var labels: [String: String] = [:]
  /// The stage that is built; the last one if nil.
  public var target: String?
  /// Images whose steps may be reused.
  public var cacheFrom: [String] = []
  /// The platform it is for, if not the engine's own.
  public var platform: ImagePlatform?
  /// The network of its steps, such as `host` or `none`.
  public var networkMode: String?
  /// Whether base images are fetched even if they are there.
  public var pull = false
  /// Whether no step is reused.
  public var noCache = false
  /// Whether the containers of its steps are removed if it went well.
  public var remove = true
  /// Whether they are removed if a step failed, its own among them; if nil, as ``remove`` says.
  ///
  /// The engine alone would keep that of the failed step.
  public var forceRemove: Bool?
  /// Whether nothing is said but the image's id.
  public var quiet = false
  /// Whether its layers are made one; engines offer it as an experiment.
  public var squash = false
  /// What its steps may use of their host.
  public var limits = BuildLimits()
  /// Lines of its steps' `/etc/hosts`.
  public var extraHosts: [ExtraHost] = []
  /// Options of security modules for its steps.
  public var securityOptions: [String] = []
  /// How containers are kept apart; on Windows.
  public var isolation: String?
  /// What becomes of the result, if not an image of the engine; BuildKit only.
  public var outputs: [BuildOutput] = []
  /// By what ``DockerAPI/cancelBuild(_:)`` knows it; BuildKit only.
  public var buildID: String?
  /// How its context is packed, where this library packs it.
  public var compression = ArchiveCompression.none
  /// The registries whose credentials are sent; if nil, those of the images that the Dockerfile
  /// names.
  public var registries: [String]?
  /// Further parameters of the request by the engine's own names.
  public var additionalParameters: [String: String] = [:]

  /// An image of that context.
  ///
  /// - Parameters:
  ///   - context: What it is built of.
  ///   - tags: The names it gets.
  public init(_ context: BuildContext, tags: [String] = []) {
    self.context = context
    self.tags = tags
  }
}

/// What the steps of a build may use of their host.
public struct BuildLimits: Sendable, Hashable {
  /// The memory, in bytes.
  public var memoryBytes: Int?
  /// Memory and swap space together, in bytes; -1 sets no limit.
  public var memoryAndSwapBytes: Int?
  /// The weight among others that want the processors; 1024 is usual.
  public var cpuShares: Int?
  /// The period of the scheduler, in microseconds.
  public var cpuPeriod: Int?
  /// The time in each period, in microseconds.
  public var cpuQuota: Int?
  /// The processors, such as `0-2,4`.
  public var cpuSet: String?
  /// The memory nodes, such as `0`.
  public var memoryNodes: String?
  /// The control group above their own.
  public var controlGroupParent: String?
  /// The size of `/dev/shm`, in bytes.
  public var sharedMemoryBytes: Int?
  /// Limits of the kernel for their processes.
  public var ulimits: [Ulimit] = []

  /// No limits.
  public init() {}
}

/// What becomes of a build's result.
public struct BuildOutput: Sendable, Hashable {
  /// The kind, such as `image`.
  public var type: String
  /// What it needs to know.
  public var attributes: [String: String]

  /// An output of that kind.
  public init(type: String, attributes: [String: String] = [:]) {
    self.type = type
    self.attributes = attributes
  }
}
