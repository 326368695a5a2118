/// Something mounted in a container, with all that can be said of a mount.
///
/// The options come with the kind they are for, since the engine refuses those of another.
public struct Mount: Sendable, Hashable {
  /// What is mounted.
  public var kind: Kind
  /// Where it is in the container.
  public var target: String
  /// Whether the container may not write there.
  public var isReadOnly: Bool
  /// How close host and container keep together: `consistent`, `cached` or `delegated`.
  public var consistency: String?

  /// Something mounted in a container.
  public init(_ kind: Kind, at target: String, isReadOnly: Bool = false) {
    self.kind = kind
    self.target = target
    self.isReadOnly = isReadOnly
  }

  /// What can be mounted; more may come.
  public enum Kind: Sendable, Hashable {
    /// A file or folder of the host, which has to be there.
    case bind(source: String, BindOptions = BindOptions())
    /// A volume; an anonymous one without a name.
    case volume(name: String? = nil, VolumeOptions = VolumeOptions())
    /// A folder in memory.
    case tmpfs(TmpfsOptions = TmpfsOptions())
    /// The files of an image; needs API 1.48.
    case image(String, subpath: String? = nil)
    /// A volume of the swarm's; needs API 1.42.
    case cluster(volume: String)
    /// A named pipe; on Windows.
    case namedPipe(source: String)
  }

  /// How a folder of the host is mounted.
  public struct BindOptions: Sendable, Hashable {
    /// Whether mounts made later show on the other side, such as `rprivate` or `rshared`.
    public var propagation: String?
    /// Whether mounts below the folder are left out.
    public var isNonRecursive = false
    /// Whether a folder that isn't there is made; needs API 1.42.
    public var createsMissingFolder = false
    /// Whether mounts below a read-only folder stay writable; needs API 1.44.
    public var isReadOnlyNonRecursive = false
    /// Whether it fails if mounts below can't be made read-only; needs API 1.44.
    public var forcesReadOnlyRecursive = false

    /// As the engine has it.
    public init() {}
  }

  /// How a volume is mounted.
  public struct VolumeOptions: Sendable, Hashable {
    /// Whether a new volume stays empty, though the image has files at the target.
    public var copiesNothing = false
    /// The labels of a new volume.
    public var labels: [String: String] = [:]
    /// The driver of a new volume.
    public var driver: String?
    /// What the driver is told.
    public var driverOptions: [String: String] = [:]
    /// The folder within the volume; needs API 1.45.
    public var subpath: String?

    /// As the engine has it.
    public init() {}
  }

  /// How a folder in memory is mounted.
  public struct TmpfsOptions: Sendable, Hashable {
    /// Its size at most, in bytes.
    public var sizeBytes: Int?
    /// Its permissions, such as `0o1777`.
    public var mode: Int?
    /// Further mount options, each with its value if it has one; needs API 1.46.
    public var options: [[String]] = []

    /// As the engine has it.
    public init() {}
  }
}

extension Mount {
  /// Reads a text such as `/data`, `volume:/data`, or `/srv/data:/data:ro`.
  ///
  /// A source that begins with a slash is a folder of the host, which has to be there.
  ///
  /// - Parameter text: Source, target, and `ro` or `rw`.
  /// - Throws: A ``DockerError`` with code `invalidArgument`.
  public init(parsing text: String) throws {
    let bind = try BindMount(parsing: text)
    guard bind.options.allSatisfy({ $0 == "ro" || $0 == "rw" }) else {
      throw DockerError.invalidArgument("'\(text)' is no mount such as volume:/data:ro")
    }
    let kind: Kind =
      switch bind.source {
      case let source? where source.hasPrefix("/"): .bind(source: source)
      case let name: .volume(name: name)
      }
    self.init(kind, at: bind.target, isReadOnly: bind.isReadOnly)
  }
}
