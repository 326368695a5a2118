import SwabYAML

/// What commands that reach hosts read before they connect anywhere, and the run they make of it.
struct RunPreparation {
  let main: CommandLineMain
  let project: Project
  let console: Console
  private let login: any LoginArguments

  /// Reads the fabfile, variables and flags.
  ///
  /// - Throws: ``UsageError`` or ``FabfileError`` with file, line and column.
  init(
    _ main: CommandLineMain,
    _ selection: some SelectionArguments,
    _ execution: ExecutionFlags? = nil,
    login: any LoginArguments,
    output: OutputFlags
  ) throws {
    // From here on there may be a terminal to leave as it was.
    Signals.watch()
    self.main = main
    self.login = login
    let flags = try EnvLayer.flags(selection, execution, login)
    project = try Project(main, selection, flags: flags)
    console = try Self.console(project, output, main.process)
  }

  /// The run of a plan, with all that is known by now said of it.
  func run(_ plan: ExecutionPlan, _ options: RunOptions) async throws -> RunContext {
    let run = RunContext(
      inventory: project.inventory,
      registry: project.registry,
      selector: project.selector,
      console: console,
      authentication: try await authentication(),
      environment: project.environment,
      options: options
    )
    run.hideSecrets(of: plan.targets, plan.steps.map(\.arguments))
    warn(plan)
    return run
  }

  /// Says how the run ended, and returns when all that was said is written.
  func finish(
    _ ledger: RunLedger,
    _ options: RunOptions,
    saysSummary: Bool = true
  ) async -> ExitStatus {
    let isBrokenPipe = ledger.isPipeClosed
    if saysSummary, !isBrokenPipe { Summary(ledger: ledger, options: options).print(on: console) }
    await console.finish()
    return isBrokenPipe ? .closedPipe : ledger.exitStatus(options)
  }

  private static func console(
    _ project: Project,
    _ flags: OutputFlags,
    _ process: ProcessContext
  ) throws -> Console {
    let environment = project.environment
    var style = Console.Style.current(
      shown: try OutputLevel.shown(environment, hide: flags.hide, show: flags.show),
      environment: process.environment,
      colour: flags.color
    )
    style.hasPrefix = try environment.bool("output_prefix") ?? true
    let console = Console(style: style)
    for secret in project.secrets { console.secrets.add(secret) }
    return console
  }

  private func authentication() async throws -> Authentication {
    let mayAsk = !(try project.environment.bool("abort_on_prompts") ?? false)
    let prompter = Prompter(mayAsk: mayAsk)
    var password = main.process.password
    if let path = login.passwordFile {
      password = try PasswordFile.read(main.process.person.expanded(path))
    } else if login.askPassword {
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

  // MARK: Warnings

  private func warn(_ plan: ExecutionPlan) {
    for warning in project.warnings { console.warn("\(warning)") }
    for warning in plan.targets.flatMap(\.ssh.warnings) {
      console.sayOnce(.warnings, label: "warning", "\(warning)")
    }
    for target in plan.targets { warnOfKeysWithoutEffect(target) }
    console.align(to: plan.targets.map(\.name))
  }

  /// None of what a person writes is ignored in silence.
  private func warnOfKeysWithoutEffect(_ target: HostTarget) {
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
}
