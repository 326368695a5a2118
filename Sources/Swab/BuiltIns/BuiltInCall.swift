/// What a task that comes with swab is given: where it runs, what for, and how it tells.
///
/// It runs for a host, or for this machine's Docker Engine, if `--local` asks for that.
struct BuiltInCall: Sendable {
  let scope: TaskScope
  let arguments: TaskArguments
  /// The hosts of the step, this one among them.
  let targets: [HostTarget]
  private let isDestructive: Bool

  init(scope: TaskScope, step: ExecutionStep) {
    self.scope = scope
    arguments = step.arguments
    targets = step.targets
    isDestructive = step.task.isDestructive
  }

  /// The client of the host's engine, or of this machine's.
  ///
  /// Throws ``TaskError`` if a task that removes things would find an engine which only Docker's own
  /// settings call this machine's.
  var docker: DockerFabricClient {
    get throws {
      let docker = try dockerFabric()
      guard scope.target == nil, let other = try OtherEngine(docker.settings, scope.environment)
      else { return docker }
      if isDestructive, other.isDockersChoice { throw other.refusal }
      other.say(on: scope.console)
      return docker
    }
  }

  /// Whether the step has one host only, or none.
  var isAlone: Bool { targets.count <= 1 }

  /// Runs a command on the host or, with `--local`, on this machine, and shows neither it nor its
  /// output.
  func run(_ command: String, okCodes: [Int] = [0]) async throws -> CommandResult {
    guard let target = scope.target else {
      return try await local(command, quiet: true, okCodes: okCodes)
    }
    return try await Host(scope: scope, target: target)
      .run(command, quiet: true, shell: false, okCodes: okCodes)
  }

  /// Prints what the task found.
  ///
  /// Lines have the host before them only where there are several, as grep has it with files: what
  /// one host has to say can be handed to other programs as it is.
  func say(_ report: TaskReport) async throws {
    let console = scope.console
    if scope.run.options.printsJSON {
      console.say(.user, report.document(host: scope.hostName, task: scope.task))
    } else {
      let host = isAlone && scope.caller == nil ? nil : scope.hostName
      let width = TerminalSize.ofStandardOutput.map {
        $0.columns - console.prefixWidth(ofHost: host)
      }
      let lines = report.lines(fitting: width)
      if !lines.isEmpty { console.say(.user, host: host, lines.joined(separator: "\n")) }
    }
    try await console.waitForRoom()
  }

}

/// What a task that comes with swab found or did: for people, and for programs.
struct TaskReport: Sendable {
  /// What people read.
  enum Content: Sendable {
    case lines([String])
    case table(TextTable)
  }

  var content: Content
  /// What `--json` prints, and what `execute(…)` gives its caller.
  var json: JSONValue

  init(_ lines: [String], json: JSONValue) {
    content = .lines(lines)
    self.json = json
  }

  init(_ table: TextTable, json: JSONValue) {
    content = .table(table)
    self.json = json
  }

  func lines(fitting width: Int?) -> [String] {
    switch content {
    case .lines(let lines): lines
    case .table(let table): table.lines(fitting: width)
    }
  }

  /// The line that `--json` prints for a host.
  func document(host: String?, task: String) -> String {
    var document = JSONObject()
    document["host"] = host.map { .string($0) } ?? .null
    document["task"] = .string(task)
    document["result"] = json
    return Self.plain(JSONValue.object(document).description)
  }

  /// JSON in which all that the console would write out stands as an escape that JSON has.
  ///
  /// Such characters stand in strings only, so that each may be replaced on its own.
  private static func plain(_ json: String) -> String {
    var text = ""
    for scalar in json.unicodeScalars {
      if scalar.value < 0x7f || !TerminalText.isHidden(scalar) {
        text.unicodeScalars.append(scalar)
      } else {
        let digits = String(scalar.value, radix: 16)
        text += "\\u" + String(repeating: "0", count: 4 - digits.count) + digits
      }
    }
    return text
  }
}
