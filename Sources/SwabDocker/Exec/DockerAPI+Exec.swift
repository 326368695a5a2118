import NIOHTTP1

extension DockerAPI {
  /// Prepares a command in a running container, without starting it.
  ///
  /// - Parameters:
  ///   - container: Its name or id.
  ///   - spec: The command.
  /// - Returns: The id that the command is started and looked at by.
  /// - Throws: A ``DockerError``: `conflict` if the container doesn't run, `badRequest` without a
  ///   command.
  public func createExec(_ container: String, _ spec: ExecSpec) async throws -> String {
    var call = try DockerCall.container(container, "/exec", .POST)
    call.setBody(spec.encoded, gates: BodyGate.exec)
    return try await engine().json(call)["Id"]?.string ?? ""
  }

  /// How a command in a container is or ended.
  ///
  /// - Parameter id: The id it was given.
  /// - Returns: Whether it runs, and its status.
  /// - Throws: A ``DockerError``: `notFound` also after its container is removed.
  public func inspectExec(_ id: String) async throws -> ExecDetails {
    try await engine().object(.exec(id, "/json", .GET))
  }

  /// Tells the terminal of a command in a container its size.
  ///
  /// - Parameters:
  ///   - id: The id it was given.
  ///   - size: The size in characters.
  /// - Throws: A ``DockerError`` if it doesn't run.
  public func resizeExec(_ id: String, to size: TerminalSize) async throws {
    var call = try DockerCall.exec(id, "/resize", .POST)
    call.add(size)
    try await engine().reply(to: call)
  }
}

/// How a command in a container is or ended.
public struct ExecDetails: JSONBacked {
  /// The whole answer.
  public let raw: JSONValue

  /// A view of that value.
  public init(raw: JSONValue) {
    self.raw = raw
  }

  /// Its id.
  public var id: String { text("ID") }
  /// The id of its container.
  public var containerID: String { text("ContainerID") }
  /// Whether it runs.
  public var isRunning: Bool { flag("Running") }
  /// Its status; nothing before its end, and right after its start the engine may say neither.
  public var exitCode: Int? { raw["ExitCode"]?.int }
  /// Its process on the host, once it runs.
  public var processID: Int? { raw["Pid"]?.int.flatMap { $0 > 0 ? $0 : nil } }
  /// Whether it has a terminal.
  public var hasTerminal: Bool { raw["ProcessConfig"]?["tty"]?.bool ?? false }
  /// Whether its standard input can be written to.
  public var opensStandardInput: Bool { flag("OpenStdin") }
  /// The user it runs as, if it isn't the container's.
  public var user: String? { raw["ProcessConfig"]?["user"]?.string }
  /// The command, word by word.
  public var command: [String] {
    let config = raw["ProcessConfig"]
    let arguments = config?["arguments"]?.array?.compactMap(\.string) ?? []
    return (config?["entrypoint"]?.string).map { [$0] + arguments } ?? arguments
  }
}
