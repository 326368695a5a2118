import Foundation
import Synchronization

/// A process that a test started, with its output as lines.
public final class RunningProcess: Sendable {
  private struct State {
    var standardOutput = Data()
    var standardError = Data()
    var openStreams = 2
    var exitStatus: Int32?
  }

  /// Apart from the process object, so that its threads may outlive it.
  private final class SharedState: Sendable {
    let value = Mutex(State())
  }

  private let state = SharedState()
  /// Its process id.
  public let processID: Int32

  /// Starts a process; relative names are looked up in `PATH`.
  ///
  /// It leads a process group of its own, so that a Ctrl-C for the tests does not reach it twice.
  ///
  /// - Parameters:
  ///   - executable: What to run.
  ///   - arguments: Its arguments.
  ///   - environment: Added to the environment of the tests.
  ///   - workingDirectory: Where it runs, if not where the tests do.
  ///   - standardInput: What it reads; nothing if `nil`.
  /// - Throws: If it can't be started.
  public init(
    _ executable: String,
    _ arguments: [String] = [],
    environment: [String: String] = [:],
    workingDirectory: String? = nil,
    standardInput: String? = nil
  ) throws {
    let merged = ProcessInfo.processInfo.environment.merging(environment) { $1 }
    let output = try Self.makePipe()
    let error = try Self.makePipe()
    let input = try standardInput.map { _ in try Self.makePipe() }
    // Foundation does not show glibc's way to spawn in another folder, so a shell goes there.
    let start =
      workingDirectory.map { ["/bin/sh", "-c", "cd \"$0\" && exec \"$@\"", $0] } ?? []
    processID = try Self.spawn(
      start + [Self.locate(executable)] + arguments,
      environment: merged.map { "\($0)=\($1)" },
      streams: (input?.read, output.write, error.write)
    )
    close(output.write)
    close(error.write)
    gather(output.read) { $0.standardOutput.append($1) }
    gather(error.read) { $0.standardError.append($1) }
    waitInBackground()
    if let standardInput, let input {
      close(input.read)
      Thread.detachNewThread {
        let handle = FileHandle(fileDescriptor: input.write, closeOnDealloc: true)
        try? handle.write(contentsOf: Data(standardInput.utf8))
      }
    }
  }

  private static func makePipe() throws -> (read: Int32, write: Int32) {
    var ends: [Int32] = [-1, -1]
    guard pipe(&ends) == 0 else { throw TestSupportError("no pipe: \(errno)") }
    for end in ends { _ = fcntl(end, F_SETFD, FD_CLOEXEC) }
    return (ends[0], ends[1])
  }

  private static func spawn(
    _ words: [String],
    environment: [String],
    streams: (input: Int32?, output: Int32, error: Int32)
  ) throws -> Int32 {
    var actions = posix_spawn_file_actions_t()
    posix_spawn_file_actions_init(&actions)
    defer { posix_spawn_file_actions_destroy(&actions) }
    if let input = streams.input {
      posix_spawn_file_actions_adddup2(&actions, input, 0)
    } else {
      posix_spawn_file_actions_addopen(&actions, 0, "/dev/null", O_RDONLY, 0)
    }
    posix_spawn_file_actions_adddup2(&actions, streams.output, 1)
    posix_spawn_file_actions_adddup2(&actions, streams.error, 2)
    closeTheRest(&actions)
    var attributes = posix_spawnattr_t()
    posix_spawnattr_init(&attributes)
    defer { posix_spawnattr_destroy(&attributes) }
    var signals = sigset_t()
    sigemptyset(&signals)
    posix_spawnattr_setsigmask(&attributes, &signals)
    sigfillset(&signals)
    posix_spawnattr_setsigdefault(&attributes, &signals)
    posix_spawnattr_setpgroup(&attributes, 0)
    let flags = POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETSIGDEF | POSIX_SPAWN_SETPGROUP
    posix_spawnattr_setflags(&attributes, Int16(flags))

    let arguments = words.map { strdup($0) }
    let variables = environment.map { strdup($0) }
    defer { for word in arguments + variables { free(word) } }
    var processID: Int32 = 0
    let code = posix_spawn(
      &processID,
      words[0],
      &actions,
      &attributes,
      arguments + [nil],
      variables + [nil]
    )
    guard code == 0 else { throw TestSupportError("\(words): \(String(cString: strerror(code)))") }
    return processID
  }

  private static func locate(_ executable: String) throws -> String {
    guard !executable.contains("/") else { return executable }
    let path = ProcessInfo.processInfo.environment["PATH"] ?? "/usr/bin:/bin"
    for folder in "\(path):/usr/sbin:/sbin".split(separator: ":") {
      let candidate = "\(folder)/\(executable)"
      if access(candidate, X_OK) == 0 { return candidate }
    }
    throw TestSupportError("\(executable) is not installed")
  }

