extension Host {
  /// Runs a command on the host.
  ///
  /// The command runs in a login shell (`/bin/bash -l -c`, or what `env.shell` says), without a
  /// terminal, and leads a process group that is ended on the host when the timeout passes or the
  /// run is interrupted. Its output is shown line by line as it comes.
  ///
  /// - Parameters:
  ///   - command: Shell text, sent as it is.
  ///   - warnOnly: Whether a failure is only a warning; by default what `-w` or `warn_only` says.
  ///   - quiet: Whether neither the command nor its output is shown.
  ///   - shell: Whether the login shell gets it; by default what `use_shell` says (true).
  ///   - pty: Whether it gets a terminal, which merges standard error into standard output.
  ///   - timeout: How long it may take; by default what `-T` or `command_timeout` says (no limit).
  ///   - stdin: What it reads; by default its standard input is closed.
  ///   - okCodes: The exit statuses that count as success; by default `ok_ret_codes` (0).
  ///   - collecting: The most bytes collected of each stream; more is an error. With nil, output
  ///     is shown and not collected.
  /// - Returns: Output and exit status.
  /// - Throws: ``TaskError`` if the command fails or times out; an error of the connection.
  @discardableResult
  public func run(
    _ command: String,
    warnOnly: Bool? = nil,
    quiet: Bool = false,
    shell: Bool? = nil,
    pty: Bool? = nil,
    timeout: Duration? = nil,
    stdin: String? = nil,
    okCodes: [Int]? = nil,
    collecting: Int? = 64 * 1024 * 1024
  ) async throws -> CommandResult {
    let command = RemoteCommand(
      text: command,
      warnOnly: warnOnly,
      isQuiet: quiet,
      usesShell: shell,
      wantsPTY: pty,
      timeout: timeout,
      standardInput: stdin,
      okCodes: okCodes,
      limit: collecting
    )
    return try await command.run(in: scope, on: target)
  }

  /// Prints text with the host before it, as a result of the task.
  ///
  /// - Parameter text: What to print.
  public func puts(_ text: String) { scope.console.say(.user, host: name, text) }

  /// Prints a warning with the host before it.
  ///
  /// - Parameter text: What to warn of.
  public func warn(_ text: String) { scope.console.warn(host: name, text) }
}

/// Runs a command on the current host; see ``Host/run(_:warnOnly:quiet:shell:pty:timeout:stdin:okCodes:collecting:)``.
///
/// - Parameters:
///   - command: Shell text, sent as it is.
///   - warnOnly: Whether a failure is only a warning; by default what `-w` or `warn_only` says.
///   - quiet: Whether neither the command nor its output is shown.
///   - shell: Whether a login shell gets it; by default what `use_shell` says (true).
///   - pty: Whether it gets a terminal.
///   - timeout: How long it may take; by default what `-T` or `command_timeout` says (no limit).
///   - stdin: What it reads; by default its standard input is closed.
///   - okCodes: The exit statuses that count as success; by default `ok_ret_codes` (0).
///   - collecting: The most bytes collected of each stream, or nil to collect none.
/// - Returns: Output and exit status.
/// - Throws: ``TaskError`` if there is no current host, or the command fails or times out; an error
///   of the connection.
@discardableResult
public func run(
  _ command: String,
  warnOnly: Bool? = nil,
  quiet: Bool = false,
  shell: Bool? = nil,
  pty: Bool? = nil,
  timeout: Duration? = nil,
  stdin: String? = nil,
  okCodes: [Int]? = nil,
  collecting: Int? = 64 * 1024 * 1024
) async throws -> CommandResult {
  let (scope, target) = try TaskScope.requireHost("run(…)")
  return try await Host(scope: scope, target: target).run(
    command,
    warnOnly: warnOnly,
    quiet: quiet,
    shell: shell,
    pty: pty,
    timeout: timeout,
    stdin: stdin,
    okCodes: okCodes,
    collecting: collecting
  )
}

/// Prints text, with the current host before it if there is one.
///
/// - Parameter text: What to print; it goes to standard output.
public func puts(_ text: String) {
  guard let scope = TaskScope.current else { return print(text) }
  scope.console.say(.user, host: scope.hostName, text)
}

/// Prints a warning, with the current host before it if there is one.
///
/// - Parameter text: What to warn of; it goes to standard error.
public func warn(_ text: String) {
  TaskScope.current?.console.warn(host: TaskScope.current?.hostName, text)
}

/// Ends the task on this host as failed.
///
/// - Parameter message: Why, for the summary.
/// - Throws: ``TaskError`` always.
public func abort(_ message: String) throws -> Never {
  throw TaskError(.aborted, message, host: TaskScope.current?.hostName)
}

/// Ends the task on this host as failed.
///
/// Beside `import Foundation` the C library has an `abort()` as well, which would end all of swab.
/// The entry point that swab adds to a fabfile hides that one; in a package with a `main` of its own
/// the compiler calls the bare name ambiguous, and `Swab.abort()` is this one.
///
/// - Throws: ``TaskError`` always.
public func abort() throws -> Never { try abort("the task gave up") }
