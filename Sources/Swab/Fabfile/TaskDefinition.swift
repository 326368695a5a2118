/// A task of a fabfile: its name, what it does, and the settings that its modifiers gave it.
public struct TaskDefinition: Sendable {
  /// What is called when the task runs.
  enum Body: Sendable {
    case plain(@Sendable () async throws -> any Sendable)
    case host(@Sendable (Host) async throws -> any Sendable)
    case hostAndArguments(@Sendable (Host, TaskArguments) async throws -> any Sendable)
    /// One that comes with swab: for a host, or for this machine if `--local` says so.
    case builtIn(BuiltInBody)
    /// One that comes with swab, and that all hosts of a step take part in at the same time: given
    /// the step, it gives what is done for each of them.
    case shared(@Sendable (ExecutionStep) -> BuiltInBody)
  }

  typealias BuiltInBody = @Sendable (BuiltInCall) async throws -> TaskReport

  /// How the task's hosts are gone through.
  enum Mode: Sendable, Hashable {
    case serial
    case parallel(poolSize: Int?)
  }

  /// The task's name, with its namespaces once it stands in a ``TaskRegistry``.
  var name: String
  var help: String
  var parameters: [TaskParameter]
  var body: Body
  var location: SourceLocation
  var roles: [String] = []
  var hosts: [String] = []
  var excludedHosts: [String] = []
  var mode: Mode?
  var runsOnlyOnce = false
  var aliases: [String] = []
  var isDefault = false
  /// Whether it comes with swab and removes what it finds, so that it must never find another engine
  /// than the one that is meant.
  var isDestructive = false

  /// Whether it comes with swab.
  var isBuiltIn: Bool {
    switch body {
    case .builtIn, .shared: true
    case .plain, .host, .hostAndArguments: false
    }
  }

  /// Whether the body takes the host as a parameter, so that it can't run without one.
  var takesHost: Bool {
    if case .plain = body { false } else { true }
  }

  /// What messages call it: `task 'deploy'`.
  var label: String { CommandTask.isName(name) ? name : "task '\(name)'" }

  /// Runs the task on the hosts of these roles when the command line selects no others.
  ///
  /// - Parameter names: Names of roles in `fabfile.yml`.
  /// - Returns: The task with this setting.
  public func roles(_ names: String...) -> TaskDefinition { with { $0.roles += names } }

  /// Runs the task on these hosts when the command line selects no others.
  ///
  /// - Parameter names: Host strings, names of `fabfile.yml`, or ranges such as `web[01-20]`.
  /// - Returns: The task with this setting.
  public func hosts(_ names: String...) -> TaskDefinition { with { $0.hosts += names } }

  /// Leaves these hosts out, wherever the selection came from.
  ///
  /// - Parameter names: Host strings, names or ranges.
  /// - Returns: The task with this setting.
  public func excludeHosts(_ names: String...) -> TaskDefinition {
    with { $0.excludedHosts += names }
  }

  /// Runs the task on one host after another, also under `-P`.
  public func serial() -> TaskDefinition { with { $0.mode = .serial } }

  /// Runs the task on several hosts at once.
  ///
  /// - Parameter poolSize: How many at once, unless `-z`, `--set pool_size` or `SWAB_POOL_SIZE` says
  ///   otherwise; by default what `pool_size` in `fabfile.yml` says, and without it all of them.
  /// - Returns: The task with this setting.
  public func parallel(poolSize: Int? = nil) -> TaskDefinition {
    with { $0.mode = .parallel(poolSize: poolSize) }
  }

  /// Runs the task once in the whole run, on the first host selected; later calls, for whichever
  /// host, get the value of that one.
  public func runsOnce() -> TaskDefinition { with { $0.runsOnlyOnce = true } }

  /// Makes the task answer to further names.
  ///
  /// - Parameter names: Names beside the task's own, in the same namespace.
  /// - Returns: The task with this setting.
  public func alias(_ names: String...) -> TaskDefinition { with { $0.aliases += names } }

  /// Makes the task answer to its namespace's name; at the top, it is what `swab run` runs when no
  /// task is named.
  public func `default`() -> TaskDefinition { with { $0.isDefault = true } }

  private func with(_ change: (inout TaskDefinition) -> Void) -> TaskDefinition {
    var copy = self
    change(&copy)
    return copy
  }
}

/// A place in a fabfile.
struct SourceLocation: Sendable, Hashable, CustomStringConvertible {
  var file: String
  var line: Int

  var description: String { "\(file.split(separator: "/").last ?? ""):\(line)" }
}
