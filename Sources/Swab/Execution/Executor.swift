/// Carries out steps: the hosts of one after another, serially or several at once.
struct Executor: Sendable {
  let run: RunContext

  /// Runs a step.
  ///
  /// - Returns: An outcome for every host of the step, in its order.
  func execute(_ step: ExecutionStep) async -> [TaskOutcome] {
    if case .shared(let prepare) = step.task.body {
      // None may wait for a place that another has only when all are done.
      var step = step
      step.task.body = .builtIn(prepare(step))
      step.mode = .parallel(width: max(1, step.targets.count))
      return await execute(step)
    }
    if step.task.runsOnlyOnce { return await executeOnce(step) }
    if step.targets.isEmpty {
      announce(step, on: nil)
      return [await attempt(step, on: nil)]
    }
    return switch step.mode {
    case .serial: await executeSerially(step)
    case .parallel(let width): await executeInParallel(step, width: width)
    }
  }

  private func executeSerially(_ step: ExecutionStep) async -> [TaskOutcome] {
    var outcomes: [TaskOutcome] = []
    var stop: TaskOutcome?
    for target in step.targets {
      // First: what was cancelled has not failed.
      if Task.isCancelled {
        outcomes.append(.notAttempted(target, step, run.reasonOfEnd))
        continue
      }
      if let stop {
        outcomes.append(.notAttempted(target, step, "'\(stop.host)' failed before"))
        continue
      }
      announce(step, on: target)
      let outcome = await attempt(step, on: target)
      outcomes.append(outcome)
      if stopsTheRest(outcome), !run.options.warnsOnly { stop = outcome }
    }
    return outcomes
  }

  private func executeInParallel(_ step: ExecutionStep, width: Int) async -> [TaskOutcome] {
    var outcomes: [TaskOutcome?] = Array(repeating: nil, count: step.targets.count)
    var stop: TaskOutcome?
    await withTaskGroup(of: (Int, TaskOutcome).self) { group in
      var waiting = step.targets.indices[...]
      func startNext() {
        guard stop == nil, !Task.isCancelled, let index = waiting.popFirst() else { return }
        // Said here, since tasks of a group may begin in another order than they were added.
        announce(step, on: step.targets[index])
        group.addTask { (index, await attempt(step, on: step.targets[index])) }
      }
      for _ in 0..<width { startNext() }
      for await (index, outcome) in group {
        outcomes[index] = outcome
        if stopsTheRest(outcome) { stop = stop ?? outcome }
        startNext()
      }
    }
    return outcomes.enumerated().map { index, outcome in
      let failed = Task.isCancelled ? nil : stop.map { "'\($0.host)' failed before" }
      let reason = failed ?? run.reasonOfEnd
      return outcome ?? .notAttempted(step.targets[index], step, reason)
    }
  }

  /// Runs a task that runs once, and gives its outcome to all hosts of the step.
  private func executeOnce(_ step: ExecutionStep) async -> [TaskOutcome] {
    let first = step.targets.first
    let targets: [HostTarget?] = step.targets.isEmpty ? [nil] : step.targets
    if let lost = step.lostFirst, !run.hasBegun(step.onceKey) {
      let error = TaskError.lostFirst(lost.name)
      run.console.say(.aborts, label: "error", "\(step.task.label): \(error)")
      return targets.map { .failed($0, step, error) }
    }
    let once: (outcome: TaskOutcome, isFirst: Bool)
    do {
      once = try await run.runOnce(step.onceKey) {
        announce(step, on: first)
        return await attempt(step, on: first)
      }
    } catch {
      return targets.map { .cancelled($0, step, error) }
    }
    if !once.isFirst {
      run.console.say(
        .status,
        host: first?.name,
        "Task '\(step.task.name)' ran before; it runs once"
      )
    }
    return targets.map { once.outcome.moved(to: $0) }
  }

  private func announce(_ step: ExecutionStep, on target: HostTarget?) {
    guard !CommandTask.isName(step.task.name) else { return }
    run.console.say(.status, host: target?.name, "Executing task '\(step.task.name)'")
  }

  private func stopsTheRest(_ outcome: TaskOutcome) -> Bool {
    if run.options.keepsGoing || outcome.succeeded { return false }
    return !(run.options.skipsBadHosts && outcome.state == .unreachable)
  }

