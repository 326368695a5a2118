import NIOHTTP1

extension DockerAPI {
  /// Connects to the process of a container.
  ///
  /// Attach before the start to miss nothing. To one that has ended nothing can be attached, unless
  /// only what it wrote is wanted: the engine would wait for its next start without a word.
  ///
  /// - Parameters:
  ///   - container: Its name or id.
  ///   - options: Which streams, and whether what was written before comes first.
  /// - Returns: What the process writes and reads.
  /// - Throws: A ``DockerError``: `notRunning` if the container has ended, `conflict` if it is paused.
  public func attach(
    _ container: String,
    _ options: AttachOptions = AttachOptions()
  ) async throws -> DockerSession {
    let details = try await inspectContainer(container)
    let state = details.state
    let isThere = state.isRunning || state.status == .created || options.awaitsStart
    guard isThere || !options.stream else { throw try await hasEnded(container, state) }
    let session = try await engine().session(
      options.call(container),
      hasTerminal: details.config.hasTerminal
    )
    // One that ended just before it was attached to would be waited for without end.
    guard state.isRunning, options.stream, !options.awaitsStart else { return session }
    do {
      let state = try await inspectContainer(container).state
      if state.isRunning { return session }
      throw try await hasEnded(container, state)
    } catch {
      session.close()
      throw error
    }
  }

  /// Connects to the process of a container by WebSocket, as web pages do.
  ///
  /// It is for what stands between and lets nothing else through; ``attach(_:_:)`` tells the two
  /// streams apart. Attach before the start: to one that has ended the engine would wait for its next
  /// start without a word.
  ///
  /// - Parameters:
  ///   - container: Its name or id.
  ///   - options: Whether what was written before comes first; engines before 23.0 connect to all
  ///     streams, whatever is asked for.
  /// - Returns: What the process writes and reads.
  /// - Throws: A ``DockerError``: `conflict` if it is paused.
  public func attachWebSocket(
    _ container: String,
    _ options: AttachOptions = AttachOptions()
  ) async throws -> DockerWebSocket {
    var call = try options.call(container, "/attach/ws", .GET)
    call.isHijack = true
    call.upgrade = "websocket"
    // The key only shows that the other side speaks the protocol, which its status says as well.
    let key = Base64.encode((0..<16).map { _ in UInt8.random(in: .min ... .max) })
    call.headers += [("Sec-WebSocket-Version", "13"), ("Sec-WebSocket-Key", key)]
    let engine = try await engine()
    let body = try await engine.stream(call)
    return DockerWebSocket(source: WebSocketSource(body: body, client: engine, call: call))
  }

  private func hasEnded(
    _ container: String,
    _ state: ContainerStateDetails
  ) async throws -> DockerError {
    let error = DockerError(
      code: .notRunning,
      message: "the container \(container) has ended, with status \(state.exitCode)",
      hint: "logs(_:) gives what it has written"
    )
    return try await engine().locate(error, DockerCall.container(container, "/attach", .POST))
  }
}

/// What to be connected to of a container.
public struct AttachOptions: Sendable, Hashable {
  /// Whether its standard input can be written to; the container must have been made with
  /// `opensStandardInput`.
  public var input = false
  /// Whether its standard output is given.
  public var stdout = true
  /// Whether its standard error is given.
  public var stderr = true
  /// Whether what it has written before comes first.
  public var includesLogs = false
  /// Whether what it writes from now on is given; if not, the output ends with what it has written
  /// before, and there is no input.
  public var stream = true
  /// Whether to connect to a container that has ended, because it is about to be started.
  public var awaitsStart = false
  /// The keys that end the connection, such as `ctrl-p,ctrl-q`; the engine's own if nil.
  public var detachKeys: String?

  /// Output only.
  public init() {}

  func call(
    _ container: String,
    _ action: String = "/attach",
    _ method: HTTPMethod = .POST
  ) throws -> DockerCall {
    guard stream || includesLogs else {
      throw DockerError.invalidArgument(
        "attaching needs what was written before, what is written from now on, or both"
      )
    }
    var call = try DockerCall.container(container, action, method)
    call.add("stream", stream)
    call.add("stdin", input)
    call.add("stdout", stdout)
    call.add("stderr", stderr)
    call.add("logs", includesLogs)
    call.add("detachKeys", detachKeys)
    return call
  }
}
