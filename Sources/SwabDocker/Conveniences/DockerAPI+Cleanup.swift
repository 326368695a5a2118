extension DockerAPI {
  /// Removes containers that have ended.
  ///
  /// - Parameters:
  ///   - includesInitial: Whether those that never started are removed, too.
  ///   - exclude: Names and ids of containers that stay; of an id, the first digits do, four at
  ///     least. What is no container's is reported, before anything is removed.
  ///   - raisesOnError: Whether one that can't be removed is an error; it is reported if not.
  ///   - listOnly: Whether they are only listed.
  /// - Returns: Those that were removed, or would be.
  /// - Throws: A ``DockerError`` whose `completed` names those removed before it.
  @discardableResult
  public func cleanupContainers(
    includesInitial: Bool = false,
    exclude: Set<String> = [],
    raisesOnError: Bool = false,
    listOnly: Bool = false
  ) async throws -> [ContainerIdentity] {
    try await cleanupContainers(
      includesInitial: includesInitial,
      exclude: exclude,
      raisesOnError: raisesOnError,
      listOnly: listOnly
    ) { terms in
      for term in terms { report("there is no container '\(term)' to exclude") }
    }
  }

  /// Removes containers that have ended, as the public method of this name does.
  ///
  /// - Parameters:
  ///   - includesInitial: Whether those that never started are removed, too.
  ///   - exclude: Names and ids of containers that stay, or beginnings of ids.
  ///   - raisesOnError: Whether one that can't be removed is an error.
  ///   - listOnly: Whether they are only listed.
  ///   - unmatched: Gets those of `exclude` that are no container's, before anything is removed.
  /// - Returns: Those that were removed, or would be.
  /// - Throws: A ``DockerError`` whose `completed` names those removed before it.
  package func cleanupContainers(
    includesInitial: Bool,
    exclude: Set<String>,
    raisesOnError: Bool,
    listOnly: Bool,
    unmatched: ([String]) -> Void
  ) async throws -> [ContainerIdentity] {
    report("generating list of stopped containers")
    var states: Set<ContainerState> = [.exited, .dead]
    if includesInitial { states.insert(.created) }
    let all = try await containers(all: true)
    unmatched(exclude.filter { term in !all.contains { $0.isNamed(by: term) } }.sorted())
    let containers = all.filter { container in
      states.contains(container.state) && !exclude.contains { container.isNamed(by: $0) }
    }
    .map { ContainerIdentity($0) }
    guard !listOnly else { return containers }
    return try await removeEach(containers, \.name, raisesOnError) { container in
      try await removeContainer(container.id)
    }
  }

  /// Stops all containers and removes them.
  ///
  /// They are stopped at the same time, since each may take its time.
  ///
  /// - Parameters:
  ///   - stopTimeout: How long each may take to end before it is killed.
  ///   - raisesOnError: Whether one that can't be stopped or removed is an error; it is reported if
  ///     not.
  ///   - listOnly: Whether they are only listed.
  /// - Returns: Those that were stopped and those that were removed, or would be.
  /// - Throws: A ``DockerError`` whose `completed` names those stopped or removed before it.
  @discardableResult
  public func removeAllContainers(
    stopTimeout: Duration = .seconds(10),
    raisesOnError: Bool = false,
    listOnly: Bool = false
  ) async throws -> RemovedContainers {
    report("fetching container list")
    let containers = try await containers(all: true)
    let active: Set<ContainerState> = [.running, .paused, .restarting]
    var result = RemovedContainers(
      stopped: containers.filter { active.contains($0.state) }.map { ContainerIdentity($0) },
      removed: containers.map { ContainerIdentity($0) }
    )
    guard !listOnly else { return result }
    result.stopped = try await stopAll(result.stopped, stopTimeout, raisesOnError)
    result.removed = try await removeEach(result.removed, \.name, raisesOnError) { container in
      try await removeContainer(container.id)
    }
    return result
  }

  private func stopAll(
    _ containers: [ContainerIdentity],
    _ timeout: Duration,
    _ raisesOnError: Bool
  ) async throws -> [ContainerIdentity] {
    var failures: [String: DockerError] = [:]
    try await withThrowingTaskGroup(of: (String, DockerError?).self) { group in
      var waiting = containers[...]
      for container in waiting.prefix(16) {
        group.addTask { (container.id, try await self.stopFailure(of: container, timeout)) }
      }
      waiting = waiting.dropFirst(16)
      for try await (id, failure) in group {
        failures[id] = failure
        guard let next = waiting.popFirst() else { continue }
        group.addTask { (next.id, try await self.stopFailure(of: next, timeout)) }
      }
    }
    let stopped = containers.filter { failures[$0.id] == nil }
    for container in containers {
      guard let failure = failures[container.id] else { continue }
      if raisesOnError { throw failure.after(stopped.map(\.name)) }
      report("container \(container.name) was not stopped: \(failure.message)")
    }
    return stopped
  }

  /// Why the engine didn't stop a container; what keeps the engine from being asked is thrown.
  private func stopFailure(
    of container: ContainerIdentity,
    _ timeout: Duration
  ) async throws -> DockerError? {
    do {
      try await stop(container.id, timeout: timeout)
      return nil
    } catch let error as DockerError where error.status != nil {
      return error.isNotFound ? nil : error
    }
  }
}

