import NIOHTTP1

extension DockerAPI {
  /// The containers of the engine, the newest first.
  ///
  /// - Parameters:
  ///   - all: Whether stopped containers are listed, too.
  ///   - filters: Conditions, such as `["status": "exited", "label": ["app=web", "stage"]]`.
  ///   - limit: How many at most, whatever their state.
  ///   - size: Whether the sizes of their file systems are measured, which takes the engine long.
  /// - Returns: An entry for each container.
  /// - Throws: A ``DockerError``.
  public func containers(
    all: Bool = false,
    filters: DockerFilters = [:],
    limit: Int? = nil,
    size: Bool = false
  ) async throws -> [ContainerSummary] {
    var call = DockerCall(.GET, "/containers/json")
    call.add("all", all)
    call.add("limit", limit)
    call.addSize(size)
    call.add(filters)
    return try await engine().list(call)
  }

  /// Everything the engine knows of a container.
  ///
  /// - Parameters:
  ///   - container: Its name or id.
  ///   - size: Whether the size of its file system is measured.
  /// - Returns: What it was made with, and how it is.
  /// - Throws: A ``DockerError`` with code `notFound` if there is no such container.
  public func inspectContainer(
    _ container: String,
    size: Bool = false
  ) async throws -> ContainerDetails {
    var call = try DockerCall.container(container, "/json", .GET)
    call.addSize(size)
    return try await engine().object(call)
  }
}

extension DockerCall {
  /// Has file systems measured, which takes as long as there are files in them.
  fileprivate mutating func addSize(_ isOn: Bool) {
    add("size", isOn)
    if isOn { grace = nil }
  }
}
