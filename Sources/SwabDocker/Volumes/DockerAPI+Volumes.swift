import NIOHTTP1

extension DockerAPI {
  /// The volumes of the engine.
  ///
  /// - Parameter filters: Conditions, such as `["dangling": true]` or `["label": "app=web"]`. A
  ///   `name` matches a part of the name.
  /// - Returns: An entry for each volume.
  /// - Throws: A ``DockerError``.
  public func volumes(filters: DockerFilters = [:]) async throws -> [Volume] {
    var call = DockerCall(.GET, "/volumes")
    call.add(filters)
    return try await engine().json(call)["Volumes"]?.array?.map { Volume(raw: $0) } ?? []
  }

  /// Makes a volume, unless there is one of that name.
  ///
  /// - Parameter spec: What it is made with.
  /// - Returns: The volume, whether it is new or not.
  /// - Throws: A ``DockerError``: `conflict` if one of that name has another driver.
  @discardableResult
  public func createVolume(_ spec: VolumeSpec = VolumeSpec()) async throws -> Volume {
    report(["creating volume", spec.name].compactMap { $0 }.joined(separator: " "))
    var call = DockerCall(.POST, "/volumes/create")
    call.setBody(spec.encoded, gates: BodyGate.volume)
    return try await engine().object(call)
  }

  /// Everything the engine knows of a volume.
  ///
  /// - Parameter volume: Its name.
  /// - Returns: What it was made with.
  /// - Throws: A ``DockerError``.
  public func inspectVolume(_ volume: String) async throws -> Volume {
    try await engine().object(.volume(volume, .GET))
  }

  /// Removes a volume and what is in it.
  ///
  /// - Parameters:
  ///   - volume: Its name.
  ///   - force: Whether a volume that isn't there is fine; one in use stays in any case. Needs API
  ///     1.25.
  /// - Throws: A ``DockerError``: `conflict` if a container has it.
  public func removeVolume(_ volume: String, force: Bool = false) async throws {
    report("removing volume \(volume)")
    var call = try DockerCall.volume(volume, .DELETE)
    if force { call.requires(1, 25, for: "removing a volume by force") }
    call.add("force", force)
    try await engine().reply(to: call)
  }

  /// Changes a volume of a whole swarm.
  ///
  /// - Parameters:
  ///   - volume: Its name or id.
  ///   - version: Which version of it the change is of.
  ///   - spec: Its new description, by the engine's own names.
  /// - Throws: A ``DockerError``; `requiresAPIVersion` for an engine before 23.0.
  public func updateVolume(_ volume: String, version: Int, _ spec: JSONObject) async throws {
    report("updating volume \(volume)")
    var call = try DockerCall.volume(volume, .PUT)
    call.requires(1, 42, for: "updating a volume")
    call.add("version", version)
    var body = JSONObject()
    body["Spec"] = .object(spec)
    call.setBody(body)
    try await engine().reply(to: call)
  }

  /// Removes volumes that no container has, the anonymous ones unless all are asked for.
  ///
  /// Engines before 23.0 would remove the named ones, too; there the anonymous ones are removed one
  /// by one.
  ///
  /// - Parameters:
  ///   - all: Whether volumes with a name are removed as well.
  ///   - filters: Conditions: `label` and `label!`; they need API 1.29.
  /// - Returns: Which ones were removed.
  /// - Throws: A ``DockerError``: `invalidArgument` for a condition without values.
  @discardableResult
  public func pruneVolumes(
    all: Bool = false,
    filters: DockerFilters = [:]
  ) async throws -> PruneReport {
    report("removing unused volumes")
    let engine = try await engine()
    let knowsAnonymous = try await engine.apiVersion() >= APIVersion(1, 42)
    guard all || knowsAnonymous else { return try await engine.removeAnonymousVolumes(filters) }
    var filters = filters
    if knowsAnonymous, all { filters["all"] = true }
    return try await engine.prune("volumes", filters)
  }
}

extension DockerClient {
  fileprivate func removeAnonymousVolumes(_ filters: DockerFilters) async throws -> PruneReport {
    try filters.requireValues()
    var conditions = filters
    // A listing has no such filter, so it is applied here.
    let unwanted = filters["label!"]?.texts ?? []
    conditions["label!"] = nil
    conditions["dangling"] = true
    var removed: [JSONValue] = []
    for volume in try await volumes(filters: conditions)
    where volume.isAnonymous && !unwanted.contains(where: volume.hasLabel) {
      do {
        try await removeVolume(volume.name)
        removed.append(.string(volume.name))
      } catch let error as DockerError where error.isConflict || error.isNotFound {
        // Somebody has taken or removed it since it was listed.
      }
    }
    return PruneReport(raw: ["VolumesDeleted": .array(removed)])
  }
}

extension Volume {
  /// Whether it has a label written as `name` or `name=value`.
  fileprivate func hasLabel(_ text: String) -> Bool {
    let sides = text.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
    guard let value = labels[String(sides[0])] else { return false }
    return sides.count < 2 || value == sides[1]
  }
}
