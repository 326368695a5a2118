import NIOHTTP1

extension DockerAPI {
  /// The secrets of the swarm, without what is in them.
  ///
  /// - Parameter filters: Conditions, such as `["label": "app=web"]`. A `name` matches the beginning
  ///   of the name.
  /// - Returns: An entry for each secret.
  /// - Throws: A ``DockerError`` whose `isNotSwarmManager` is true outside a swarm.
  public func secrets(filters: DockerFilters = [:]) async throws -> [SwarmSecret] {
    try await engine().list(.blobs("secrets", filters))
  }

  /// Keeps a secret in the swarm.
  ///
  /// - Parameter spec: Its name and what is in it.
  /// - Returns: Its id.
  /// - Throws: A ``DockerError``: `conflict` if the name is taken, `badRequest` if there is nothing in
  ///   it or more than 500 KB.
  @discardableResult
  public func createSecret(_ spec: SecretSpec) async throws -> String {
    report("creating secret \(spec.name)")
    return try await engine().id(of: .creation("secrets", spec.encoded))
  }

  /// What the swarm tells of a secret, which is not what is in it.
  ///
  /// - Parameter secret: Its id or name.
  /// - Returns: Its id, name and labels.
  /// - Throws: A ``DockerError``.
  public func inspectSecret(_ secret: String) async throws -> SwarmSecret {
    try await engine().object(.blob("secrets", secret, "", .GET))
  }

  /// Replaces the labels of a secret, the only thing of it that may change.
  ///
  /// - Parameters:
  ///   - secret: Its id or name.
  ///   - labels: All its labels.
  ///   - version: Which version of it the labels are made of; the newest if nothing is said.
  /// - Throws: A ``DockerError`` whose `isStaleVersion` is true if that isn't the newest version.
  public func updateSecret(
    _ secret: String,
    labels: [String: String],
    version: Int? = nil
  ) async throws {
    report("updating secret \(secret)")
    let engine = try await engine()
    try await engine.updateLabels(of: "secrets", secret, labels, version: version)
  }

  /// Removes a secret.
  ///
  /// - Parameter secret: Its id or name.
  /// - Throws: A ``DockerError``: `badRequest` if a service uses it.
  public func removeSecret(_ secret: String) async throws {
    report("removing secret \(secret)")
    try await engine().reply(to: .blob("secrets", secret, "", .DELETE))
  }
}

extension DockerAPI {
  /// The configs of the swarm.
  ///
  /// - Parameter filters: Conditions, such as `["label": "app=web"]`. A `name` matches the beginning
  ///   of the name.
  /// - Returns: An entry for each config.
  /// - Throws: A ``DockerError`` whose `isNotSwarmManager` is true outside a swarm.
  public func configs(filters: DockerFilters = [:]) async throws -> [SwarmConfig] {
    try await engine().list(.blobs("configs", filters))
  }

  /// Keeps a config in the swarm: a file that services get, and that is no secret.
  ///
  /// - Parameter spec: Its name and what is in it.
  /// - Returns: Its id.
  /// - Throws: A ``DockerError``: `conflict` if the name is taken.
  @discardableResult
  public func createConfig(_ spec: ConfigSpec) async throws -> String {
    report("creating config \(spec.name)")
    return try await engine().id(of: .creation("configs", spec.encoded))
  }

  /// Everything the swarm knows of a config.
  ///
  /// - Parameter config: Its id or name.
  /// - Returns: Its id, name, labels, and what is in it.
  /// - Throws: A ``DockerError``.
  public func inspectConfig(_ config: String) async throws -> SwarmConfig {
    try await engine().object(.blob("configs", config, "", .GET))
  }

  /// Replaces the labels of a config, the only thing of it that may change.
  ///
  /// - Parameters:
  ///   - config: Its id or name.
  ///   - labels: All its labels.
  ///   - version: Which version of it the labels are made of; the newest if nothing is said.
  /// - Throws: A ``DockerError`` whose `isStaleVersion` is true if that isn't the newest version.
  public func updateConfig(
    _ config: String,
    labels: [String: String],
    version: Int? = nil
  ) async throws {
    report("updating config \(config)")
    let engine = try await engine()
    try await engine.updateLabels(of: "configs", config, labels, version: version)
  }

  /// Removes a config.
  ///
  /// - Parameter config: Its id or name.
  /// - Throws: A ``DockerError``: `badRequest` if a service uses it.
  public func removeConfig(_ config: String) async throws {
    report("removing config \(config)")
    try await engine().reply(to: .blob("configs", config, "", .DELETE))
  }
}

extension DockerCall {
  private mutating func requireBlobs(_ folder: String) {
    if folder == "secrets" { requires(1, 25, for: folder) } else { requires(1, 30, for: folder) }
  }

  fileprivate static func blobs(_ folder: String, _ filters: DockerFilters) -> DockerCall {
    var call = DockerCall(.GET, "/\(folder)")
    call.requireBlobs(folder)
    call.add(filters)
    return call
  }

  fileprivate static func creation(_ folder: String, _ body: JSONObject) -> DockerCall {
    var call = DockerCall(.POST, "/\(folder)/create")
    call.requireBlobs(folder)
    call.setBody(body, gates: BodyGate.secret)
    return call
  }

  fileprivate static func blob(
    _ folder: String,
    _ name: String,
    _ action: String,
    _ method: HTTPMethod
  ) throws -> DockerCall {
    var call = try DockerCall.swarm(folder, name, action, method)
    call.requireBlobs(folder)
    return call
  }
}

extension DockerClient {
  fileprivate func id(of call: DockerCall) async throws -> String {
    try await json(call)["ID"]?.string ?? ""
  }

  fileprivate func updateLabels(
    of folder: String,
    _ name: String,
    _ labels: [String: String],
    version: Int?
  ) async throws {
    try await retryingStaleVersions(unless: version != nil) {
      let current: JSONPart = try await object(.blob(folder, name, "", .GET))
      // All of it is sent again, since the engine compares it with what it has.
      var spec = current.raw["Spec"]?.object ?? JSONObject()
      spec["Labels"] = .texts(labels)
      var call = try DockerCall.blob(folder, current.text("ID"), "/update", .POST)
      call.add("version", version ?? current.versionIndex)
      call.setBody(spec)
      try await reply(to: call)
    }
  }
}
