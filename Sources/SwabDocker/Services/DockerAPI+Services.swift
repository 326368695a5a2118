import NIOHTTP1

extension DockerAPI {
  /// The services of the swarm.
  ///
  /// - Parameters:
  ///   - filters: Conditions, such as `["mode": "global"]` or `["label": "app=web"]`. A `name`
  ///     matches the beginning of the name.
  ///   - status: Whether tasks are counted; needs API 1.41.
  /// - Returns: An entry for each service.
  /// - Throws: A ``DockerError`` whose `isNotSwarmManager` is true outside a swarm.
  public func services(
    filters: DockerFilters = [:],
    status: Bool = false
  ) async throws -> [SwarmService] {
    var call = DockerCall(.GET, "/services")
    call.add(filters)
    if status { call.requires(1, 41, for: "counting tasks") }
    call.add("status", status)
    return try await engine().list(call)
  }

  /// Makes a service.
  ///
  /// - Parameters:
  ///   - spec: What it runs, where and how often.
  ///   - sharesLogin: Whether what ``RegistryLogins`` knows of the image's registry is given to the
  ///     swarm, which keeps it and gives it to all nodes that fetch the image.
  /// - Returns: Its id, and what the engine warns of.
  /// - Throws: A ``DockerError``: `conflict` if the name is taken, `badRequest` without an image.
  @discardableResult
  public func createService(
    _ spec: ServiceSpec,
    sharesLogin: Bool = false
  ) async throws -> CreatedService {
    report("creating service \(spec.name)")
    let docker = try await engine()
    var call = DockerCall(.POST, "/services/create")
    if sharesLogin { try await docker.addLogin(for: spec.task.container.reference, to: &call) }
    call.setBody(spec.members, gates: BodyGate.service)
    return try await docker.object(call)
  }

  /// Everything the swarm knows of a service.
  ///
  /// - Parameters:
  ///   - service: Its name or id.
  ///   - insertsDefaults: Whether what its description doesn't say is filled in with what the swarm
  ///     assumes; needs API 1.29.
  /// - Returns: What it is, was before the last update, and how the update goes.
  /// - Throws: A ``DockerError``.
  public func inspectService(
    _ service: String,
    insertsDefaults: Bool = false
  ) async throws -> SwarmService {
    var call = try DockerCall.swarm("services", service, "", .GET)
    if insertsDefaults { call.requires(1, 29, for: "filling in defaults") }
    call.add("insertDefaults", insertsDefaults)
    return try await engine().object(call)
  }

  /// Removes a service and its tasks.
  ///
  /// - Parameter service: Its name or id.
  /// - Throws: A ``DockerError``.
  public func removeService(_ service: String) async throws {
    report("removing service \(service)")
    try await engine().reply(to: .swarm("services", service, "", .DELETE))
  }
}

extension DockerAPI {
  /// Changes a service.
  ///
  /// Its description is read, changed and written, so that whatever the closure leaves alone stays as
  /// it is, also what this library has no property for. Should somebody else have changed it in
  /// between, that is done again with what is there then.
  ///
  /// ```swift
  /// try await docker.updateService("web") { $0.task.container.image = "registry.example/web:1.4" }
  /// ```
  ///
  /// - Parameters:
  ///   - service: Its name or id.
  ///   - sharesLogin: Whether what ``RegistryLogins`` knows of the image's registry is given to the
  ///     swarm, which keeps it and gives it to all nodes that fetch the image.
  ///   - credentialsFrom: Which description's registry credentials are used on, if none are given.
  ///   - change: Makes the change, perhaps several times.
  /// - Returns: What the engine warns of.
  /// - Throws: A ``DockerError``, or what the closure throws.
  @discardableResult
  public func updateService(
    _ service: String,
    sharesLogin: Bool = false,
    credentialsFrom: ServiceCredentialsSource? = nil,
    _ change: @Sendable (inout ServiceSpec) throws -> Void
  ) async throws -> [String] {
    try await retryingStaleVersions {
      let current = try await inspectService(service)
      var spec = current.spec
      try change(&spec)
      // Not the name, which may be another service's by now.
      return try await updateService(
        current.id,
        version: current.version,
        spec,
        sharesLogin: sharesLogin,
        credentialsFrom: credentialsFrom
      )
    }
  }

  /// Replaces a service's description.
  ///
  /// - Parameters:
  ///   - service: Its name or id.
  ///   - version: Which version of it the new description is made of.
  ///   - spec: All of the new description; what isn't said goes back to what the engine assumes.
  ///   - sharesLogin: Whether what ``RegistryLogins`` knows of the image's registry is given to the
  ///     swarm, which keeps it and gives it to all nodes that fetch the image.
  ///   - credentialsFrom: Which description's registry credentials are used on, if none are given.
  /// - Returns: What the engine warns of.
  /// - Throws: A ``DockerError`` whose `isStaleVersion` is true if that isn't the newest version.
  @discardableResult
  public func updateService(
    _ service: String,
    version: Int,
    _ spec: ServiceSpec,
    sharesLogin: Bool = false,
    credentialsFrom: ServiceCredentialsSource? = nil
  ) async throws -> [String] {
    report("updating service \(spec.name)")
    let docker = try await engine()
    var call = try DockerCall.swarm("services", service, "/update", .POST)
    call.add("version", version)
    call.add("registryAuthFrom", credentialsFrom?.rawValue)
    if sharesLogin { try await docker.addLogin(for: spec.task.container.reference, to: &call) }
    call.setBody(spec.members, gates: BodyGate.service)
    return try await docker.warnings(call)
  }

  /// Takes a service back to how it was before its last update.
  ///
  /// - Parameter service: Its name or id.
  /// - Returns: What the engine warns of.
  /// - Throws: A ``DockerError``: `badRequest` or `engineFailed`, as the engine has it, if it was
  ///   never updated; `requiresAPIVersion` for an engine before 17.04.
  @discardableResult
  public func rollBackService(_ service: String) async throws -> [String] {
    try await retryingStaleVersions {
      let current = try await inspectService(service)
      report("rolling service \(service) back")
      var call = try DockerCall.swarm("services", current.id, "/update", .POST)
      call.requires(1, 28, for: "rolling a service back")
      call.add("version", current.version)
      call.add("rollback", "previous")
      // The engine wants a description, and takes the previous one.
      call.setBody(current.spec.members)
      return try await engine().warnings(call)
    }
  }

  /// Runs as many tasks of a service as are asked for.
  ///
  /// - Parameters:
  ///   - service: Its name or id.
  ///   - replicas: How many.
  /// - Throws: A ``DockerError``: `invalidArgument` for one that runs on every node.
  public func scaleService(_ service: String, to replicas: Int) async throws {
    try await updateService(service) { spec in
      guard spec.mode.replicas != nil else {
        throw DockerError.invalidArgument("the service \(service) has no number of tasks to set")
      }
      spec.mode.replicas = replicas
    }
  }
}

/// Which description's registry credentials a service uses after an update that brings none.
public enum ServiceCredentialsSource: String, Sendable, Hashable {
  /// The one's that is being replaced.
  case spec
  /// The one's before that.
  case previousSpec = "previous-spec"
}

extension TaskContainerSpec {
  fileprivate var reference: ImageReference {
    get throws { try ImageReference(parsing: image) }
  }
}

extension DockerClient {
  fileprivate func warnings(_ call: DockerCall) async throws -> [String] {
    try await json(call)["Warnings"]?.array?.compactMap(\.string) ?? []
  }
}
