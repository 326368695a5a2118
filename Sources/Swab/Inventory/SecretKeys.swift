/// Which keys hold secrets, judged by their names.
enum SecretKeys {
  /// What is shown in place of a secret.
  static let mask = "••••"

  private static let endings = [
    "password", "passphrase", "secret", "token", "credentials", "auth", "_key",
    // Fabric's tables of them by host.
    "passwords",
  ]

  /// Whether what a path of keys of `fabfile.yml` leads to is never shown.
  ///
  /// A host or role may well be called `auth`.
  @Sendable
  static func areSecret(_ path: [String]) -> Bool {
    let isName = path.count == 2 && ["hosts", "roles", "docker_clients"].contains(path[0])
    return !isName && isSecret(path.last ?? "")
  }

  /// Whether the value of a key is never shown.
  @Sendable
  static func isSecret(_ key: String) -> Bool {
    let key = key.lowercased()
    // The paths of key files are no secrets, and one wants to see them when a login fails.
    guard key != "key_filename", !key.hasSuffix("_key_filename"), key != "docker_tls_key" else {
      return false
    }
    return endings.contains { key.hasSuffix($0) }
  }
}
