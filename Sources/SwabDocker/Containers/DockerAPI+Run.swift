extension DockerAPI {
  /// Makes a container, runs it to its end, collects what it writes, and removes it.
  ///
  /// It is connected to and waited for before it starts, so that nothing is missed. It is removed,
  /// with its anonymous volumes, also when something fails or the task is cancelled.
  ///
  /// - Parameters:
  ///   - spec: What to run.
  ///   - name: The container's name; the engine makes one up if there is none.
  ///   - input: What the process reads from its standard input.
  ///   - outputLimit: How many bytes of each stream are collected at most; more are an error, with
  ///     code `replyTooLarge`.
  /// - Returns: What it has written, and its status.
  /// - Throws: A ``DockerError``: `notFound` if there is no such image; `badRequest` if its command
  ///   isn't there.
  public func run(
    _ spec: ContainerSpec,
    name: String? = nil,
    input: DockerUpload? = nil,
    outputLimit: Int = 64 << 20
  ) async throws -> ExecResult {
    var spec = spec
    spec.hostConfig.autoRemove = false
    spec.attachesStandardOutput = true
    spec.attachesStandardError = true
    if input != nil {
      spec.opensStandardInput = true
      // Without it, the end of the input would be the end of the connection, and not the process's.
      spec.closesStandardInputOnce = true
      spec.attachesStandardInput = true
    }
    return try await withLentContainer(spec, name: name) { container in
      try await runToEnd(container, spec, input, outputLimit)
    }
  }

  private func runToEnd(
    _ container: String,
    _ spec: ContainerSpec,
    _ input: DockerUpload?,
    _ limit: Int
  ) async throws -> ExecResult {
    if try await engine().commandLine != nil {
      return try await startAttached(container, spec, input, limit)
    }
    var options = AttachOptions()
    options.input = input != nil
    let session = try await engine().session(
      options.call(container),
      hasTerminal: spec.hasTerminal
    )
    let end = try await beginWait(container, condition: .nextExit)
    defer { session.close() }
    try await start(container)
    let output = try await session.collect(input, upTo: limit)
    return ExecResult(
      exitCode: try await end.result().exitCode,
      stdout: output.stdout,
      stderr: output.stderr
    )
  }

  /// Starts a container and is connected to it from its start, as the docker command does it in one.
  private func startAttached(
    _ container: String,
    _ spec: ContainerSpec,
    _ input: DockerUpload?,
    _ limit: Int
  ) async throws -> ExecResult {
    report("starting container \(container)")
    var call = try DockerCall.container(container, "/start", .POST)
    call.add("stdin", input != nil)
    let session = try await engine().session(call, hasTerminal: spec.hasTerminal)
    defer { session.close() }
    let output = try await session.collect(input, upTo: limit)
    return ExecResult(
      exitCode: try await wait(container).exitCode,
      stdout: output.stdout,
      stderr: output.stderr
    )
  }
}
