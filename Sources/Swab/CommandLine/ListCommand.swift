import ArgumentParser

/// `swab list`.
struct ListCommand: SwabSubcommand {
  static let configuration = CommandConfiguration(
    commandName: "list",
    abstract: "List the tasks of the fabfile."
  )

  @Option(
    name: [.customShort("F"), .customLong("list-format")],
    help: ArgumentHelp("short (names), normal, or nested.", valueName: "format")
  )
  var format = "normal"

  @Option(
    name: [.customShort("f"), .long],
    help: ArgumentHelp("Which fabfile.yml; no other is looked for.", valueName: "path")
  )
  var fabfile: String?

  func validate() throws {
    guard ["short", "normal", "nested"].contains(format) else {
      throw ValidationError("-F is short, normal or nested, not '\(format)'.")
    }
  }

  func perform(in main: CommandLineMain) async throws -> ExitStatus {
    guard main.process.fabfilePath != nil else {
      throw UsageError(
        "there is no fabfile.yml in this folder or above it",
        hint: "swab init makes one"
      )
    }
    let tasks = try TaskRegistry(main.fabfile).tasks.sorted { $0.name < $1.name }
    guard !tasks.isEmpty else {
      throw UsageError("the fabfile declares no tasks", hint: "swab init shows how")
    }
    switch format {
    case "short": for task in tasks { print(task.name) }
    case "nested": printNested(tasks)
    default: printNormal(tasks)
    }
    return .success
  }

  private func printNormal(_ tasks: [TaskDefinition]) {
    let width = tasks.map(\.name.count).max() ?? 0
    for task in tasks {
      let padding = String(repeating: " ", count: width - task.name.count)
      print(task.help.isEmpty ? task.name : "\(task.name)\(padding)  \(task.help)")
    }
  }

  private func printNested(_ tasks: [TaskDefinition]) {
    var shown: [Substring] = []
    for task in tasks {
      let parts = task.name.split(separator: ".")
      let spaces = Array(parts.dropLast())
      let common = zip(spaces, shown).prefix { $0 == $1 }.count
      for (depth, space) in spaces.enumerated().dropFirst(common) {
        print(String(repeating: "    ", count: depth) + space + ":")
      }
      shown = spaces
      let indent = String(repeating: "    ", count: spaces.count)
      print(indent + (parts.last ?? "") + (task.help.isEmpty ? "" : "  \(task.help)"))
    }
  }
}

/// `swab help TASK`.
struct TaskHelpCommand: SwabSubcommand {
  static let configuration = CommandConfiguration(
    commandName: "help",
    abstract: "Show help for swab, one of its commands, or a task."
  )

  @Argument(help: "A command of swab, or a task of the fabfile.")
  var name: String?

  @Option(
    name: [.customShort("f"), .long],
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
    let task = try TaskRegistry(main.fabfile).task(named: String(name.prefix { $0 != ":" }))
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
    facts.append("declared at \(task.location)")
    return (lines + [""] + facts).joined(separator: "\n")
  }
}
