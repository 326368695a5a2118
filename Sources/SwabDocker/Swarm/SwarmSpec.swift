/// The settings of a swarm.
public struct SwarmSpec: JSONBacked, JSONSpec {
  /// All settings, with those that have no property here.
  public var raw: JSONValue

  /// A view of that value.
  public init(raw: JSONValue) {
    self.raw = raw
  }

  /// What the engine assumes.
  public init() {
    raw = .null
  }

  /// The name, which has to be `default`.
  public var name: String? {
    get { optionalText("Name") }
    set { set("Name", newValue) }
  }
  /// The labels.
  public var labels: [String: String] {
    get { textsByName("Labels") }
    set { set("Labels", newValue) }
  }
  /// How many tasks that have ended are kept of each place in a service; below zero: all.
  public var taskHistoryLimit: Int? {
    get { orchestration.number("TaskHistoryRetentionLimit") }
    set { orchestration.set("TaskHistoryRetentionLimit", newValue) }
  }
  /// How managers keep in step.
  public var raft: SwarmRaft {
    get { part("Raft") }
    set { set("Raft", part: newValue) }
  }
  /// How often nodes tell managers that they are there.
  public var heartbeatPeriod: Duration? {
    get { dispatcher.duration("HeartbeatPeriod") }
    set { dispatcher.set("HeartbeatPeriod", newValue) }
  }
  /// How the certificates of nodes are made.
  public var authority: SwarmAuthority {
    get { part("CAConfig") }
    set { set("CAConfig", part: newValue) }
  }
  /// Whether managers that start again must be unlocked with a key; needs API 1.25.
  public var locksManagers: Bool {
    get { encryption.flag("AutoLockManagers") }
    set { encryption.set("AutoLockManagers", newValue) }
  }
  /// Where the output of tasks goes whose service doesn't say.
  public var logDriver: LogDriver? {
    get { taskDefaults.logDriver("LogDriver") }
    set { taskDefaults.merge("LogDriver", newValue?.serviceForm) }
  }

  private var orchestration: JSONPart {
    get { part("Orchestration") }
    set { set("Orchestration", part: newValue) }
  }
  private var dispatcher: JSONPart {
    get { part("Dispatcher") }
    set { set("Dispatcher", part: newValue) }
  }
  private var encryption: JSONPart {
    get { part("EncryptionConfig") }
    set { set("EncryptionConfig", part: newValue) }
  }
  private var taskDefaults: JSONPart {
    get { part("TaskDefaults") }
    set { set("TaskDefaults", part: newValue) }
  }
}

/// How managers of a swarm keep in step.
public struct SwarmRaft: JSONBacked, JSONSpec {
  /// All of it, with what has no property here.
  public var raw: JSONValue

  /// A view of that value.
  public init(raw: JSONValue) {
    self.raw = raw
  }

  /// How many entries of the log lie between two snapshots.
  public var snapshotInterval: Int? {
    get { number("SnapshotInterval") }
    set { set("SnapshotInterval", newValue) }
  }
  /// How many snapshots are kept beside the newest.
  public var oldSnapshots: Int? {
    get { number("KeepOldSnapshots") }
    set { set("KeepOldSnapshots", newValue) }
  }
  /// How many entries of the log are kept for managers that lag behind.
  public var entriesForSlowFollowers: Int? {
    get { number("LogEntriesForSlowFollowers") }
    set { set("LogEntriesForSlowFollowers", newValue) }
  }
  /// After how many ticks without a leader one is elected.
  public var electionTicks: Int? {
    get { number("ElectionTick") }
    set { set("ElectionTick", newValue) }
  }
  /// After how many ticks the leader shows that it is there.
  public var heartbeatTicks: Int? {
    get { number("HeartbeatTick") }
    set { set("HeartbeatTick", newValue) }
  }
}

/// How the certificates of a swarm's nodes are made.
public struct SwarmAuthority: JSONBacked, JSONSpec {
  /// All of it, with what has no property here.
  public var raw: JSONValue

  /// A view of that value.
  public init(raw: JSONValue) {
    self.raw = raw
  }

  /// How long they are valid.
  public var certificateLifetime: Duration? {
    get { duration("NodeCertExpiry") }
    set { set("NodeCertExpiry", newValue) }
  }
  /// What signs them in place of the managers, by the engine's own names.
  public var externalAuthorities: [JSONValue] {
    get { raw["ExternalCAs"]?.array ?? [] }
    set { raw["ExternalCAs"] = newValue.isEmpty ? .none : .array(newValue) }
  }
  /// The certificate that they are signed with, in PEM; needs API 1.30.
  public var signingCertificate: String? {
    get { optionalText("SigningCACert") }
    set { set("SigningCACert", newValue) }
  }
  /// The key of that certificate, in PEM, a secret that the engine never tells; needs API 1.30.
  public var signingKey: String? {
    get { optionalText("SigningCAKey") }
    set { set("SigningCAKey", newValue) }
  }
  /// A number whose change makes the swarm replace all certificates; needs API 1.30.
  public var forcedRotation: Int? {
    get { number("ForceRotate") }
    set { set("ForceRotate", newValue) }
  }
}