  /// Runs a task for one host, or once without.
  private func attempt(_ step: ExecutionStep, on target: HostTarget?) async -> TaskOutcome {
    let name = target?.name ?? TaskOutcome.localOnly
    let scope = TaskScope(run: run, target: target, step: step)
    use(target, in: scope)
    let start = ContinuousClock.now
    func outcome(_ state: TaskOutcome.State, _ value: (any Sendable)?, _ error: (any Error)?)
      -> TaskOutcome
    {
      TaskOutcome(
        host: name,
        state: state,
        value: value,
        error: error,
        duration: ContinuousClock.now - start,
        task: step.task.name,
        key: target?.key
      )
    }
    do {
      let value = try await TaskScope.$current.withValue(scope) {
        let value = try await call(step, scope, target)
        // Whoever returns them has looked at none of them.
        try (value as? TaskOutcomes)?.requireSuccess()
        return value
      }
      await disconnectIfEager(scope)
      return outcome(.ok, value is Void ? nil : value, nil)
    } catch {
      let state = Failure.state(of: error, isCancelled: Task.isCancelled)
      let text = Failure.text(error, on: name, isInterrupted: run.ledger.isInterrupted)
      run.console.say(.aborts, host: target?.name, label: "error", text)
      Failure.sayCauses(of: error, on: target?.name, console: run.console)
      await disconnectIfEager(scope)
      return outcome(state, nil, error)
    }
  }

  /// Notes that a host is in use until the task of the command line is done that this is a part of:
  /// its other parts may use the connection, too.
  private func use(_ target: HostTarget?, in scope: TaskScope) {
    guard run.options.eagerlyDisconnects, let target else { return }
    run.users.enter(target.endpoint)
    scope.outermost.used.withLock { $0.append(target) }
  }

  private func disconnectIfEager(_ scope: TaskScope) async {
    guard scope.caller == nil else { return }
    for target in scope.used.withLock({ $0 }) where run.users.leave(target.endpoint) {
      await run.clients.close(endpoint: target.endpoint)
      await run.tunnels.close(endpoint: target.endpoint)
      await run.connections.close(target.endpoint)
    }
  }

  private func call(
    _ step: ExecutionStep,
    _ scope: TaskScope,
    _ target: HostTarget?
  ) async throws -> any Sendable {
    switch step.task.body {
    case .plain(let body): return try await body()
    case .host(let body):
      guard let target else { throw TaskError.noCurrentHost("task '\(step.task.name)'") }
      return try await body(Host(scope: scope, target: target))
    case .hostAndArguments(let body):
      guard let target else { throw TaskError.noCurrentHost("task '\(step.task.name)'") }
      return try await body(Host(scope: scope, target: target), step.arguments)
    case .shared(let prepare): return try await report(of: prepare(step), step, scope)
    case .builtIn(let body): return try await report(of: body, step, scope)
    }
  }

  private func report(
    of body: TaskDefinition.BuiltInBody,
    _ step: ExecutionStep,
    _ scope: TaskScope
  ) async throws -> any Sendable {
    let call = BuiltInCall(scope: scope, step: step)
    let report = try await body(call)
    try await call.say(report)
    return report.json
  }
}

extension TaskOutcome {
  /// The key of a task that ran without a host, as in Fabric 1.
  static let localOnly = "<local-only>"

  var isLocal: Bool { key == nil && host == Self.localOnly }

  static func notAttempted(_ target: HostTarget?, _ step: ExecutionStep, _ reason: String)
    -> TaskOutcome
  {
    ended(.notAttempted, target, step, TaskError(.aborted, reason))
  }

  static func failed(_ target: HostTarget?, _ step: ExecutionStep, _ error: any Error)
    -> TaskOutcome
  {
    ended(.failed, target, step, error)
  }

  static func cancelled(_ target: HostTarget?, _ step: ExecutionStep, _ error: any Error)
    -> TaskOutcome
  {
    ended(.cancelled, target, step, error)
  }

  private static func ended(
    _ state: State,
    _ target: HostTarget?,
    _ step: ExecutionStep,
    _ error: any Error
  ) -> TaskOutcome {
    TaskOutcome(
      host: target?.name ?? localOnly,
      state: state,
      value: nil,
      error: error,
      duration: .zero,
      task: step.task.name,
      key: target?.key
    )
  }

  /// The same outcome for another host; that a host can't be reached, say, is no state of the other.
  func moved(to target: HostTarget?) -> TaskOutcome {
    var (state, error) = (state, error)
    if failed, state != .cancelled, key != target?.key, let own = error {
      let place = isLocal ? "this machine" : "'\(host)'"
      state = .failed
      error = TaskError("it runs once, and failed on \(place)", because: own, on: host)
    }
    return TaskOutcome(
      host: target?.name ?? Self.localOnly,
      state: state,
      value: value,
      error: error,
      duration: duration,
      task: task,
      key: target?.key
    )
  }
}
