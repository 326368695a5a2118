import ArgumentParser

/// The version that `swab --version` prints.
let swabVersion = "0.1.0"

/// A subcommand that is carried out with the fabfile at hand.
protocol SwabSubcommand: ParsableCommand {
  func perform(in main: CommandLineMain) async throws -> ExitStatus
}

/// A subcommand that takes words that are not swab's: a command to run.
protocol HandingOnCommand: SwabSubcommand {}

/// `swab`, with its subcommands.
struct SwabCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "swab",
    abstract: "Runs tasks written in Swift on fleets of Docker hosts, over SSH.",
    discussion: """
      Tasks stand in Fabfile.swift, hosts and roles in fabfile.yml, in this folder or above it.
      Start with: swab init
      """,
    version: "swab \(swabVersion)",
    subcommands: [
      RunCommand.self, ListCommand.self, HostsCommand.self, ExecCommand.self, LogsCommand.self,
      DockerCommand.self, TunnelCommand.self, InitCommand.self, BuildCommand.self,
      TaskHelpCommand.self,
    ]
  )

  /// The commands, by name.
  static let names = configuration.subcommands.compactMap { $0.configuration.commandName }
}

/// Which hosts: the flags of `run` and `hosts`.
struct SelectionFlags: ParsableArguments {
  @Option(
    name: [.customShort("H", allowingJoined: true), .long],
    help: ArgumentHelp(
      "Hosts: names of fabfile.yml, user@host:port, or ranges, with commas.",
      valueName: "host,…"
    )
  )
  var hosts: [String] = []

  @Option(
    name: [.customShort("R", allowingJoined: true), .long],
    help: ArgumentHelp("Roles of fabfile.yml, with commas.", valueName: "role,…")
  )
  var roles: [String] = []

  @Option(
    name: [.customShort("x", allowingJoined: true), .long],
    help: ArgumentHelp("Hosts or roles to leave out, with commas.", valueName: "host,…")
  )
  var excludeHosts: [String] = []

  @Option(
    name: .long,
    help: ArgumentHelp("Values of env; a key alone is true.", valueName: "key=value,…")
  )
  var set: [String] = []

  @Option(
    name: [.customShort("f", allowingJoined: true), .long],
    help: ArgumentHelp("Which fabfile.yml; no other is looked for.", valueName: "path")
  )
  var fabfile: String?

  @Option(
    name: .customLong("ssh-config-path"),
    help: ArgumentHelp("Which ssh_config.", valueName: "path")
  )
  var sshConfigPath: String?

  @Flag(name: .customLong("no-ssh-config"), help: "Read no ssh_config.")
  var noSSHConfig = false

  @Option(name: [.customShort("u", allowingJoined: true), .long], help: "User to log in as.")
  var user: String?

  @Option(name: .long, help: "Port of sshd.")
  var port: Int?
}
