// One function per kind of body, generic over what it gives, which may be nothing. Further overloads
// for bodies that give nothing would take a closure of one expression for one of them, and drop its
// value.

/// Declares a task whose body takes nothing: it finds its host through `currentHost`,
/// `dockerFabric()` and `run`.
///
/// What the body returns, `execute` gives its caller per host.
///
/// - Parameters:
///   - name: What `swab run` calls it.
///   - help: One line for `swab list`.
///   - file: The file that declares it; leave it out.
///   - line: The line that declares it; leave it out.
///   - body: What runs for each host.
/// - Returns: The task, which stands in a fabfile or a namespace; its modifiers follow it.
public func task<Value: Sendable>(
  _ name: String,
  _ help: String = "",
  file: String = #fileID,
  line: Int = #line,
  _ body: @escaping @Sendable () async throws -> Value
) -> TaskDefinition {
  define(name, help, [], file, line, .plain { try await body() })
}

/// Declares a task whose body takes its host.
///
/// What the body returns, `execute` gives its caller per host.
///
/// - Parameters:
///   - name: What `swab run` calls it.
///   - help: One line for `swab list`.
///   - file: The file that declares it; leave it out.
///   - line: The line that declares it; leave it out.
///   - body: What runs for each host.
/// - Returns: The task, which stands in a fabfile or a namespace; its modifiers follow it.
public func task<Value: Sendable>(
  _ name: String,
  _ help: String = "",
  file: String = #fileID,
  line: Int = #line,
  _ body: @escaping @Sendable (_ host: Host) async throws -> Value
) -> TaskDefinition {
  define(name, help, [], file, line, .host { try await body($0) })
}

/// Declares a task that takes arguments, as in `swab run deploy:1.4,force=yes`.
///
/// What the body returns, `execute` gives its caller per host.
///
/// - Parameters:
///   - name: What `swab run` calls it.
///   - help: One line for `swab list`.
///   - arguments: The names of the arguments in order; `"force=no"` has a default and may be left
///     out. An unknown, missing or surplus argument is a usage error before anything connects.
///   - file: The file that declares it; leave it out.
///   - line: The line that declares it; leave it out.
///   - body: What runs for each host.
/// - Returns: The task, which stands in a fabfile or a namespace; its modifiers follow it.
public func task<Value: Sendable>(
  _ name: String,
  _ help: String = "",
  arguments: [String],
  file: String = #fileID,
  line: Int = #line,
  _ body: @escaping @Sendable (_ host: Host, _ arguments: TaskArguments) async throws -> Value
) -> TaskDefinition {
  define(name, help, arguments, file, line, .hostAndArguments { try await body($0, $1) })
}

private func define(
  _ name: String,
  _ help: String,
  _ arguments: [String],
  _ file: String,
  _ line: Int,
  _ body: TaskDefinition.Body
) -> TaskDefinition {
  TaskDefinition(
    name: name,
    help: help,
    parameters: arguments.map(TaskParameter.init),
    body: body,
    location: SourceLocation(file: file, line: line)
  )
}
