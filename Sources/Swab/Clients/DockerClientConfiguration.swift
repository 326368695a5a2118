import SwabYAML

/// The settings of a named client: an entry of `docker_clients`, or one made in Swift.
public struct DockerClientConfiguration: Sendable {
  /// The host whose engine it is; without one, the client is local.
  public var fabricHost: String?
  /// Where the engine is, seen from the host.
  public var baseURL: String?
  /// The API version to speak; by default it is negotiated.
  public var version: String?
  /// How long a request may take as a whole.
  public var timeout: Duration?
  /// Whether to speak TLS.
  public var tls: Bool?
  /// The engine's port, for base URLs of TCP without one.
  public var tunnelRemotePort: Int?
  /// The first local port to try.
  public var tunnelLocalPort: Int?
  /// Addresses of the host by name, for the maps that use them.
  public var interfaces: [String: String]

  /// Makes a configuration; what is nil falls back to the host's `env`.
  ///
  /// - Parameters:
  ///   - fabricHost: The host whose engine it is.
  ///   - baseURL: Where the engine is, seen from the host.
  ///   - version: The API version to speak.
  ///   - timeout: How long a request may take as a whole.
  ///   - tls: Whether to speak TLS.
  ///   - tunnelRemotePort: The engine's port, for base URLs of TCP without one.
  ///   - tunnelLocalPort: The first local port to try.
  ///   - interfaces: Addresses of the host by name.
  public init(
    fabricHost: String? = nil,
    baseURL: String? = nil,
    version: String? = nil,
    timeout: Duration? = nil,
    tls: Bool? = nil,
    tunnelRemotePort: Int? = nil,
    tunnelLocalPort: Int? = nil,
    interfaces: [String: String] = [:]
  ) {
    self.fabricHost = fabricHost
    self.baseURL = baseURL
    self.version = version
    self.timeout = timeout
    self.tls = tls
    self.tunnelRemotePort = tunnelRemotePort
    self.tunnelLocalPort = tunnelLocalPort
    self.interfaces = interfaces
  }

  /// The configuration's client, from the pool, whatever the current host is.
  ///
  /// - Parameters:
  ///   - file: The calling file; leave it out.
  ///   - line: The calling line; leave it out.
  /// - Returns: The client of ``fabricHost``'s engine.
  /// - Throws: ``TaskError`` if there is no such host.
  public func client(file: String = #fileID, line: Int = #line) throws -> DockerFabricClient {
    let run = try TaskScope.require("client()").run
    let target = try fabricHost.map { try run.selector.target(named: $0) }
    return try run.dockerClient(
      arguments,
      target: target,
      environment: target?.environment ?? run.environment,
      origin: SourceLocation(file: file, line: line)
    )
  }

  var arguments: DockerClientSettings.Arguments {
    DockerClientSettings.Arguments(
      baseURL: baseURL,
      version: version,
      timeout: timeout,
      tls: tls,
      tunnelRemotePort: tunnelRemotePort,
      tunnelLocalPort: tunnelLocalPort
    )
  }
}

/// The entries of `docker_clients` in `fabfile.yml`, by name.
public struct DockerClients: Sendable {
  let run: RunContext?

  /// The names, in the order of the file.
  public var names: [String] { run.map { Array($0.inventory.dockerClients.keys) } ?? [] }

  /// The configuration of a name.
  ///
  /// - Throws: ``TaskError`` with the nearest name if there is none.
  public subscript(name: String) -> DockerClientConfiguration {
    get throws {
      guard let run else { throw TaskError(.usage, "dockerClients works within a task only") }
      guard let entry = run.inventory.dockerClients[name] else {
        throw TaskError(
          .usage,
          "docker_clients has no '\(name)'",
          hint: NearestName.hint(for: name, among: names)
        )
      }
      return try DockerClientConfiguration(entry, environment: run.environment)
    }
  }
}

/// The entries of `docker_clients` in `fabfile.yml`: `try dockerClients["client1"].client()`.
public var dockerClients: DockerClients { DockerClients(run: TaskScope.current?.run) }

extension DockerClientConfiguration {
  /// Reads an entry of the file.
  init(_ entry: DockerClientEntry, environment: EnvTable) throws(FabfileError) {
    func value(_ name: String) throws(FabfileError) -> EnvValue? {
      guard let setting = entry.settings[name] else { return nil }
      return try environment.resolve(setting)
    }
    self.init(
      fabricHost: entry.fabricHost,
      baseURL: try value("base_url")?.string,
      version: try value("version")?.string,
      timeout: try value("timeout")?.double.map { .seconds($0) },
      tls: try value("tls")?.bool,
      tunnelRemotePort: try value("tunnel_remote_port")?.int,
      tunnelLocalPort: try value("tunnel_local_port")?.int,
      interfaces: Dictionary(uniqueKeysWithValues: entry.interfaces.map { ($0.key, $0.value) })
    )
  }
}

extension RunContext {
  /// The entry of `docker_clients` whose `fabric_host` is this host.
  func configuration(for target: HostTarget) throws -> DockerClientConfiguration? {
    for entry in inventory.dockerClients.values {
      guard let host = entry.fabricHost else { continue }
      if host != target.name {
        guard try selector.target(named: host).endpoint == target.endpoint else { continue }
      }
      return try DockerClientConfiguration(entry, environment: target.environment)
    }
    return nil
  }
}
