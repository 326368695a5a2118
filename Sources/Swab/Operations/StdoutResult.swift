extension Host {
  /// Runs a command whose failure may be an answer, and returns what it printed: Docker-Fabric's
  /// `stdout_result`.
  ///
  /// ```swift
  /// let ids = try await host.stdoutResult("pgrep -x socat", expectedErrors: [1]) ?? ""
  /// ```
  ///
  /// - Parameters:
  ///   - command: Shell text, sent as it is.
  ///   - expectedErrors: Exit statuses that are no failure, and mean that there is nothing.
  ///   - shell: Whether the login shell gets it; by default what `use_shell` says (true).
  ///   - quiet: Whether neither the command nor its output is shown.
  /// - Returns: Standard output, without its last newline; nil after an expected status, and where a
  ///   failure is only a warning.
  /// - Throws: ``TaskError`` if the command fails otherwise; an error of the connection.
  public func stdoutResult(
    _ command: String,
    expectedErrors: [Int] = [],
    shell: Bool? = nil,
    quiet: Bool = false
  ) async throws -> String? {
    let result = try await run(command, quiet: quiet, shell: shell, okCodes: [0] + expectedErrors)
    return result.exitStatus == 0 ? result.stdout : nil
  }

  /// The first line of what a command prints: Docker-Fabric's `single_line_stdout`.
  ///
  /// - Parameters:
  ///   - command: Shell text, sent as it is.
  ///   - expectedErrors: Exit statuses that are no failure, and mean that there is nothing.
  ///   - shell: Whether the login shell gets it; by default what `use_shell` says (true).
  ///   - quiet: Whether neither the command nor its output is shown.
  /// - Returns: The line, empty if there is none; nil as with
  ///   ``stdoutResult(_:expectedErrors:shell:quiet:)``.
  /// - Throws: As that function does.
  public func singleLineStdout(
    _ command: String,
    expectedErrors: [Int] = [],
    shell: Bool? = nil,
    quiet: Bool = false
  ) async throws -> String? {
    let text = try await stdoutResult(
      command,
      expectedErrors: expectedErrors,
      shell: shell,
      quiet: quiet
    )
    return text.map { String($0.prefix { !$0.isNewline }) }
  }
}

/// Runs a command of the current host whose failure may be an answer; see
/// ``Host/stdoutResult(_:expectedErrors:shell:quiet:)``.
///
/// - Parameters:
///   - command: Shell text, sent as it is.
///   - expectedErrors: Exit statuses that are no failure, and mean that there is nothing.
///   - shell: Whether the login shell gets it; by default what `use_shell` says (true).
///   - quiet: Whether neither the command nor its output is shown.
/// - Returns: Standard output, or nil.
/// - Throws: ``TaskError`` if there is no current host, or the command fails otherwise.
public func stdoutResult(
  _ command: String,
  expectedErrors: [Int] = [],
  shell: Bool? = nil,
  quiet: Bool = false
) async throws -> String? {
  let (scope, target) = try TaskScope.requireHost("stdoutResult(…)")
  return try await Host(scope: scope, target: target)
    .stdoutResult(command, expectedErrors: expectedErrors, shell: shell, quiet: quiet)
}

/// The first line of what a command of the current host prints; see
/// ``Host/singleLineStdout(_:expectedErrors:shell:quiet:)``.
///
/// - Parameters:
///   - command: Shell text, sent as it is.
///   - expectedErrors: Exit statuses that are no failure, and mean that there is nothing.
///   - shell: Whether the login shell gets it; by default what `use_shell` says (true).
///   - quiet: Whether neither the command nor its output is shown.
/// - Returns: The line, or nil.
/// - Throws: ``TaskError`` if there is no current host, or the command fails otherwise.
public func singleLineStdout(
  _ command: String,
  expectedErrors: [Int] = [],
  shell: Bool? = nil,
  quiet: Bool = false
) async throws -> String? {
  let (scope, target) = try TaskScope.requireHost("singleLineStdout(…)")
  return try await Host(scope: scope, target: target)
    .singleLineStdout(command, expectedErrors: expectedErrors, shell: shell, quiet: quiet)
}
