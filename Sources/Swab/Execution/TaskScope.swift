import Synchronization

/// What a running task can reach: its host, its `env`, and the run that it is part of.
///
/// It travels as a task-local value, so `run(…)` and `dockerFabric()` find it as Fabric's
/// operations find `env.host_string`, and each host's task has its own.
final class TaskScope: Sendable {
  @TaskLocal static var current: TaskScope?

  let run: RunContext
  let target: HostTarget?
  let task: String
  /// A copy per host and task: no host ever sees another's change.
  let env: Mutex<EnvTable>
  /// The task that called `execute`; nil for a task of the command line.
  let caller: TaskScope?
  /// The tasks that run once and are running here, which can't run within themselves.
  let onceKeys: Set<String>
  /// The hosts used by a task of the command line and by all that it executes.
  let used: Mutex<[HostTarget]> = Mutex([])

  init(run: RunContext, target: HostTarget?, step: ExecutionStep) {
    self.run = run
    self.target = target
    task = step.task.name
    env = Mutex(target?.environment ?? run.environment)
    caller = TaskScope.current
    let outer = caller?.onceKeys ?? []
    onceKeys = step.task.runsOnlyOnce ? outer.union([step.onceKey]) : outer
  }

  /// A scope of the same task on another host, whose env is its own.
  init(of scope: TaskScope, on target: HostTarget) {
    run = scope.run
    self.target = target
    task = scope.task
    env = Mutex(target.environment)
    caller = scope
    onceKeys = scope.onceKeys
  }

  /// The scope of the task of the command line that this one is a part of.
  var outermost: TaskScope { caller?.outermost ?? self }

  /// The scope of the running task.
  ///
  /// - Throws: ``TaskError`` outside of a task.
  static func require(_ what: String) throws -> TaskScope {
    guard let scope = current else {
      throw TaskError(
        .usage,
        "\(what) works within a task only",
        hint: "call it in the closure or function given to task(…)"
      )
    }
    return scope
  }

  /// The scope of the running task, which must have a host.
  static func requireHost(_ what: String) throws -> (scope: TaskScope, target: HostTarget) {
    let scope = try require(what)
    guard let target = scope.target else { throw TaskError.noCurrentHost(what) }
    return (scope, target)
  }

  /// How lines name the host; nil without one.
  var hostName: String? { target?.name }

  /// The values in force now.
  var environment: EnvTable { env.withLock { $0 } }

  var console: Console { run.console }
}
