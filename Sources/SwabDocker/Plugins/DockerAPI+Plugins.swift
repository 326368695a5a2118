import NIOHTTP1

extension DockerAPI {
  /// The plugins that the engine has as images of their own.
  ///
  /// - Parameter filters: Conditions: `["enabled": true]`, `["capability": "volumedriver"]`.
  /// - Returns: An entry for each plugin.
  /// - Throws: A ``DockerError``.
  public func plugins(filters: DockerFilters = [:]) async throws -> [Plugin] {
    var call = DockerCall(.GET, "/plugins")
    call.requires(1, 25, for: "plugins")
    call.add(filters)
    return try await engine().list(call)
  }

  /// Everything the engine knows of a plugin.
  ///
  /// - Parameter plugin: Its name.
  /// - Returns: Its settings, and what it is.
  /// - Throws: A ``DockerError``.
  public func inspectPlugin(_ plugin: String) async throws -> Plugin {
    try await engine().object(.gatedPlugin(plugin, "/json", .GET))
  }

  /// Starts a plugin.
  ///
  /// - Parameters:
  ///   - plugin: Its name.
  ///   - timeout: How long the engine waits for its answers; without end if nothing is said.
  /// - Throws: A ``DockerError``, such as when it runs already.
  public func enablePlugin(_ plugin: String, timeout: Duration? = nil) async throws {
    report("enabling plugin \(plugin)")
    var call = try DockerCall.gatedPlugin(plugin, "/enable", .POST)
    call.add("timeout", timeout?.wholeSeconds ?? 0)
    // The engine tries for a while whether the plugin listens.
    call.grace = .seconds(30)
    try await engine().reply(to: call)
  }

  /// Stops a plugin.
  ///
  /// - Parameters:
  ///   - plugin: Its name.
  ///   - force: Whether one in use is stopped, too; needs API 1.28.
  /// - Throws: A ``DockerError``, such as when it doesn't run.
  public func disablePlugin(_ plugin: String, force: Bool = false) async throws {
    report("disabling plugin \(plugin)")
    var call = try DockerCall.gatedPlugin(plugin, "/disable", .POST)
    if force { call.requires(1, 28, for: "stopping a plugin by force") }
    call.add("force", force)
    call.grace = .seconds(30)
    try await engine().reply(to: call)
  }

  /// Changes settings of a plugin, which must not run.
  ///
  /// - Parameters:
  ///   - plugin: Its name.
  ///   - settings: Variables as `NAME=value`, and `mount.source=…`, `device.path=…`, `args=…`.
  /// - Throws: A ``DockerError``: `badRequest` or `engineFailed`, as the engine has it, for what can't
  ///   be set.
  public func configurePlugin(_ plugin: String, _ settings: [String]) async throws {
    report("configuring plugin \(plugin)")
    var call = try DockerCall.gatedPlugin(plugin, "/set", .POST)
    call.body = .texts(settings)
    try await engine().reply(to: call)
  }

  /// Makes a plugin of files.
  ///
  /// - Parameters:
  ///   - name: Its name; `latest` is its tag if there is none.
  ///   - archive: A tar archive of a file `config.json` and a folder `rootfs`.
  /// - Throws: A ``DockerError``.
  public func createPlugin(_ name: String, _ archive: DockerUpload) async throws {
    report("creating plugin \(name)")
    var call = DockerCall(.POST, "/plugins/create")
    call.requires(1, 25, for: "plugins")
    call.add("name", name)
    call.upload = archive
    call.grace = nil
    try await engine().reply(to: call)
  }

  /// Removes a plugin.
  ///
  /// - Parameters:
  ///   - plugin: Its name.
  ///   - force: Whether one that runs is removed, too.
  /// - Throws: A ``DockerError``.
  public func removePlugin(_ plugin: String, force: Bool = false) async throws {
    report("removing plugin \(plugin)")
    var call = try DockerCall.gatedPlugin(plugin, "", .DELETE)
    call.add("force", force)
    // The documentation has the engine tell what it was; it doesn't.
    try await engine().reply(to: call)
  }
}

extension DockerCall {
  /// A path below `/plugins`, which engines before 1.13 don't have.
  static func gatedPlugin(
    _ name: String,
    _ action: String,
    _ method: HTTPMethod
  ) throws -> DockerCall {
    var call = try DockerCall.plugin(name, action, method)
    call.requires(1, 25, for: "plugins")
    return call
  }
}
