import NIOCore

/// A folder on the host for what nobody else may read there: a command's logins and variables.
///
/// It is there while the command runs. What it holds, the shell reads first of its standard input, as
/// on a command line everybody could read it.
struct PrivateFolder: Sendable {
  /// The program's configuration with the logins, in place of the user's; nil to leave it that.
  private let configuration: JSONValue?
  private let context: CommandContext
  /// Variables for a process in a container, each `NAME=value`.
  private let variables: [String]
  /// Whether the program's plugins are those of whoever the shell runs as.
  private let hasOwnPlugins: Bool

  /// The folder of a command, unless that has nothing to hide.
  ///
  /// - Parameters:
  ///   - command: The command.
  ///   - context: What of the user's configuration leads to the engine.
  ///   - manner: As whom the command is run.
  init?(
    of command: DockerCommand,
    _ context: CommandContext,
    by manner: DockerCommandSettings.Manner
  ) {
    guard command.logins != nil || !command.variables.isEmpty else { return nil }
    var configuration = command.logins?.object
    configuration?.set("currentContext", context.name)
    self.configuration = configuration.map { .object($0) }
    self.context = context
    variables = command.variables
    hasOwnPlugins = manner == .itself
  }

  /// Flags before a docker command's words.
  var flags: [String] { configuration == nil ? [] : ["--config", "\"$d\""] }

  /// Flags behind its first word.
  var commandFlags: [String] { variables.isEmpty ? [] : ["--env-file=\"$d/env\""] }

  /// What the shell reads of it.
  var input: ByteBuffer {
    var input = ByteBuffer()
    if let configuration { input.writeString("\(configuration)\n") }
    // A line without anything ends them.
    if !variables.isEmpty { input.writeString(variables.map { $0 + "\n" }.joined() + "\n") }
    return input
  }

  /// The shell text of a command, with the folder around it.
  ///
  /// A shell looks at signals when its foreground command has ended, and one that was run by sudo
  /// nobody can end: so the command is none, and the folder goes at once. Where the command goes on,
  /// a file takes its place, or a `docker login` would write itself down there in the end.
  func text(around command: String) -> String {
    """
    umask 077; d=$(mktemp -d) || exit 1; p=; \
    trap 'rm -rf "$d"; [ -z "$p" ] || if kill "$p"; then wait "$p"; else set -C; : >"$d"; fi' \
    EXIT; \
    trap 'exit 129' HUP; trap 'exit 130' INT; trap 'exit 143' TERM; \
    \(filling)exec 3<&0; \(command) <&3 3<&- & p=$!; wait "$p"; s=$?; p=; exit "$s"
    """
  }

  private var filling: String {
    var steps: [String] = []
    if configuration != nil {
      steps.append("IFS= read -r c; printf '%s' \"$c\" >\"$d/config.json\"")
      if hasOwnPlugins {
        steps.append(
          "u=${DOCKER_CONFIG:-$HOME/.docker}/cli-plugins; [ ! -d \"$u\" ] || ln -s \"$u\" \"$d\""
        )
      }
      if let folder = context.folder {
        steps.append("ln -s \(ShellText.quoted(folder)) \"$d/contexts\"")
      }
    }
    if !variables.isEmpty {
      let line = "IFS= read -r v && [ -n \"$v\" ]"
      steps.append("while \(line); do printf '%s\\n' \"$v\"; done >\"$d/env\"")
    }
    return steps.map { $0 + "; " }.joined()
  }
}
