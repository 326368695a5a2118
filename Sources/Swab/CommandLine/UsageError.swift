import SwabYAML

/// What a person wrote on the command line or in a fabfile can't be done; nothing was connected.
struct UsageError: Error, CustomStringConvertible {
  var message: String
  var hint: String?
  var exitStatus: ExitStatus

  init(_ message: String, hint: String? = nil, exitStatus: ExitStatus = .usage) {
    self.message = message
    self.hint = hint
    self.exitStatus = exitStatus
  }

  /// What the argument parser says, in the form of all other mistakes: `Unknown option '--hots'. Did
  /// you mean '--hosts'?` gets its question as a hint.
  init(parsing text: String, command: String?) {
    let parts = text.split(separator: " Did you mean '", maxSplits: 1)
    var message = String(parts.first ?? "")
    if message.hasSuffix(".") { message.removeLast() }
    if let first = message.first { message = first.lowercased() + message.dropFirst() }
    let near = parts.dropFirst().first.map { "did you mean \($0.prefix { $0 != "'" })?" }
    self.init(message, hint: near ?? "swab help\(command.map { " \($0)" } ?? "") shows the options")
  }

  var description: String { message + (hint.map { "\nhint: \($0)" } ?? "") }
}

extension UsageError {
  /// The same about a word that may have been meant as an argument: `swab run restart web1`.
  ///
  /// - Parameters:
  ///   - word: The word that names no task, and is near to no task's name either.
  ///   - previous: The word before it.
  ///   - registry: The tasks.
  /// - Returns: The error with a question for a hint, or as it was.
  func asking(about word: String, after previous: String?, _ registry: TaskRegistry) -> UsageError {
    guard let previous, let call = try? TaskCall(parsing: previous), let task = registry[call.name],
      !task.parameters.isEmpty, NearestName.nearest(to: word, among: registry.names) == nil
    else { return self }
    let called = previous + (previous.contains(":") ? "," : ":") + word
    return UsageError(
      message,
      hint: "is it an argument of \(call.name)? swab run \(Shell.quoted(called))",
      exitStatus: exitStatus
    )
  }
}

/// The exit statuses of `swab`, which scripts decide on; `exec` and `docker` also hand on those of
/// the command that they ran.
struct ExitStatus: RawRepresentable, Hashable, CaseIterable, Sendable {
  var rawValue: Int32

  static let success = ExitStatus(rawValue: 0)
  static let taskFailed = ExitStatus(rawValue: 1)
  static let usage = ExitStatus(rawValue: 2)
  static let noHost = ExitStatus(rawValue: 3)
  /// Hosts could only not be reached, or refused the user; no task failed.
  static let unreachable = ExitStatus(rawValue: 4)
  static let internalError = ExitStatus(rawValue: 70)
  static let interrupted = ExitStatus(rawValue: 130)
  /// The reader of standard output went away (128 + SIGPIPE, as shells say it).
  static let closedPipe = ExitStatus(rawValue: 141)

  static let allCases: [ExitStatus] = [
    .success, .taskFailed, .usage, .noHost, .unreachable, .internalError, .interrupted, .closedPipe,
  ]
}
