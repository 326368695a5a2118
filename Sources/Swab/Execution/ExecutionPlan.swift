/// What will run, before anything does: tasks × hosts, in order.
struct ExecutionPlan: Sendable {
  var steps: [ExecutionStep]

  /// Every host of the plan once, in the order of its first step.
  var targets: [HostTarget] {
    var seen: Set<HostTarget.Key> = []
    return steps.flatMap(\.targets).filter { seen.insert($0.key).inserted }
  }
}

/// A task with its arguments and the hosts it runs on.
struct ExecutionStep: Sendable {
  /// How the hosts are gone through.
  enum Mode: Sendable, Equatable {
    case serial
    /// So many at once, started in order.
    case parallel(width: Int)
  }

  var task: TaskDefinition
  var arguments: TaskArguments
  /// Empty: the task runs once, without a host.
  var targets: [HostTarget]
  var mode: Mode

  /// What makes two calls of a task that runs once the same.
  var onceKey: String {
    let values = arguments.values.sorted { $0.key < $1.key }.map { "\($0.key)=\($0.value)" }
    return ([task.name] + values).joined(separator: "\u{0}")
  }

  /// How a task goes through its hosts: its own setting, else `-P` and `-z`.
  static func mode(of task: TaskDefinition, hosts: Int, options: RunOptions) -> Mode {
    if task.runsOnlyOnce { return .serial }
    let poolSize: Int?
    switch task.mode {
    case .serial: return .serial
    case .parallel(let own): poolSize = own ?? options.poolSize
    case nil:
      guard options.isParallel else { return .serial }
      poolSize = options.poolSize
    }
    // 0 means all at once, as in Fabric.
    let width = poolSize.flatMap { $0 > 0 ? $0 : nil } ?? hosts
    return .parallel(width: max(1, min(width, hosts)))
  }
}