extension DockerAPI {
  /// Removes one thing after the other.
  ///
  /// - Parameters:
  ///   - things: What is to be removed.
  ///   - name: What people call it.
  ///   - raisesOnError: Whether it is an error if the engine objects.
  ///   - remove: Removes one of them.
  /// - Returns: Those that were removed. What somebody else has removed meanwhile is none of them.
  /// - Throws: A ``DockerError`` with the names of those that were.
  func removeEach<Thing>(
    _ things: [Thing],
    _ name: (Thing) -> String,
    _ raisesOnError: Bool,
    _ remove: (Thing) async throws -> Void
  ) async throws -> [Thing] {
    var removed: [Thing] = []
    for thing in things {
      do {
        try await remove(thing)
        removed.append(thing)
      } catch let error as DockerError where error.isNotFound {
        continue
      } catch let error as DockerError {
        // That the engine is gone is no objection.
        guard !raisesOnError, error.status != nil else { throw error.after(removed.map(name)) }
        report("\(name(thing)) was not removed: \(error.message)")
      }
    }
    return removed
  }
}

/// A container as people and programs know it.
public struct ContainerIdentity: Sendable, Hashable {
  /// The id.
  public var id: String
  /// The name; the id if it has none.
  public var name: String

  /// A container of that id and name.
  public init(id: String, name: String) {
    self.id = id
    self.name = name
  }

  /// The container of a listing.
  public init(_ container: ContainerSummary) {
    self.init(id: container.id, name: container.name ?? container.id)
  }
}

/// What became of all containers.
public struct RemovedContainers: Sendable, Hashable {
  /// Those that were stopped, or would be.
  public var stopped: [ContainerIdentity]
  /// Those that were removed, or would be.
  public var removed: [ContainerIdentity]

  /// These containers.
  public init(stopped: [ContainerIdentity] = [], removed: [ContainerIdentity] = []) {
    self.stopped = stopped
    self.removed = removed
  }
}

extension ContainerSummary {
  /// Whether a term is one of the container's names, or its id or the beginning of that.
  ///
  /// Less than four digits would be an id by chance too often: `db` and `cafe` are such digits, too.
  /// Where a term is both, more stays than was meant, and that can still be removed.
  fileprivate func isNamed(by term: String) -> Bool {
    if names.contains(where: { $0 == term || "/" + $0 == term }) { return true }
    let digits = term.lowercased()
    return digits.utf8.count >= 4 && id.lowercased().hasPrefix(digits)
  }
}

extension DockerError {
  /// The error with what was done before it.
  func after(_ completed: [String]) -> DockerError {
    var error = self
    error.completed = completed
    guard !completed.isEmpty else { return error }
    error.message += "; done before that: \(completed.joined(separator: ", "))"
    return error
  }
}
