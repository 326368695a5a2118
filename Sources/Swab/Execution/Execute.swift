/// Runs another task of the fabfile from within a task.
///
/// Hosts and roles given here beat those that the task declares; with neither, the task runs on
/// the current host.
///
/// - Parameters:
///   - name: A task's name, with its namespace.
///   - hosts: Host strings, names of `fabfile.yml`, or ranges.
///   - roles: Names of roles.
///   - excludeHosts: Hosts to leave out.
///   - arguments: The task's arguments by name.
///   - parallel: Whether to run several hosts at once; by default what the task or `-P` says.
///   - poolSize: How many hosts at once.
/// - Returns: An outcome for every host, in order, failures included.
/// - Throws: ``TaskError`` if there is no such task, no such host, or an argument is wrong.
@discardableResult
public func execute(
  _ name: String,
  hosts: [String] = [],
  roles: [String] = [],
  excludeHosts: [String] = [],
  arguments: [String: String] = [:],
  parallel: Bool? = nil,
  poolSize: Int? = nil
) async throws -> TaskOutcomes {
  let scope = try TaskScope.require("execute(…)")
  let run = scope.run
  var call = TaskCall(name: name)
  call.hosts = hosts
  call.roles = roles
  call.excludedHosts = excludeHosts
  call.named = arguments.sorted { $0.key < $1.key }
    .map { TaskCall.Named(key: $0.key, value: $0.value) }
  let step: ExecutionStep
  do {
    var task = try run.registry.task(named: name)
    if let parallel { task.mode = parallel ? .parallel(poolSize: poolSize) : .serial }
    step = try run.selector.step(task, call, current: scope.target, options: run.options)
  } catch {
    throw TaskError(.usage, error.message, host: scope.hostName, hint: error.hint)
  }
  run.hideSecrets(of: step.targets)
  return TaskOutcomes(outcomes: await Executor(run: run).execute(step))
}
