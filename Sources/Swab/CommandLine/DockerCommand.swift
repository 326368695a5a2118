import ArgumentParser

/// `swab docker`.
struct DockerCommand: HandingOnCommand {
  static let configuration = CommandConfiguration(
    commandName: "docker",
    abstract: "Run this machine's docker command at the engines of hosts.",
    usage: "swab docker [<options>] -- <argument> ...",
    discussion: """
      swab docker -H h1 -- ps -a
      swab docker -R web -- image ls

      docker gets a DOCKER_HOST that leads through a tunnel; several hosts have their turn one after \
      another. With no fabfile: swab docker -H deploy@192.0.2.11 -- ps

      Exit status: docker's on one host; on several, 0 if it was 0 on each.
      """
  )

  @OptionGroup(title: "Hosts")
  var selection: SelectionFlags

  @OptionGroup(title: "Logging in")
  var login: LoginFlags

  @OptionGroup(title: "Output")
  var output: OutputFlags

  func perform(in main: CommandLineMain) async throws -> ExitStatus {
    let arguments = main.process.remainder
    guard !arguments.isEmpty else {
      throw UsageError("nothing is said to docker", hint: "swab docker -H HOST -- ps -a")
    }
    let program = try DockerProgram(searchPath: main.process.environment["PATH"] ?? "")
    let preparation = try RunPreparation(main, selection, login: login, output: output)
    var run = try CommandRun("swab docker", preparation, isSerial: true)
    let isAlone = run.isAlone
    run.onEachHost { host in
      guard !program.isGivenUp else {
        host.scope.run.ledger.markInterrupted()
        throw CancellationError()
      }
      let url = try await host.dockerFabric().tunnelURL
      let console = host.scope.console
      if !isAlone {
        let command = Shell.joined(["docker"] + arguments)
        console.say(.running, host: host.name, label: "local", command)
      }
      // What was said stands above what docker says.
      await console.finish()
      let status = try await program.run(arguments, engine: url)
      guard status != 0, !isAlone else { return status }
      throw TaskError(.commandFailed, "docker gave exit status \(status)", host: host.name)
    }
    return try await run.carryOut(takesSignal: program.takeSignal).statusOfCommand
  }
}
