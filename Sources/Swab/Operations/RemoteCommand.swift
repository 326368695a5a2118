#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#else
  import Darwin
#endif

import NIOCore
internal import SwabSSH

/// A command for the current host, with all that `run(…)` may say about it.
struct RemoteCommand: Sendable {
  var text: String
  var warnOnly: Bool?
  var isQuiet = false
  var usesShell: Bool?
  var wantsPTY: Bool?
  var timeout: Duration?
  var standardInput: String?
  var okCodes: [Int]?
  var limit: Int? = Self.defaultLimit
  /// As whom it runs, if not as who logs in.
  var elevation: Elevation?

  /// What gives the command: `run` or `sudo`.
  private var operation: String { elevation == nil ? "run" : "sudo" }

  /// How much of each stream is collected unless the call says otherwise.
  static let defaultLimit = 64 * 1024 * 1024

  /// Runs the command on the scope's host.
  ///
  /// - Throws: ``TaskError`` for an exit status that counts as failure (unless only a warning is
  ///   wanted) and past a timeout; what the connection threw.
  func run(in scope: TaskScope, on target: HostTarget) async throws -> CommandResult {
    let environment = scope.environment
    let console = scope.console
    if !isQuiet { console.say(.running, host: target.name, label: operation, text) }
    let connection = try await scope.run.connections.connection(to: target)
    let command = try sshCommand(environment, console)
    console.say(.debug, host: target.name, label: "sent", command.text)
    let collector = OutputCollector(
      console: console,
      host: target.name,
      operation: operation,
      isQuiet: isQuiet,
      limit: limit
    )
    let start = ContinuousClock.now
    let result: CommandResult
    do {
      let status = try await connection.execute(command) { chunk in
        switch chunk {
        case .standardOutput(let buffer):
          try await collector.add(Array(buffer.readableBytesView), isError: false, command: text)
        case .standardError(let buffer):
          try await collector.add(Array(buffer.readableBytesView), isError: true, command: text)
        }
      }
      collector.finish()
      result = try self.result(status, collector, environment)
    } catch let error as SSHError where error.code == .commandTimedOut {
      collector.finish()
      result = timedOut(collector, after: ContinuousClock.now - start)
    } catch let error as SSHError where error.code == .connectionLost {
      collector.finish()
      throw lost(error)
    } catch {
      collector.finish()
      throw error
    }
    return try judge(result, environment, console, target)
  }

  private func sshCommand(_ environment: EnvTable, _ console: Console) throws -> SSHCommand {
    let isWrapped = try usesShell ?? environment.bool("use_shell") ?? true
    let text = try RemoteShell.exports(environment) + text
    var command = SSHCommand(
      isWrapped ? RemoteShell.wrapped(text, shell: try environment.string("shell")) : text
    )
    command.requestsPTY = try wantsPTY ?? environment.bool("always_use_pty") ?? false
    command.standardInput = standardInput.map { Array($0.utf8) }
    if let elevation {
      if let password = elevation.password { console.secrets.add(password) }
      // A terminal would show the password.
      command.requestsPTY = false
      command.text = elevation.script(for: command.text)
      command.standardInput = elevation.input(before: command.standardInput)
    }
    command.timeout = try timeLimit(environment)
    return command
  }

  private func result(
    _ status: SSHCommandStatus,
    _ collector: OutputCollector,
    _ environment: EnvTable
  ) throws -> CommandResult {
    CommandResult(
      command: text,
      stdoutBytes: collector.collectedOutput,
      stderrBytes: collector.collectedError,
      exitStatus: status.exitStatus,
      signal: status.signal,
      duration: status.duration,
      okCodes: try okCodes ?? environment.ints("ok_ret_codes") ?? [0],
      lastErrorLines: collector.lastErrorLines
    )
  }

  private func timedOut(_ collector: OutputCollector, after duration: Duration) -> CommandResult {
    CommandResult(
      command: text,
      stdoutBytes: collector.collectedOutput,
      stderrBytes: collector.collectedError,
      exitStatus: nil,
      duration: duration,
      isTimedOut: true,
      lastErrorLines: collector.lastErrorLines
    )
  }

