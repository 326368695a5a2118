import NIOCore

extension DockerAPI {
  /// Runs a command in a running container, and collects what it writes.
  ///
  /// ```swift
  /// let result = try await docker.exec("db", ["psql", "-c", "select 1"])
  /// ```
  ///
  /// It may take as long as it likes, and stay silent meanwhile. A status other than 0 is a result,
  /// not an error.
  ///
  /// - Parameters:
  ///   - container: Its name or id.
  ///   - command: The command, word by word: no shell splits it.
  ///   - input: What it reads from its standard input; if nil, that is empty.
  ///   - outputLimit: How many bytes of each stream are collected at most; more are an error, with
  ///     code `replyTooLarge`.
  ///   - endsWhenCancelled: Whether the command is ended in the container when the task is cancelled
  ///     or fails. Otherwise it is only left alone: engines have no request that ends it. Ending it
  ///     needs `/bin/sh` and `grep` in the container, and API 1.25; where it fails, that is reported.
  /// - Returns: What it has written, and its status.
  /// - Throws: A ``DockerError``: `execStartFailed` if the command, its user or its folder isn't
  ///   there, `conflict` if the container doesn't run.
  public func exec(
    _ container: String,
    _ command: [String],
    input: DockerUpload? = nil,
    outputLimit: Int = 64 << 20,
    endsWhenCancelled: Bool = false
  ) async throws -> ExecResult {
    try await exec(
      container,
      ExecSpec(command),
      input: input,
      outputLimit: outputLimit,
      endsWhenCancelled: endsWhenCancelled
    )
  }

  /// Runs a command in a running container, and collects what it writes.
  ///
  /// - Parameters:
  ///   - container: Its name or id.
  ///   - spec: The command, with its user, variables and folder.
  ///   - input: What it reads from its standard input; if nil, that is empty.
  ///   - outputLimit: How many bytes of each stream are collected at most.
  ///   - endsWhenCancelled: Whether the command is ended when the task is cancelled or fails.
  /// - Returns: What it has written, and its status.
  /// - Throws: As ``exec(_:_:input:outputLimit:endsWhenCancelled:)`` does.
  public func exec(
    _ container: String,
    _ spec: ExecSpec,
    input: DockerUpload? = nil,
    outputLimit: Int = 64 << 20,
    endsWhenCancelled: Bool = false
  ) async throws -> ExecResult {
    var spec = spec
    spec.attachesStandardInput = input != nil
    let marker = endsWhenCancelled ? ExecMarker() : nil
    if let marker { spec.environment[ExecMarker.variable] = marker.value }
    let id = try await createExec(container, spec)
    do {
      // Who gives up while it is being started can't know whether it was.
      let session = try await engine().startExec(id, hasTerminal: spec.hasTerminal)
      let output = try await session.collect(input, upTo: outputLimit)
      return try await execResult(of: id, output)
    } catch {
      if let marker, await !end(id, spec, markedBy: marker, in: container) {
        report("a command in \(container) could not be ended, and may run on")
      }
      throw error
    }
  }

  private func execResult(of id: String, _ output: ProcessOutput) async throws -> ExecResult {
    let result = ExecResult(
      exitCode: try await exitCode(ofExec: id),
      stdout: output.stdout,
      stderr: output.stderr
    )
    guard let reason = result.startFailure else { return result }
    throw try await engine().locate(
      DockerError(code: .execStartFailed, message: reason),
      .exec(id, "/start", .POST)
    )
  }

  /// The status of a command whose output has ended: the engine learns of it a little later.
  package func exitCode(ofExec id: String) async throws -> Int {
    var pause = Duration.milliseconds(2)
    while true {
      let details = try await inspectExec(id)
      if !details.isRunning, let code = details.exitCode { return code }
      try await Task.sleep(for: pause)
      pause = min(pause * 2, .milliseconds(250))
    }
  }

}

