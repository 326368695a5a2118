import ArgumentParser

/// `swab run`.
struct RunCommand: HandingOnCommand {
  static let configuration = CommandConfiguration(
    commandName: "run",
    abstract: "Run tasks, or a command after --, on hosts.",
    discussion: """
      swab run sample_task -H h1,h2
      swab run deploy:tag=1.4,force=yes -R web -P -z 10
      swab run docker.list_containers -R web
      swab run -R web -- uname -a

      After --, one word is a shell command, and several are a program and its arguments.

      Exit status: 0 ok, 1 a task failed, 2 usage or fabfile error, 3 no host matched, 4 hosts \
      unreachable or authentication failed, 130 interrupted, 70 internal error.
      """
  )

  @Argument(
    help: ArgumentHelp(
      "Tasks in order, with arguments: name:value,key=value.",
      valueName: "task"
    )
  )
  var tasks: [String] = []

  @OptionGroup(title: "Hosts")
  var selection: SelectionFlags

  @OptionGroup(title: "Execution")
  var execution: ExecutionFlags

  @OptionGroup(title: "Logging in")
  var login: LoginFlags

  @OptionGroup(title: "Output")
  var output: OutputFlags

  @Flag(
    name: .customLong("local"),
    help: "Run tasks on this machine, without a host; tasks docker.… ask its Docker Engine."
  )
  var isLocal = false

  @Flag(
    name: .customLong("json"),
    help: "Let tasks docker.… print JSON: a line for each host."
  )
  var printsJSON = false

  func perform(in main: CommandLineMain) async throws -> ExitStatus {
    try await RunInvocation(command: self, main: main).perform()
  }
}

/// How tasks are gone through.
struct ExecutionFlags: ParsableArguments {
  @Flag(name: [.customShort("P"), .long], help: "Run several hosts at once.")
  var parallel = false

  @Option(
    name: [.customShort("z", allowingJoined: true), .long],
    help: ArgumentHelp("How many hosts at once; 0 is all.", valueName: "n")
  )
  var poolSize: Int?

  @Flag(name: [.customShort("w"), .long], help: "A failing command is a warning.")
  var warnOnly = false

  @Flag(name: .long, help: "Start further hosts and tasks after a failure.")
  var keepGoing = false

  @Flag(name: .long, help: "A host that can't be reached is a warning.")
  var skipBadHosts = false

  @Flag(name: .long, help: "A task that doesn't exist is a warning.")
  var skipUnknownTasks = false

  @Flag(name: [.customShort("e"), .long], help: "Disconnect from a host when its task is done.")
  var eagerlyDisconnect = false

  @Option(
    name: [.customShort("T", allowingJoined: true), .long],
    help: ArgumentHelp("Seconds for one command.", valueName: "s")
  )
  var commandTimeout: Double?

  @Option(
    name: [.customShort("s", allowingJoined: true), .long],
    help: ArgumentHelp("What runs a command on the host.", valueName: "shell")
  )
  var shell: String?

  @Flag(name: .long, inversion: .prefixedNo, help: "Give commands a terminal.")
  var pty: Bool?
}

/// How hosts are reached.
struct LoginFlags: ParsableArguments {
  @Option(
    name: [.customShort("i", allowingJoined: true), .customLong("key-filename")],
    help: ArgumentHelp("A key file; may be given several times.", valueName: "path")
  )
  var keyFilename: [String] = []

  @Flag(
    name: [.customLong("ask-password")],
    help: ArgumentHelp("Ask for the password; short: -p.")
  )
  var askPassword = false

  @Option(
    name: .customLong("password-file"),
    help: ArgumentHelp("A file with the password; short: -p @path.", valueName: "path")
  )
  var passwordFile: String?

  @Flag(name: [.customShort("a"), .customLong("no-agent")], help: "Don't ask ssh-agent for keys.")
  var noAgent = false

  @Flag(name: [.customShort("k"), .customLong("no-keys")], help: "Don't look for keys in ~/.ssh.")
  var noKeys = false

  @Option(
    name: [.customShort("t", allowingJoined: true), .long],
    help: ArgumentHelp("Seconds for connecting and logging in.", valueName: "s")
  )
  var timeout: Double?

  @Option(
    name: [.customShort("n", allowingJoined: true), .long],
    help: ArgumentHelp("How often connecting is tried.", valueName: "n")
  )
  var connectionAttempts: Int?

  @Option(
    name: .long,
    help: ArgumentHelp("Seconds between signs of life; 0 is none.", valueName: "s")
  )
  var keepalive: Double?

  @Flag(
    name: [.customShort("r"), .customLong("reject-unknown-hosts")],
    help: "Unknown host keys are an error."
  )
  var rejectUnknownHosts = false

  @Flag(
    name: [.customShort("D"), .customLong("disable-known-hosts")],
    help: "Don't read your known_hosts."
  )
  var disableKnownHosts = false

  @Option(
    name: .customLong("system-known-hosts"),
    help: ArgumentHelp("A known_hosts to read before yours.", valueName: "path")
  )
  var systemKnownHosts: String?

  @Flag(name: .customLong("abort-on-prompts"), help: "Fail rather than ask.")
  var abortOnPrompts = false
}

/// What is shown.
struct OutputFlags: ParsableArguments {
  @Option(
    name: .long,
    help: ArgumentHelp(
      "Don't show: status, running, stdout, stderr, user, warnings, aborts, …",
      valueName: "level,…"
    )
  )
  var hide: [String] = []

  @Option(
    name: .long,
    help: ArgumentHelp("Show also: tunnels, debug, exceptions, …", valueName: "level,…")
  )
  var show: [String] = []

  @Option(
    name: [.long, .customLong("colour")],
    help: ArgumentHelp("auto, always or never.", valueName: "when")
  )
  var color = "auto"

  @Flag(name: .long, help: "Show whole lines; always so.")
  var linewise = false

  func validate() throws {
    guard ["auto", "always", "never"].contains(color) else {
      throw ValidationError("--color is auto, always or never, not '\(color)'.")
    }
  }
}
