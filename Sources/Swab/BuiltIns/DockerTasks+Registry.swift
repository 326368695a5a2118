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
    let pulled = try await call.docker.pull(image, tag: tag)
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
    let pushed = try await call.docker.push(image, tag: tag)
    var json = JSONObject()
    json["name"] = .string(pushed.name)
    json["digest"] = .string(pushed.digest)
    return TaskReport(["\(pushed.name): \(pushed.digest)"], json: .object(json))
  }

  /// The password is never an argument: everybody on this machine could read it.
  @Sendable private static func login(_ call: BuiltInCall) async throws -> TaskReport {
    let environment = call.scope.environment
    let given = try call.arguments.string("registry")
    let configured = try environment.string("docker_registry_repository")
    let registry = given.isEmpty ? configured : given
    let docker = try call.docker
    let answer: RegistryLogin
    if let user = try environment.string("docker_registry_user"), !user.isEmpty {
      let credentials = RegistryCredentials(
        username: user,
        password: try environment.string("docker_registry_password") ?? "",
        email: try environment.string("docker_registry_mail")
      )
      answer = try await docker.login(credentials, to: registry)
    } else {
      answer = try await docker.login(to: registry)
    }
    var json = JSONObject()
    json["registry"] = registry.map { .string($0) } ?? .null
    json["status"] = answer.raw["Status"] ?? .null
    return TaskReport([answer.raw["Status"]?.string ?? "Login Succeeded"], json: .object(json))
  }

  private static func reference(_ call: BuiltInCall) throws -> (image: String, tag: String?) {
    let tag = try call.arguments.string("tag")
    return (try call.arguments.string("image"), tag.isEmpty ? nil : tag)
  }
}
