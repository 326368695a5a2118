import NIOHTTP1

/// What a docker command that has failed complains about, as the error that the engine's API would
/// have led to.
struct CommandFailure: Sendable {
  /// What of standard error is kept, from its end.
  static let textLimit = 1 << 16

  private let text: String
  private let end: CommandEnd

  /// - Parameters:
  ///   - text: What was written to standard error.
  ///   - end: How the command has ended.
  init(_ text: String, _ end: CommandEnd) {
    self.text = text
    self.end = end
  }

  /// The error, without the request and the host in it.
  var error: DockerError {
    if let message = engineMessage { return Self.engineError(message) }
    return localError ?? Self.engineError(complaint)
  }

  /// Whether everything it complains about is that a thing isn't there.
  var isOnlyMissing: Bool {
    !lines.isEmpty
      && lines.allSatisfy { line in
        Self.status(of: Self.withoutPrefix(line)) == 404
      }
  }

  /// Whether an error is told of at all.
  var hasComplaint: Bool {
    lines.contains { $0.hasPrefix("Error") }
  }

  private var lines: [String] {
    let noise = ["See 'docker", "Run 'docker", "Usage:", "exit status "]
    return text.split(whereSeparator: \.isNewline).map { String($0).trimmingWhiteSpace() }
      .filter { line in !line.isEmpty && !noise.contains { line.hasPrefix($0) } }
  }

  /// What stands behind `Error response from daemon: `, to the next complaint.
  private var engineMessage: String? {
    let words = "Error response from daemon: "
    let lines = lines
    guard let first = lines.firstIndex(where: { $0.contains(words) }) else { return nil }
    guard let place = lines[first].firstRange(of: words) else { return nil }
    let rest = lines[(first + 1)...].prefix { !$0.hasPrefix("Error") }
    return ([String(lines[first][place.upperBound...])] + rest).joined(separator: "\n")
  }

  /// The complaint in the program's own words.
  private var complaint: String {
    let own = lines.filter { !$0.hasPrefix("DEPRECATED:") && !$0.hasPrefix("WARNING:") }
      .filter { !Self.advice.contains($0) }
    let message = own.map(Self.withoutPrefix).joined(separator: "\n")
    return message.isEmpty ? "the docker command gave \(ending) and no reason" : message
  }

  private static let advice: Set = [
    "Install the buildx component to build images with BuildKit:",
    "https://docs.docker.com/go/buildx/",
  ]

  private var ending: String {
    if let signal = end.signal { return "signal \(signal)" }
    return end.exitStatus.map { "exit status \($0)" } ?? "no exit status"
  }

  private static func withoutPrefix(_ line: String) -> String {
    for prefix in ["Error response from daemon: ", "Error: ", "docker: ", "ERROR: "]
    where line.hasPrefix(prefix) {
      return String(line.dropFirst(prefix.count))
    }
    return line
  }

  private static func engineError(_ message: String) -> DockerError {
    let body: JSONValue = ["message": .string(message)]
    let status = HTTPResponseStatus(statusCode: status(of: message))
    return DockerError(.json(body, status: status))
  }
}

// MARK: - What the engine says

extension CommandFailure {
  /// The status that the engine gives with these words: the program tells the words only.
  private static func status(of message: String) -> Int {
    let message = message.lowercased()
    for (status, words) in statuses where words.contains(where: message.contains) { return status }
    return 500
  }

