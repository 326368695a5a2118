/// A folder of the host or a volume in a container, as the docker CLI's `--volume` writes it.
///
/// A folder that isn't there is made, which ``Mount/Kind/bind(source:_:)`` refuses instead.
public struct BindMount: Sendable, Hashable {
  /// The folder of the host, or the name of a volume; a new volume if there is none.
  public var source: String?
  /// Where it is in the container.
  public var target: String
  /// How it is mounted, such as `ro`, `z`, `rshared` or `nocopy`.
  public var options: [String]

  /// Whether the container may not write there.
  public var isReadOnly: Bool { options.contains("ro") }

  /// A folder or volume in a container.
  ///
  /// - Parameters:
  ///   - source: The folder of the host, or the name of a volume.
  ///   - target: Where it is in the container.
  ///   - options: How it is mounted.
  public init(_ source: String?, at target: String, options: [String] = []) {
    self.source = source
    self.target = target
    self.options = options
  }

  /// Reads a text such as `/srv/data:/data:ro`, `volume:/data`, or `/data`.
  ///
  /// - Parameter text: Source, target and options.
  /// - Throws: A ``DockerError`` with code `invalidArgument` for a target that isn't absolute, an
  ///   option that no engine knows, or a fourth part.
  public init(parsing text: String) throws {
    let parts = text.split(separator: ":", omittingEmptySubsequences: false).map(String.init)
    guard parts.count <= 3, !parts.contains("") else { throw Self.failure(text) }
    let options = parts.count == 3 ? parts[2].split(separator: ",").map(String.init) : []
    guard options.allSatisfy(Self.knownOptions.contains) else { throw Self.failure(text) }
    guard !(options.contains("ro") && options.contains("rw")) else { throw Self.failure(text) }
    self.init(
      parts.count > 1 ? parts[0] : nil,
      at: parts.count > 1 ? parts[1] : parts[0],
      options: options
    )
    guard target.hasPrefix("/"), target != "/" else { throw Self.failure(text) }
  }

  private static let knownOptions: Set<String> = [
    "ro", "rw", "z", "Z", "nocopy", "private", "rprivate", "shared", "rshared", "slave", "rslave",
    "consistent", "cached", "delegated",
  ]

  private static func failure(_ text: String) -> DockerError {
    .invalidArgument(
      "'\(text)' is no mount such as /srv/data:/data, /data:/data:ro or volume:/data"
    )
  }
}

extension BindMount: CustomStringConvertible {
  /// The text that the engine takes.
  public var description: String {
    let parts: [String?] = [source, target, options.isEmpty ? nil : options.joined(separator: ",")]
    return parts.compactMap { $0 }.joined(separator: ":")
  }
}
