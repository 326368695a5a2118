import ArgumentParser

/// `swab exec`.
struct ExecCommand: HandingOnCommand {
  static let configuration = CommandConfiguration(
    commandName: "exec",
    abstract: "Run a command in a container, on one host or on several at once.",
    usage: "swab exec [<options>] <container> <command> [<argument> ...]",
    discussion: """
      swab exec -it -H h1 web sh
      swab exec -u postgres -H db1 db pg_dump app >app.sql
      swab exec -R web app cat /etc/hostname

      Options stand before the container, with docker's letters; all that follows it is the command. \
      The user that logs in at a host is written before it: -H deploy@h1.

      Exit status: the command's on one host; on several, 0 if it was 0 on each.
      """
  )

  @Flag(name: [.customShort("i"), .long], help: "Let the command read standard input.")
  var interactive = false

  @Flag(name: [.customShort("t"), .customLong("tty")], help: "Give the command this terminal.")
  var hasTerminal = false

  @Flag(name: [.customShort("d"), .customLong("detach")], help: "Start the command and leave it.")
  var isDetached = false

  @Option(
    name: [.customShort("u", allowingJoined: true), .customLong("user")],
    help: ArgumentHelp("The user in the container.", valueName: "user[:group]")
  )
  var containerUser: String?

  @Option(
    name: [.customShort("w", allowingJoined: true), .long],
    help: ArgumentHelp("The folder the command starts in.", valueName: "dir")
  )
  var workdir: String?

  @Option(
    name: [.customShort("e", allowingJoined: true), .customLong("env")],
    help: ArgumentHelp("A variable; a name alone has its value here.", valueName: "key=value")
  )
  var variables: [String] = []

  @Flag(name: .long, help: "Let the command do what root may on the host.")
  var privileged = false

  @Option(
    name: .long,
    help: ArgumentHelp("The keys that leave a command on a terminal running.", valueName: "keys")
  )
  var detachKeys = DetachKeys.usual

  @Argument(help: "The container's name or id.")
  var container: String

  @OptionGroup(title: "Hosts")
  var hosts: EngineFlags

  @OptionGroup(title: "Output")
  var output: OutputFlags

  func perform(in main: CommandLineMain) async throws -> ExitStatus {
    try await ExecInvocation(command: self, main: main).perform()
  }

  /// The command for engines.
  ///
  /// - Parameters:
  ///   - words: The command's words.
  ///   - environment: This process's variables.
  /// - Returns: What to run, and how.
  func spec(_ words: [String], _ environment: [String: String]) -> ExecSpec {
    var spec = ExecSpec(words)
    spec.attachesStandardInput = interactive && !isDetached
    spec.hasTerminal = hasTerminal
    spec.isPrivileged = privileged
    spec.user = containerUser
    spec.workingDirectory = workdir
    if detachKeys != DetachKeys.usual { spec.detachKeys = detachKeys }
    for variable in variables {
      let parts = variable.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
      let name = String(parts[0])
      // As docker has it: a name that has no value here is not passed on.
      spec.environment[name] = parts.count > 1 ? String(parts[1]) : environment[name]
    }
    return spec
  }
}

/// One `swab exec`.
struct ExecInvocation {
  let command: ExecCommand
  let main: CommandLineMain

  func perform() async throws -> ExitStatus {
    let words = main.process.remainder
    guard !words.isEmpty else {
      throw UsageError(
        "no command is given to run in '\(command.container)'",
        hint: "swab exec -H HOST CONTAINER COMMAND"
      )
    }
    let keys = try DetachKeys(command.detachKeys)
    try requireTerminal()
    let preparation = try RunPreparation(
      main,
      command.hosts,
      login: command.hosts,
      output: command.output
    )
    let spec = command.spec(words, main.process.environment)
    for (name, value) in spec.environment where SecretKeys.isSecret(name) {
      preparation.console.secrets.add(value)
    }
    var run = try CommandRun("swab exec", preparation)
    try requireOneHost(run.targets.count)
    let isAlone = run.isAlone
    run.onEachHost { host in try await execute(spec, keys, on: host, isAlone: isAlone) }
    return try await run.carryOut(
      notice: "interrupted: ending the command in the container; once more exits at once"
    )
    .statusOfCommand
  }

  /// Runs the command on a host.
  ///
  /// - Returns: Its exit status.
  private func execute(
    _ spec: ExecSpec,
    _ keys: DetachKeys,
    on host: Host,
    isAlone: Bool
  ) async throws -> Int {
    let console = host.scope.console
    let exec = ContainerCommand(
      container: command.container,
      spec: spec,
      detachKeys: keys,
      docker: try host.dockerFabric(),
      console: console
    )
    if command.isDetached {
      try await exec.start()
      return 0
    }
    switch try await exec.run(isAlone ? .raw : .lines(host: host.name)) {
    case .detached:
      console.say(.status, "\nthe command runs on in '\(command.container)'")
      return 0
    case .status(let status):
      guard status != 0, !isAlone else { return status }
      throw TaskError(
        .commandFailed,
        "'\(Shell.joined(spec.command))' in '\(command.container)' gave exit status \(status)",
        host: host.name
      )
    }
  }

  // MARK: Mistakes

  private func requireTerminal() throws(UsageError) {
    guard command.hasTerminal, !command.isDetached, !RawTerminal.isThere else { return }
    throw UsageError(
      "-t gives the command this terminal, and standard input is none",
      hint: "leave out -t"
        + (command.interactive ? "; -i alone hands on what is piped in" : "")
    )
  }

  private func requireOneHost(_ count: Int) throws(UsageError) {
    guard count > 1, !command.isDetached else { return }
    let flags = (command.interactive ? "i" : "") + (command.hasTerminal ? "t" : "")
    guard !flags.isEmpty else { return }
    throw UsageError(
      "-\(flags) goes with one host, and \(count) are selected",
      hint: "select one with -H; without -\(flags) the command runs on all of them at once"
    )
  }
}
