extension DockerError {
  /// The error for a file of settings in which something can't be meant.
  static func configuration(_ file: String, _ message: String) -> DockerError {
    DockerError(code: .invalidConfiguration, message: "\(file): \(message)")
  }

  /// The error with the file that it is about before it.
  func named(_ file: String) -> DockerError {
    var error = self
    error.message = "\(file): \(message)"
    return error
  }

  /// What a person can do about a failure between engine and registry, by the engine's words.
  static func registryHint(in message: String) -> String? {
    registryHints.first { message.contains($0.words) }?.hint
  }

  private static let registryHints: [(words: String, hint: String)] = [
    (
      "certificate signed by unknown authority",
      "the engine looks for the authority's certificate on its own host, at "
        + "/etc/docker/certs.d/HOST:PORT/ca.crt"
    ),
    (
      "server gave HTTP response to HTTPS client",
      "a registry without TLS has to be among insecure-registries in the engine's "
        + "/etc/docker/daemon.json"
    ),
    ("no basic auth credentials", "there is no login for this registry: docker login, or login(…)"),
    ("toomanyrequests", "many registries allow more to who is logged in"),
  ]
}
