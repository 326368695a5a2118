import NIOCore
import Subprocess
import Synchronization

#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#else
  import Darwin
#endif

/// Runs commands on this machine.
package enum LocalCommandRunner {
  /// Runs a command in a process group of its own, which is ended if the task is cancelled.
  package static let run: CommandRunner = { command, output in
    // A program that reads no more must not end this one; NIO does the same with its first socket,
    // which may not be there yet.
    signal(SIGPIPE, SIG_IGN)
    var options = PlatformOptions()
    options.processGroupID = 0
    options.teardownSequence = [
      .send(signal: .terminate, toProcessGroup: true, allowedDurationToNextStep: .seconds(3))
    ]
    let outcome = try await Subprocess.run(
      .path("/bin/sh"),
      arguments: ["-c", command.text],
      platformOptions: options,
      input: .inputWriter,
      output: .sequence,
      error: .sequence
    ) { execution in
      let writer = execution.standardInputWriter
      try await withThrowingTaskGroup(of: Bool.self) { group in
        group.addTask {
          try await feed(command, into: writer)
          return false
        }
        group.addTask {
          for try await chunk in execution.standardOutput {
            try await output(.standardOutput(buffer(chunk)))
          }
          return true
        }
        group.addTask {
          for try await chunk in execution.standardError {
            try await output(.standardError(buffer(chunk)))
          }
          return true
        }
        // What it writes has ended; whether it has read everything is its own affair.
        var open = 2
        while open > 0, let isOutput = try await group.next() { open -= isOutput ? 1 : 0 }
        group.cancelAll()
      }
    }
    try Task.checkCancellation()
    switch outcome.terminationStatus {
    case .exited(let code): return CommandEnd(exitStatus: Int(code))
    case .signaled(let number): return CommandEnd(exitStatus: nil, signal: "\(number)")
    }
  }

  /// Gives a command its input; what doesn't go through since the command has ended is no failure.
  private static func feed(
    _ command: CommandToRun,
    into writer: StandardInputWriter
  ) async throws {
    let isRefused = Mutex(false)
    do {
      try await command.input? { bytes in
        do {
          _ = try await writer.write(Array(bytes.readableBytesView))
        } catch {
          isRefused.withLock { $0 = true }
          throw error
        }
      }
    } catch  where isRefused.withLock({ $0 }) {}
    try? await writer.finish()
  }

  private static func buffer(_ chunk: SubprocessOutputSequence.Buffer) -> ByteBuffer {
    chunk.withUnsafeBytes { ByteBuffer(bytes: $0) }
  }
}
