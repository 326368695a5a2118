import NIOHTTP1

extension DockerAPI {
  /// Starts a prepared command, and connects to it.
  ///
  /// Letting go of the session leaves the command running: the engine has no request that ends it.
  /// What keeps a command from starting comes as its output, with status 126 or 127;
  /// ``exec(_:_:input:outputLimit:endsWhenCancelled:)`` makes an error of it.
  ///
  /// - Parameter id: The id it was given by ``createExec(_:_:)``.
  /// - Returns: What it writes and reads.
  /// - Throws: A ``DockerError``: `conflict` if it was started before, `notFound` if there is none.
  public func startExec(_ id: String) async throws -> DockerSession {
    let call = try DockerCall.exec(id, "/start", .POST)
    let engine = try await engine()
    let details = try await inspectExec(id)
    // Engines of old say so on the output of a command that never was.
    guard !details.isRunning, details.exitCode == nil else {
      throw engine.locate(.execHasRun(id), call)
    }
    return try await engine.startExec(id, hasTerminal: details.hasTerminal)
  }

  /// Starts a prepared command, and leaves it alone.
  ///
  /// - Parameter id: The id it was given by ``createExec(_:_:)``.
  /// - Throws: A ``DockerError``: `badRequest` if there is no such program in the container.
  public func startDetachedExec(_ id: String) async throws {
    var call = try DockerCall.exec(id, "/start", .POST)
    var body = JSONObject()
    body.set("Detach", true)
    call.setBody(body)
    try await engine().reply(to: call)
  }

  /// Starts a command in a running container, and connects to it.
  ///
  /// - Parameters:
  ///   - container: Its name or id.
  ///   - spec: The command; `attachesStandardInput` lets it be written to.
  /// - Returns: The id of the command, and what it writes and reads.
  /// - Throws: A ``DockerError``: `conflict` if the container doesn't run.
  public func execSession(
    _ container: String,
    _ spec: ExecSpec
  ) async throws -> (id: String, session: DockerSession) {
    let id = try await createExec(container, spec)
    return (id, try await engine().startExec(id, hasTerminal: spec.hasTerminal))
  }
}

extension DockerClient {
  /// Starts a command with the terminal that it was made with: otherwise its standard error is lost.
  package func startExec(_ id: String, hasTerminal: Bool) async throws -> DockerSession {
    var call = try DockerCall.exec(id, "/start", .POST)
    var body = JSONObject()
    body.append(.bool(false), for: "Detach")
    body.append(.bool(hasTerminal), for: "Tty")
    call.body = .object(body)
    return try await session(call, hasTerminal: hasTerminal)
  }
}

extension DockerError {
  static func execHasRun(_ id: String) -> DockerError {
    DockerError(
      code: .conflict,
      message: "exec \(id.prefix(12)) has been started before",
      hint: "each start needs a createExec(_:_:) of its own"
    )
  }
}