extension DockerAPI {
  /// Ends a command and its children, also in a task that is cancelled.
  ///
  /// It takes some seconds at most: where the engine is lost, nothing else can be done.
  ///
  /// - Parameters:
  ///   - id: The id it was given.
  ///   - spec: What it was made of.
  ///   - marker: What its processes have among their variables.
  ///   - container: The container's name or id.
  /// - Returns: Whether it was ended, or has ended; if not, it may run on.
  package func end(
    _ id: String,
    _ spec: ExecSpec,
    markedBy marker: ExecMarker,
    in container: String
  ) async -> Bool {
    // In a task of its own, which nobody has cancelled.
    let ending = Task {
      try await withThrowingTaskGroup(of: Bool.self) { group in
        group.addTask { try await self.endWhateverIsThere(id, spec, marker, container) }
        group.addTask {
          try await Task.sleep(for: ExecMarker.patience)
          return false
        }
        defer { group.cancelAll() }
        return try await group.next() ?? false
      }
    }
    return (try? await ending.value) ?? false
  }

  private func endWhateverIsThere(
    _ id: String,
    _ spec: ExecSpec,
    _ marker: ExecMarker,
    _ container: String
  ) async throws -> Bool {
    var ender = ExecSpec(["/bin/sh", "-c", marker.endingScript])
    // Only who may do all sees the variables of another user's processes, and of privileged ones.
    (ender.user, ender.isPrivileged) = ("0", true)
    if try await hasEnded(by: ender, in: container) { return true }
    (ender.user, ender.isPrivileged) = (spec.user, spec.isPrivileged)
    if try await hasEnded(by: ender, in: container) { return true }
    do {
      return try await !inspectExec(id).isRunning
    } catch let error as DockerError where error.isNotFound {
      // It has gone with its container.
      return true
    }
  }

  /// Starts the script that ends processes, and waits until it has found them; it goes on by itself.
  private func hasEnded(by ender: ExecSpec, in container: String) async throws -> Bool {
    do {
      let (_, session) = try await execSession(container, ender)
      defer { session.close() }
      var text = ""
      for try await frame in session.output {
        text += frame.text
        if text == ExecMarker.found { return true }
      }
      return false
    } catch let error as DockerError where error.status != nil {
      // Refused, as by an engine that lets nobody be privileged.
      return false
    }
  }
}

/// What became of a command in a container.
public struct ExecResult: Sendable, Hashable {
  /// Its status; 0 means success.
  public var exitCode: Int
  /// What it wrote to standard output, or to its terminal.
  public var stdout: [UInt8]
  /// What it wrote to standard error.
  public var stderr: [UInt8]

  /// What it wrote to standard output as text; bytes that are no UTF-8 become replacement characters.
  public var output: String { String(decoding: stdout, as: UTF8.self) }
  /// What it wrote to standard error as text.
  public var errorOutput: String { String(decoding: stderr, as: UTF8.self) }

  /// Why the command never started: the engine says so where its output would be.
  var startFailure: String? {
    guard exitCode == 126 || exitCode == 127, stderr.isEmpty else { return nil }
    let text = output.trimmingWhiteSpace()
    let beginnings = ["OCI runtime exec failed", "unable to find user", "unable to find group"]
    return beginnings.contains { text.hasPrefix($0) } ? text : nil
  }
}

/// Marks a command and all its children by a variable, so that they can be found in the container.
package struct ExecMarker: Sendable {
  package static let variable = "SWAB_EXEC"
  /// What the script says when it has found processes, and ends them.
  static let found = "found\n"
  /// How long ending a command may take until the script says so.
  static let patience = Duration.seconds(8)

  package let value = String(UInt64.random(in: .min ... .max), radix: 36)

  /// A marker like no other.
  package init() {}

  /// Sends TERM to the processes with the marker, and KILL to those that are still there then.
  var endingScript: String {
    """
    each() {
      found=
      for file in /proc/[0-9]*/environ; do
        grep -qs '\(Self.variable)=\(value)' "$file" || continue
        id=${file#/proc/}; kill -"$1" "${id%/environ}" 2>/dev/null && found=1
      done
    }
    each TERM
    [ -n "$found" ] || exit 1
    echo found
    for pause in 1 1 1 1 1; do each 0; [ -n "$found" ] || exit 0; sleep $pause; done
    each KILL
    """
  }
}
