extension EnvTable {
  /// The texts of layers that may not be shown, `!env` resolved in this table.
  func secrets(in layers: [EnvLayer]) -> [String] {
    layers.flatMap { layer in
      layer.entries.flatMap { key, entry in
        secrets(of: entry.template, isSecret: entry.isSecret || SecretKeys.isSecret(key))
      }
    }
  }

  /// Those of one template.
  ///
  /// A reference that leads nowhere is an error for whoever reads the key, and hides none of the
  /// secrets beside it.
  func secrets(of template: EnvTemplate, isSecret: Bool) -> [String] {
    switch template {
    case .value(let value):
      return value.secrets(isSecret: isSecret)
    case .list(let templates):
      return templates.flatMap { secrets(of: $0, isSecret: isSecret) }
    case .map(let pairs):
      return pairs.flatMap {
        secrets(of: $0.template, isSecret: isSecret || SecretKeys.isSecret($0.key))
      }
    case .reference(let key, _):
      return (try? value(for: key))?.secrets(isSecret: isSecret || SecretKeys.isSecret(key)) ?? []
    }
  }
}

extension Inventory {
  /// The secrets of a host that stand under other keys and come by `!env`: which texts those are
  /// differs from host to host.
  func referencedSecrets(of environment: EnvTable) -> [String] {
    let layers = environment.layers + dockerClients.values.map(\.settings)
    return layers.flatMap { layer in
      layer.entries.flatMap { key, entry -> [String] in
        if case .value = entry.template { return [] }
        return environment.secrets(
          of: entry.template,
          isSecret: entry.isSecret || SecretKeys.isSecret(key)
        )
      }
    }
  }
}

extension EnvValue {
  /// The texts within that may not be shown.
  func secrets(isSecret: Bool) -> [String] {
    switch self {
    case .list(let values): values.flatMap { $0.secrets(isSecret: isSecret) }
    case .map(let map):
      map.flatMap { $0.value.secrets(isSecret: isSecret || SecretKeys.isSecret($0.key)) }
    case .string(let text): isSecret ? [text] : []
    case .int(let number): isSecret ? ["\(number)"] : []
    case .double(let number): isSecret ? ["\(number)"] : []
    case .null, .bool: []
    }
  }
}
