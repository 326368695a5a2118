import ArgumentParser

/// Flags that select hosts, whichever letters a command has for them.
protocol SelectionArguments {
  var hosts: [String] { get }
  var roles: [String] { get }
  var excludeHosts: [String] { get }
  var set: [String] { get }
  var user: String? { get }
  var port: Int? { get }
  var sshConfigPath: String? { get }
  var noSSHConfig: Bool { get }
}

/// Flags that say how hosts are reached.
protocol LoginArguments {
  var keyFilename: [String] { get }
  var askPassword: Bool { get }
  var passwordFile: String? { get }
  var noAgent: Bool { get }
  var noKeys: Bool { get }
  var timeout: Double? { get }
  var connectionAttempts: Int? { get }
  var keepalive: Double? { get }
  var rejectUnknownHosts: Bool { get }
  var disableKnownHosts: Bool { get }
  var systemKnownHosts: String? { get }
  var abortOnPrompts: Bool { get }
}

extension SelectionFlags: SelectionArguments {}
extension LoginFlags: LoginArguments {}

/// Which hosts, for commands whose letters mean what they do to docker: `-t`, `-i`, `-u`, `-f`.
struct EngineFlags: ParsableArguments, SelectionArguments, LoginArguments {
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
    help: ArgumentHelp(
      "Values of env, such as the user that logs in: user=deploy.",
      valueName: "key=value,…"
    )
  )
  var set: [String] = []

  @Option(
    name: .long,
    help: ArgumentHelp("Which fabfile.yml; no other is looked for.", valueName: "path")
  )
  var fabfile: String?

  @Option(name: .long, help: "Port of sshd.")
  var port: Int?

  @Option(
    name: .customLong("ssh-config-path"),
    help: ArgumentHelp("Which ssh_config.", valueName: "path")
  )
  var sshConfigPath: String?

  @Flag(name: .customLong("no-ssh-config"), help: "Read no ssh_config.")
  var noSSHConfig = false

  @Option(
    name: .customLong("key-filename"),
    help: ArgumentHelp("A key file; may be given several times.", valueName: "path")
  )
  var keyFilename: [String] = []

  @Flag(name: .customLong("ask-password"), help: "Ask for the password; short: -p.")
  var askPassword = false

  @Option(
    name: .customLong("password-file"),
    help: ArgumentHelp("A file with the password; short: -p @path.", valueName: "path")
  )
  var passwordFile: String?

  @Flag(name: .customLong("no-agent"), help: "Don't ask ssh-agent for keys.")
  var noAgent = false

  @Flag(name: .customLong("no-keys"), help: "Don't look for keys in ~/.ssh.")
  var noKeys = false

  @Option(
    name: .long,
    help: ArgumentHelp("Seconds for connecting and logging in.", valueName: "s")
  )
  var timeout: Double?

  @Option(
    name: .long,
    help: ArgumentHelp("How often connecting is tried.", valueName: "n")
  )
  var connectionAttempts: Int?

  @Option(
    name: .long,
    help: ArgumentHelp("Seconds between signs of life; 0 is none.", valueName: "s")
  )
  var keepalive: Double?

  @Flag(name: .customLong("reject-unknown-hosts"), help: "Unknown host keys are an error.")
  var rejectUnknownHosts = false

  @Flag(name: .customLong("disable-known-hosts"), help: "Don't read your known_hosts.")
  var disableKnownHosts = false

  @Option(
    name: .customLong("system-known-hosts"),
    help: ArgumentHelp("A known_hosts to read before yours.", valueName: "path")
  )
  var systemKnownHosts: String?

  @Flag(name: .customLong("abort-on-prompts"), help: "Fail rather than ask.")
  var abortOnPrompts = false

  /// The host string says it, or `--set user=…`: `-u` is the container's.
  var user: String? { nil }
}
