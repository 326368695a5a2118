import NIOHTTP1

extension DockerAPI {
  /// What a container has written, and with `follow` what it writes until it ends.
  ///
  /// ```swift
  /// for try await line in try await docker.logs("web", follow: true).lines { print(line.text) }
  /// ```
  ///
  /// The client's timeout bounds the time until the output begins, not how long it lasts. Following
  /// a container that was never started ends at once.
  ///
  /// - Parameters:
  ///   - container: Its name or id.
  ///   - follow: Whether to go on with what it writes.
  ///   - stdout: Whether standard output is given.
  ///   - stderr: Whether standard error is given.
  ///   - since: The moment to begin with.
  ///   - until: The moment to end with; needs API 1.35.
  ///   - tail: How many lines at most, from the end; a line of more than 16 KiB counts as several.
  ///   - timestamps: Whether each frame begins with the time it was written and a space.
  ///   - details: Whether each frame begins, after the time, with what the log driver's options, such
  ///     as `labels`, have kept beside it, as in `app=web,stage=test`, and a space.
  /// - Returns: The output, as fast as it is read and no faster.
  /// - Throws: A ``DockerError``; `notImplemented` if its log driver cannot be read.
  public func logs(
    _ container: String,
    follow: Bool = false,
    stdout: Bool = true,
    stderr: Bool = true,
    since: DockerDate? = nil,
    until: DockerDate? = nil,
    tail: Int? = nil,
    timestamps: Bool = false,
    details: Bool = false
  ) async throws -> DockerLogs {
    guard stdout || stderr else {
      throw DockerError.invalidArgument("logs need standard output, standard error, or both")
    }
    var call = try DockerCall.container(container, "/logs", .GET)
    call.add("stdout", stdout)
    call.add("stderr", stderr)
    call.add("follow", follow)
    call.add("since", since?.queryValue)
    if until != nil { call.requires(1, 35, for: "until") }
    call.add("until", until?.queryValue)
    call.add("tail", tail)
    call.add("timestamps", timestamps)
    call.add("details", details)
    let engine = try await engine()
    return try await engine.logs(call, hasTimestamps: timestamps) {
      try await engine.inspectContainer(container).config.hasTerminal
    }
  }
}

extension DockerClient {
  /// Sends a call whose answer is output.
  ///
  /// - Parameters:
  ///   - call: The call.
  ///   - hasTimestamps: Whether each frame begins with the time.
  ///   - hasTerminal: Asked whether what wrote it has a terminal, if the answer doesn't say.
  /// - Returns: The output.
  /// - Throws: A ``DockerError``.
  func logs(
    _ call: DockerCall,
    hasTimestamps: Bool,
    hasTerminal: () async throws -> Bool
  ) async throws -> DockerLogs {
    try await check(call)
    // From API 1.42 on the answer says whether it has frames; before, the terminal does.
    let declares = try await apiVersion() >= APIVersion(1, 42)
    let isKnownToBeRaw = declares ? false : try await hasTerminal()
    let body = try await stream(call)
    let type = body.reply.head.headers.first(name: "Content-Type") ?? ""
    let source = LogSource(
      body: body,
      isRaw: declares ? type.hasSuffix("raw-stream") : isKnownToBeRaw,
      hasTimestamps: hasTimestamps,
      client: self,
      call: call
    )
    return DockerLogs(source: source)
  }
}
