import SwabYAML

extension InventoryReader {
  /// What an entry of `docker_clients` takes beside `interfaces`.
  ///
  /// The later ones are settings of Docker-Map's clients.
  private static let settings: [(name: String, type: EnvKey.ValueType)] = [
    ("fabric_host", .string),
    ("base_url", .string),
    ("version", .string),
    ("timeout", .seconds),
    ("tls", .bool),
    ("tunnel_remote_port", .port),
    ("tunnel_local_port", .port),
    ("tunnel_method", .choice(["auto", "streamlocal", "socat", "dial-stdio"])),
    ("domainname", .string),
    ("wait_timeout", .seconds),
    ("stop_timeout", .seconds),
    ("auth_configs", .map),
  ]

  mutating func readDockerClients(_ node: YAMLNode) throws(FabfileError) {
    for pair in try pairs(of: node, "docker_clients") {
      inventory.dockerClients[pair.key] = try dockerClient(pair)
    }
  }

  private func dockerClient(_ pair: YAMLPair) throws(FabfileError) -> DockerClientEntry {
    var entry = DockerClientEntry(name: pair.key, location: pair.keyLocation)
    let known = Self.settings.map(\.name) + ["interfaces"]
    for field in try pairs(of: pair.value, "a Docker client", known: known) {
      switch field.key {
      case "interfaces": entry.interfaces = try interfaces(field.value)
      case "fabric_host": entry.fabricHost = try values.text(field.value, "fabric_host")
      default: entry.settings[field.key] = try setting(field, of: pair.key)
      }
    }
    return entry
  }

  private func setting(_ field: YAMLPair, of client: String) throws(FabfileError) -> EnvEntry {
    let entry = try values.entry(field, section: "docker_clients \(client)")
    let type = Self.settings.first { $0.name == field.key }?.type
    guard let type, case .value(let value) = entry.template, !value.isNull else { return entry }
    guard type.accepts(value) else {
      throw FabfileError(
        field.value.error("'\(field.key)' takes \(type.description), not \(value.summary)")
      )
    }
    return entry
  }

  /// Refuses a `fabric_host` that nobody could connect to.
  func checkFabricHosts() throws(FabfileError) {
    for entry in inventory.dockerClients.values {
      guard let host = entry.fabricHost else { continue }
      try located(at: entry.location) { () throws(FabfileError) in _ = try HostString(host) }
    }
  }
}
