import NIOHTTP1

extension DockerAPI {
  /// The tasks of the swarm.
  ///
  /// - Parameter filters: Conditions, such as `["service": "web", "desired-state": "running"]`.
  /// - Returns: An entry for each task, of those that have ended as many as the swarm keeps.
  /// - Throws: A ``DockerError`` whose `isNotSwarmManager` is true outside a swarm.
  public func tasks(filters: DockerFilters = [:]) async throws -> [SwarmTask] {
    var call = DockerCall(.GET, "/tasks")
    call.add(filters)
    return try await engine().list(call)
  }

  /// Everything the swarm knows of a task.
  ///
  /// - Parameter task: Its id.
  /// - Returns: What it runs, where, and how it is.
  /// - Throws: A ``DockerError``.
  public func inspectTask(_ task: String) async throws -> SwarmTask {
    try await engine().object(.swarm("tasks", task, "", .GET))
  }

  /// What all tasks of a service have written, and with `follow` what they write.
  ///
  /// - Parameters:
  ///   - service: Its name or id.
  ///   - options: Which of it is wanted.
  /// - Returns: The output, as fast as it is read and no faster.
  /// - Throws: A ``DockerError``.
  public func serviceLogs(
    _ service: String,
    _ options: ServiceLogOptions = ServiceLogOptions()
  ) async throws -> DockerLogs {
    let call = try DockerCall.swarm("services", service, "/logs", .GET)
    return try await engine().logs(try options.applied(to: call), options) {
      try await inspectService(service).spec.task
    }
  }

  /// What a task has written, and with `follow` what it writes until it ends.
  ///
  /// - Parameters:
  ///   - task: Its id.
  ///   - options: Which of it is wanted.
  /// - Returns: The output, as fast as it is read and no faster.
  /// - Throws: A ``DockerError``.
  public func taskLogs(
    _ task: String,
    _ options: ServiceLogOptions = ServiceLogOptions()
  ) async throws -> DockerLogs {
    let call = try DockerCall.swarm("tasks", task, "/logs", .GET)
    return try await engine().logs(try options.applied(to: call), options) {
      try await inspectTask(task).spec
    }
  }
}

/// Which of the output of tasks is wanted.
public struct ServiceLogOptions: Sendable {
  /// Whether to go on with what they write.
  public var follow = false
  /// Whether standard output is given.
  public var stdout = true
  /// Whether standard error is given.
  public var stderr = true
  /// The moment to begin with.
  public var since: DockerDate?
  /// How many lines of each task at most, from the end.
  public var tail: Int?
  /// Whether each frame begins with the time it was written and a space.
  public var timestamps = false
  /// Whether each line begins, after the time, with who wrote it, as in
  /// `com.docker.swarm.node.id=…,com.docker.swarm.service.id=…,com.docker.swarm.task.id=…`.
  public var details = false

  /// All that was written so far.
  public init() {}

  fileprivate func applied(to call: DockerCall) throws -> DockerCall {
    guard stdout || stderr else {
      throw DockerError.invalidArgument("logs need standard output, standard error, or both")
    }
    var call = call
    call.requires(1, 29, for: "logs of services")
    call.add("stdout", stdout)
    call.add("stderr", stderr)
    call.add("follow", follow)
    call.add("since", since?.queryValue)
    call.add("tail", tail)
    call.add("timestamps", timestamps)
    call.add("details", details)
    return call
  }
}

extension DockerClient {
  fileprivate func logs(
    _ call: DockerCall,
    _ options: ServiceLogOptions,
    of spec: () async throws -> TaskSpec
  ) async throws -> DockerLogs {
    try await logs(call, hasTimestamps: options.timestamps) {
      try await spec().container.hasTerminal
    }
  }
}
