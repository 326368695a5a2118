import NIOHTTP1

extension CommandTranslator {
  /// Commands in containers: started, and looked at.
  func exec(_ request: CommandRequest) throws -> DockerStep {
    let id = request.tail.first ?? ""
    switch (request.method, request.tail.dropFirst().first) {
    case (.GET, "json"):
      guard let details = execs.details(of: id) else { return .reply(Self.noExec(id)) }
      return .reply(.json(details))
    case (.POST, "start"): return try startExec(id, request)
    case (.POST, "resize"): throw DockerError.notByCommand("telling a terminal its size")
    default: throw request.isNotPossible
    }
  }

  /// Keeps what is to be run, as long as its container runs.
  func prepareExec(in name: String, _ request: CommandRequest) throws -> DockerStep {
    let (fields, execs) = (request.fields, execs)
    // What can't be said is refused now, as the engine does.
    _ = try execCommand("", fields)
    return try inspect(name) { details in
      let state = details["State"]
      guard state?["Running"] == true else {
        return .reply(.refusal(.conflict, "Container \(name) is not running"))
      }
      guard state?["Paused"] != true else {
        return .reply(
          .refusal(.conflict, "Container \(name) is paused, unpause the container first")
        )
      }
      let id = execs.add(fields, to: details["Id"]?.string ?? name)
      return .reply(.json(["Id": .string(id)], status: .created))
    }
  }

  private func startExec(_ id: String, _ request: CommandRequest) throws -> DockerStep {
    guard let exec = execs.begin(id) else {
      return .reply(
        execs.details(of: id) == nil
          ? Self.noExec(id) : .refusal(.conflict, "Exec command \(id) has already run")
      )
    }
    let execs = execs
    if request.call.body?["Detach"] == true {
      return .done(try execCommand(exec.container, exec.fields, isDetached: true))
    }
    var fields = exec.fields
    let shape = FramesShape(
      of: exec.container,
      isRaw: fields.bool("Tty") ?? false,
      isHijack: true,
      wantsOutput: fields.bool("AttachStdout") ?? false,
      wantsError: fields.bool("AttachStderr") ?? false
    ) { execs.end(id, $0) }
    return .stream(try execCommand(exec.container, exec.fields), shape)
  }

  private func execCommand(
    _ container: String,
    _ fields: RequestFields,
    isDetached: Bool = false
  ) throws -> DockerCommand {
    var fields = fields
    var words = CommandWords("exec")
    let hasTerminal = fields.bool("Tty") ?? false
    let hasInput = fields.bool("AttachStdin") ?? false
    if hasTerminal, hasInput { throw Self.noTerminal }
    let isInteractive = hasInput && !isDetached
    words.flag("detach", isDetached)
    words.flag("interactive", isInteractive)
    words.flag("tty", hasTerminal)
    words.flag("privileged", fields.bool("Privileged") ?? false)
    words.flag("user", fields.text("User"))
    words.flag("workdir", fields.text("WorkingDir"))
    words.flag("detach-keys", fields.text("DetachKeys"))
    // The flag is of Docker 20.10; and where the process reads the input, there is no room for them.
    let way: CommandWords.VariableWay =
      version < APIVersion(1, 41) ? .arguments : isInteractive ? .file : .standardInput
    let lines = words.environment(fields.texts("Env") ?? [], by: way)
    let command = fields.texts("Cmd") ?? []
    guard !command.isEmpty else { throw DockerError.invalidArgument("No exec command specified") }
    fields.ignore("AttachStdout", "AttachStderr")
    try fields.finish()
    words.rest([container] + command)
    var result = DockerCommand(words.words)
    if way == .file { result.variables = lines } else { result.give(lines) }
    result.isInteractive = isInteractive
    return result
  }

  private static func noExec(_ id: String) -> HTTPReply {
    .refusal(.notFound, "No such exec instance: \(id)")
  }
}
