/// Runs a command of the current host whose failure may be an answer; see
/// ``Host/stdoutResult(_:expectedErrors:sudo:quiet:)``.
///
/// - Parameters:
///   - command: Shell text, sent as it is.
///   - expectedErrors: Exit statuses that are no failure, and mean that there is nothing.
///   - sudo: Whether it runs as root.
///   - quiet: Whether neither the command nor its output is shown.
/// - Returns: Standard output, or nil.
/// - Throws: ``TaskError`` if there is no current host, or the command fails otherwise.
public func stdoutResult(
  _ command: String,
  expectedErrors: [Int] = [],
  sudo: Bool = false,
  quiet: Bool = true
) async throws -> String? {
  let (scope, target) = try TaskScope.requireHost("stdoutResult(…)")
  return try await Host(scope: scope, target: target)
    .stdoutResult(command, expectedErrors: expectedErrors, sudo: sudo, quiet: quiet)
}

/// The first line of what a command of the current host prints; see
/// ``Host/singleLineStdout(_:expectedErrors:sudo:quiet:)``.
///
/// - Parameters:
///   - command: Shell text, sent as it is.
///   - expectedErrors: Exit statuses that are no failure, and mean that there is nothing.
///   - sudo: Whether it runs as root.
///   - quiet: Whether neither the command nor its output is shown.
/// - Returns: The line, or nil.
/// - Throws: ``TaskError`` if there is no current host, or the command fails otherwise.
public func singleLineStdout(
  _ command: String,
  expectedErrors: [Int] = [],
  sudo: Bool = false,
  quiet: Bool = true
) async throws -> String? {
  let (scope, target) = try TaskScope.requireHost("singleLineStdout(…)")
  return try await Host(scope: scope, target: target)
    .singleLineStdout(command, expectedErrors: expectedErrors, sudo: sudo, quiet: quiet)
}
