extension Inventory {
  /// The addresses that `interfaces` of a host names.
  func interfaces(of host: HostReference) -> [String: String] {
    let entry = host.inventoryName.flatMap { hosts?[$0] }
    return Dictionary(uniqueKeysWithValues: (entry?.interfaces ?? [:]).map { ($0.key, $0.value) })
  }

  /// The effective env of a host.
  ///
  /// Lowest first: defaults, the file's `env`, the env of every role that holds the host (whichever
  /// was selected), the host's own, variables, flags.
  ///
  /// - Parameters:
  ///   - host: The host; without one, the env outside of any host.
  ///   - variables: What `SWAB_…` variables say.
  ///   - flags: What flags say.
  /// - Returns: The table, which shares the levels with those of other hosts.
  func environment(
    for host: HostReference?,
    variables: EnvLayer = EnvLayer(),
    flags: EnvLayer = EnvLayer()
  ) -> EnvTable {
    var layers = [EnvLayer.defaults, env]
    let firstRole = layers.count
    if let host {
      for name in envRolesByHost[host.key] ?? [] {
        guard let layer = roles[name]?.layer, !layer.isEmpty else { continue }
        layers.append(layer)
      }
    }
    let roleRange = firstRole..<layers.count
    if let name = host?.inventoryName, let entry = hosts?[name] { layers.append(entry.layer) }
    layers.append(variables)
    layers.append(flags)
    return EnvTable(lowestFirst: layers, roles: roleRange)
  }

  /// The effective env of a host that is named by a host string.
  func environment(
    for host: String?,
    variables: EnvLayer = EnvLayer(),
    flags: EnvLayer = EnvLayer()
  ) throws(FabfileError) -> EnvTable {
    let reference: HostReference? =
      if let host { try reference(host, at: nil) } else { nil }
    return environment(for: reference, variables: variables, flags: flags)
  }
}
