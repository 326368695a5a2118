package import NIOCore

/// Something to be run by `/bin/sh`, on whichever machine it is.
package struct CommandToRun: Sendable {
  /// What is run.
  package var text: String
  /// The command as people may see it.
  package var shownText: String
  /// Gives what it reads, piece by piece; its standard input is empty without.
  ///
  /// The closure that it gets returns when a piece has gone out, and throws when the command wants
  /// no more.
  package var input: (@Sendable (_ write: CommandWriter) async throws -> Void)?
}

/// Sends a piece of a command's input, and returns when it has gone out.
package typealias CommandWriter = @Sendable (ByteBuffer) async throws -> Void

/// A piece of what a command writes.
package enum CommandChunk: Sendable {
  case standardOutput(ByteBuffer)
  case standardError(ByteBuffer)
}

/// How a command ended.
package struct CommandEnd: Sendable, Hashable {
  /// Its exit status, if it exited.
  package var exitStatus: Int?
  /// The signal that ended it, without `SIG`, if one did.
  package var signal: String?

  package init(exitStatus: Int?, signal: String? = nil) {
    self.exitStatus = exitStatus
    self.signal = signal
  }

  var isSuccess: Bool { exitStatus == 0 }
}

/// Runs a command to its end.
///
/// It calls the closure for each piece of output, and reads no more while that runs. When the task is
/// cancelled or the closure throws, the command is ended, with all its children, before this returns;
/// but what sudo runs nobody else may end, and it may outlive that.
package typealias CommandRunner =
  @Sendable (
    _ command: CommandToRun,
    _ output: @escaping @Sendable (CommandChunk) async throws -> Void
  ) async throws -> CommandEnd
