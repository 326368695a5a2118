import SwabYAML

/// One `swab run`: everything is read and planned first, then the plan is carried out.
struct RunInvocation {
  let command: RunCommand
  let main: CommandLineMain

  func perform() async throws -> ExitStatus {
    Signals.watch()
    let flags = try EnvLayer.flags(command.selection, command.execution, command.login)
    let project = try Project(main, command.selection, flags: flags)
    let console = try console(project)
    let options = try options(project.environment)
    let calls = try calls(project, console)
    let plan = try plan(calls, project, options)
    let run = RunContext(
      inventory: project.inventory,
      registry: project.registry,
      selector: project.selector,
      console: console,
      authentication: try await authentication(project, console),
      environment: project.environment,
      options: options
    )
    run.hideSecrets(of: plan.targets, plan.steps.map(\.arguments))
    warn(project, plan, console)
    let ledger = await InterruptibleRun(run: run).carryOut(plan)
    return await finish(ledger, console, options)
  }

  // MARK: Reading

  private func console(_ project: Project) throws -> Console {
    let environment = project.environment
    var style = Console.Style.current(
      shown: try OutputLevel.shown(
        environment,
        hide: command.output.hide,
        show: command.output.show
      ),
      environment: main.process.environment,
      colour: command.output.color
    )
    style.hasPrefix = try environment.bool("output_prefix") ?? true
    let console = Console(style: style)
    for secret in project.secrets { console.secrets.add(secret) }
    return console
  }

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

  private func authentication(_ project: Project, _ console: Console) async throws
    -> Authentication
  {
    let mayAsk = !(try project.environment.bool("abort_on_prompts") ?? false)
    let prompter = Prompter(mayAsk: mayAsk)
    var password = main.process.password
    if let path = command.login.passwordFile {
      password = try PasswordFile.read(main.process.person.expanded(path))
    } else if command.login.askPassword {
      do {
        password = try await prompter.secret("Password for all hosts of this run:")
      } catch {
        throw UsageError("\(error)")
      }
    }
    return Authentication(
      password: password,
      environment: main.process.environment,
      person: main.process.person,
      prompter: prompter,
      console: console
    )
  }

  // MARK: Running

  private func warn(_ project: Project, _ plan: ExecutionPlan, _ console: Console) {
    for warning in project.warnings { console.warn("\(warning)") }
    for warning in plan.targets.flatMap(\.ssh.warnings) {
      console.sayOnce(.warnings, label: "warning", "\(warning)")
    }
    for target in plan.targets { warnOfKeysWithoutEffect(target, console) }
    console.align(to: plan.targets.map(\.name))
    for step in plan.steps where step.targets.isEmpty {
      console.say(
        .status,
        "Task '\(step.task.name)' runs once, on this machine: no host is selected"
      )
    }
  }

  /// None of what a person writes is ignored in silence.
  private func warnOfKeysWithoutEffect(_ target: HostTarget, _ console: Console) {
    for key in EnvKey.withoutEffect {
      guard let entry = target.environment.entry(for: key), entry.origin != .builtIn else {
        continue
      }
      console.sayOnce(
        .warnings,
        label: "warning",
        "\(entry.origin): '\(key)' has no effect in this version of swab"
      )
    }
  }

  private func finish(
    _ ledger: RunLedger,
    _ console: Console,
    _ options: RunOptions
  ) async -> ExitStatus {
    let isBrokenPipe = ledger.isPipeClosed
    if !isBrokenPipe { Summary(ledger: ledger, options: options).print(on: console) }
    await console.finish()
    return isBrokenPipe ? .closedPipe : ledger.exitStatus(options)
  }
}

/// The task behind `swab run -- COMMAND`.
enum BareCommand {
  static let name = "the command after --"

  /// One word is shell text; several are a program and its arguments, each quoted.
  static func task(_ words: [String]) -> TaskDefinition {
    let text = words.count == 1 ? words[0] : Shell.joined(words)
    return TaskDefinition(
      name: name,
      help: "",
      parameters: [],
      body: .host { host in
        // Not collected: it may be of any length.
        try await host.run(text, collecting: nil)
        return ()
      },
      location: SourceLocation(file: "command line", line: 0)
    )
  }
}
