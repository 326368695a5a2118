import ArgumentParser

/// `swab build`, which the launcher carries out before this library is loaded.
struct BuildCommand: SwabSubcommand {
  static let configuration = CommandConfiguration(
    commandName: "build",
    abstract: "Compile the fabfile, if it changed, and run nothing."
  )

  @Option(
    name: [.customShort("f", allowingJoined: true), .long],
    help: ArgumentHelp("Which fabfile.yml; no other is looked for.", valueName: "path")
  )
  var fabfile: String?

  func perform(in main: CommandLineMain) async throws -> ExitStatus {
    try main.requireFabfile()
    return .success
  }
}
