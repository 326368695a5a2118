/// An engine that a client without a host would have, and that isn't at a socket of this machine.
///
/// `DOCKER_HOST` may be left from the line of a `swab tunnel`, and a context from last week: then
/// "this machine's engine" is one in production.
struct OtherEngine: Sendable, Equatable {
  var address: String
  /// What decided on it.
  var origin: String
  /// Whether that is a setting of Docker's, rather than one of swab's.
  var isDockersChoice: Bool
  /// What takes Docker's setting back.
  private var remedy = ""

  /// Finds out where the engine is, which the docker command finds in the same way; there is none of
  /// these if it is at a socket.
  ///
  /// - Parameters:
  ///   - settings: The client's settings.
  ///   - environment: The values in force without a host.
  ///   - variables: The variables of the process; by default this one's.
  /// - Throws: `DockerError` if Docker's settings can't be read.
  init?(
    _ settings: DockerClientSettings,
    _ environment: EnvTable,
    variables: [String: String]? = nil
  ) throws {
    let endpoint =
      try settings.baseURL.map { DockerEndpoint(baseURL: $0) }
      ?? DockerEndpoint.resolve(environment: variables)
    guard let address = endpoint.baseURL, !Self.isSocket(address) else { return nil }
    self.address = address
    switch endpoint.origin {
    case .variable: (isDockersChoice, remedy) = (true, "unset DOCKER_HOST")
    case .context:
      (isDockersChoice, remedy) = (true, "docker context use default, or unset DOCKER_CONTEXT")
    default: isDockersChoice = false
    }
    origin =
      isDockersChoice || settings.baseURL == nil
      ? "\(endpoint.origin)" : Self.setting("docker_base_url", environment)
  }

  private static func isSocket(_ address: String) -> Bool {
    guard case .unixSocket = (try? DockerAddress(parsing: address))?.endpoint else { return false }
    return true
  }

  private static func setting(_ key: String, _ environment: EnvTable) -> String {
    environment.entry(for: key).map { "\(key), \($0.origin)" } ?? key
  }

  /// Says which engine it is, once in a run.
  func say(on console: Console) {
    console.sayOnce(.status, "this machine's Docker Engine is \(address) (\(origin))")
  }

  /// Why a task that removes things doesn't.
  var refusal: TaskError {
    TaskError(
      .usage,
      "nothing is removed: --local would mean the Docker Engine at \(address), by \(origin), and "
        + "that may not be this machine's",
      hint: "if it is meant, select its host: -H HOST; else \(remedy)"
    )
  }
}
