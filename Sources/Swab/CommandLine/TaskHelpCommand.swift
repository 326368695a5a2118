import ArgumentParser

/// `swab help TASK`.
struct TaskHelpCommand: SwabSubcommand {
  static let configuration = CommandConfiguration(
    commandName: "help",
    abstract: "Show help for swab, one of its commands, or a task."
  )

  @Argument(help: "A command of swab, or a task of the fabfile.")
  var name: String?

  @Option(
    name: [.customShort("f", allowingJoined: true), .long],
    help: ArgumentHelp("Which fabfile.yml; no other is looked for.", valueName: "path")
  )
  var fabfile: String?

  func perform(in main: CommandLineMain) async throws -> ExitStatus {
    guard let name else {
      print(SwabCommand.helpMessage())
      return .success
    }
    let commands = SwabCommand.configuration.subcommands
    if let command = commands.first(where: { $0.configuration.commandName == name }) {
      print(SwabCommand.helpMessage(for: command))
      return .success
    }
    let task = try main.task(String(name.prefix { $0 != ":" }), in: TaskRegistry(main.fabfile))
    print(TaskHelp.text(of: task))
    return .success
  }
}

/// What `swab help TASK` says.
enum TaskHelp {
  static func text(of task: TaskDefinition) -> String {
    var lines: [String] = []
    if !task.help.isEmpty { lines += [task.help, ""] }
    lines.append("usage: \(TaskCall.usageLine(of: task))")
    for parameter in task.parameters {
      let value = parameter.defaultValue.map { "default: \($0)" } ?? "required"
      lines.append("  \(parameter.name)  (\(value))")
    }
    var facts: [String] = []
    if !task.hosts.isEmpty { facts.append("hosts: \(task.hosts.joined(separator: ", "))") }
    if !task.roles.isEmpty { facts.append("roles: \(task.roles.joined(separator: ", "))") }
    if !task.excludedHosts.isEmpty {
      facts.append("excluded: \(task.excludedHosts.joined(separator: ", "))")
    }
    switch task.mode {
    case .serial: facts.append("one host after another")
    case .parallel(let size): facts.append("parallel\(size.map { ", \($0) at once" } ?? "")")
    case nil: break
    }
    if task.runsOnlyOnce { facts.append("once in a run") }
    if !task.aliases.isEmpty { facts.append("also: \(task.aliases.joined(separator: ", "))") }
    facts.append(task.isBuiltIn ? "comes with swab" : "declared at \(task.location)")
    return (lines + [""] + facts).joined(separator: "\n")
  }
}
