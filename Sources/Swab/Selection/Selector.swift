internal import SwabSSH

/// Decides which hosts a task runs on.
///
/// Strict levels, of which the first that names anything wins: the call itself, `-H` and `-R`,
/// `SWAB_HOSTS` and `SWAB_ROLES`, the task's own, `env.hosts` and `env.roles`. What is excluded at
/// any level is left out at all.
struct Selector: Sendable {
  /// What names hosts at one level.
  struct Level: Sendable {
    var hosts: [String] = []
    var roles: [String] = []

    var isEmpty: Bool { hosts.isEmpty && roles.isEmpty }
  }

  let inventory: Inventory
  let sshConfiguration: SSHConfiguration
  let variables: EnvLayer
  let flags: EnvLayer
  /// `-H` and `-R`.
  let commandLine: Level
  /// `SWAB_HOSTS` and `SWAB_ROLES`.
  let variableLevel: Level
  /// `-x` and `SWAB_EXCLUDE_HOSTS`.
  let excluded: [String]
  let person: Person

  /// A step for a task of the command line.
  ///
  /// - Throws: ``UsageError`` if arguments or hosts are wrong.
  func step(
    _ task: TaskDefinition,
    _ call: TaskCall,
    options: RunOptions
  ) throws(UsageError) -> ExecutionStep {
    let levels = [Level(hosts: call.hosts, roles: call.roles), commandLine]
    return try step(task, call, levels: levels, current: nil, options: options)
  }

  /// A step for `execute(…)` within a task: `-H` and `-R` don't concern it, and without any
  /// selection it runs on the current host.
  func step(
    _ task: TaskDefinition,
    _ call: TaskCall,
    current: HostTarget?,
    options: RunOptions
  ) throws(UsageError) -> ExecutionStep {
    let levels = [Level(hosts: call.hosts, roles: call.roles)]
    return try step(task, call, levels: levels, current: current, options: options)
  }

  /// The host of a host string.
  func target(named name: String) throws(UsageError) -> HostTarget {
    let targets = try targets(of: Level(hosts: [name]))
    guard let first = targets.first, targets.count == 1 else {
      throw UsageError("'\(name)' is not one host", hint: "name a single host")
    }
    return first
  }

  /// The hosts of a level, each endpoint once, under the spelling that came first.
  func targets(of level: Level) throws(UsageError) -> [HostTarget] {
    var targets: [HostTarget] = []
    var seen: Set<HostTarget.Key> = []
    func add(_ references: [HostReference], role: String?) throws(UsageError) {
      for reference in references {
        var target = try target(of: reference)
        target.selectedRole = role
        if seen.insert(target.key).inserted { targets.append(target) }
      }
    }
    for term in level.hosts { try add(references(matching: term), role: nil) }
    for role in level.roles { try add(references(ofRole: role), role: role) }
    return targets
  }

  private func step(
    _ task: TaskDefinition,
    _ call: TaskCall,
    levels: [Level],
    current: HostTarget?,
    options: RunOptions
  ) throws(UsageError) -> ExecutionStep {
    let arguments = try call.arguments(for: task)
    let all =
      levels + [
        variableLevel, Level(hosts: task.hosts, roles: task.roles), try environmentLevel(),
      ]
    guard let level = all.first(where: { !$0.isEmpty }) else {
      return try stepWithoutSelection(task, arguments, current, options)
    }
    let selected = try targets(of: level)
    let left = try exclude(call.excludedHosts + task.excludedHosts, from: selected)
    guard !left.isEmpty else {
      throw UsageError(
        "task '\(task.name)': every selected host is excluded",
        hint: "look at -x, exclude_hosts and .excludeHosts(…)",
        exitStatus: .noHost
      )
    }
    return ExecutionStep(
      task: task,
      arguments: arguments,
      targets: left,
      mode: ExecutionStep.mode(of: task, hosts: left.count, options: options)
    )
  }

