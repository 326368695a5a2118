/// A command of the command line that does one thing on every selected host: `exec`, `logs`.
struct CommandRun {
  let preparation: RunPreparation
  private var step: ExecutionStep
  let options: RunOptions

  /// Selects the hosts.
  ///
  /// - Parameters:
  ///   - name: What messages call it, such as `swab exec`.
  ///   - preparation: What was read.
  ///   - isSerial: Whether the hosts have their turn one after another.
  ///   - isUnlimited: Whether all hosts run at once whatever `pool_size` says, as one that waits
  ///     for its turn while others run on would never have it.
  /// - Throws: ``UsageError`` if no host is selected.
  init(
    _ name: String,
    _ preparation: RunPreparation,
    isSerial: Bool = false,
    isUnlimited: Bool = false
  ) throws {
    let environment = preparation.project.environment
    var options = RunOptions()
    // One host has nothing to do with another's failure.
    options.keepsGoing = true
    options.isParallel = !isSerial
    options.skipsBadHosts = try environment.bool("skip_bad_hosts") ?? false
    let poolSize = try environment.int("pool_size") ?? 0
    if poolSize > 0, !isUnlimited { options.poolSize = poolSize }
    self.preparation = preparation
    self.options = options
    step = try preparation.project.selector.step(
      CommandTask.task(name) { _ in () },
      TaskCall(name: name),
      options: options
    )
  }

  var targets: [HostTarget] { step.targets }

  /// Whether there is one host only, whose output needs no name before it.
  var isAlone: Bool { targets.count == 1 }

  var plan: ExecutionPlan { ExecutionPlan(steps: [step]) }

  /// Says what to do on each host; interrupting that is no failure of the host.
  mutating func onEachHost(_ body: @escaping @Sendable (Host) async throws -> any Sendable) {
    step.task = CommandTask.task(step.task.name) { host in
      do {
        return try await body(host)
      } catch  where Task.isCancelled {
        return ()
      }
    }
  }

  /// Carries it out.
  ///
  /// - Parameters:
  ///   - notice: What is said when a person interrupts it; nil if that is how it ends.
  ///   - takesSignal: Who takes signals instead.
  /// - Returns: How it ended.
  /// - Throws: ``UsageError`` if there is no password to be had.
  func carryOut(
    notice: String? = nil,
    takesSignal: (@Sendable (_ number: Int32) -> Bool)? = nil
  ) async throws -> Ending {
    let context = try await preparation.run(plan, options)
    let run = InterruptibleRun(run: context, notice: notice, takesSignal: takesSignal)
    let ledger = await run.carryOut(plan)
    let hasFailed = ledger.outcomes.contains(where: \.failed)
    return Ending(
      ledger: ledger,
      status: await preparation.finish(ledger, options, saysSummary: !isAlone && hasFailed)
    )
  }

  /// How it ended.
  struct Ending {
    var ledger: RunLedger
    var status: ExitStatus

    /// The exit status of the command that ran on a single host, if nothing else went wrong.
    var statusOfCommand: ExitStatus {
      guard status == .success, let own = ledger.outcomes.first?.value as? Int else {
        return status
      }
      return ExitStatus(rawValue: Int32(own))
    }
  }
}
