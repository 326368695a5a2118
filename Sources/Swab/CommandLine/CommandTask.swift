/// The tasks behind commands of the command line, which go through hosts as a fabfile's tasks do.
enum CommandTask {
  /// Whether a task is called so that is none of a fabfile's: their names have no spaces.
  static func isName(_ name: String) -> Bool { name.contains(" ") }

  /// - Parameters:
  ///   - name: What messages call it, with a space in it.
  ///   - body: What runs for each host.
  /// - Returns: The task.
  static func task(
    _ name: String,
    _ body: @escaping @Sendable (Host) async throws -> any Sendable
  ) -> TaskDefinition {
    TaskDefinition(
      name: name,
      help: "",
      parameters: [],
      body: .host(body),
      location: SourceLocation(file: "command line", line: 0)
    )
  }
}

/// The task behind `swab run -- COMMAND`.
enum BareCommand {
  static let name = "the command after --"

  /// One word is shell text; several are a program and its arguments, each quoted.
  static func task(_ words: [String]) -> TaskDefinition {
    let text = words.count == 1 ? words[0] : Shell.joined(words)
    return CommandTask.task(name) { host in
      // Not collected: it may be of any length.
      try await host.run(text, collecting: nil)
      return ()
    }
  }
}
