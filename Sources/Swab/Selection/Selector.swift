internal import SwabSSH
import SwabYAML

/// Decides which hosts a task runs on.
///
/// Strict levels, of which the first that is given wins: the call itself, `-H` and `-R`,
/// `SWAB_HOSTS` and `SWAB_ROLES`, the task's own, `env.hosts` and `env.roles`. What is excluded at
/// any level is left out at all.
struct Selector: Sendable {
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
  /// - Throws: ``UsageError`` if arguments or hosts are wrong, or a list of hosts was given empty.
  func step(
    _ task: TaskDefinition,
    _ call: TaskCall,
    options: RunOptions
  ) throws(UsageError) -> ExecutionStep {
    let arguments = try call.arguments(for: task)
    if options.isLocal { return try localStep(task, call, arguments, options) }
    let levels = [Level(call), commandLine, variableLevel, Level(task), try environmentLevel()]
    guard let level = levels.first(where: \.isGiven) else {
      return try stepWithoutSelection(task, arguments, options)
    }
    try level.requireTerms(for: task.label)
    return try step(task, call, arguments, of: level, options)
  }

  /// A step for `execute(…)` within a task: `-H` and `-R` don't concern it.
  ///
  /// On a host, what neither the call nor the task says is that host: what is selected for the
  /// whole run would multiply the hosts by themselves.
  ///
  /// - Returns: The step; nil if the call names hosts and roles, and there are none among them.
  /// - Throws: ``UsageError`` if arguments or hosts are wrong.
  func step(
    _ task: TaskDefinition,
    _ call: TaskCall,
    current: HostTarget?,
    options: RunOptions
  ) throws(UsageError) -> ExecutionStep? {
    let arguments = try call.arguments(for: task)
    let own = Level(call)
    if own.isGiven, own.isEmpty { return nil }
    var levels = [own, Level(task)]
    if current == nil, !options.isLocal {
      levels.insert(variableLevel, at: 1)
      levels.append(try environmentLevel())
    }
    if let level = levels.first(where: \.isGiven) {
      return try step(task, call, arguments, of: level, options)
    }
    guard let current else { return try stepWithoutSelection(task, arguments, options) }
    return ExecutionStep(task: task, arguments: arguments, targets: [current], mode: .serial)
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
    for term in level.hosts ?? [] {
      try add(references(matching: term, at: level.source.hostsLocation), role: nil)
    }
    for role in level.roles ?? [] {
      try add(references(ofRole: role, at: level.source.rolesLocation), role: role)
    }
    return targets
  }

