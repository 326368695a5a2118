import ArgumentParser

/// `swab logs`.
struct LogsCommand: SwabSubcommand {
  static let configuration = CommandConfiguration(
    commandName: "logs",
    abstract: "Show what a container has written, on one host or on several at once.",
    discussion: """
      swab logs --tail 20 -H h1 web
      swab logs -f -R web app

      The output of one host is shown as it is; of several hosts, in lines with the host before \
      them. Ctrl-C ends -f.
      """
  )

  @Flag(name: [.customShort("f"), .long], help: "Go on with what it writes.")
  var follow = false

  @Flag(name: [.customShort("t"), .long], help: "Show when each line was written.")
  var timestamps = false

  @Option(
    name: [.customShort("n", allowingJoined: true), .long],
    help: ArgumentHelp("How many lines from the end; all is all of them.", valueName: "n")
  )
  var tail: String?

  @Option(
    name: .long,
    help: ArgumentHelp(
      "Where to begin: 10m before now, 2026-01-31T12:00:00Z, or seconds since 1970.",
      valueName: "time"
    )
  )
  var since: String?

  @Option(
    name: .long,
    help: ArgumentHelp("Where to end, in the same forms.", valueName: "time")
  )
  var until: String?

  @Argument(help: "The container's name or id.")
  var container: String

  @OptionGroup(title: "Hosts")
  var hosts: EngineFlags

  @OptionGroup(title: "Output")
  var output: OutputFlags

  func perform(in main: CommandLineMain) async throws -> ExitStatus {
    let lines = try lineCount()
    let now = DockerDate.now
    let (since, until) = (
      try since.map { try LogMoment.read($0, flag: "--since", now: now) },
      try until.map { try LogMoment.read($0, flag: "--until", now: now) }
    )
    let preparation = try RunPreparation(main, hosts, login: hosts, output: output)
    var run = try CommandRun("swab logs", preparation, isUnlimited: true)
    let isAlone = run.isAlone
    run.onEachHost { host in
      let logs = try await host.dockerFabric().logs(
        container,
        follow: follow,
        since: since,
        until: until,
        tail: lines,
        timestamps: timestamps
      )
      try await show(logs, of: host, isAlone: isAlone)
      return ()
    }
    // Interrupting is how following ends.
    return try await run.carryOut().status
  }

  private func show(_ logs: DockerLogs, of host: Host, isAlone: Bool) async throws {
    let form = isAlone ? ContainerOutput.Form.masked : .lines(host: host.name)
    var output = ContainerOutput(form, on: host.scope.console)
    // Each part of a long line has a time of its own, of which only the first one's is shown.
    guard isAlone || !timestamps else {
      for try await line in logs.lines { try await output.show(line) }
      return
    }
    // What came before a failure is all there is to go by.
    defer { output.finish() }
    for try await frame in logs { try await output.show(frame) }
  }

  /// How many lines; nil for all.
  private func lineCount() throws(UsageError) -> Int? {
    guard let tail, tail != "all" else { return nil }
    guard let count = Int(tail), count >= 0 else {
      throw UsageError("--tail is a number of lines or all, not '\(tail)'")
    }
    return count
  }
}
