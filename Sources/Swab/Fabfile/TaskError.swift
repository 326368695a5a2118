import SwabYAML

/// An error of a task: it was declared or called wrongly, or it gave up.
public struct TaskError: Error, Sendable, CustomStringConvertible {
  /// What kind of error this is; programs decide on this.
  @nonexhaustive
  public enum Code: Sendable, Hashable {
    /// `abort` was called.
    case aborted
    /// A command gave another exit status than 0.
    case commandFailed
    /// A command took longer than its timeout.
    case commandTimedOut
    /// A command gave more output than the limit for collecting it.
    case outputTooLarge
    /// A host was needed where there is none.
    case noCurrentHost
    /// The task was declared or called in a way that can't be.
    case usage
    /// The tunnel to a Docker Engine could not be opened.
    case tunnelFailed
    /// A value of `env` is missing or not of the kind asked for.
    case badEnv
  }

  /// What kind of error this is.
  public var code: Code
  /// What happened, with the values that matter in it.
  public var message: String
  /// The host it happened on, if there is one.
  public var host: String?
  /// What can be done about it, where there is something to do.
  public var hint: String?
  /// The result of the command that failed, if one did.
  public var result: CommandResult?
  /// The error underneath, such as that of another host which this one depended on.
  public var cause: (any Error)?

  init(
    _ code: Code,
    _ message: String,
    host: String? = nil,
    hint: String? = nil,
    result: CommandResult? = nil
  ) {
    self.code = code
    self.message = message
    self.host = host
    self.hint = hint
    self.result = result
  }

  /// `host: message`, and below it the hint.
  public var description: String {
    (host.map { "\($0): " } ?? "") + message + (hint.map { "\nhint: \($0)" } ?? "")
  }

  static func undeclaredArgument(
    _ name: String,
    of task: String,
    declared: [String]
  ) -> TaskError {
    TaskError(
      .usage,
      "task '\(task)' declares no argument '\(name)'",
      hint: NearestName.hint(for: name, among: declared)
        ?? "add it to the task's arguments: [\"\(name)\"]"
    )
  }

  static func badArgument(_ name: String, _ text: String, _ wanted: String) -> TaskError {
    let found = SecretKeys.isSecret(name) ? "" : ", not '\(text)'"
    return TaskError(.usage, "argument '\(name)' must be \(wanted)\(found)")
  }

  static func noCurrentHost(_ what: String) -> TaskError {
    TaskError(
      .noCurrentHost,
      "\(what) needs a host, and this task runs without one",
      hint: "select hosts: swab run TASK -H HOST or -R ROLE; or use local(…) for this machine"
    )
  }
}