  private func step(
    _ task: TaskDefinition,
    _ call: TaskCall,
    _ arguments: TaskArguments,
    of level: Level,
    _ options: RunOptions
  ) throws(UsageError) -> ExecutionStep {
    let selected: [HostTarget]
    do {
      selected = try targets(of: level)
    } catch var error {
      if let declaration = level.source.declaration {
        error.message = "\(declaration): \(error.message)"
      }
      throw error
    }
    let left = try exclude(call.excludedHosts + task.excludedHosts, from: selected)
    guard !left.isEmpty else {
      throw UsageError(
        "\(task.label): every selected host is excluded",
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
    _ options: RunOptions
  ) throws(UsageError) -> ExecutionStep {
    // What cleans up must never find this machine's engine because a selection was forgotten.
    guard !task.takesHost || task.isBuiltIn && options.isLocal else {
      throw UsageError(
        "\(task.label) needs a host, and "
          + (options.isLocal ? "--local says to run without one" : "none is selected"),
        hint: "select some: -H HOST or -R ROLE" + Self.otherWay(for: task),
        exitStatus: .noHost
      )
    }
    return ExecutionStep(task: task, arguments: arguments, targets: [], mode: .serial)
  }

  private static func otherWay(for task: TaskDefinition) -> String {
    if CommandTask.isName(task.name) { return "" }
    if task.isBuiltIn { return "; --local is for this machine's Docker Engine" }
    return "; or say it in the fabfile: .hosts(…), .roles(…)"
  }

  /// A step of a run with `--local`, which selects no host whatever variables and files say.
  private func localStep(
    _ task: TaskDefinition,
    _ call: TaskCall,
    _ arguments: TaskArguments,
    _ options: RunOptions
  ) throws(UsageError) -> ExecutionStep {
    guard !Level(call).isGiven, !commandLine.isGiven else {
      throw UsageError(
        "\(task.label): --local means this machine, and hosts are selected as well",
        hint: "leave out --local, or the hosts and roles"
      )
    }
    return try stepWithoutSelection(task, arguments, options)
  }

  /// The values that hold without a host.
  private var environment: EnvTable {
    inventory.environment(for: nil as HostReference?, variables: variables, flags: flags)
  }

  private func environmentLevel() throws(UsageError) -> Level {
    try fabfile { () throws(FabfileError) in try Level(environment) }
  }

  func exclude(
    _ terms: [String],
    from targets: [HostTarget]
  ) throws(UsageError) -> [HostTarget] {
    let key = "exclude_hosts"
    let configured = try fabfile { () throws(FabfileError) in try environment.strings(key) }
    let location = environment.entry(for: key)?.location
    var gone: Set<Endpoint> = []
    func add(_ terms: [String], at location: YAMLLocation?) throws(UsageError) {
      for term in terms {
        let references =
          inventory.roles[term] != nil
          ? try references(ofRole: term, at: location)
          : try references(matching: term, at: location)
        for reference in references { gone.insert(try target(of: reference).endpoint) }
      }
    }
    try add(excluded + terms, at: nil)
    try add(configured ?? [], at: location)
    return gone.isEmpty ? targets : targets.filter { !gone.contains($0.endpoint) }
  }

  private func references(
    matching term: String,
    at location: YAMLLocation?
  ) throws(UsageError) -> [HostReference] {
    try fabfile(at: location) { () throws(FabfileError) in
      try inventory.hosts(matching: term, literalHosts: sshConfiguration.isLiteralHost)
    }
  }

  private func references(
    ofRole role: String,
    at location: YAMLLocation?
  ) throws(UsageError) -> [HostReference] {
    try fabfile(at: location) { () throws(FabfileError) in
      try inventory.hosts(ofRole: role, literalHosts: sshConfiguration.isLiteralHost)
    }
  }

  /// A mistake in the file or a term, as a mistake of usage with its exit status.
  private func fabfile<Value>(
    at location: YAMLLocation? = nil,
    _ body: () throws(FabfileError) -> Value
  ) throws(UsageError) -> Value {
    do {
      return try body()
    } catch {
      throw UsageError(error.located(at: location))
    }
  }

  /// Everything about a host: its env, and user, address and port from what is written, env and
  /// ssh_config, in this order.
  func target(of reference: HostReference) throws(UsageError) -> HostTarget {
    let environment = inventory.environment(for: reference, variables: variables, flags: flags)
    return try fabfile { () throws(FabfileError) in
      try environment.checkReferences()
      let configuredUser = try environment.string("user")
      let configuredPort = try environment.int("port")
      let defaultPort = try environment.int("default_port")
      let user = reference.user ?? configuredUser
      let settings = sshConfiguration.settings(
        for: reference.address,
        user: user,
        port: reference.port ?? configuredPort,
        defaultPort: defaultPort ?? 22,
        localUser: person.user,
        home: person.home
      )
      return HostTarget(
        name: reference.name,
        endpoint: Endpoint(
          user: user ?? settings.user ?? person.user,
          address: settings.address,
          port: settings.port
        ),
        environment: environment,
        ssh: settings,
        roles: reference.roles,
        interfaces: inventory.interfaces(of: reference)
      )
    }
  }
}

extension UsageError {
  /// A mistake of `fabfile.yml`, of a variable or of a term.
  init(_ error: FabfileError) {
    self.init("\(error)", exitStatus: error.kind == .noMatch ? .noHost : .usage)
  }
}
