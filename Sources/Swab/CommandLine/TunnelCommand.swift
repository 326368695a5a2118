import ArgumentParser

/// `swab tunnel`.
struct TunnelCommand: SwabSubcommand {
  static let configuration = CommandConfiguration(
    commandName: "tunnel",
    abstract: "Hold tunnels to the Docker Engines of hosts open.",
    discussion: """
      swab tunnel -H h1
      swab tunnel -R web --print

      It prints what a shell needs to use the tunnels with docker, all of it lines for a shell, and \
      holds them open until Ctrl-C. Only processes of your user can use them.
      """
  )

  @Flag(name: .customLong("print"), help: "Print the lines with export alone.")
  var printsOnly = false

  @OptionGroup(title: "Hosts")
  var selection: SelectionFlags

  @OptionGroup(title: "Logging in")
  var login: LoginFlags

  @OptionGroup(title: "Output")
  var output: OutputFlags

  func perform(in main: CommandLineMain) async throws -> ExitStatus {
    let preparation = try RunPreparation(main, selection, login: login, output: output)
    var run = try CommandRun("swab tunnel", preparation, isUnlimited: true)
    let board = TunnelBoard(run.targets.map(\.name))
    let console = preparation.console
    run.onEachHost { host in
      do {
        let url = try await host.dockerFabric().tunnelURL
        // One that is about to be closed again is of no use to anybody.
        try Task.checkCancellation()
        console.say(.user, board.open(host.name, url))
      } catch {
        if !Task.isCancelled { sayEnd(board.settle(host.name), console) }
        throw error
      }
      sayEnd(board.settle(host.name), console)
      // Until Ctrl-C; an SSH connection that gets lost meanwhile is made again by the next use.
      while true { try await Task.sleep(for: .seconds(3600)) }
    }
    return try await run.carryOut().status
  }

  private func sayEnd(_ comments: [String]?, _ console: Console) {
    guard let comments else { return }
    if !printsOnly { console.say(.user, comments.joined(separator: "\n")) }
    console.say(.status, "Ctrl-C closes what is open")
  }
}
