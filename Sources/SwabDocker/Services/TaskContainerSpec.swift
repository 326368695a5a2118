/// The container of a service's task.
public struct TaskContainerSpec: JSONBacked, JSONSpec {
  /// The whole description.
  public var raw: JSONValue

  /// A view of that value.
  public init(raw: JSONValue) {
    self.raw = raw
  }

  /// The image's name.
  public var image: String {
    get { text("Image") }
    set { set("Image", newValue) }
  }
  /// The entry point, word by word; the image's own if there is none.
  public var entrypoint: [String] {
    get { texts("Command") }
    set { set("Command", newValue) }
  }
  /// The arguments of the entry point, word by word; the image's own command if there are none.
  public var arguments: [String] {
    get { texts("Args") }
    set { set("Args", newValue) }
  }
  /// The environment, as `NAME=value`; these may be templates, such as `NODE={{.Node.Hostname}}`.
  public var environment: [String] {
    get { texts("Env") }
    set { set("Env", newValue) }
  }
  /// The labels.
  public var labels: [String: String] {
    get { textsByName("Labels") }
    set { set("Labels", newValue) }
  }
  /// The host name in the container, which may be a template.
  public var hostname: String? {
    get { optionalText("Hostname") }
    set { set("Hostname", newValue) }
  }
  /// The folder its process starts in.
  public var workingDirectory: String? {
    get { optionalText("Dir") }
    set { set("Dir", newValue) }
  }
  /// The user its process runs as, by name or number.
  public var user: String? {
    get { optionalText("User") }
    set { set("User", newValue) }
  }
  /// Further groups of its process.
  public var groups: [String] {
    get { texts("Groups") }
    set { set("Groups", newValue) }
  }
  /// Whether it gets a terminal, which makes one stream of its output; needs API 1.25.
  public var hasTerminal: Bool {
    get { flag("TTY") }
    set { set("TTY", newValue) }
  }
  /// Whether its standard input is open.
  public var opensStandardInput: Bool {
    get { flag("OpenStdin") }
    set { set("OpenStdin", newValue) }
  }
  /// Whether its file system can't be written to; needs API 1.28.
  public var hasReadOnlyRoot: Bool {
    get { flag("ReadOnly") }
    set { set("ReadOnly", newValue) }
  }
  /// Whether a small process is its first one and reaps what others leave; needs API 1.37.
  public var runsInit: Bool? {
    get { raw["Init"]?.bool }
    set { raw["Init"] = newValue.map { .bool($0) } }
  }
  /// The signal that asks it to end.
  public var stopSignal: String? {
    get { optionalText("StopSignal") }
    set { set("StopSignal", newValue) }
  }
  /// How long it may take to end before it is killed.
  public var stopGracePeriod: Duration? {
    get { duration("StopGracePeriod") }
    set { set("StopGracePeriod", newValue) }
  }
  /// How the engine finds out whether it is well.
  public var healthcheck: Healthcheck? {
    get { raw["Healthcheck"].flatMap { Healthcheck(decoding: $0) } }
    set { merge("Healthcheck", newValue?.encoded, replacing: Healthcheck.fieldNames) }
  }
  /// Further lines of its hosts file, such as `192.0.2.7 db`.
  public var hosts: [String] {
    get { texts("Hosts") }
    set { set("Hosts", newValue) }
  }
  /// The addresses of its name servers; needs API 1.25, as the two below.
  public var nameServers: [String] {
    get { names.texts("Nameservers") }
    set { names.set("Nameservers", newValue) }
  }
  /// The domains that names without one are looked up in.
  public var searchDomains: [String] {
    get { names.texts("Search") }
    set { names.set("Search", newValue) }
  }
  /// What its resolver is told.
  public var nameServerOptions: [String] {
    get { names.texts("Options") }
    set { names.set("Options", newValue) }
  }
  /// What is mounted in it.
  public var mounts: [TaskMount] {
    get { views("Mounts") }
    set { set("Mounts", parts: newValue) }
  }
  /// The secrets that it gets, as files; needs API 1.25.
  public var secrets: [SecretReference] {
    get { views("Secrets") }
    set { set("Secrets", parts: newValue) }
  }
  /// The configs that it gets, as files; needs API 1.30.
  public var configs: [ConfigReference] {
    get { views("Configs") }
    set { set("Configs", parts: newValue) }
  }
  /// Who it is for the host's security: `CredentialSpec`, `SELinuxContext`, `Seccomp`, `AppArmor`,
  /// `NoNewPrivileges`, by the engine's own names; needs API 1.29, the last three 1.44.
  public var privileges: JSONValue? {
    get { raw["Privileges"] }
    set { raw["Privileges"] = newValue }
  }
  /// What it may do beyond what is usual; needs API 1.41.
  public var addedCapabilities: [String] {
    get { texts("CapabilityAdd") }
    set { set("CapabilityAdd", newValue) }
  }
  /// What it may not do, though it is usual; needs API 1.41.
  public var droppedCapabilities: [String] {
    get { texts("CapabilityDrop") }
    set { set("CapabilityDrop", newValue) }
  }
  /// Settings of the kernel for it alone; needs API 1.40.
  public var sysctls: [String: String] {
    get { textsByName("Sysctls") }
    set { set("Sysctls", newValue) }
  }
  /// Limits of the kernel for its processes; needs API 1.41.
  public var ulimits: [Ulimit] {
    get { (raw["Ulimits"]?.array ?? []).map { Ulimit(decoding: $0) } }
    set { raw["Ulimits"] = newValue.isEmpty ? .none : .array(newValue.map(\.encoded)) }
  }
  /// How readily the kernel ends it for want of memory, from -1000 to 1000; needs API 1.46.
  public var outOfMemoryScore: Int? {
    get { number("OomScoreAdj") }
    set { set("OomScoreAdj", newValue) }
  }
  /// How it is kept apart on Windows; needs API 1.35.
  public var isolation: String? {
    get { optionalText("Isolation") }
    set { set("Isolation", newValue) }
  }

  private var names: JSONPart {
    get { part("DNSConfig") }
    set { set("DNSConfig", part: newValue) }
  }
}

extension Healthcheck {
  init?(decoding value: JSONValue) {
    guard value.object != nil else { return nil }
    let fields = JSONPart(raw: value)
    self.init(test: fields.texts("Test"))
    interval = fields.duration("Interval")
    timeout = fields.duration("Timeout")
    retries = fields.number("Retries")
    startPeriod = fields.duration("StartPeriod")
    startInterval = fields.duration("StartInterval")
  }
}

extension Ulimit {
  init(decoding value: JSONValue) {
    let soft = value["Soft"]?.int ?? 0
    self.init(value["Name"]?.string ?? "", soft: soft, hard: value["Hard"]?.int ?? soft)
  }
}
