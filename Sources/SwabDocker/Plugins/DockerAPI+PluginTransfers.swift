import NIOHTTP1

// Plugins on their way from and to registries, which get what `RegistryLogins` knows of them.

extension DockerAPI {
  /// What a plugin of a registry wants to be allowed.
  ///
  /// - Parameter remote: Its name in the registry, such as `registry.example/plugin:1`.
  /// - Returns: An entry for each thing.
  /// - Throws: A ``DockerError``.
  public func pluginPrivileges(of remote: String) async throws -> [PluginPrivilege] {
    var call = DockerCall(.GET, "/plugins/privileges")
    call.requires(1, 25, for: "plugins")
    call.add("remote", remote)
    call.grace = nil
    let docker = try await engine()
    try await docker.addLogin(for: ImageReference(parsing: remote), to: &call)
    return try await docker.list(call)
  }

  /// Fetches a plugin from a registry; it doesn't run then.
  ///
  /// - Parameters:
  ///   - remote: Its name in the registry.
  ///   - name: What it is called here; as there if there is none.
  ///   - privileges: What it is allowed: all that ``pluginPrivileges(of:)`` gives, or it isn't fetched.
  /// - Throws: A ``DockerError``.
  public func pullPlugin(
    _ remote: String,
    as name: String? = nil,
    granting privileges: [PluginPrivilege]
  ) async throws {
    report("pulling plugin \(remote)")
    var call = DockerCall(.POST, "/plugins/pull")
    call.requires(1, 25, for: "plugins")
    call.add("remote", remote)
    call.add("name", name)
    try await transfer(call, remote, privileges)
  }

  /// Replaces a plugin that doesn't run by another release of it.
  ///
  /// - Parameters:
  ///   - plugin: Its name here.
  ///   - remote: The name of the release in the registry.
  ///   - privileges: What it is allowed: all that ``pluginPrivileges(of:)`` gives.
  /// - Throws: A ``DockerError``.
  public func upgradePlugin(
    _ plugin: String,
    to remote: String,
    granting privileges: [PluginPrivilege]
  ) async throws {
    report("upgrading plugin \(plugin) to \(remote)")
    var call = try DockerCall.plugin(plugin, "/upgrade", .POST)
    call.requires(1, 26, for: "upgrading a plugin")
    call.add("remote", remote)
    try await transfer(call, remote, privileges)
  }

  /// Gives a plugin to the registry that its name says.
  ///
  /// - Parameter plugin: Its name.
  /// - Throws: A ``DockerError``.
  public func pushPlugin(_ plugin: String) async throws {
    report("pushing plugin \(plugin)")
    let call = try DockerCall.gatedPlugin(plugin, "/push", .POST)
    try await transfer(call, plugin, nil)
  }

  private func transfer(
    _ call: DockerCall,
    _ name: String,
    _ privileges: [PluginPrivilege]?
  ) async throws {
    let docker = try await engine()
    var call = call
    try await docker.addLogin(for: ImageReference(parsing: name), to: &call)
    call.body = privileges.map { .array($0.map(\.raw)) }
    call.grace = nil
    try await follow(docker.progress(call))
  }
}
