import SwabYAML

extension EnvKey {
  /// A warning about a key that swab doesn't read and that was probably meant for it.
  ///
  /// Keys are free for tasks to use, so it takes a name that is almost one of swab's, or one that
  /// Fabric reads.
  ///
  /// - Parameters:
  ///   - key: The key.
  ///   - location: Where it stands, if in a file.
  ///   - length: How many letters a key has at least, of which one may be wrong.
  ///   - others: Names beside those of env that would have been right.
  /// - Returns: The warning, with what was probably meant.
  static func warning(
    about key: String,
    at location: YAMLLocation? = nil,
    length: Int = 6,
    others: [String] = []
  ) -> FabfileError? {
    guard named(key) == nil else { return nil }
    if let place = moved[key] {
      return FabfileError("swab reads no key '\(key)' in env", at: location, hint: place)
    }
    let names = all.map(\.name) + others
    guard key.count >= length, let name = NearestName.nearest(to: key, among: names, limit: 1)
    else { return nil }
    return FabfileError("swab reads no key '\(key)'", at: location, hint: "did you mean \(name)?")
  }

  /// Keys of Fabric's and Docker-Fabric's env that swab has elsewhere or not at all.
  private static let moved = [
    "roledefs": "roles stand under roles:, at the top of the file",
    "docker_clients": "docker_clients: stands at the top of the file, beside env:",
    "docker_maps": "swab has no container maps yet",
    "docker_default_raise_on_error": "a request that fails throws; a task may catch it",
    "exclude": "exclude_hosts leaves hosts out",
    "host_string": "hosts selects hosts, and a task finds its own in currentHost",
    "key": "key_filename names key files",
    "passwords": "each host has its own under hosts: env: { password: … }",
    "sudo_passwords": "each host has its own under hosts: env: { sudo_password: … }",
    "sudo_prefix": "sudo(…) calls sudo by its name",
    "sudo_prompt": "sudo(…) is asked for a password in a way of its own",
    "rcfile": "settings stand in fabfile.yml alone",
    "gss_auth": "swab has no Kerberos",
    "gss_deleg": "swab has no Kerberos",
    "gss_kex": "swab has no Kerberos",
  ]
}

extension Inventory {
  /// Warnings about keys that variables and flags set, unless the file has them, too: then they are
  /// the project's own.
  func warnings(about layers: [EnvLayer]) -> [FabfileError] {
    let own = Set(fileLayers.flatMap(\.entries.keys))
    let variables = EnvLayer.reservedVariables.map { $0.dropFirst("SWAB_".count).lowercased() }
    return layers.flatMap(\.entries).compactMap { key, entry in
      guard !own.contains(key) else { return nil }
      let others = if case .variable = entry.origin { variables.sorted() } else { [String]() }
      return EnvKey.warning(about: key, length: 4, others: others)?
        .prefixed(with: "\(entry.origin)")
    }
  }

  /// The env of the file, of its roles and of its hosts.
  var fileLayers: [EnvLayer] {
    [env] + roles.values.map(\.layer) + (hosts ?? [:]).values.map(\.layer)
  }
}
