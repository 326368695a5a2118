import ArgumentParser
import SwabYAML

#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#else
  import Darwin
#endif

/// Runs the command line with a fabfile's tasks, and ends the process.
///
/// The entry point that swab adds to a fabfile calls this; a package with its own `main` does too.
///
/// - Parameter fabfile: The tasks.
public func swabMain(_ fabfile: Fabfile) async -> Never {
  Limits.openStandardStreams()
  // A reader that goes away is an error of write(2), not the end of swab in the middle of a run.
  signal(SIGPIPE, SIG_IGN)
  let process = ProcessContext.take()
  let status = await CommandLineMain(fabfile: fabfile, process: process).run()
  exit(status)
}

/// Reads the command line, and carries out what it asks for.
struct CommandLineMain: Sendable {
  var fabfile: Fabfile
  var process: ProcessContext
  /// What no error may show, as far as it was read.
  let secrets = SecretMask()

  /// - Returns: The exit status.
  func run() async -> Int32 {
    Limits.raiseOpenFiles()
    for secret in process.secrets { secrets.add(secret) }
    do {
      let arguments = try ArgumentRewriting.rewritten(process.arguments, isTask: isTask)
      try checkCommand(arguments)
      var command = try SwabCommand.parseAsRoot(arguments)
      guard let ours = command as? any SwabSubcommand else {
        try command.run()
        return 0
      }
      guard process.remainder.isEmpty || ours is any HandingOnCommand else {
        throw UsageError("a command after -- goes with swab run", hint: "swab run -H HOST -- ls")
      }
      return await perform(ours)
    } catch let error as UsageError {
      return report(error)
    } catch {
      return report(parsing: error)
    }
  }

  /// Whether a word names a task; with a fabfile that can't be read, every word may.
  private func isTask(_ word: String) -> Bool {
    guard let registry = try? TaskRegistry(fabfile) else { return true }
    return registry[word] != nil
  }

  /// Refuses a first word that is no command, with the nearest one, or with `run` if it is a task.
  private func checkCommand(_ arguments: [String]) throws(UsageError) {
    guard let word = arguments.first else { return }
    guard !word.hasPrefix("-") else { return try refuseOptionsAlone(arguments) }
    guard !SwabCommand.names.contains(word) else { return }
    let registry = try TaskRegistry(fabfile)
    var hint = "the commands are \(SwabCommand.names.joined(separator: ", "))"
    if registry[String(word.prefix { $0 != ":" })] != nil {
      hint = "it is a task: swab run \(word)"
    } else if let near = NearestName.hint(for: word, among: SwabCommand.names, prefix: "swab ") {
      hint = near
    }
    throw UsageError("swab has no command '\(word)'", hint: hint)
  }

  /// Refuses what Fabric took for a run: `fab -H h1 -- uname`.
  private func refuseOptionsAlone(_ arguments: [String]) throws(UsageError) {
    guard (try? SwabCommand.parseAsRoot(["run"] + arguments)) is RunCommand else { return }
    throw UsageError(
      "no command is named",
      hint: "swab run -H HOST " + (process.remainder.isEmpty ? "TASK" : "-- COMMAND")
    )
  }

  /// The task of a name; where there is no fabfile, that is what is wrong.
  ///
  /// A package's own program has its tasks also where swab found no fabfile.yml.
  func task(_ name: String, in registry: TaskRegistry) throws(UsageError) -> TaskDefinition {
    if let task = registry[name] { return task }
    if registry.tasks.isEmpty, !TaskRegistry.isBuiltIn(name) { try requireTasks() }
    return try registry.task(named: name)
  }

  func requireFabfile() throws(UsageError) {
    guard process.fabfilePath == nil else { return }
    throw UsageError(
      "there is no fabfile.yml in this folder or above it",
      hint: "swab init makes one; swab run -H HOST -- COMMAND needs none"
    )
  }

  /// For an empty registry: says where tasks would stand, if there is neither file nor folder.
  func requireTasks() throws(UsageError) {
    try requireFabfile()
    guard let path = process.fabfilePath, !TaskFiles.exist(beside: path) else { return }
    throw UsageError(
      "there is no \(TaskFiles.file) (or folder \(TaskFiles.folder)/) beside \(path)",
      hint: "tasks stand there; swab init writes what is missing"
    )
  }

  private func perform(_ command: any SwabSubcommand) async -> Int32 {
    do {
      return try await command.perform(in: self).rawValue
    } catch let error as UsageError {
      return report(error)
    } catch let error as FabfileError {
      return report(UsageError(error))
    } catch {
      printError("swab: \(TerminalText.safe(secrets.masked("\(error)")))")
      return ExitStatus.internalError.rawValue
    }
  }

  /// Says what is probably a mistake, where no run has a console for it.
  func warn(_ warnings: [FabfileError]) {
    for warning in warnings {
      printError("warning: \(TerminalText.safe(secrets.masked("\(warning)")))")
    }
  }

  private func report(_ error: UsageError) -> Int32 {
    printError("swab: \(TerminalText.safe(secrets.masked(error.description)))")
    return error.exitStatus.rawValue
  }

  /// The command that is named, as far as that can be told without reading the options.
  private var command: String? { process.arguments.first { SwabCommand.names.contains($0) } }

  /// What the argument parser throws: help and versions, which are results, and mistakes.
  private func report(parsing error: any Error) -> Int32 {
    if SwabCommand.exitCode(for: error).isSuccess {
      print(SwabCommand.fullMessage(for: error))
      return 0
    }
    return report(UsageError(parsing: SwabCommand.message(for: error), command: command))
  }

  private func printError(_ text: String) {
    let bytes = Array((text + "\n").utf8)
    _ = bytes.withUnsafeBytes { write(2, $0.baseAddress, $0.count) }
  }
}

/// Limits of the process.
enum Limits {
  /// Opens those of standard input, output and error that are closed: else the next connection would
  /// take their numbers, and output would go there.
  static func openStandardStreams() {
    for descriptor: Int32 in 0...2 where fcntl(descriptor, F_GETFD) < 0 {
      _ = open("/dev/null", O_RDWR)
    }
  }

  /// A thousand hosts need more descriptors than the usual soft limit of 1,024.
  static func raiseOpenFiles() {
    var limit = rlimit()
    #if os(Linux)
      let resource = __rlimit_resource_t(RLIMIT_NOFILE.rawValue)
    #else
      let resource = RLIMIT_NOFILE
    #endif
    guard getrlimit(resource, &limit) == 0, limit.rlim_cur < limit.rlim_max else { return }
    limit.rlim_cur = min(limit.rlim_max, 65536)
    setrlimit(resource, &limit)
  }
}
