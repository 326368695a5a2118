internal import SwabSSH

/// Runs docker commands on a host over its SSH connection, and without a host on this machine.
///
/// They are handed to `/bin/sh` there with nothing in between: what `shell`, `path` and `shell_env`
/// say is for people's commands.
enum HostCommandRunner {
  /// - Parameters:
  ///   - target: The host; nil for this machine.
  ///   - run: The run whose connections are used.
  ///   - isShown: Whether each command is shown.
  /// - Returns: What the Docker library runs commands by.
  static func runner(on target: HostTarget?, in run: RunContext?, isShown: Bool) -> CommandRunner {
    { command, output in
      let console = (TaskScope.current?.run ?? run)?.console
      console?.say(
        isShown ? .running : .debug,
        host: target?.name ?? "localhost",
        label: "run",
        command.shownText
      )
      guard let target, let run else { return try await LocalCommandRunner.run(command, output) }
      let connection = try await run.connections.connection(to: target)
      var remote = SSHCommand(command.text)
      remote.input = command.input
      let status = try await connection.execute(remote) { chunk in
        switch chunk {
        case .standardOutput(let bytes): try await output(.standardOutput(bytes))
        case .standardError(let bytes): try await output(.standardError(bytes))
        }
      }
      return CommandEnd(exitStatus: status.exitStatus, signal: status.signal)
    }
  }
}
