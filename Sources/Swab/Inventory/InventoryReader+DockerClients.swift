import SwabYAML

/// What an entry of `docker_clients` takes.
///
/// The later ones are settings of Docker-Map's clients.
private struct DockerClientFields: Decodable {
  var fabricHost: YAMLLocated<String>?
  var interfaces: YAMLNode?
  var baseURL, version, timeout, tls: YAMLNode?
  var tunnelRemotePort, tunnelLocalPort, tunnelMethod: YAMLNode?
  var clientImplementation, cmdPrefix, defaultBin, useSudo, debug: YAMLNode?
  var domainname, waitTimeout, stopTimeout, authConfigs: YAMLNode?

  enum CodingKeys: String, CodingKey {
    case version, timeout, tls, interfaces, domainname, debug
    case fabricHost = "fabric_host"
    case baseURL = "base_url"
    case tunnelRemotePort = "tunnel_remote_port"
    case tunnelLocalPort = "tunnel_local_port"
    case tunnelMethod = "tunnel_method"
    case clientImplementation = "client_implementation"
    case cmdPrefix = "cmd_prefix"
    case defaultBin = "default_bin"
    case useSudo = "use_sudo"
    case waitTimeout = "wait_timeout"
    case stopTimeout = "stop_timeout"
    case authConfigs = "auth_configs"
  }

  /// The settings that a client reads by name, since `!env` may stand in them.
  static let settings: [String: EnvKey.ValueType] = [
    "base_url": .string, "version": .string, "timeout": .seconds, "tls": .tls,
    "tunnel_remote_port": .port, "tunnel_local_port": .port,
    "tunnel_method": .choice(["auto", "streamlocal", "socat", "dial-stdio"]),
    "client_implementation": .choice(["API", "CLI"]), "cmd_prefix": .string,
    "default_bin": .string, "use_sudo": .bool, "debug": .bool,
    "domainname": .string, "wait_timeout": .seconds, "stop_timeout": .seconds,
    "auth_configs": .map,
  ]

  /// Those of the settings that no client has a use for yet.
  static let withoutEffect: Set<String> = [
    "domainname", "wait_timeout", "stop_timeout", "auth_configs",
  ]
}

extension InventoryReader {
  mutating func readDockerClients(_ node: YAMLNode) throws(FabfileError) {
    for pair in try pairs(of: node, "docker_clients") {
      inventory.dockerClients[pair.key] = try dockerClient(pair)
    }
  }

  private mutating func dockerClient(_ pair: YAMLPair) throws(FabfileError) -> DockerClientEntry {
    var entry = DockerClientEntry(name: pair.key, location: pair.keyLocation)
    guard !pair.value.isNull else { return entry }
    let fields = try values.decode(
      DockerClientFields.self,
      from: pair.value,
      as: "a Docker client"
    )
    if let node = fields.interfaces { entry.interfaces = try interfaces(node) }
    if let host = fields.fabricHost {
      _ = try located(at: host.node.location) { () throws(FabfileError) in
        try HostString(host.value)
      }
      entry.fabricHost = host.value
      entry.location = host.node.location
    }
    for field in pair.value.mapping ?? [] {
      guard let type = DockerClientFields.settings[field.key] else { continue }
      entry.settings[field.key] = try setting(field, type, of: pair.key)
      guard DockerClientFields.withoutEffect.contains(field.key), !field.value.isNull else {
        continue
      }
      inventory.warnings.append(
        FabfileError(
          "'\(field.key)' has no effect in this version of swab",
          at: field.keyLocation
        )
      )
    }
    return entry
  }

  private func setting(
    _ field: YAMLPair,
    _ type: EnvKey.ValueType,
    of client: String
  ) throws(FabfileError) -> EnvEntry {
    let entry = try values.entry(field, section: "docker_clients \(client)")
    guard case .value(let value) = entry.template, !value.isNull, !type.accepts(value) else {
      return entry
    }
    throw FabfileError(
      field.value.error("'\(field.key)' takes \(type.description), not \(value.summary)")
    )
  }
}
