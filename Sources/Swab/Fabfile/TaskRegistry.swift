import SwabYAML

/// The tasks of a fabfile by their full names, and those that come with swab.
struct TaskRegistry: Sendable {
  /// The tasks in the order of the file.
  private(set) var tasks: [TaskDefinition] = []
  private var byName: [String: Int] = [:]
  /// The tasks that come with swab, but for those whose names the file has for its own.
  private(set) var builtIns: [TaskDefinition] = []
  private var builtInsByName: [String: Int] = [:]
  /// The names that stand for a task beside its own, with the task's.
  private(set) var aliases: [String: String] = [:]
  /// The task that runs when none is named.
  private(set) var defaultTask: String?

  /// Reads a fabfile.
  ///
  /// - Parameter fabfile: What the project declares.
  /// - Throws: ``UsageError`` naming both places if two tasks have one name, or a name can't be
  ///   called on the command line.
  init(_ fabfile: Fabfile) throws(UsageError) {
    try add(fabfile.entries, prefix: "")
    // What a person sees in the file runs; a task that a later swab brings changes no file's.
    for task in DockerTasks.all where byName[task.name] == nil {
      builtInsByName[task.name] = builtIns.count
      builtIns.append(task)
    }
  }

  /// A task by its name or an alias.
  subscript(name: String) -> TaskDefinition? {
    byName[name].map { tasks[$0] } ?? builtInsByName[name].map { builtIns[$0] }
  }

  /// Whether a name is one of those that are kept for tasks that come with swab, be there such a task
  /// or not.
  static func isBuiltIn(_ name: String) -> Bool { name.hasPrefix("docker.") }

  /// Every name that can be called.
  var names: [String] { byName.keys.sorted() + builtInsByName.keys.sorted() }

  /// The tasks of a namespace, those that come with swab among them.
  func tasks(in space: String) -> [TaskDefinition] {
    (tasks + builtIns).filter { $0.name.hasPrefix(space + ".") }
  }

  /// The task of a name.
  ///
  /// - Throws: ``UsageError`` with the nearest names.
  func task(named name: String) throws(UsageError) -> TaskDefinition {
    guard let task = self[name] else {
      throw UsageError(
        "there is no task '\(name)'",
        hint: NearestName.hint(for: name, among: names)
          ?? (Self.isBuiltIn(name)
            ? "swab list docker shows the tasks that come with swab" : "swab list shows the tasks")
      )
    }
    return task
  }

  private mutating func add(_ entries: [FabfileEntry], prefix: String) throws(UsageError) {
    for entry in entries {
      switch entry.content {
      case .task(let task): try add(task, prefix: prefix)
      case .namespace(let space):
        try check(space.name, what: "namespace")
        try add(space.entries, prefix: prefix + space.name + ".")
      }
    }
  }

  private mutating func add(_ declared: TaskDefinition, prefix: String) throws(UsageError) {
    var task = declared
    try check(declared.name, what: "task")
    task.name = prefix + declared.name
    try checkParameters(of: task)
    let index = tasks.count
    tasks.append(task)
    try claim(task.name, for: index)
    for alias in declared.aliases {
      try check(alias, what: "alias")
      try claim(prefix + alias, for: index)
      aliases[prefix + alias] = task.name
    }
    guard task.isDefault else { return }
    if prefix.isEmpty {
      if let other = defaultTask, let first = self[other] {
        throw UsageError(
          "two tasks are the default: '\(other)' (\(first.location)) and "
            + "'\(task.name)' (\(task.location))"
        )
      }
      defaultTask = task.name
    } else {
      let space = String(prefix.dropLast())
      try claim(space, for: index)
      aliases[space] = task.name
    }
  }

  private mutating func claim(_ name: String, for index: Int) throws(UsageError) {
    if let other = byName[name] {
      throw UsageError(
        "two tasks are called '\(name)': \(tasks[other].location) and \(tasks[index].location)",
        hint: "rename one; if the last one won, swab could run another task than you see"
      )
    }
    byName[name] = index
  }

  private func check(_ name: String, what: String) throws(UsageError) {
    let allowed = name.allSatisfy { $0.isLetter || $0.isNumber || "_-".contains($0) }
    guard !name.isEmpty, allowed, name.first != "-" else {
      throw UsageError(
        "'\(name)' is no name for a \(what)",
        hint: "letters, digits, '_' and '-', as in 'sample_task'"
      )
    }
  }

  private func checkParameters(of task: TaskDefinition) throws(UsageError) {
    var seen: Set<String> = []
    for parameter in task.parameters {
      guard !TaskCall.reservedKeys.contains(parameter.name) else {
        throw UsageError(
          "task '\(task.name)' (\(task.location)): the argument '\(parameter.name)' is swab's own",
          hint: "\(TaskCall.reservedKeys.sorted().joined(separator: ", ")) select hosts"
        )
      }
      guard !parameter.name.isEmpty, seen.insert(parameter.name).inserted else {
        throw UsageError(
          "task '\(task.name)' (\(task.location)): "
            + "the argument '\(parameter.name)' stands there twice or has no name"
        )
      }
    }
  }
}
