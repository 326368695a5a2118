import SwabYAML

extension Selector {
  /// What names hosts at one level.
  ///
  /// A list that was given and is empty isn't the same as none: a script whose variable turned out
  /// empty must not run on the hosts of the next level.
  struct Level: Sendable {
    /// Host strings, names and ranges; nil if this level says nothing of hosts.
    var hosts: [String]?
    /// Names of roles; nil if this level says nothing of roles.
    var roles: [String]?
    /// What the two lists are called, and where they stand.
    var source = Source()

    var isGiven: Bool { hosts != nil || roles != nil }

    /// Whether it was given, and names nothing.
    var isEmpty: Bool { (hosts ?? []).isEmpty && (roles ?? []).isEmpty }
  }

  /// Where a level's lists come from, for messages.
  struct Source: Sendable {
    var hosts = "hosts"
    var roles = "roles"
    var hostsLocation: YAMLLocation?
    var rolesLocation: YAMLLocation?
    /// What declares them in Fabfile.swift, if they stand there.
    var declaration: String?

    static let call = Source(hosts: "hosts=", roles: "roles=")
    static let flags = Source(hosts: "-H", roles: "-R")
    static let variables = Source(hosts: "SWAB_HOSTS", roles: "SWAB_ROLES")
  }
}

extension Selector.Level {
  /// `-H` and `-R` as they were given, each as often as a person likes.
  static func flags(hosts: [String], roles: [String]) -> Selector.Level {
    Selector.Level(
      hosts: hosts.isEmpty ? nil : hosts.flatMap { HostRange.split($0) },
      roles: roles.isEmpty ? nil : roles.flatMap { HostRange.split($0) },
      source: .flags
    )
  }

  /// `SWAB_HOSTS` and `SWAB_ROLES`; an empty variable is as good as none, as the shell has it.
  static func variables(_ environment: [String: String]) -> Selector.Level {
    func list(_ name: String) -> [String]? {
      guard let text = environment[name], !text.isEmpty else { return nil }
      return HostRange.split(text)
    }
    return Selector.Level(
      hosts: list("SWAB_HOSTS"),
      roles: list("SWAB_ROLES"),
      source: .variables
    )
  }

  /// What a task declares.
  init(_ task: TaskDefinition) {
    self.init(
      hosts: task.hosts.isEmpty ? nil : task.hosts,
      roles: task.roles.isEmpty ? nil : task.roles
    )
    source.declaration = "\(task.label) (\(task.location))"
  }

  /// What a call says.
  init(_ call: TaskCall) {
    self.init(hosts: call.hosts, roles: call.roles, source: .call)
  }

  /// `hosts` and `roles` of env; what a file leaves empty, it doesn't say.
  init(_ environment: EnvTable) throws(FabfileError) {
    hosts = try Self.list("hosts", in: environment)
    roles = try Self.list("roles", in: environment)
    let entries = (environment.entry(for: "hosts"), environment.entry(for: "roles"))
    source = Selector.Source(
      hosts: "\(entries.0?.origin ?? .builtIn)",
      roles: "\(entries.1?.origin ?? .builtIn)",
      hostsLocation: entries.0?.location,
      rolesLocation: entries.1?.location
    )
  }

  private static func list(
    _ key: String,
    in environment: EnvTable
  ) throws(FabfileError) -> [String]? {
    guard let words = try environment.strings(key) else { return nil }
    guard words.isEmpty, let origin = environment.entry(for: key)?.origin else { return words }
    return origin.isExplicit ? words : nil
  }

  /// Refuses a list that was given and is empty.
  ///
  /// - Parameter task: What is to run, as a message calls it.
  /// - Throws: ``UsageError`` that names the list.
  func requireTerms(for task: String) throws(UsageError) {
    for (list, name) in [(hosts, source.hosts), (roles, source.roles)] where list?.isEmpty == true {
      throw UsageError(
        "\(task): \(name) was given an empty list",
        hint: "name hosts or roles there, or leave it out to run where the task says itself",
        exitStatus: .noHost
      )
    }
  }
}