  /// Decides whether a result is a failure, and whether that ends the task.
  private func judge(
    _ result: CommandResult,
    _ environment: EnvTable,
    _ console: Console,
    _ target: HostTarget
  ) throws -> CommandResult {
    guard result.failed else { return result }
    let error = try failure(result, environment, host: target.name)
    guard try warnOnly ?? environment.bool("warn_only") ?? false else { throw error }
    if !isQuiet { console.warn(host: target.name, error.message) }
    return result
  }

  /// A lost connection, with what was running over it.
  private func lost(_ error: SSHError) -> SSHError {
    var lost = error
    lost.message = "\(operation) '\(text)': \(error.message)"
    lost.hint = error.hint ?? "the command may still be running there; it was not started again"
    return lost
  }

  /// How long the command may take; 0 is no limit, as in Fabric.
  private func timeLimit(_ environment: EnvTable) throws -> Duration? {
    let limit = try timeout ?? environment.duration("command_timeout")
    return limit.flatMap { $0 > .zero ? $0 : nil }
  }

  private func failure(
    _ result: CommandResult,
    _ environment: EnvTable,
    host: String
  ) throws -> TaskError {
    if result.isTimedOut {
      let limit = try timeLimit(environment) ?? .zero
      return TaskError(
        .commandTimedOut,
        "\(operation) '\(text)' took longer than its timeout of \(limit.inWords); it was ended on the host",
        host: host,
        hint: "a longer -T, command_timeout, or \(operation)(…, timeout:)",
        result: result
      )
    }
    return TaskError(
      .commandFailed,
      "\(operation) '\(text)' gave \(result.ending)",
      host: host,
      hint: elevation?.hint(for: result) ?? Self.hint(for: result),
      result: result
    )
  }

  private static func hint(for result: CommandResult) -> String? {
    switch result.exitStatus {
    case 127: "the shell does not find it: is it installed there, and on that user's PATH?"
    case 126: "it is there but can't be run: look at its permissions"
    default: nil
    }
  }
}

/// The shell that commands are handed to, Fabric's `shell`.
enum RemoteShell {
  /// What stands before a command for `path` and `shell_env`.
  ///
  /// - Parameter environment: The host's env.
  /// - Returns: Shell text that ends in `&& `, or nothing.
  /// - Throws: ``FabfileError`` if a key holds what it can't; ``TaskError`` if a name is no variable's.
  static func exports(_ environment: EnvTable) throws -> String {
    var words: [String] = []
    if let path = try environment.string("path"), !path.isEmpty {
      let value = Shell.quoted(path)
      switch try environment.string("path_behavior") {
      case "prepend": words.append("PATH=\(value):\"$PATH\"")
      case "replace": words.append("PATH=\(value)")
      default: words.append("PATH=\"$PATH\":\(value)")
      }
    }
    for (name, value) in try environment.value(for: "shell_env")?.map ?? [:] {
      let isName = name.utf8.allSatisfy { $0 == 95 || isalnum(Int32($0)) != 0 }
      guard isName, !name.isEmpty, let text = value.string else {
        throw TaskError(.badEnv, "shell_env: '\(name)' can't be a variable with a text")
      }
      words.append("\(name)=\(Shell.quoted(text))")
    }
    return words.isEmpty ? "" : "export \(words.joined(separator: " ")) && "
  }

  /// `command` as an argument of a login shell, so that it finds the PATH a person has there.
  ///
  /// - Parameters:
  ///   - command: Shell text.
  ///   - shell: `env.shell`; nil means `/bin/bash -l -c`, or `/bin/sh -l -c` on hosts without bash.
  /// - Returns: The command that runs that shell.
  static func wrapped(_ command: String, shell: String?) -> String {
    let quoted = Shell.quoted(command)
    if let shell { return shell.isEmpty ? command : "exec \(shell) \(quoted)" }
    return "if [ -x /bin/bash ]; then exec /bin/bash -l -c \(quoted); "
      + "else exec /bin/sh -l -c \(quoted); fi"
  }
}
