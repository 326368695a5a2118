extension DockerError {
  /// The error for what has no docker command that would do it.
  static func notForCommand(_ what: String) -> DockerError {
    DockerError(
      code: .notImplemented,
      message: "the docker command has no way to say this: \(what)",
      hint: "docker_fabric_implementation: API can"
    )
  }

  static func notByCommand(_ action: String) -> DockerError {
    DockerError(
      code: .notImplemented,
      message: "the docker command can't do this: \(action)",
      hint: "docker_fabric_implementation: API can"
    )
  }
}
