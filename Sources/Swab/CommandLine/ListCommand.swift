import ArgumentParser
import SwabYAML

/// `swab list`.
struct ListCommand: SwabSubcommand {
  static let configuration = CommandConfiguration(
    commandName: "list",
    abstract: "List the tasks of the fabfile, or of a namespace.",
    discussion: """
      The tasks that come with swab are in the namespace docker:

      swab list docker
      """
  )

  @Argument(help: "A namespace, such as docker: only its tasks.")
  var namespace: String?

  @Option(
    name: [.customShort("F", allowingJoined: true), .customLong("list-format")],
    help: ArgumentHelp("short (names), normal, or nested.", valueName: "format")
  )
  var format = "normal"

  @Option(
    name: [.customShort("f", allowingJoined: true), .long],
    help: ArgumentHelp("Which fabfile.yml; no other is looked for.", valueName: "path")
  )
  var fabfile: String?

  func validate() throws {
    guard ["short", "normal", "nested"].contains(format) else {
      throw ValidationError("-F is short, normal or nested, not '\(format)'.")
    }
  }

  func perform(in main: CommandLineMain) async throws -> ExitStatus {
    let tasks = try tasks(main).sorted { $0.name < $1.name }
    switch format {
    case "short": for task in tasks { print(task.name) }
    case "nested": printNested(tasks)
    default: printNormal(tasks)
    }
    return .success
  }

  private func tasks(_ main: CommandLineMain) throws -> [TaskDefinition] {
    let registry = try TaskRegistry(main.fabfile)
    if let namespace {
      let tasks = registry.tasks(in: namespace)
      guard tasks.isEmpty else { return tasks }
      let spaces = Set(registry.names.compactMap(Self.namespace(of:)))
      throw UsageError(
        "there is no namespace '\(namespace)'",
        hint: NearestName.hint(for: namespace, among: spaces.sorted())
          ?? "the namespaces are \(spaces.sorted().joined(separator: ", "))"
      )
    }
    try main.requireFabfile()
    guard registry.tasks.isEmpty else { return registry.tasks }
    try main.requireTasks()
    throw UsageError(
      "the fabfile declares no tasks",
      hint:
        "swab init writes an example in an empty folder; swab list docker shows swab's own tasks"
    )
  }

  /// What stands before the last dot of a name.
  private static func namespace(of name: String) -> String? {
    name.lastIndex(of: ".").map { String(name[..<$0]) }
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
