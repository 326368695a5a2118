/// Running a command as somebody else, by sudo.
///
/// The password is never a word of a command, which everybody on the host could read, and never what
/// the command reads: sudo gets it from a program that it starts only if it needs one.
struct Elevation: Sendable {
  /// Who runs the command; root if nil.
  var user: String?
  /// The password of who logs in; without one sudo must not need any.
  var password: String?

  /// A command for `/bin/sh` that runs another one as that user.
  ///
  /// Who is root already needs no sudo to be it, which small hosts don't have.
  ///
  /// - Parameter command: Text for `/bin/sh`.
  /// - Returns: Text for `/bin/sh`; with a password its first line of input is that.
  func script(for command: String) -> String {
    let plain = "exec /bin/sh -c \(Shell.quoted(command))"
    let asRoot = user == nil ? "if [ \"$(id -u)\" = 0 ]; then \(plain); fi; " : ""
    let switches = user.map { " -u \(Shell.quoted($0))" } ?? ""
    guard password != nil else {
      return asRoot + "exec sudo -n\(switches) -- /bin/sh -c \(Shell.quoted(command))"
    }
    // As root, as which it runs, everybody else's variables would be there.
    let clean = Shell.quoted("unset \(Self.variable) SUDO_ASKPASS; \(command)")
    return "IFS= read -r \(Self.variable) || exit 1; \(asRoot)\(Self.askingProgram)"
      + "\(Self.variable)=\"$\(Self.variable)\" SUDO_ASKPASS=\"$swab_folder/ask\" "
      + "sudo -A\(switches) -- /bin/sh -c \(clean)"
  }

  /// What the command's standard input begins with.
  func input(before input: [UInt8]?) -> [UInt8]? {
    guard let password else { return input }
    return Array("\(password)\n".utf8) + (input ?? [])
  }

  /// What can be done about sudo's own refusals.
  func hint(for result: CommandResult) -> String? {
    let lines = result.lastErrorLines.filter { $0.hasPrefix("sudo: ") }
    if lines.contains(where: { $0.contains("password is required") }) {
      return "set sudo_password in env, or let the user run it without one (NOPASSWD)"
    }
    if lines.contains(where: { $0.contains("password") }) {
      return "is sudo_password the one of the user on that host?"
    }
    return nil
  }

  private static let variable = "SWAB_SUDO_ANSWER"

  /// Makes a program that answers once: sudo would count the same wrong answer three times.
  ///
  /// The answer itself is in no file.
  private static let askingProgram =
    "swab_folder=$(mktemp -d) || exit 1; trap 'rm -rf \"$swab_folder\"' EXIT; "
    + "trap 'exit 129' HUP; trap 'exit 130' INT; trap 'exit 143' TERM; "
    + "printf '%s\\n' '#!/bin/sh' "
    + "'mkdir \"$0.d\" 2>/dev/null && printf \"%s\\n\" \"$\(variable)\"' "
    + ">\"$swab_folder/ask\" && chmod 700 \"$swab_folder/ask\" || exit 1; "
}

extension Host {
  /// Runs a command on the host as another user, by sudo.
  ///
  /// If sudo needs a password, it gets `sudo_password` of `env`, or `password` without one. As root
  /// no sudo is needed. A command of another user can't be ended from here: when its timeout passes
  /// or the run is interrupted, it may go on.
  ///
  /// - Parameters:
  ///   - command: Shell text, sent as it is.
  ///   - user: Who runs it; by default what `sudo_user` says (root).
  ///   - warnOnly: Whether a failure is only a warning; by default what `-w` or `warn_only` says.
  ///   - quiet: Whether neither the command nor its output is shown.
  ///   - shell: Whether a login shell gets it; by default what `use_shell` says (true).
  ///   - timeout: How long it may take; by default what `-T` or `command_timeout` says (no limit).
  ///   - stdin: What it reads; by default its standard input is closed.
  ///   - okCodes: The exit statuses that count as success; by default `ok_ret_codes` (0).
  ///   - collecting: The most bytes collected of each stream; more is an error. With nil, output
  ///     is shown and not collected.
  /// - Returns: Output and exit status.
  /// - Throws: ``TaskError`` if the command or sudo fails; an error of the connection.
  @discardableResult
  public func sudo(
    _ command: String,
    user: String? = nil,
    warnOnly: Bool? = nil,
    quiet: Bool = false,
    shell: Bool? = nil,
    timeout: Duration? = nil,
    stdin: String? = nil,
    okCodes: [Int]? = nil,
    collecting: Int? = 64 * 1024 * 1024
  ) async throws -> CommandResult {
    let environment = scope.environment
    let password = try environment.string("sudo_password") ?? environment.string("password")
    let command = RemoteCommand(
      text: command,
      warnOnly: warnOnly,
      isQuiet: quiet,
      usesShell: shell,
      timeout: timeout,
      standardInput: stdin,
      okCodes: okCodes,
      limit: collecting,
      elevation: Elevation(user: try user ?? environment.string("sudo_user"), password: password)
    )
    return try await command.run(in: scope, on: target)
  }
}

/// Runs a command on the current host as another user; see
/// ``Host/sudo(_:user:warnOnly:quiet:shell:timeout:stdin:okCodes:collecting:)``.
///
/// - Parameters:
///   - command: Shell text, sent as it is.
///   - user: Who runs it; by default what `sudo_user` says (root).
///   - warnOnly: Whether a failure is only a warning; by default what `-w` or `warn_only` says.
///   - quiet: Whether neither the command nor its output is shown.
///   - shell: Whether a login shell gets it; by default what `use_shell` says (true).
///   - timeout: How long it may take; by default what `-T` or `command_timeout` says (no limit).
///   - stdin: What it reads; by default its standard input is closed.
///   - okCodes: The exit statuses that count as success; by default `ok_ret_codes` (0).
///   - collecting: The most bytes collected of each stream, or nil to collect none.
/// - Returns: Output and exit status.
/// - Throws: ``TaskError`` if there is no current host, or the command or sudo fails; an error of the
///   connection.
@discardableResult
public func sudo(
  _ command: String,
  user: String? = nil,
  warnOnly: Bool? = nil,
  quiet: Bool = false,
  shell: Bool? = nil,
  timeout: Duration? = nil,
  stdin: String? = nil,
  okCodes: [Int]? = nil,
  collecting: Int? = 64 * 1024 * 1024
) async throws -> CommandResult {
  let (scope, target) = try TaskScope.requireHost("sudo(…)")
  return try await Host(scope: scope, target: target).sudo(
    command,
    user: user,
    warnOnly: warnOnly,
    quiet: quiet,
    shell: shell,
    timeout: timeout,
    stdin: stdin,
    okCodes: okCodes,
    collecting: collecting
  )
}
