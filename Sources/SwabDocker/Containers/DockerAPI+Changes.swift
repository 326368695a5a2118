import NIOHTTP1

// What changes a container that is there.

extension DockerAPI {
  /// Gives a container another name.
  ///
  /// - Parameters:
  ///   - container: Its name or id.
  ///   - name: The new name.
  /// - Throws: A ``DockerError``: `conflict` if the name is taken, `badRequest` if it is no name or
  ///   the one it has.
  public func rename(_ container: String, to name: String) async throws {
    report("renaming container \(container) to \(name)")
    var call = try DockerCall.container(container, "/rename", .POST)
    // The engine takes the slash of listings for a part of the name.
    call.add("name", name.withoutLeadingSlash)
    try await engine().reply(to: call)
  }

  /// Sends a signal to a container's process.
  ///
  /// - Parameters:
  ///   - container: Its name or id.
  ///   - signal: The signal's name, such as `SIGHUP`, or its number; `SIGKILL` if there is none.
  /// - Throws: A ``DockerError``: `badRequest` for an unknown signal, `conflict` if it doesn't run.
  public func kill(_ container: String, signal: String? = nil) async throws {
    report("killing container \(container)")
    var call = try DockerCall.container(container, "/kill", .POST)
    call.add("signal", signal)
    try await engine().reply(to: call)
  }

  /// Holds all processes of a container.
  ///
  /// - Parameter container: Its name or id.
  /// - Throws: A ``DockerError``: `conflict` if it doesn't run or is held already.
  public func pause(_ container: String) async throws {
    report("pausing container \(container)")
    try await engine().reply(to: .container(container, "/pause", .POST))
  }

  /// Lets a held container go on.
  ///
  /// - Parameter container: Its name or id.
  /// - Throws: A ``DockerError``: `engineFailed` or `conflict`, as the engine has it, if it isn't
  ///   held.
  public func unpause(_ container: String) async throws {
    report("unpausing container \(container)")
    try await engine().reply(to: .container(container, "/unpause", .POST))
  }

  /// Changes what a container may use, and when it is started again.
  ///
  /// - Parameters:
  ///   - container: Its name or id.
  ///   - update: What changes; the rest stays as it is.
  /// - Returns: What the engine warns of.
  /// - Throws: A ``DockerError``: `badRequest` for a limit that can't be, `invalidArgument` for what
  ///   no engine changes of a container that is there.
  @discardableResult
  public func updateContainer(
    _ container: String,
    _ update: ContainerUpdate
  ) async throws -> [String] {
    report("updating container \(container)")
    var call = try DockerCall.container(container, "/update", .POST)
    call.setBody(try update.checked(), gates: BodyGate.update)
    return try await engine().json(call)["Warnings"]?.array?.compactMap(\.string) ?? []
  }

  /// Tells a container's terminal its size.
  ///
  /// - Parameters:
  ///   - container: Its name or id.
  ///   - size: The size in characters.
  /// - Throws: A ``DockerError``: `conflict` if it doesn't run.
  public func resizeTerminal(of container: String, to size: TerminalSize) async throws {
    var call = try DockerCall.container(container, "/resize", .POST)
    call.add(size)
    try await engine().reply(to: call)
  }

  /// Makes an image of what a container has written.
  ///
  /// - Parameters:
  ///   - container: Its name or id.
  ///   - commit: What the image is called, and how it differs.
  /// - Returns: The id of the image.
  /// - Throws: A ``DockerError``: `badRequest` for a change that is no instruction.
  @discardableResult
  public func commit(
    _ container: String,
    _ commit: ImageCommit = ImageCommit()
  ) async throws -> String {
    report("committing container \(container)")
    var call = DockerCall(.POST, "/commit")
    call.add("container", try DockerCall.containerName(container))
    call.add(commit)
    // All that the container has written is read, and the engine is silent meanwhile.
    call.grace = nil
    return try await engine().json(call)["Id"]?.string ?? ""
  }

  /// Removes containers that don't run.
  ///
  /// - Parameter filters: Conditions, such as `["until": "24h"]`, which needs API 1.28, or
  ///   `["label": "stage=test"]`, which needs API 1.29; all that don't run without any.
  /// - Returns: Which ones were removed.
  /// - Throws: A ``DockerError``: `conflict` if the engine is pruning already, `invalidArgument` for
  ///   a condition without values.
  @discardableResult
  public func pruneContainers(filters: DockerFilters = [:]) async throws -> PruneReport {
    report("removing stopped containers")
    return try await engine().prune("containers", filters)
  }
}

extension DockerCall {
  mutating func add(_ size: TerminalSize) {
    add("h", size.rows)
    add("w", size.columns)
  }

  fileprivate mutating func add(_ commit: ImageCommit) {
    add("repo", commit.repository)
    add("tag", commit.tag)
    add("comment", commit.comment)
    add("author", commit.author)
    if !commit.pauses { add("pause", "0") }
    add("changes", each: commit.changes)
    // The engine wants a body; an empty one changes nothing.
    setBody(commit.config)
  }
}

/// What an image made of a container is called, and how it differs from the container.
public struct ImageCommit: Sendable {
  /// Its repository, such as `registry.example/app`; nameless if there is none.
  public var repository: String?
  /// Its tag; `latest` if there is none.
  public var tag: String?
  /// What was changed, for people.
  public var comment: String?
  /// Who made it.
  public var author: String?
  /// Whether the container is held meanwhile, so that its files agree with each other.
  public var pauses = true
  /// Instructions as in a Dockerfile, such as `CMD ["serve"]` or `ENV A=b`.
  public var changes: [String] = []
  /// Fields of the image's configuration, by the engine's own names.
  public var config = JSONObject()

  /// A nameless image, or one of that name.
  public init(repository: String? = nil, tag: String? = nil) {
    self.repository = repository
    self.tag = tag
  }
}