  private func gather(_ stream: Int32, _ add: @escaping @Sendable (inout State, Data) -> Void) {
    Thread.detachNewThread { [state] in
      let handle = FileHandle(fileDescriptor: stream, closeOnDealloc: true)
      while true {
        let data = handle.availableData
        state.value.withLock { state in
          if data.isEmpty { state.openStreams -= 1 } else { add(&state, data) }
        }
        if data.isEmpty { return }
      }
    }
  }

  private func waitInBackground() {
    Thread.detachNewThread { [state, processID] in
      var status: Int32 = 0
      while waitpid(processID, &status, 0) < 0 && errno == EINTR {}
      let signal = status & 0x7f
      let code = signal == 0 ? (status >> 8) & 0xff : 128 + signal
      state.value.withLock { $0.exitStatus = code }
    }
  }

  /// All of its standard output so far.
  public var standardOutput: String {
    String(decoding: state.value.withLock { $0.standardOutput }, as: UTF8.self)
  }

  /// All of its standard error so far.
  public var standardError: String {
    String(decoding: state.value.withLock { $0.standardError }, as: UTF8.self)
  }

  /// Its lines so far: first those of standard output, then those of standard error.
  public var lines: [String] {
    // sshd ends the lines of its log with CR LF, which is one Character.
    (standardOutput + standardError).split { $0 == "\n" || $0 == "\r\n" }.map(String.init)
  }

  /// Its exit status once it has ended, 128 + the signal if one ended it.
  public var exitStatus: Int32? {
    state.value.withLock { $0.exitStatus }
  }

  /// Waits for a line that contains `text`, on either stream, and returns it.
  @discardableResult
  public func waitForLine(
    containing text: String,
    within limit: Duration = .seconds(120)
  ) async throws -> String {
    var found: String?
    try await eventually("a line with '\(text)' of process \(processID)", within: limit) {
      let ended = exitStatus != nil && state.value.withLock { $0.openStreams == 0 }
      found = lines.first { $0.contains(text) }
      guard found == nil, ended else { return found != nil }
      throw TestSupportError("ended without a line with '\(text)': \(lines)")
    }
    return found ?? ""
  }

  /// Waits for its end and for all of its output.
  @discardableResult
  public func waitForExit(within limit: Duration = .seconds(180)) async throws -> Int32 {
    try await eventually("the end of process \(processID)", within: limit) {
      state.value.withLock { $0.exitStatus != nil && $0.openStreams == 0 }
    }
    return exitStatus ?? -1
  }

  /// Sends it a signal.
  public func send(signal: Int32) {
    if exitStatus == nil { kill(processID, signal) }
  }

  /// Ends it and all its descendants, and waits until they are gone.
  public func stop() async {
    let family = ProcessTable.descendants(of: processID)
    send(signal: SIGCONT)
    send(signal: SIGTERM)
    try? await eventually("TERM ends \(processID)", within: .seconds(20)) { exitStatus != nil }
    send(signal: SIGKILL)
    for child in family { kill(child, SIGKILL) }
    try? await eventually("KILL ends \(processID)", within: .seconds(20)) {
      exitStatus != nil && !family.contains(where: ProcessTable.isRunning)
    }
  }

  /// Runs something to its end.
  ///
  /// - Returns: The ended process, with its status and output.
  @discardableResult
  public static func run(
    _ executable: String,
    _ arguments: [String] = [],
    environment: [String: String] = [:],
    workingDirectory: String? = nil,
    standardInput: String? = nil,
    within limit: Duration = .seconds(180)
  ) async throws -> RunningProcess {
    let process = try RunningProcess(
      executable,
      arguments,
      environment: environment,
      workingDirectory: workingDirectory,
      standardInput: standardInput
    )
    do {
      try await process.waitForExit(within: limit)
    } catch {
      await process.stop()
      throw error
    }
    return process
  }
}

/// Keeps what other tests have open out of the new process: a listener that lived on in an sshd
/// would hold its port.
private func closeTheRest(_ actions: inout posix_spawn_file_actions_t) {
  typealias CloseFrom =
    @convention(c) (
      UnsafeMutablePointer<posix_spawn_file_actions_t>, Int32
    ) -> Int32
  // The C library has it (glibc 2.34), and declares it for GNU programs only.
  guard let symbol = dlsym(nil, "posix_spawn_file_actions_addclosefrom_np") else { return }
  _ = unsafeBitCast(symbol, to: CloseFrom.self)(&actions, 3)
}
