import NIOHTTP1

// What a container tells of itself beside its details.

extension DockerAPI {
  /// The processes of a container.
  ///
  /// - Parameters:
  ///   - container: Its name or id.
  ///   - arguments: What the host's `ps` is asked for; `-ef` if there is nothing.
  /// - Returns: A row for each process, with the titles of the columns.
  /// - Throws: A ``DockerError``: `conflict` if it doesn't run.
  public func top(_ container: String, arguments: String? = nil) async throws -> ContainerProcesses
  {
    var call = try DockerCall.container(container, "/top", .GET)
    call.add("ps_args", arguments)
    return try await engine().object(call)
  }

  /// The files in which a container differs from its image.
  ///
  /// - Parameter container: Its name or id.
  /// - Returns: An entry for each file and folder.
  /// - Throws: A ``DockerError``.
  public func changes(of container: String) async throws -> [FileChange] {
    try await engine().list(.container(container, "/changes", .GET))
  }

  /// Where a container's port is published on its host.
  ///
  /// - Parameters:
  ///   - container: Its name or id.
  ///   - port: The port, such as `80`, `80/tcp` or `53/udp`.
  /// - Returns: The addresses; nothing if it isn't published.
  /// - Throws: A ``DockerError``.
  public func publishedPorts(of container: String, _ port: String) async throws -> [PublishedPort] {
    let ports = try await inspectContainer(container).ports
    return ports[port.contains("/") ? port : port + "/tcp"] ?? []
  }
}

/// The processes of a container.
public struct ContainerProcesses: JSONBacked {
  /// The whole answer.
  public let raw: JSONValue

  /// A view of that value.
  public init(raw: JSONValue) {
    self.raw = raw
  }

  /// The titles of the columns, such as `PID` and `CMD`.
  public var titles: [String] { texts("Titles") }
  /// A row for each process.
  public var processes: [[String]] {
    raw["Processes"]?.array?.map { $0.array?.compactMap(\.string) ?? [] } ?? []
  }

  /// The column of that title; empty if there is none.
  public func column(_ title: String) -> [String] {
    guard let index = titles.firstIndex(of: title) else { return [] }
    return processes.compactMap { $0.indices.contains(index) ? $0[index] : nil }
  }
}

/// A file in which a container differs from its image.
public struct FileChange: JSONBacked {
  /// The whole entry.
  public let raw: JSONValue

  /// A view of that value.
  public init(raw: JSONValue) {
    self.raw = raw
  }

  /// The kinds of changes; more may come.
  public enum Kind: Int, Sendable, Hashable {
    /// Its contents or attributes are others.
    case modified = 0
    /// The image has no such file.
    case added = 1
    /// The container has no such file.
    case deleted = 2
  }

  /// The file or folder.
  public var path: String { text("Path") }
  /// What was done to it, if it is one of these.
  public var kind: Kind? { raw["Kind"]?.int.flatMap { Kind(rawValue: $0) } }
}
