/// A command to run in a running container.
public struct ExecSpec: Sendable, Hashable {
  /// The command, word by word: no shell splits it.
  public var command: [String]
  /// Whether its standard input can be written to.
  public var attachesStandardInput = false
  /// Whether its standard output is given.
  public var attachesStandardOutput = true
  /// Whether its standard error is given.
  public var attachesStandardError = true
  /// Whether it gets a terminal, which makes one stream of its output.
  public var hasTerminal = false
  /// The size its terminal begins with; needs API 1.42.
  public var terminalSize: TerminalSize?
  /// Whether it may do on the host what root may.
  public var isPrivileged = false
  /// The user it runs as; the container's own if there is none.
  public var user: String?
  /// Variables besides the container's own; needs API 1.25.
  public var environment: [String: String] = [:]
  /// The folder it starts in; needs API 1.35.
  public var workingDirectory: String?
  /// The keys that detach from it, such as `ctrl-p,ctrl-q`.
  public var detachKeys: String?

  /// That command.
  public init(_ command: [String]) {
    self.command = command
  }

  var encoded: JSONObject {
    var fields = JSONObject()
    fields.set("Cmd", command)
    fields.set("AttachStdin", attachesStandardInput)
    fields.set("AttachStdout", attachesStandardOutput)
    fields.set("AttachStderr", attachesStandardError)
    fields.set("Tty", hasTerminal)
    fields["ConsoleSize"] = terminalSize.map(\.encoded)
    fields.set("Privileged", isPrivileged)
    fields.set("User", user)
    fields.set("Env", environment.sorted { $0.key < $1.key }.map { "\($0.key)=\($0.value)" })
    fields.set("WorkingDir", workingDirectory)
    fields.set("DetachKeys", detachKeys)
    return fields
  }
}
