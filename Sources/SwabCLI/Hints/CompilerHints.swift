/// What swab adds where the compiler's own words don't lead a person to the mistake.
///
/// The compiler knows nothing of tasks. Most of its messages point at the right line and say enough;
/// these are the ones that don't.
enum CompilerHints {
  /// A hint, and the parts of a message that call for it, in this order.
  private struct Rule {
    var parts: [String]
    var hint: String

    init(_ parts: String..., hint: String) {
      self.parts = parts
      self.hint = hint
    }
  }

  private static let sharedState = """
    a task may run on several hosts at once, so it can't change what they share; keep it per host \
    in env["key"], or return a value from the task and gather the values with execute("task")
    """
  private static let closureForms = """
    a task's closure or function takes nothing, (host: Host), or \
    (host: Host, arguments: TaskArguments)
    """
  private static let onlyTasks = """
    Fabfile { … } and namespace("name") { … } list tasks; everything else belongs into a task's \
    closure or into a function outside
    """

  private static let noCommas =
    "tasks in Fabfile { } stand one on a line, with no comma between them"

  private static let rules = [
    Rule("cannot find 'host' in scope", hint: "the closure has to take it: { (host: Host) in …"),
    Rule(
      "cannot find 'arguments' in scope",
      hint: "the closure has to take them: { (host: Host, arguments: TaskArguments) in …"
    ),
    Rule(
      "contextual closure type",
      "expects 0 arguments, but",
      "used in closure body",
      hint: """
        if the parameters are right, the mistake is inside of this closure; write their types, as in \
        { (host: Host) in …, or make it a function, and the compiler finds the line
        """
    ),
    Rule("contextual closure type", "expects", "used in closure body", hint: closureForms),
    Rule(
      "cannot convert value of type",
      "async throws ->",
      "to expected argument type",
      "async throws ->",
      hint: closureForms
    ),
    Rule("nonisolated global shared mutable state", hint: sharedState),
    Rule("mutation of captured var", hint: sharedState),
    Rule("reference to captured var", hint: sharedState),
    Rule("capture of", "with non-Sendable type", hint: sharedState),
    Rule(
      "extra trailing closure passed in call",
      hint: "a task's settings follow its closure: task(\"name\") { … }.roles(\"web\")"
    ),
    Rule("are not allowed at the top level", hint: onlyTasks),
    Rule("cannot be used with result builder", hint: onlyTasks),
    Rule("no exact matches in call to static method 'buildExpression'", hint: onlyTasks),
    Rule(
      "unable to type-check this expression in reasonable time",
      hint: "make the closures functions: task(\"name\", \"What it does\", name)"
    ),
    Rule(
      "'main' attribute",
      hint: "swab adds the entry point itself: remove @main from the fabfile"
    ),
  ]

  /// The hints for what the compiler said, the most helpful first, each once.
  static func hints(for output: CompilerOutput, sources: [Source]) -> [String] {
    let ownErrors = output.errorsInSources
    // After a missing brace the compiler reads the rest of the file as something it isn't.
    if let hint = missingBrace(ownErrors, sources) { return [hint] }
    // What follows a comma between tasks is no expression, and its messages are about that.
    if ownErrors.contains(where: { isCommaBetweenTasks($0, sources) }) { return [noCommas] }
    var hints = missingImport(ownErrors, sources).map { [$0] } ?? []
    for error in ownErrors {
      let source = sources.first { $0.name == error.file }
      let rule = rules.first { error.text.contains(inOrder: $0.parts) }
      let hint =
        rule?.hint
        ?? MemberHints.hint(
          for: error.text,
          importsFoundation: source?.imports("Foundation") ?? false
        )
      if let hint, !hints.contains(hint) { hints.append(hint) }
    }
    return hints
  }

  /// A file that was compiled.
  struct Source {
    var name: String
    var text: String

    func imports(_ module: String) -> Bool {
      text.split(separator: "\n").contains { $0.contains("import \(module)") }
    }

    /// A line by its number, from one.
    func line(_ number: Int) -> Substring? {
      let lines = text.split(separator: "\n", omittingEmptySubsequences: false)
      return lines.indices.contains(number - 1) ? lines[number - 1] : nil
    }
  }

  /// Whether a message points at the comma behind a task.
  private static func isCommaBetweenTasks(
    _ error: CompilerOutput.Message,
    _ sources: [Source]
  ) -> Bool {
    let isAboutComma =
      error.text.contains(inOrder: ["consecutive statements on a line must be separated by ';'"])
      || error.text.contains(inOrder: ["unexpected ',' separator"])
    guard isAboutComma, let line = sources.first(where: { $0.name == error.file })?.line(error.line)
    else { return false }
    let code = line.drop { $0 == " " || $0 == "\t" }
    let isTask = ["task(", "namespace(", "}", ")", "."].contains { code.hasPrefix($0) }
    return isTask && line.utf8.dropFirst(error.column - 1).first == UInt8(ascii: ",")
  }

  private static func missingImport(
    _ errors: [CompilerOutput.Message],
    _ sources: [Source]
  ) -> String? {
    let file = errors.first { $0.text.contains(inOrder: ["cannot find", "in scope"]) }?.file
    guard let source = sources.first(where: { $0.name == file }) else { return nil }
    return source.imports("Swab") ? nil : "\(source.name) doesn't begin with: import Swab"
  }

  private static func missingBrace(
    _ errors: [CompilerOutput.Message],
    _ sources: [Source]
  ) -> String? {
    let file = errors.first { $0.text.contains(inOrder: ["expected '}'"]) }?.file
    guard let source = sources.first(where: { $0.name == file }),
      let line = unclosedBrace(in: source.text)
    else { return nil }
    return "going by the indentation, it is the { in \(source.name):\(line) that has no }"
  }

  /// The line of the brace whose closing one is missing, going by the indentation.
  static func unclosedBrace(in text: String) -> Int? {
    var open: [(line: Int, indentation: Int)] = []
    var isInText = false
    for (index, line) in text.split(separator: "\n", omittingEmptySubsequences: false).enumerated()
    {
      let wasInText = isInText
      if line.contains("\"\"\"") { isInText.toggle() }
      let code = line.drop { $0 == " " || $0 == "\t" }
      guard !wasInText, let first = code.first, !code.hasPrefix("//") else { continue }
      let indentation = line.count - code.count
      if let last = open.last {
        let closes = first == "}" || first == ")" || first == "]"
        let isTooFarLeft = closes ? indentation < last.indentation : indentation <= last.indentation
        // A brace may stand on a line of its own, and `.roles("web")` where the task begins.
        if isTooFarLeft && first != "{" && first != "." { return last.line }
      }
      for brace in braces(in: code) {
        if brace == "{" { open.append((index + 1, indentation)) } else { _ = open.popLast() }
      }
    }
    return open.last?.line
  }

  /// The braces of a line that stand neither in a string nor in a comment.
  private static func braces(in code: Substring) -> [Character] {
    var braces: [Character] = []
    var isInString = false
    var previous: Character = " "
    for character in code {
      if character == "\"" && previous != "\\" { isInString.toggle() }
      if !isInString {
        if character == "/" && previous == "/" { break }
        if character == "{" || character == "}" { braces.append(character) }
      }
      previous = character
    }
    return braces
  }
}