  private func stepWithoutSelection(
    _ task: TaskDefinition,
    _ arguments: TaskArguments,
    _ current: HostTarget?,
    _ options: RunOptions
  ) throws(UsageError) -> ExecutionStep {
    if let current {
      return ExecutionStep(task: task, arguments: arguments, targets: [current], mode: .serial)
    }
    guard !task.takesHost else {
      let isBare = task.name == BareCommand.name
      throw UsageError(
        "\(isBare ? task.name : "task '\(task.name)'") needs a host, and none is selected",
        hint: "select some: -H HOST or -R ROLE"
          + (isBare ? "" : "; or say it in the fabfile: .hosts(…), .roles(…)"),
        exitStatus: .noHost
      )
    }
    return ExecutionStep(task: task, arguments: arguments, targets: [], mode: .serial)
  }

  private func environmentLevel() throws(UsageError) -> Level {
    let environment = inventory.environment(for: nil as HostReference?)
    return try fabfile { () throws(FabfileError) in
      let hosts = try environment.strings("hosts")
      let roles = try environment.strings("roles")
      return Level(hosts: hosts ?? [], roles: roles ?? [])
    }
  }

  func exclude(
    _ terms: [String],
    from targets: [HostTarget]
  ) throws(UsageError) -> [HostTarget] {
    let environment = inventory.environment(for: nil as HostReference?)
    let configured = try fabfile { () throws(FabfileError) in
      try environment.strings("exclude_hosts")
    }
    let terms = excluded + (configured ?? []) + terms
    guard !terms.isEmpty else { return targets }
    var gone: Set<Endpoint> = []
    for term in terms {
      let isRole = inventory.roles[term] != nil
      let references = try isRole ? references(ofRole: term) : references(matching: term)
      for reference in references { gone.insert(try target(of: reference).endpoint) }
    }
    return targets.filter { !gone.contains($0.endpoint) }
  }

  private func references(matching term: String) throws(UsageError) -> [HostReference] {
    try fabfile { () throws(FabfileError) in
      try inventory.hosts(matching: term, literalHosts: sshConfiguration.isLiteralHost)
    }
  }

  private func references(ofRole role: String) throws(UsageError) -> [HostReference] {
    try fabfile { () throws(FabfileError) in
      try inventory.hosts(ofRole: role, literalHosts: sshConfiguration.isLiteralHost)
    }
  }

  /// A mistake in the file or a term, as a mistake of usage with its exit status.
  private func fabfile<Value>(
    _ body: () throws(FabfileError) -> Value
  ) throws(UsageError) -> Value {
    do {
      return try body()
    } catch {
      throw UsageError(error)
    }
  }

  /// Everything about a host: its env, and user, address and port from what is written, env and
  /// ssh_config, in this order.
  func target(of reference: HostReference) throws(UsageError) -> HostTarget {
    let environment = inventory.environment(for: reference, variables: variables, flags: flags)
    return try fabfile { () throws(FabfileError) in
      let configuredUser = try environment.string("user")
      let configuredPort = try environment.int("port")
      let defaultPort = try environment.int("default_port")
      let user = reference.user ?? configuredUser
      let settings = sshSettings(for: reference.address, user: user)
      let port = reference.port ?? configuredPort ?? settings.port ?? defaultPort
      return HostTarget(
        name: reference.name,
        endpoint: Endpoint(
          user: user ?? settings.user ?? person.user,
          address: settings.address,
          port: port ?? 22
        ),
        environment: environment,
        ssh: settings,
        roles: reference.roles
      )
    }
  }

  private func sshSettings(
    for address: String,
    user: String?
  ) -> SSHHostSettings {
    sshConfiguration.settings(
      for: address,
      user: user,
      localUser: person.user,
      home: person.home
    )
  }
}

extension UsageError {
  /// A mistake of `fabfile.yml`, of a variable or of a term.
  init(_ error: FabfileError) {
    self.init("\(error)", exitStatus: error.kind == .noMatch ? .noHost : .usage)
  }
}

/// Who runs swab.
struct Person: Sendable {
  var user: String
  var home: String
}
