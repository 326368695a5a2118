import NIOHTTP1

extension DockerAPI {
  /// Asks the engine whether it is there.
  ///
  /// - Returns: What the engine says of itself in the answer's headers.
  /// - Throws: A ``DockerError`` if it does not answer, or answers that it is unhealthy.
  @discardableResult
  public func ping() async throws -> PingReply {
    let reply = try await engine().reply(to: DockerCall(.GET, "/_ping"))
    var object = JSONObject()
    for (name, value) in reply.head.headers { object.append(.string(value), for: name) }
    return PingReply(raw: .object(object))
  }

  /// The engine's release and API versions.
  ///
  /// - Throws: A ``DockerError``.
  public func version() async throws -> EngineVersion {
    try await engine().object(DockerCall(.GET, "/version"))
  }

  /// What the engine says of itself and its host.
  ///
  /// - Throws: A ``DockerError``.
  public func info() async throws -> EngineInfo {
    try await engine().object(DockerCall(.GET, "/info"))
  }
}
