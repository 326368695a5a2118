import NIOHTTP1

extension DockerAPI {
  /// The networks of the engine.
  ///
  /// - Parameter filters: Conditions, such as `["driver": "overlay"]` or `["dangling": true]`. A
  ///   `name` matches a part of the name.
  /// - Returns: An entry for each network.
  /// - Throws: A ``DockerError``.
  public func networks(filters: DockerFilters = [:]) async throws -> [Network] {
    var call = DockerCall(.GET, "/networks")
    call.add(filters)
    return try await engine().list(call)
  }

  /// Makes a network; a name that is taken is refused by every engine.
  ///
  /// - Parameter spec: What it is made with.
  /// - Returns: Its id, and what the engine warns of.
  /// - Throws: A ``DockerError``: `conflict` if the name is taken, `forbidden` if its addresses are.
  @discardableResult
  public func createNetwork(_ spec: NetworkSpec) async throws -> CreatedNetwork {
    report("creating network \(spec.name)")
    var call = DockerCall(.POST, "/networks/create")
    call.setBody(spec.encoded, gates: BodyGate.network)
    return try await engine().object(call)
  }

  /// Everything the engine knows of a network.
  ///
  /// - Parameters:
  ///   - network: Its name or id.
  ///   - verbose: Whether services and tasks on other nodes are told of; needs API 1.28.
  ///   - scope: How far the network reaches, where there are several of that name: `local`,
  ///     `swarm`; needs API 1.31.
  /// - Returns: What it was made with, and who is in it.
  /// - Throws: A ``DockerError``: `badRequest` if several networks' ids begin so.
  public func inspectNetwork(
    _ network: String,
    verbose: Bool = false,
    scope: String? = nil
  ) async throws -> Network {
    var call = try DockerCall.network(network, "", .GET)
    if verbose { call.requires(1, 28, for: "verbose") }
    call.add("verbose", verbose)
    if let scope {
      call.requires(1, 31, for: "scope")
      call.add("scope", scope)
    }
    return try await engine().object(call)
  }

  /// Removes a network.
  ///
  /// - Parameter network: Its name or id.
  /// - Throws: A ``DockerError``: `forbidden` if containers are in it, or it is the engine's own.
  public func removeNetwork(_ network: String) async throws {
    report("removing network \(network)")
    try await engine().reply(to: .network(network, "", .DELETE))
  }

  /// Puts a container in a network.
  ///
  /// - Parameters:
  ///   - container: Its name or id.
  ///   - network: The network's name or id.
  ///   - endpoint: Its further names and fixed addresses there.
  /// - Throws: A ``DockerError``: `forbidden` if it is in there already.
  public func connect(
    _ container: String,
    toNetwork network: String,
    _ endpoint: EndpointSpec = EndpointSpec()
  ) async throws {
    report("connecting container \(container) to network \(network)")
    var call = try DockerCall.network(network, "/connect", .POST)
    var body = JSONObject()
    body.set("Container", try DockerCall.containerName(container))
    body.set("EndpointConfig", endpoint.encoded)
    call.setBody(body, gates: BodyGate.connection)
    try await engine().reply(to: call)
  }

  /// Takes a container out of a network.
  ///
  /// - Parameters:
  ///   - container: Its name or id.
  ///   - network: The network's name or id.
  ///   - force: Whether that is so even if the engine cannot reach the container.
  /// - Throws: A ``DockerError``: `engineFailed` if it isn't in there.
  public func disconnect(
    _ container: String,
    fromNetwork network: String,
    force: Bool = false
  ) async throws {
    report("disconnecting container \(container) from network \(network)")
    var call = try DockerCall.network(network, "/disconnect", .POST)
    var body = JSONObject()
    body.set("Container", try DockerCall.containerName(container))
    body.set("Force", force)
    call.setBody(body)
    try await engine().reply(to: call)
  }

  /// Removes networks that no container is in.
  ///
  /// - Parameter filters: Conditions, such as `["until": "24h"]`, which needs API 1.28, or
  ///   `["label": "stage=test"]`, which needs API 1.29.
  /// - Returns: Which ones were removed.
  /// - Throws: A ``DockerError``: `invalidArgument` for a condition without values.
  @discardableResult
  public func pruneNetworks(filters: DockerFilters = [:]) async throws -> PruneReport {
    report("removing unused networks")
    return try await engine().prune("networks", filters)
  }
}
