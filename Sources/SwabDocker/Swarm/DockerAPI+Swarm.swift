import NIOHTTP1

extension DockerAPI {
  /// The swarm that the engine is a manager of.
  ///
  /// - Returns: Its settings, and the tokens that let others join it.
  /// - Throws: A ``DockerError`` whose `isNotSwarmManager` is true if it is no manager of any.
  public func inspectSwarm() async throws -> Swarm {
    try await engine().object(DockerCall(.GET, "/swarm"))
  }

  /// Makes a swarm whose first manager is this engine.
  ///
  /// - Parameter options: Its addresses and settings.
  /// - Returns: The id of this engine's node.
  /// - Throws: A ``DockerError``: `unavailable` if it is in a swarm already.
  @discardableResult
  public func initSwarm(_ options: SwarmInit = SwarmInit()) async throws -> String {
    report("making a swarm")
    var call = DockerCall(.POST, "/swarm/init")
    call.setBody(options.encoded, gates: BodyGate.swarm)
    return try await engine().json(call).string ?? ""
  }

  /// Makes the engine a member of a swarm.
  ///
  /// - Parameter options: Where its managers are, and the token that lets it in.
  /// - Throws: A ``DockerError``: `unavailable` if it is in a swarm already.
  public func joinSwarm(_ options: SwarmJoin) async throws {
    report("joining a swarm")
    var call = DockerCall(.POST, "/swarm/join")
    call.setBody(options.encoded, gates: BodyGate.swarm)
    // The engine tries for 20 seconds, and goes on trying after that.
    call.grace = .seconds(20)
    try await engine().reply(to: call)
  }

  /// Takes the engine out of its swarm.
  ///
  /// - Parameter force: Whether a manager leaves, too, with all that the swarm knew if it is the last
  ///   one, and an engine that is in no swarm is fine.
  /// - Returns: Whether it left one; with `force` off it always did.
  /// - Throws: A ``DockerError``: `unavailable` if it is a manager or in no swarm, and `force` is off.
  @discardableResult
  public func leaveSwarm(force: Bool = false) async throws -> Bool {
    report("leaving the swarm")
    var call = DockerCall(.POST, "/swarm/leave")
    call.add("force", force)
    // Its tasks are ended first.
    call.grace = .seconds(60)
    do {
      try await engine().reply(to: call)
      return true
    } catch let error as DockerError where force && error.isNotSwarmManager {
      return false
    }
  }

  /// Changes the settings of the swarm.
  ///
  /// They are read, changed and written. Should somebody else have changed them in between, that is
  /// done again with what is there then.
  ///
  /// - Parameters:
  ///   - renewing: Which of the swarm's secrets are made anew.
  ///   - change: Makes the change, perhaps several times.
  /// - Throws: A ``DockerError``, or what the closure throws.
  public func updateSwarm(
    renewing: SwarmRenewals = [],
    _ change: @Sendable (inout SwarmSpec) throws -> Void = { _ in }
  ) async throws {
    try await retryingStaleVersions {
      let swarm = try await inspectSwarm()
      var spec = swarm.spec
      try change(&spec)
      try await updateSwarm(version: swarm.version, spec, renewing: renewing)
    }
  }

  /// Replaces the settings of a swarm.
  ///
  /// - Parameters:
  ///   - version: Which version of them the new ones are made of.
  ///   - spec: All of the new settings; what isn't said goes back to what the engine assumes.
  ///   - renewing: Which of the swarm's secrets are made anew.
  /// - Throws: A ``DockerError`` whose `isStaleVersion` is true if that isn't the newest version.
  public func updateSwarm(
    version: Int,
    _ spec: SwarmSpec,
    renewing: SwarmRenewals = []
  ) async throws {
    report("updating the swarm")
    var call = DockerCall(.POST, "/swarm/update")
    call.add("version", version)
    call.add("rotateWorkerToken", renewing.contains(.workerToken))
    call.add("rotateManagerToken", renewing.contains(.managerToken))
    if renewing.contains(.unlockKey) { call.requires(1, 25, for: "renewing the unlock key") }
    call.add("rotateManagerUnlockKey", renewing.contains(.unlockKey))
    call.setBody(spec.members, gates: BodyGate.swarmSettings)
    try await engine().reply(to: call)
  }

  /// The key that lets managers start again, where the swarm locks them.
  ///
  /// - Returns: The key; nothing if managers aren't locked. It is a secret.
  /// - Throws: A ``DockerError``.
  public func swarmUnlockKey() async throws -> String? {
    var call = DockerCall(.GET, "/swarm/unlockkey")
    call.requires(1, 25, for: "the unlock key")
    let key = try await engine().json(call)["UnlockKey"]?.string ?? ""
    return key.isEmpty ? nil : key
  }

  /// Unlocks a manager that was started again.
  ///
  /// - Parameter key: The key.
  /// - Throws: A ``DockerError``: `conflict` if it isn't locked.
  public func unlockSwarm(_ key: String) async throws {
    report("unlocking the swarm")
    var call = DockerCall(.POST, "/swarm/unlock")
    call.requires(1, 25, for: "unlocking a swarm")
    var body = JSONObject()
    body.set("UnlockKey", key)
    call.setBody(body)
    try await engine().reply(to: call)
  }
}

extension DockerAPI {
  /// Does something that others may get in the way of, and again when they did, unless the version
  /// is the caller's.
  func retryingStaleVersions<Result>(
    unless isPinned: Bool = false,
    _ change: () async throws -> Result
  ) async throws -> Result {
    // Whoever loses that often meets with something that never rests.
    for _ in 0..<(isPinned ? 0 : 5) {
      do {
        return try await change()
      } catch let error as DockerError where error.isStaleVersion {
        continue
      }
    }
    return try await change()
  }
}
