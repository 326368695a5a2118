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
  /// The first host that was selected, also when it has failed since and is no target any more: what
  /// is meant for the first host must not find another one in its place.
  let first: HostTarget?
  var mode: Mode

  init(task: TaskDefinition, arguments: TaskArguments, targets: [HostTarget], mode: Mode) {
    self.task = task
    self.arguments = arguments
    self.targets = targets
    first = targets.first
    self.mode = mode
  }

  /// The first host that was selected, if it is no target any more.
  var lostFirst: HostTarget? {
    first.flatMap { first in targets.contains { $0.key == first.key } ? nil : first }
  }

  /// What makes two calls of a task that runs once the same.
  var onceKey: String {
    let values = arguments.values.sorted { $0.key < $1.key }.map { "\($0.key)=\($0.value)" }
    return ([task.name] + values).joined(separator: "\u{0}")
  }

  /// How a task goes through its hosts: its own setting, else `-P`.
  ///
  /// How many at once: what whoever runs swab says, else the task, else `pool_size` of the file.
  static func mode(of task: TaskDefinition, hosts: Int, options: RunOptions) -> Mode {
    if task.runsOnlyOnce { return .serial }
    var poolSize = options.poolSize
    switch task.mode {
    case .serial: return .serial
    case .parallel(let own):
      if let own, !options.isPoolSizeExplicit { poolSize = own }
    case nil:
      guard options.isParallel else { return .serial }
    }
    // 0 means all at once, as in Fabric.
    let width = poolSize.flatMap { $0 > 0 ? $0 : nil } ?? hosts
    return .parallel(width: max(1, min(width, hosts)))
  }
}

extension TaskDefinition {
  /// The task as one call wants it gone through; what the call leaves open, stays as it is.
  func called(parallel: Bool?, poolSize: Int?, options: RunOptions) -> TaskDefinition {
    var task = self
    var own = poolSize
    if case .parallel(let size) = mode { own = own ?? size }
    switch (parallel, mode) {
    case (false, _): task.mode = .serial
    case (true, _), (nil, .parallel): task.mode = .parallel(poolSize: own)
    case (nil, nil) where options.isParallel: task.mode = .parallel(poolSize: own)
    case (nil, _): break
    }
    return task
  }
}
