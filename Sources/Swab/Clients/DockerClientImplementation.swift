/// Ways to a host's Docker Engine.
public enum DockerClientImplementation: String, Sendable, Hashable, CaseIterable {
  /// The engine's API, through a tunnel.
  case api = "API"
  /// The docker command on the host, also by sudo.
  case cli = "CLI"

  /// The implementation of a name.
  ///
  /// - Parameter name: What `docker_fabric_implementation` says.
  /// - Throws: ``TaskError`` if there is none of that name.
  init(named name: String) throws(TaskError) {
    guard let implementation = Self(rawValue: name) else {
      throw TaskError(
        .usage,
        "there is no Docker client '\(name)'",
        hint: "docker_fabric_implementation is "
          + Self.allCases.map(\.rawValue).joined(separator: " or ")
      )
    }
    self = implementation
  }
}

/// How the docker command is run on a host, where there is no other way to its engine.
struct DockerCLISettings: Sendable, Hashable {
  var binary: String
  var prefix: String?
  var usesSudo: Bool
  /// What sudo is told; part of nothing that is shown.
  var sudoPassword: String?
  /// Whether each command is shown.
  var isDebug: Bool

  /// What a call gives explicitly; nil falls back to the `docker_clients` entry, then to env.
  struct Arguments: Sendable, Hashable {
    var binary: String?
    var prefix: String?
    var usesSudo: Bool?
    var isDebug: Bool?

    /// These, and for what they leave open, the others.
    func over(_ other: Arguments) -> Arguments {
      Arguments(
        binary: binary ?? other.binary,
        prefix: prefix ?? other.prefix,
        usesSudo: usesSudo ?? other.usesSudo,
        isDebug: isDebug ?? other.isDebug
      )
    }
  }

  /// Puts arguments over env.
  ///
  /// - Throws: ``FabfileError`` if an env key holds what it can't.
  init(_ arguments: Arguments, environment: EnvTable) throws {
    func given(_ text: String?) -> String? { text.flatMap { $0.isEmpty ? nil : $0 } }
    binary =
      try given(arguments.binary) ?? given(environment.string("docker_cli_bin")) ?? "docker"
    prefix = try arguments.prefix ?? environment.string("docker_cli_prefix")
    usesSudo = try arguments.usesSudo ?? environment.bool("docker_cli_sudo") ?? false
    isDebug = try arguments.isDebug ?? environment.bool("docker_cli_debug") ?? false
    sudoPassword =
      try given(environment.string("sudo_password")) ?? given(environment.string("password"))
  }
}

extension DockerClientSettings {
  /// The settings as the Docker library takes them.
  var command: DockerCommandSettings {
    var command = DockerCommandSettings()
    command.binary = cli.binary
    command.prefix = cli.prefix
    command.usesSudo = cli.usesSudo
    command.sudoPassword = cli.sudoPassword
    command.baseURL = baseURL
    // For `https` the program checks who answers, as its own way of TLS is.
    let saysItself = baseURL?.lowercased().hasPrefix("https:") ?? false
    command.tls = tls == nil || saysItself ? .none : .unverified
    return command
  }
}
