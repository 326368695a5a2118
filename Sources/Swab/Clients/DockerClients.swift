import SwabYAML

/// The entries of `docker_clients` in `fabfile.yml`, by name.
public struct DockerClients: Sendable {
  let run: RunContext?

  /// The names, in the order of the file.
  public var names: [String] { run.map { Array($0.inventory.dockerClients.keys) } ?? [] }

  /// The configuration of a name.
  ///
  /// - Throws: ``TaskError`` with the nearest name if there is none; ``FabfileError`` if a setting
  ///   stands for a value that can't be.
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
      let target = try entry.fabricHost.map { try run.selector.target(named: $0) }
      return try DockerClientConfiguration(
        entry,
        environment: target?.environment ?? run.environment
      )
    }
  }
}

/// The entries of `docker_clients` in `fabfile.yml`: `try dockerClients["client1"].client()`.
public var dockerClients: DockerClients { DockerClients(run: TaskScope.current?.run) }

extension DockerClientConfiguration {
  /// Reads an entry of the file.
  ///
  /// - Parameters:
  ///   - entry: The entry.
  ///   - environment: The env of its host, whose keys `!env` names.
  /// - Throws: ``FabfileError`` if `!env` stands for nothing, or for what the setting can't be.
  init(_ entry: DockerClientEntry, environment: EnvTable) throws(FabfileError) {
    func value<Value>(
      _ name: String,
      _ wanted: String,
      _ convert: (EnvValue) -> Value?
    ) throws(FabfileError) -> Value? {
      guard let setting = entry.settings[name] else { return nil }
      let value = try environment.resolve(setting)
      if value.isNull { return nil }
      if let converted = convert(value) { return converted }
      throw FabfileError("'\(name)' takes \(wanted), not \(value.summary)", at: setting.location)
    }
    self.init(
      fabricHost: entry.fabricHost,
      baseURL: try value("base_url", "text", \.string),
      version: try value("version", "text", \.string),
      timeout: try value("timeout", EnvKey.ValueType.seconds.description, \.duration),
      tls: try value("tls", EnvKey.ValueType.tls.description, TLSSetting.init),
      tunnelRemotePort: try value("tunnel_remote_port", "a port", \.int),
      tunnelLocalPort: try value("tunnel_local_port", "a port", \.int),
      tunnelMethod: try value("tunnel_method", "text", \.string),
      interfaces: Dictionary(uniqueKeysWithValues: entry.interfaces.map { ($0.key, $0.value) }),
      implementation: try value("client_implementation", "API or CLI") {
        $0.string.flatMap { DockerClientImplementation(rawValue: $0) }
      }
    )
    commandPrefix = try value("cmd_prefix", "text", \.string)
    commandBinary = try value("default_bin", "text", \.string)
    usesSudo = try value("use_sudo", "true or false", \.bool)
    showsCommands = try value("debug", "true or false", \.bool)
  }
}

extension RunContext {
  /// The entry of `docker_clients` for a host, where none is named.
  ///
  /// An entry with a base URL is for that engine alone, so it has no say where another one is asked
  /// for.
  ///
  /// - Parameters:
  ///   - target: The host.
  ///   - baseURL: The base URL that is asked for, if one is.
  /// - Returns: What it says; nil without an entry.
  /// - Throws: ``TaskError`` if several entries differ, so that either could be meant.
  func configuration(
    for target: HostTarget,
    baseURL: String?
  ) throws -> DockerClientConfiguration? {
    var fitting: [(name: String, configuration: DockerClientConfiguration)] = []
    for entry in inventory.dockerClients.values where try isFor(target, entry) {
      let one = try DockerClientConfiguration(entry, environment: target.environment)
      if let baseURL, let own = one.baseURL, own != baseURL { continue }
      fitting.append((entry.name, one))
    }
    guard let first = fitting.first else { return nil }
    let other = fitting.first { $0.configuration.arguments != first.configuration.arguments }
    guard let other else { return first.configuration }
    throw TaskError(
      .usage,
      "dockerFabric() could mean '\(first.name)' or '\(other.name)' of docker_clients, which are both "
        + "for this host",
      host: target.name,
      hint: "write dockerClients[\"\(first.name)\"].client() or "
        + "dockerClients[\"\(other.name)\"].client()"
    )
  }

  private func isFor(_ target: HostTarget, _ entry: DockerClientEntry) throws -> Bool {
    guard let host = entry.fabricHost else { return false }
    return try host == target.name || selector.target(named: host).endpoint == target.endpoint
  }
}
