/// Runs another task of the fabfile from within a task.
///
/// It doesn't throw if the task fails on a host: look at the outcomes, call their `requireSuccess()`,
/// or return them from the calling task, which then fails if one of them did.
///
/// Hosts and roles given here beat those that the task declares; with neither, the task runs on
/// the current host. Lists that are given and empty run it nowhere, so that
/// `execute("repair", hosts: outcomes.failures.map(\.host))` repairs nothing when nothing failed.
///
/// - Parameters:
///   - name: A task's name, with its namespace.
///   - hosts: Host strings, names of `fabfile.yml`, or ranges; by default the task's own.
///   - roles: Names of roles; by default the task's own.
///   - excludeHosts: Hosts to leave out.
///   - arguments: The task's arguments by name.
///   - parallel: Whether to run several hosts at once; by default what the task or `-P` says.
///   - poolSize: How many hosts at once, if it runs several; `-z` wins.
/// - Returns: An outcome for every host, in order, failures included; none if `hosts` and `roles`
///   name none.
/// - Throws: ``TaskError`` if there is no such task, no such host, or an argument is wrong, and if a
///   task that runs once would run within itself.
public func execute(
  _ name: String,
  hosts: [String]? = nil,
  roles: [String]? = nil,
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
  let step: ExecutionStep?
  do {
    let task = try run.registry.task(named: name)
      .called(parallel: parallel, poolSize: poolSize, options: run.options)
    step = try run.selector.step(task, call, current: scope.target, options: run.options)
  } catch {
    throw TaskError(.usage, error.message, host: scope.hostName, hint: error.hint)
  }
  guard let step else { return TaskOutcomes(outcomes: []) }
  if step.task.runsOnlyOnce, scope.onceKeys.contains(step.onceKey) {
    throw TaskError(
      .usage,
      "task '\(step.task.name)' runs once, and would have to wait for its own end",
      host: scope.hostName,
      hint: "it is running now, and called this execute(…) or a task that did"
    )
  }
  run.hideSecrets(of: step.targets, [step.arguments])
  return TaskOutcomes(outcomes: await Executor(run: run).execute(step))
}
