import NIOHTTP1

// Below /containers.

extension CommandTranslator {
  func containers(_ request: CommandRequest) throws -> DockerStep {
    switch (request.method, request.tail.first, request.tail.dropFirst().first) {
    case (.GET, "json", nil): return try listContainers(request)
    case (.POST, "create", nil): return try create(request)
    case (.POST, "prune", nil): return prune(request, "container", as: "ContainersDeleted")
    case (.DELETE, let name?, nil): return try removeContainer(name, request)
    case (.GET, let name?, "json"):
      var words = CommandWords("inspect", "--type=container")
      words.flag("size", request.isOn("size"))
      try words.operand(name)
      return .object(words.words)
    case (.GET, let name?, "logs"): return try logs(of: name, request)
    case (_, let name?, "archive"): return try archive(of: name, request)
    case (.GET, let name?, let action?): return try look(at: name, action, request)
    case (.POST, let name?, let action?): return try change(name, action, request)
    default: throw request.isNotPossible
    }
  }

  private func look(
    at name: String,
    _ action: String,
    _ request: CommandRequest
  ) throws -> DockerStep {
    var words = CommandWords(action == "changes" ? "diff" : action)
    try words.operand(name)
    switch action {
    case "top":
      let arguments = request.parameter("ps_args") ?? ""
      words.rest(arguments.split(separator: " ").map(String.init))
      return .json(DockerCommand(words.words)) { CommandTable($0.text).processes }
    case "changes":
      return .json(DockerCommand(words.words)) { .array($0.lines.compactMap(Self.change)) }
    case "export": return .stream(DockerCommand(words.words), BytesShape())
    default: throw request.isNotPossible
    }
  }

  /// A line of `docker diff`, such as `A /tmp/file`.
  private static func change(_ line: String) -> JSONValue? {
    guard let kind = ["C", "A", "D"].firstIndex(of: String(line.prefix(1))) else { return nil }
    return ["Kind": .integer(kind), "Path": .string(String(line.dropFirst(2)))]
  }

  private func change(
    _ name: String,
    _ action: String,
    _ request: CommandRequest
  ) throws -> DockerStep {
    switch action {
    case "start" where request.call.isHijack: return try startAttached(name, request)
    case "start":
      // It is of no use to a start without a connection.
      request.ignore("detachKeys")
      let words = try Self.command("start", name)
      // It says nothing of a container that runs already, where the engine does.
      return try run(words, on: name) { $0["Running"] != true || $0["Paused"] == true }
    case "stop":
      let words = try stopping("stop", name, request)
      return try run(words, on: name) { $0["Running"] == true || $0["Restarting"] == true }
    case "restart": return .done(try stopping("restart", name, request))
    case "kill":
      var words = CommandWords("kill")
      words.flag("signal", request.parameter("signal"))
      try words.operand(name)
      return .done(words.words)
    case "pause", "unpause": return .done(try Self.command(action, name))
    case "rename":
      var words = CommandWords("rename")
      try words.operands([name, request.parameter("name") ?? ""])
      return .done(words.words)
    case "update": return try update(name, request)
    case "wait": return try wait(for: name, request)
    case "attach": return try attach(to: name, request)
    case "exec": return try prepareExec(in: name, request)
    default: throw request.isNotPossible
    }
  }

  /// A command with one name.
  static func command(_ command: String, _ name: String) throws -> [String] {
    var words = CommandWords(command)
    try words.operand(name)
    return words.words
  }

  private func stopping(
    _ command: String,
    _ name: String,
    _ request: CommandRequest
  ) throws -> [String] {
    var words = CommandWords(command)
    // What it is called in full differs.
    if let seconds = request.parameter("t") { words.rest(["-t=\(seconds)"]) }
    words.flag("signal", request.parameter("signal"))
    try words.operand(name)
    return words.words
  }

  /// Runs a command if a container's state is so, and else says that nothing changes.
  private func run(
    _ words: [String],
    on name: String,
    if isSo: @escaping @Sendable (JSONValue) -> Bool
  ) throws -> DockerStep {
    try inspect(name) { details in
      isSo(details["State"] ?? .null) ? .done(words) : .reply(.nothingChanged)
    }
  }

