/// A command in a container, with this process's streams, or its terminal, for the command's own.
struct ContainerCommand: Sendable {
  /// How it ended.
  enum Ending: Sendable, Equatable {
    case status(Int)
    /// It runs on, and somebody went away from it.
    case detached
  }

  var container: String
  var spec: ExecSpec
  var detachKeys: DetachKeys
  let docker: DockerFabricClient
  let console: Console

  /// Starts the command and leaves it alone.
  func start() async throws {
    try await docker.startDetachedExec(docker.createExec(container, spec))
  }

  /// Runs the command to its end.
  ///
  /// When the task is cancelled, the command is ended in the container, where that has what it takes:
  /// the engine itself would let it run on. That comes after the terminal is as it was: it takes a
  /// while where the host is lost.
  func run(_ form: ContainerOutput.Form) async throws -> Ending {
    var spec = spec
    let version = try await docker.engine().apiVersion()
    let marker = version >= APIVersion(1, 25) ? ExecMarker() : nil
    if let marker { spec.environment[ExecMarker.variable] = marker.value }
    // A program that starts before it is told the size of its terminal draws for another one.
    if spec.hasTerminal, version >= APIVersion(1, 42) { spec.terminalSize = Self.terminalSize }
    var id: String?
    do {
      return try await RawTerminal.held(if: spec.hasTerminal && spec.attachesStandardInput) {
        let own = try await docker.createExec(container, spec)
        id = own
        return try await attach(to: own, form)
      }
    } catch {
      if Task.isCancelled, let id { await end(id, spec, marker) }
      throw error
    }
  }

  private func attach(to id: String, _ form: ContainerOutput.Form) async throws -> Ending {
    let session = try await docker.engine().startExec(id, hasTerminal: spec.hasTerminal)
    defer { session.close() }
    let isDetached = try await exchange(session, id, form)
    return isDetached ? .detached : .status(try await docker.exitCode(ofExec: id))
  }

  private func end(_ id: String, _ spec: ExecSpec, _ marker: ExecMarker?) async {
    if let marker, await docker.end(id, spec, markedBy: marker, in: container) { return }
    console.warn(
      host: docker.target?.name,
      "the command in '\(container)' could not be ended, and may run on"
    )
  }

  private static var terminalSize: TerminalSize? {
    TerminalSize.ofStandardOutput ?? TerminalSize(of: 0)
  }

  // MARK: While it runs

  /// Carries bytes both ways until the output ends, or somebody goes away.
  private func exchange(
    _ session: DockerSession,
    _ id: String,
    _ form: ContainerOutput.Form
  ) async throws -> Bool {
    try await withThrowingTaskGroup(of: Bool?.self) { group in
      group.addTask {
        try await show(session.output, form)
        return false
      }
      if spec.attachesStandardInput || spec.hasTerminal {
        group.addTask { try await feed(session, id) }
      }
      if spec.hasTerminal {
        group.addTask {
          await adjustSize(id, attempts: 10)
          return nil
        }
      }
      defer { group.cancelAll() }
      while let end = try await group.next() {
        if let end { return end }
      }
      return false
    }
  }

  private func show(_ logs: DockerLogs, _ form: ContainerOutput.Form) async throws {
    var output = ContainerOutput(form, on: console)
    // What came before a failure is all there is to go by.
    defer { output.finish() }
    for try await frame in logs { try await output.show(frame) }
  }

  /// Hands on what is typed or piped in.
  ///
  /// - Returns: True when the keys to go away were pressed, nil when there is no more to hand on.
  private func feed(_ session: DockerSession, _ id: String) async throws -> Bool? {
    let input = StandardInput(reads: spec.attachesStandardInput, watchesSize: spec.hasTerminal)
    var keys = detachKeys
    while true {
      switch try await input.next() {
      case .bytes(let typed):
        let (bytes, isDetaching) = spec.hasTerminal ? keys.pass(typed) : (typed, false)
        if isDetaching { return true }
        guard try await isTaken({ try await session.write(bytes) }) else { return nil }
      case .end:
        guard try await isTaken(session.closeInput), spec.hasTerminal else { return nil }
      case .resized:
        if spec.attachesStandardInput { RawTerminal.makeRaw() }
        await adjustSize(id, attempts: 1)
      }
    }
  }

  /// Whether the command takes its input; how a command that takes no more ended, its output tells.
  private func isTaken(_ write: () async throws -> Void) async throws -> Bool {
    do {
      try await write()
      return true
    } catch let error as DockerError where error.code == .connectionLost {
      return false
    }
  }

  /// Tells the command's terminal the size of ours; for a moment after its start it has none yet.
  private func adjustSize(_ id: String, attempts: Int) async {
    for attempt in 1...attempts {
      guard let size = Self.terminalSize, !Task.isCancelled else { return }
      if (try? await docker.resizeExec(id, to: size)) != nil { return }
      try? await Task.sleep(for: .milliseconds(10 * attempt))
    }
  }
}
