import Subprocess

#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#else
  import Darwin
#endif

/// Runs a command on this machine, with `/bin/sh`.
///
/// - Parameters:
///   - command: Shell text.
///   - warnOnly: Whether a failure is only a warning; by default what `-w` or `warn_only` says.
///   - quiet: Whether neither the command nor its output is shown.
///   - okCodes: The exit statuses that count as success.
///   - collecting: The most bytes collected of each stream, or nil to collect none.
/// - Returns: Output and exit status, as `run` gives them.
/// - Throws: ``TaskError`` if the command fails.
@discardableResult
public func local(
  _ command: String,
  warnOnly: Bool? = nil,
  quiet: Bool = false,
  okCodes: [Int] = [0],
  collecting: Int? = 64 * 1024 * 1024
) async throws -> CommandResult {
  let scope = try TaskScope.require("local(…)")
  let console = scope.console
  if !quiet { console.say(.running, host: "localhost", label: "local", command) }
  let collector = OutputCollector(
    console: console,
    host: "localhost",
    operation: "local",
    isQuiet: quiet,
    limit: collecting
  )
  let start = ContinuousClock.now
  let status = try await LocalShell.run(command, into: collector)
  collector.finish()
  try Task.checkCancellation()
  let result = CommandResult(
    command: command,
    stdoutBytes: collector.collectedOutput,
    stderrBytes: collector.collectedError,
    exitStatus: status.code,
    signal: status.signal,
    duration: ContinuousClock.now - start,
    okCodes: okCodes,
    lastErrorLines: collector.lastErrorLines
  )
  guard result.failed else { return result }
  let error = TaskError(
    .commandFailed,
    "local '\(command)' gave \(result.ending)",
    host: scope.hostName,
    result: result
  )
  guard try warnOnly ?? scope.environment.bool("warn_only") ?? false else { throw error }
  if !quiet { console.warn(host: scope.hostName, error.message) }
  return result
}

/// Starts commands on this machine.
enum LocalShell {
  /// Runs a command in a process group of its own, which is ended if the task is cancelled.
  static func run(
    _ command: String,
    into collector: OutputCollector
  ) async throws -> (code: Int?, signal: String?) {
    var options = PlatformOptions()
    // Its own group, so that Ctrl-C reaches it through swab, in order, and not before it.
    options.processGroupID = 0
    options.teardownSequence = [
      .send(signal: .terminate, toProcessGroup: true, allowedDurationToNextStep: .seconds(3))
    ]
    let outcome = try await Subprocess.run(
      .path("/bin/sh"),
      arguments: ["-c", command],
      platformOptions: options,
      input: .none,
      output: .sequence,
      error: .sequence
    ) { execution in
      try await withThrowingTaskGroup(of: Void.self) { group in
        group.addTask {
          for try await chunk in execution.standardOutput {
            try await collector.add(Self.bytes(chunk), isError: false, command: command)
          }
        }
        group.addTask {
          for try await chunk in execution.standardError {
            try await collector.add(Self.bytes(chunk), isError: true, command: command)
          }
        }
        // The first failure ends both: nobody would read on, and the command would wait for that.
        for try await _ in group {}
      }
    }
    switch outcome.terminationStatus {
    case .exited(let code): return (Int(code), nil)
    case .signaled(let number): return (nil, signalName(number))
    }
  }

  /// The name without `SIG`, as SSH has it for commands on hosts.
  private static func signalName(_ number: Int32) -> String {
    let names = [
      SIGABRT: "ABRT", SIGALRM: "ALRM", SIGBUS: "BUS", SIGFPE: "FPE", SIGHUP: "HUP", SIGILL: "ILL",
      SIGINT: "INT", SIGKILL: "KILL", SIGPIPE: "PIPE", SIGQUIT: "QUIT", SIGSEGV: "SEGV",
      SIGSYS: "SYS", SIGTERM: "TERM", SIGTRAP: "TRAP", SIGUSR1: "USR1", SIGUSR2: "USR2",
      SIGXCPU: "XCPU", SIGXFSZ: "XFSZ",
    ]
    return names[number] ?? "\(number)"
  }

  private static func bytes(_ buffer: SubprocessOutputSequence.Buffer) -> [UInt8] {
    buffer.withUnsafeBytes { Array($0) }
  }
}
