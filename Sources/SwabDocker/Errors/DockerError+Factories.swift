extension DockerError {
  /// The error with the request and the host in it; one that has them keeps them, since it may come
  /// from another engine, whose bytes are sent on.
  func located(_ call: DockerCall, host: String?) -> DockerError {
    guard method == nil else { return self }
    var error = self
    error.method = call.method.rawValue
    error.path = call.path
    error.host = host
    return error
  }

  /// The error with the host in it.
  package func on(host: String?) -> DockerError {
    var error = self
    error.host = host
    return error
  }

  static func invalidAddress(_ text: String, _ reason: String) -> DockerError {
    DockerError(
      code: .invalidAddress,
      message: "'\(masked(text))' is no address of a Docker Engine: \(reason)",
      hint: "examples: unix:///var/run/docker.sock, tcp://192.0.2.1:2375"
    )
  }

  static func missingPort(_ text: String) -> DockerError {
    var error = invalidAddress(text, "it has no port")
    error.hint = "examples: tcp://192.0.2.1:2375, unix:///var/run/docker.sock"
    return error
  }

  static func unsupportedAddress(_ text: String, scheme: String) -> DockerError {
    let reason =
      switch scheme {
      case "ssh": "this client does not speak SSH"
      default: "\(scheme) is not supported"
      }
    var error = DockerError(code: .unsupportedAddress, message: "'\(masked(text))': \(reason)")
    if scheme == "ssh" {
      error.hint = "a tunnel does: dockerFabric() opens one to the current host"
    }
    return error
  }

  /// What stands before an `@` may hold a password.
  private static func masked(_ text: String) -> String {
    guard let at = text.lastIndex(of: "@") else { return text }
    let start = text.firstRange(of: "://")?.upperBound ?? text.startIndex
    return start <= at ? text[..<start] + "••••" + text[at...] : text
  }

  static func invalidArgument(_ message: String) -> DockerError {
    DockerError(code: .invalidArgument, message: message)
  }

  static func invalidJSON(_ error: JSONSyntaxError) -> DockerError {
    DockerError(code: .invalidJSON, message: "no JSON: byte \(error.offset): \(error.message)")
  }

  static func requires(_ gate: DockerCall.Gate, engine version: APIVersion) -> DockerError {
    let rule = gate.isEnd ? "is gone since" : "needs"
    return DockerError(
      code: .requiresAPIVersion,
      message: "\(gate.argument) \(rule) API \(gate.version), and \(version) is spoken here"
    )
  }

  static func engineTooOld(_ version: APIVersion) -> DockerError {
    var error = DockerError(
      code: .engineTooOld,
      message: "the engine's newest API is \(version), and the oldest supported is "
        + "\(APIVersion.oldest)",
      hint: "a Docker Engine of 2016 or later is needed"
    )
    error.versionMismatch = VersionMismatch(asked: .oldest, limit: version)
    return error
  }

  static func unexpectedReply(_ message: String) -> DockerError {
    DockerError(code: .unexpectedReply, message: message)
  }

  static let closed = DockerError(code: .closed, message: "the client was closed")

  static func timeout(_ duration: Duration) -> DockerError {
    DockerError(
      code: .timeout,
      message: "no complete answer within \(duration.formattedSeconds)",
      hint: timeoutHint
    )
  }

  static func stalled(_ duration: Duration) -> DockerError {
    DockerError(
      code: .timeout,
      message: "the engine has taken nothing of what is sent for \(duration.formattedSeconds)",
      hint: timeoutHint
    )
  }

  private static let timeoutHint =
    "docker_timeout sets how long a request may take, in a program DockerClient(timeout:)"
}

extension Duration {
  /// The duration as in `2.5 s`.
  var formattedSeconds: String {
    let milliseconds = components.seconds * 1000 + components.attoseconds / 1_000_000_000_000_000
    if milliseconds % 1000 == 0 { return "\(milliseconds / 1000) s" }
    return "\(Double(milliseconds) / 1000) s"
  }
}