  /// Goes on with the details of a container.
  func inspect(
    _ name: String,
    then: @escaping @Sendable (JSONValue) throws -> DockerStep
  ) throws -> DockerStep {
    var words = CommandWords("inspect", "--type=container")
    try words.operand(name)
    return .command(DockerCommand(words.words)) { try then(try $0.json()[0] ?? .null) }
  }

  private func removeContainer(_ name: String, _ request: CommandRequest) throws -> DockerStep {
    var words = CommandWords("rm")
    words.flag("force", request.isOn("force"))
    words.flag("volumes", request.isOn("v"))
    words.flag("link", request.isOn("link"))
    try words.operand(name)
    var command = DockerCommand(words.words)
    command.hasOutput = true
    return .done(command)
  }

  /// Waits, with the status as the answer.
  ///
  /// The docker command waits until a container doesn't run, so that a next end can be waited for
  /// only of one that runs.
  private func wait(for name: String, _ request: CommandRequest) throws -> DockerStep {
    let condition = request.parameter("condition") ?? "not-running"
    let words = try Self.command("wait", name)
    guard ["not-running", "next-exit"].contains(condition) else {
      throw DockerError.notForCommand("waiting until a container is \(condition)")
    }
    return try inspect(name) { details in
      guard condition == "not-running" || details["State"]?["Running"] == true else {
        throw DockerError.notForCommand("waiting for the end of a container that doesn't run yet")
      }
      return .stream(DockerCommand(words), ExitStatusShape())
    }
  }

  /// Looks at the container first: what it writes may be long in coming, and errors should not be.
  private func logs(of name: String, _ request: CommandRequest) throws -> DockerStep {
    var words = CommandWords("logs")
    words.flag("follow", request.isOn("follow"))
    words.flag("since", request.parameter("since"))
    words.flag("until", request.parameter("until"))
    words.flag("tail", request.parameter("tail"))
    words.flag("timestamps", request.isOn("timestamps"))
    words.flag("details", request.isOn("details"))
    try words.operand(name)
    let command = DockerCommand(words.words)
    let (wantsOutput, wantsError) = (request.isOn("stdout"), request.isOn("stderr"))
    let hasTimestamps = request.isOn("timestamps")
    return try inspect(name) { details in
      var shape = FramesShape(
        of: name,
        isRaw: details["Config"]?["Tty"] == true,
        wantsOutput: wantsOutput,
        wantsError: wantsError,
        hasTimestamps: hasTimestamps
      )
      shape.hasOwnStatus = true
      return .stream(command, shape)
    }
  }

  private func attach(to name: String, _ request: CommandRequest) throws -> DockerStep {
    try request.refuse("logs")
    request.ignore("stream")
    let hasInput = request.isOn("stdin")
    let (wantsOutput, wantsError) = (request.isOn("stdout"), request.isOn("stderr"))
    var words = CommandWords("attach")
    words.flag("no-stdin", !hasInput)
    words.flag("sig-proxy", "false")
    words.flag("detach-keys", request.parameter("detachKeys"))
    try words.operand(name)
    var attach = DockerCommand(words.words)
    attach.isInteractive = hasInput
    let command = attach
    return try inspect(name) { details in
      guard details["State"]?["Running"] == true else {
        throw DockerError.notForCommand("connecting to a container before it runs")
      }
      let hasTerminal = details["Config"]?["Tty"] == true
      guard !hasTerminal || !hasInput else { throw Self.noTerminal }
      let shape = FramesShape(
        of: name,
        isRaw: hasTerminal,
        isHijack: true,
        wantsOutput: wantsOutput,
        wantsError: wantsError
      )
      return .stream(command, shape)
    }
  }

  /// Starts a container with its streams connected, which engines have no request for.
  private func startAttached(_ name: String, _ request: CommandRequest) throws -> DockerStep {
    let hasInput = request.isOn("stdin")
    var words = CommandWords("start", "--attach")
    words.flag("interactive", hasInput)
    try words.operand(name)
    var start = DockerCommand(words.words)
    start.isInteractive = hasInput
    let command = start
    return try inspect(name) { details in
      let hasTerminal = details["Config"]?["Tty"] == true
      guard !hasTerminal || !hasInput else { throw Self.noTerminal }
      return .stream(command, FramesShape(of: name, isRaw: hasTerminal, isHijack: true))
    }
  }

  static let noTerminal = DockerError.notForCommand(
    "input for a process with a terminal, as there is none at this end"
  )
}
