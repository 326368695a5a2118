/// The tasks that come with swab, under `docker.`: Docker-Fabric's, under its names, and more.
///
/// None of them ever runs on this machine's Docker Engine unless `--local` says so; see
/// ``Selector``.
enum DockerTasks {
  static let space = "docker"

  /// All of them, by their full names.
  static let all: [TaskDefinition] = listings + system + hosts + images + registry + cleanup

  /// Makes one of them.
  ///
  /// - Parameters:
  ///   - name: Its name within the namespace.
  ///   - help: One line for `swab list docker`.
  ///   - arguments: Its arguments. Those with yes, no or a number for a default take only such.
  ///   - body: What it does for a host.
  /// - Returns: The task.
  static func define(
    _ name: String,
    _ help: String,
    _ arguments: [String] = [],
    _ body: @escaping @Sendable (BuiltInCall) async throws -> TaskReport
  ) -> TaskDefinition {
    TaskDefinition(
      name: "\(space).\(name)",
      help: help,
      parameters: arguments.map(parameter),
      body: .builtIn(body),
      location: SourceLocation(file: "swab", line: 0)
    )
  }

  /// An argument whose values are of the same form as its default.
  private static func parameter(_ text: String) -> TaskParameter {
    var parameter = TaskParameter(text)
    switch parameter.defaultValue {
    case "yes", "no": parameter.form = .yesOrNo
    case let value? where Int(value) != nil: parameter.form = .wholeNumber
    default: break
    }
    return parameter
  }

  /// Makes one of them that all hosts of a step take part in at the same time.
  ///
  /// - Parameters:
  ///   - name: Its name within the namespace.
  ///   - help: One line for `swab list docker`.
  ///   - arguments: Its arguments.
  ///   - prepare: Called once for a step, and gives what is done for each of its hosts.
  /// - Returns: The task.
  static func defineShared(
    _ name: String,
    _ help: String,
    _ arguments: [String],
    _ prepare: @escaping @Sendable (ExecutionStep) -> TaskDefinition.BuiltInBody
  ) -> TaskDefinition {
    var task = define(name, help, arguments) { _ in TaskReport([], json: .null) }
    task.body = .shared(prepare)
    return task
  }
}
