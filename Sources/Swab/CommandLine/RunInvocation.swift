import SwabYAML

/// One `swab run`: everything is read and planned first, then the plan is carried out.
struct RunInvocation {
  let command: RunCommand
  let main: CommandLineMain

  func perform() async throws -> ExitStatus {
    let preparation = try RunPreparation(
      main,
      command.selection,
      command.execution,
      login: command.login,
      output: command.output
    )
    let (project, console) = (preparation.project, preparation.console)
    let options = try options(project.environment)
    let plan = try plan(try calls(project, console), project, options)
    let run = try await preparation.run(plan, options)
    sayWhatRunsHere(plan, console)
    return await preparation.finish(await InterruptibleRun(run: run).carryOut(plan), options)
  }

  // MARK: Reading

  private func options(_ environment: EnvTable) throws -> RunOptions {
    var options = RunOptions()
    options.keepsGoing = command.execution.keepGoing
    options.skipsBadHosts = try environment.bool("skip_bad_hosts") ?? false
    options.isParallel = try environment.bool("parallel") ?? false
    options.warnsOnly = try environment.bool("warn_only") ?? false
    options.eagerlyDisconnects = try environment.bool("eagerly_disconnect") ?? false
    let poolSize = try environment.int("pool_size") ?? 0
    options.poolSize = poolSize > 0 ? poolSize : nil
    options.isPoolSizeExplicit = environment.entry(for: "pool_size")?.origin.isExplicit ?? false
    options.isLocal = command.isLocal
    options.printsJSON = command.printsJSON
    return options
  }

  /// The calls of the command line, the command after `--` last.
  private func calls(
    _ project: Project,
    _ console: Console
  ) throws -> [(task: TaskDefinition, call: TaskCall)] {
    var calls: [(TaskDefinition, TaskCall)] = []
    var previous: String?
    let skipsUnknown = try project.environment.bool("skip_unknown_tasks") ?? false
    for word in command.tasks {
      let call = try TaskCall(parsing: word)
      defer { previous = word }
      do {
        calls.append((try main.task(call.name, in: project.registry), call))
      } catch {
        guard skipsUnknown else {
          throw error.asking(about: word, after: previous, project.registry)
        }
        console.warn(error.message)
      }
    }
    if !main.process.remainder.isEmpty {
      calls.append((BareCommand.task(main.process.remainder), TaskCall(name: BareCommand.name)))
    }
    if calls.isEmpty, command.tasks.isEmpty { calls.append(try defaultCall(project)) }
    if command.printsJSON, let other = calls.first(where: { !$0.0.isBuiltIn }) {
      throw UsageError(
        "--json: \(other.0.label) prints what it prints",
        hint: "--json is for the tasks that swab list docker shows"
      )
    }
    return calls
  }

  private func defaultCall(_ project: Project) throws -> (TaskDefinition, TaskCall) {
    if let name = project.registry.defaultTask {
      return (try project.registry.task(named: name), TaskCall(name: name))
    }
    try main.requireFabfile()
    if project.registry.tasks.isEmpty { try main.requireTasks() }
    throw UsageError(
      "no task is named, and none is the default",
      hint: project.registry.tasks.isEmpty
        ? "Fabfile.swift declares tasks; swab init writes an example in an empty folder"
        : "swab list shows the tasks"
    )
  }

  private func plan(
    _ calls: [(task: TaskDefinition, call: TaskCall)],
    _ project: Project,
    _ options: RunOptions
  ) throws -> ExecutionPlan {
    ExecutionPlan(
      steps: try calls.map { try project.selector.step($0.task, $0.call, options: options) }
    )
  }

  // MARK: Running

  private func sayWhatRunsHere(_ plan: ExecutionPlan, _ console: Console) {
    for step in plan.steps where step.targets.isEmpty {
      console.say(
        .status,
        "Task '\(step.task.name)' runs once, on this machine: "
          + (command.isLocal ? "--local" : "no host is selected")
      )
    }
  }
}
