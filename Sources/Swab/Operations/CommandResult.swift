/// What a command gave, on a host or on this machine.
public struct CommandResult: Sendable {
  /// The command as it was given.
  public let command: String
  /// Standard output, byte for byte.
  public let stdoutBytes: [UInt8]
  /// Standard error, byte for byte; empty with a pty, which merges both.
  public let stderrBytes: [UInt8]
  /// The exit status; nil if a signal or the timeout ended the command.
  public let exitStatus: Int?
  /// The signal that ended the command, without `SIG`.
  public let signal: String?
  /// How long it took.
  public let duration: Duration
  /// The exit statuses that count as success.
  let okCodes: [Int]
  let isTimedOut: Bool
  /// The end of standard error, also if nothing is collected.
  let lastErrorLines: [String]

  /// Standard output as text, without the newline at its end; invalid UTF-8 shows as U+FFFD.
  public var stdout: String { Self.text(stdoutBytes) }
  /// Standard error as text, without the newline at its end.
  public var stderr: String { Self.text(stderrBytes) }
  /// Whether the exit status is 0 or among the statuses that were said to be all right.
  public var succeeded: Bool { exitStatus.map(okCodes.contains) ?? false }
  /// Whether the command did not succeed.
  public var failed: Bool { !succeeded }

  init(
    command: String,
    stdoutBytes: [UInt8] = [],
    stderrBytes: [UInt8] = [],
    exitStatus: Int?,
    signal: String? = nil,
    duration: Duration,
    okCodes: [Int] = [0],
    isTimedOut: Bool = false,
    lastErrorLines: [String] = []
  ) {
    self.command = command
    self.stdoutBytes = stdoutBytes
    self.stderrBytes = stderrBytes
    self.exitStatus = exitStatus
    self.signal = signal
    self.duration = duration
    self.okCodes = okCodes
    self.isTimedOut = isTimedOut
    self.lastErrorLines = lastErrorLines
  }

  /// How it ended, in words: `exit status 3`, `signal TERM`.
  var ending: String {
    if isTimedOut { return "no end within its timeout" }
    if let signal { return "signal \(signal)" }
    return exitStatus.map { "exit status \($0)" } ?? "no exit status"
  }

  private static func text(_ bytes: [UInt8]) -> String {
    var bytes = bytes[...]
    if bytes.last == 10 { bytes.removeLast() }
    if bytes.last == 13 { bytes.removeLast() }
    return String(decoding: bytes, as: UTF8.self)
  }
}
