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
  // A reader that goes away is an error of write(2), not the end of swab in the middle of a run.
  signal(SIGPIPE, SIG_IGN)
  let process = ProcessContext.take()
  let status = await CommandLineMain(fabfile: fabfile, process: process).run()
  exit(status)
}

/// What swab takes from the process it runs in.
struct ProcessContext: Sendable {
  var arguments: [String]
  /// The words after `--`, which swab doesn't interpret.
  var remainder: [String] = []
  var environment: [String: String]
  /// The path of `fabfile.yml`; nil if there is none.
  var fabfilePath: String?
  /// `SWAB_PASSWORD`, taken out of the environment so that no child process inherits it.
  var password: String?
  var person: Person

  /// Reads the process's state, and takes secrets out of it.
  static func take() -> ProcessContext {
    var environment: [String: String] = [:]
    var pointer = environ
    while let entry = pointer.pointee {
      let text = String(cString: entry)
      if let equals = text.firstIndex(of: "=") {
        environment[String(text[..<equals])] = String(text[text.index(after: equals)...])
      }
      pointer += 1
    }
    let password = environment.removeValue(forKey: "SWAB_PASSWORD")
    unsetenv("SWAB_PASSWORD")
    let path = environment["SWAB_FABFILE"].flatMap { $0.isEmpty ? nil : $0 }
    let words = CommandLine.arguments.dropFirst()
    let arguments = words.prefix { $0 != "--" }
    return ProcessContext(
      arguments: Array(arguments),
      remainder: Array(words.dropFirst(arguments.count + 1)),
      environment: environment,
      fabfilePath: path,
      password: password,
      person: .current(environment)
    )
  }
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
    do {
      let arguments = try ArgumentRewriting.rewritten(process.arguments)
      try checkCommand(arguments)
      var command = try SwabCommand.parseAsRoot(arguments)
      guard let ours = command as? any SwabSubcommand else {
        try command.run()
        return 0
      }
      guard process.remainder.isEmpty || ours is RunCommand else {
        throw UsageError("a command after -- goes with swab run", hint: "swab run -H HOST -- ls")
      }
      return await perform(ours)
    } catch let error as UsageError {
      return report(error)
    } catch {
      return report(parsing: error)
    }
  }

  /// Refuses a first word that is no command, with the nearest one, or with `run` if it is a task.
  private func checkCommand(_ arguments: [String]) throws(UsageError) {
    guard let word = arguments.first, !word.hasPrefix("-") else { return }
    let names = SwabCommand.configuration.subcommands.compactMap { $0.configuration.commandName }
    guard !names.contains(word) else { return }
    let registry = try TaskRegistry(fabfile)
    var hint = "the commands are \(names.joined(separator: ", "))"
    if registry[String(word.prefix { $0 != ":" })] != nil {
      hint = "it is a task: swab run \(word)"
    } else if let near = NearestName.hint(for: word, among: names, prefix: "swab ") {
      hint = near
    }
    throw UsageError("swab has no command '\(word)'", hint: hint)
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

  /// What the argument parser throws: help and versions, which are results, and mistakes.
  private func report(parsing error: any Error) -> Int32 {
    let text = SwabCommand.fullMessage(for: error)
    if SwabCommand.exitCode(for: error).isSuccess {
      print(text)
      return 0
    }
    printError(text)
    return ExitStatus.usage.rawValue
  }

  private func printError(_ text: String) {
    let bytes = Array((text + "\n").utf8)
    _ = bytes.withUnsafeBytes { write(2, $0.baseAddress, $0.count) }
  }
}

/// Limits of the process.
enum Limits {
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
