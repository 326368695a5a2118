extension Host {
  /// What a command prints, if it succeeds.
  ///
  /// - Parameters:
  ///   - command: Shell text, sent as it is.
  ///   - expectedErrors: The exit statuses that mean "there is none".
  ///   - sudo: Whether it runs as root.
  ///   - quiet: Whether neither the command nor its output is shown.
  /// - Returns: Standard output without the newline at its end; nil for a status that was expected.
  /// - Throws: ``TaskError`` for any other status, or if it has none; an error of the connection.
  public func stdoutResult(
    _ command: String,
    expectedErrors: [Int] = [],
    sudo: Bool = false,
    quiet: Bool = true
  ) async throws -> String? {
    let statuses = [0] + expectedErrors
    let result =
      sudo
      ? try await self.sudo(command, warnOnly: false, quiet: quiet, okCodes: statuses)
      : try await run(command, warnOnly: false, quiet: quiet, okCodes: statuses)
    return result.exitStatus == 0 ? result.stdout : nil
  }

  /// The first line that a command prints, if it succeeds.
  ///
  /// - Parameters:
  ///   - command: Shell text, sent as it is.
  ///   - expectedErrors: The exit statuses that mean "there is none".
  ///   - sudo: Whether it runs as root.
  ///   - quiet: Whether neither the command nor its output is shown.
  /// - Returns: The line; nil for a status that was expected, or if nothing was printed.
  /// - Throws: ``TaskError`` for any other status, or if it has none; an error of the connection.
  public func singleLineStdout(
    _ command: String,
    expectedErrors: [Int] = [],
    sudo: Bool = false,
    quiet: Bool = true
  ) async throws -> String? {
    let text = try await stdoutResult(
      command,
      expectedErrors: expectedErrors,
      sudo: sudo,
      quiet: quiet
    )
    return text?.split(whereSeparator: \.isNewline).first.map(String.init)
  }

  /// What a path on the host is.
  ///
  /// - Parameters:
  ///   - path: The path; a link at its end is followed.
  ///   - sudo: Whether it is looked at as root.
  /// - Returns: Whether it is a folder; nil if there is nothing, or a link to nothing.
  /// - Throws: ``TaskError`` if it can't be told; an error of the connection.
  public func isDirectory(_ path: String, sudo: Bool = false) async throws -> Bool? {
    let name = quoted(path)
    let answer = try await singleLineStdout(
      "if [ -d \(name) ]; then echo folder; elif [ -e \(name) ]; then echo file; fi",
      sudo: sudo
    )
    return answer.map { $0 == "folder" }
  }

  /// Removes a file or folder of the host; that it can't be is only a warning.
  ///
  /// - Parameters:
  ///   - path: What, with all that is in it.
  ///   - sudo: Whether it is removed as root.
  ///   - force: Whether it needs not be there.
  /// - Throws: An error of the connection.
  public func removeIgnoringErrors(
    _ path: String,
    sudo: Bool = false,
    force: Bool = false
  ) async throws {
    let command = "rm -r\(force ? "f" : "") -- \(quoted(path))"
    if sudo {
      try await self.sudo(command, warnOnly: true)
    } else {
      try await run(command, warnOnly: true)
    }
  }

  /// Makes a new, empty folder on the host that only the user may enter.
  ///
  /// Nobody removes it: ``withRemoteTemp(owner:permissions:body:)`` lends one.
  ///
  /// - Returns: Its path.
  /// - Throws: ``TaskError`` if it can't be made; an error of the connection.
  public func remoteTemp() async throws -> String {
    let path = try await singleLineStdout("mktemp -d")
    guard let path, path.hasPrefix("/"), path.count > 1 else {
      throw TaskError(.commandFailed, "mktemp names no folder", host: name)
    }
    return path
  }

  /// Lends a folder on the host, and removes it with all that is in it.
  ///
  /// It is removed also when something fails or the task is cancelled.
  ///
  /// - Parameters:
  ///   - owner: Whose it is to be, such as `app` or `app:www-data`; that takes root's rights.
  ///   - permissions: Who may do what with it, as `chmod` takes it.
  ///   - body: Gets its path.
  /// - Returns: What the closure returns.
  /// - Throws: ``TaskError`` if it can't be made; what the closure throws; an error of the connection.
  public func withRemoteTemp<Result: Sendable>(
    owner: String? = nil,
    permissions: String? = nil,
    body: (String) async throws -> Result
  ) async throws -> Result {
    let path = try await remoteTemp()
    let result: Swift.Result<Result, any Error>
    do {
      if let permissions { try await run("chmod \(quoted(permissions)) \(path)", quiet: true) }
      if let owner { try await sudo("chown \(quoted(owner)) \(path)", quiet: true) }
      result = .success(try await body(path))
    } catch {
      result = .failure(error)
    }
    // In a task of its own, since this one may be cancelled; others may have put theirs there.
    let removal = Task {
      try await removeIgnoringErrors(path, sudo: owner != nil, force: true)
    }
    let removed = await removal.result
    let value = try result.get()
    try removed.get()
    return value
  }

  /// Runs a command on the host as root: Docker-Fabric's `run_cmd`.
  ///
  /// - Parameter command: Shell text, sent as it is.
  /// - Returns: Output and exit status.
  /// - Throws: ``TaskError`` if the command fails; an error of the connection.
  @discardableResult
  public func runCommand(_ command: String) async throws -> CommandResult {
    try await sudo(command)
  }
}

extension DockerFabricClient {
  /// Runs a command as root on the host whose engine this is, whatever the current host is:
  /// Docker-Fabric's `run_cmd`.
  ///
  /// - Parameter command: Shell text, sent as it is.
  /// - Returns: Output and exit status.
  /// - Throws: ``TaskError`` without a host, or if the command fails; an error of the connection.
  @discardableResult
  public func runCommand(_ command: String) async throws -> CommandResult {
    let scope = try TaskScope.require("runCommand(…)")
    guard let target else { throw TaskError.noCurrentHost("runCommand(…) of a local client") }
    guard scope.target?.endpoint != target.endpoint else {
      return try await Host(scope: scope, target: target).runCommand(command)
    }
    // Another host's env is its own.
    return try await Host(scope: TaskScope(of: scope, on: target), target: target).runCommand(
      command
    )
  }
}
