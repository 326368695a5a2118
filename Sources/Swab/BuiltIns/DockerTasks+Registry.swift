extension DockerTasks {
  /// What has to do with registries.
  static let registry = [
    define("pull_image", "Fetch an image from its registry", ["image", "tag="], pull),
    define("push_image", "Send an image to its registry", ["image", "tag="], push),
    define(
      "login",
      "Log in to a registry, for the rest of the run, with docker_registry_user and _password",
      ["registry="],
      login
    ),
  ]

  @Sendable private static func pull(_ call: BuiltInCall) async throws -> TaskReport {
    let (image, tag) = try reference(call)
    guard let pulled = try await call.docker.pull(image, tag: tag) else { return failure(image) }
    var json = JSONObject()
    json["name"] = .string(pulled.name)
    json["digest"] = pulled.digest.map { .string($0) } ?? .null
    json["is_new"] = .bool(pulled.isNew)
    return TaskReport(
      ["\(pulled.name): \(pulled.isNew ? "fetched" : "it was there")"],
      json: .object(json)
    )
  }

  @Sendable private static func push(_ call: BuiltInCall) async throws -> TaskReport {
    let (image, tag) = try reference(call)
    guard let pushed = try await call.docker.push(image, tag: tag) else { return failure(image) }
    var json = JSONObject()
    json["name"] = .string(pushed.name)
    json["digest"] = .string(pushed.digest)
    return TaskReport(["\(pushed.name): \(pushed.digest)"], json: .object(json))
  }

  /// The password is never an argument: everybody on this machine could read it.
  @Sendable private static func login(_ call: BuiltInCall) async throws -> TaskReport {
    let given = try call.arguments.string("registry")
    let registry =
      try given.isEmpty ? call.scope.environment.string("docker_registry_repository") : given
    let succeeded = try await call.docker.login(registry: registry)
    let status = succeeded ? "Login Succeeded" : "Login Failed"
    var json = JSONObject()
    json["registry"] = registry.map { .string($0) } ?? .null
    json["status"] = .string(status)
    return TaskReport([status], json: .object(json))
  }

  /// What is left to say where a failure was a warning.
  private static func failure(_ image: String) -> TaskReport {
    var json = JSONObject()
    json["name"] = .string(image)
    json["failed"] = true
    return TaskReport(["\(image): failed"], json: .object(json))
  }

  private static func reference(_ call: BuiltInCall) throws -> (image: String, tag: String?) {
    let tag = try call.arguments.string("tag")
    return (try call.arguments.string("image"), tag.isEmpty ? nil : tag)
  }
}