  /// The first that fits counts.
  private static let statuses: [(Int, [String])] = [
    (400, ["executable file not found", "is too new", "is too old", "bind source path"]),
    (
      403,
      [
        "active endpoints", "pre-defined network", "already exists in network", "pool overlaps",
        "marked read-only", "user specified ip address is supported",
      ]
    ),
    (503, ["not a swarm manager", "not part of a swarm"]),
    (
      409,
      [
        "conflict:", "conflict.", "already in use", "is not running", "not running", "is paused",
        "already paused", "is in use", "cannot remove a running", "cannot remove container",
        "already in progress", "already exists", "is restarting", "is already running",
      ]
    ),
    (
      404,
      [
        "no such container", "no such image", "no such network", "no such volume",
        "no such object", "no such exec", "no such id", "not found: does not exist",
        "could not find the file", "pull access denied", "manifest unknown", "does not exist",
        "not found",
      ]
    ),
    (
      401,
      [
        "unauthorized", "incorrect username or password", "authentication required",
        "no basic auth credentials",
      ]
    ),
    (501, ["does not support reading", "not implemented"]),
    (
      400,
      [
        "invalid", "no command specified", "minimum memory limit", "bad parameter",
        "dockerfile parse error", "is not a valid repository/tag", "unknown instruction",
      ]
    ),
  ]
}

// MARK: - What stands between

extension CommandFailure {
  /// The error if the engine was never asked: because of the shell, of sudo, of the program itself,
  /// or since there was no way to the engine.
  private var localError: DockerError? {
    let all = lines.joined(separator: "\n")
    return sudoError(all) ?? programError(all) ?? connectionError(all)
  }

  private func sudoError(_ text: String) -> DockerError? {
    guard
      let line = lines.last(where: { $0.hasPrefix("sudo: ") || $0.contains("in the sudoers file") })
        ?? lines.first(where: { $0.contains("is not allowed to execute") })
    else { return nil }
    let hint =
      if text.contains("password is required") || text.contains("no password was provided")
        || text.contains("terminal is required")
      {
        "sudo_password gives it, or a rule in sudoers: USER ALL=(root) NOPASSWD: /usr/bin/docker"
      } else if text.contains("incorrect password") {
        "is sudo_password the one of the user on that host?"
      } else if text.contains("you must have a tty") {
        "sudoers has requiretty there: Defaults:USER !requiretty lets sudo work without a terminal"
      } else {
        "a rule in sudoers lets the user run docker: USER ALL=(root) NOPASSWD: /usr/bin/docker"
      }
    var error = DockerError(code: .permissionDenied, message: line, hint: hint)
    if text.contains("sudo: docker") || line.contains("command not found") {
      error = Self.missing(line)
    }
    return error
  }

  private func programError(_ text: String) -> DockerError? {
    switch end.exitStatus {
    case 127: return Self.missing(lines.last ?? "the docker command was not found")
    case 126:
      return DockerError(
        code: .permissionDenied,
        message: lines.last ?? "the docker command may not be run",
        hint: "docker_cli_bin names the program; docker_cli_sudo runs it by sudo"
      )
    case nil:
      return DockerError(
        code: .connectionLost,
        message: "the docker command was ended by \(ending)"
      )
    default: break
    }
    let isUnknown = ["unknown flag: ", "unknown shorthand flag", "is not a docker command"]
      .contains(where: text.contains)
    if isUnknown || text.contains("unknown command: docker") {
      return DockerError(
        code: .notImplemented,
        message: "the docker command on the host doesn't know it: \(complaint)",
        hint: "a newer docker command does; docker_fabric_implementation: API needs none"
      )
    }
    guard text.contains("requires API version") else { return nil }
    return DockerError(code: .requiresAPIVersion, message: complaint)
  }

  private func connectionError(_ text: String) -> DockerError? {
    if text.contains("permission denied while trying to connect") {
      return DockerError(
        code: .permissionDenied,
        message: complaint,
        hint: "docker_cli_sudo: true runs the docker command by sudo"
      )
    }
    let words = [
      "Cannot connect to the Docker daemon", "error during connect",
      "failed to connect to the docker",
    ]
    guard words.contains(where: text.contains) else { return nil }
    return DockerError(
      code: .connectionFailed,
      message: complaint,
      hint: "is a Docker Engine running there?"
    )
  }

  private static func missing(_ line: String) -> DockerError {
    DockerError(
      code: .connectionFailed,
      message: line,
      hint: "is the docker command installed there? docker_cli_bin names it"
    )
  }
}
