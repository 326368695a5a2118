import NIOPosix
import Synchronization

#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#else
  import Darwin
#endif

/// Carries out a plan until it is done, interrupted, or nobody reads its output any more.
struct InterruptibleRun: Sendable {
  let run: RunContext
  /// What is said of the first signal, where people wonder what it does.
  var notice: String? = "interrupted: ending what runs on the hosts; once more exits at once"
  /// Who takes signals instead, as long as it wants them: the program that has the terminal.
  var takesSignal: (@Sendable (_ number: Int32) -> Bool)?

  /// Carries out the plan and closes what the run opened.
  func carryOut(_ plan: ExecutionPlan) async -> RunLedger {
    await carryOut { await steps(of: plan, run.ledger) }
  }

  /// Does something with the run and closes what it opened.
  ///
  /// Ctrl-C or SIGTERM once cancels the work, which ends its commands on the hosts; the second one
  /// ends the process at once.
  func carryOut(_ body: @escaping @Sendable () async -> Void) async -> RunLedger {
    let ledger = run.ledger
    // Nothing begins, or is seen to begin, before a signal would end it in an orderly way.
    let (gate, opener) = AsyncStream<Never>.makeStream()
    let work = Task {
      for await _ in gate {}
      await body()
    }
    Signals.handle { number in
      if takesSignal?(number) == true { return }
      guard !ledger.isInterrupted else {
        TerminalState.restore()
        _exit(ExitStatus.interrupted.rawValue)
      }
      ledger.markInterrupted()
      if let notice { run.console.say(.warnings, notice) }
      run.console.giveUpOnStuckReaders()
      work.cancel()
    }
    run.console.whenOutputFails { failure in
      switch failure {
      case .readerGone: ledger.markPipeClosed()
      case .error: ledger.markOutputLost()
      }
      work.cancel()
    }
    opener.finish()
    await work.value
    await run.close()
    return ledger
  }

  private func steps(of plan: ExecutionPlan, _ ledger: RunLedger) async {
    let executor = Executor(run: run)
    var stop: TaskOutcome?
    for step in plan.steps {
      var step = step
      if let stop, !run.options.keepsGoing {
        ledger.add(notStarted(step, "task '\(stop.task)' failed on '\(stop.host)' before"))
        continue
      }
      if Task.isCancelled {
        ledger.add(notStarted(step, run.reasonOfEnd))
        continue
      }
      // What failed once is left alone for the rest of the run.
      let wasLocal = step.targets.isEmpty
      step.targets.removeAll { ledger.hasFailed($0) }
      guard wasLocal || !step.targets.isEmpty else { continue }
      let outcomes = await executor.execute(step)
      ledger.add(outcomes)
      stop = stop ?? outcomes.first { isFailure($0) }
    }
  }

  private func isFailure(_ outcome: TaskOutcome) -> Bool {
    if outcome.succeeded { return false }
    return !(run.options.skipsBadHosts && outcome.state == .unreachable)
  }

  private func notStarted(_ step: ExecutionStep, _ reason: String) -> [TaskOutcome] {
    let targets: [HostTarget?] = step.targets.isEmpty ? [nil] : step.targets
    return targets.map { .notAttempted($0, step, reason) }
  }
}

/// SIGINT, SIGTERM and SIGHUP.
enum Signals {
  /// What the handler, which may do hardly anything, writes to.
  nonisolated(unsafe) private static var writeEnd: Int32 = -1

  /// What is done for the next signals; until there is something to end, the process is.
  private static let action: Mutex<@Sendable (Int32) -> Void> = Mutex { _ in
    TerminalState.restore()
    _exit(ExitStatus.interrupted.rawValue)
  }

  /// Says what to do for each signal from now on, given its number.
  static func handle(_ action: @escaping @Sendable (_ number: Int32) -> Void) {
    self.action.withLock { $0 = action }
  }

  /// Starts to watch for signals, on a thread of its own.
  static func watch() {
    var ends: [Int32] = [-1, -1]
    guard systemPipe(&ends) == 0 else { return }
    for end in ends { _ = fcntl(end, F_SETFD, FD_CLOEXEC) }
    let readEnd = ends[0]
    // Written once, before any handler is installed that reads it.
    writeEnd = ends[1]
    for number in [SIGINT, SIGTERM, SIGHUP] {
      // What was ignored from the start stays so: nohup means that swab outlives the terminal, and
      // `swab &` in a script that a Ctrl-C there is not for it. Asked by a swap, as the members of
      // struct sigaction have other names on each system.
      if isIgnored(signal(number, SIG_IGN)) { continue }
      signal(number) { number in
        var byte = UInt8(truncatingIfNeeded: number)
        let saved = errno
        write(Signals.writeEnd, &byte, 1)
        errno = saved
      }
    }
    // Swift's runtime would take it for a crash, tell of it at length, and let the process go on.
    if !isIgnored(signal(SIGQUIT, SIG_IGN)) { signal(SIGQUIT, SIG_DFL) }
    let thread = NIOThreadPool(numberOfThreads: 1)
    thread.start()
    thread.submit { _ in
      var last: ContinuousClock.Instant?
      var byte: UInt8 = 0
      while true {
        let got = read(readEnd, &byte, 1)
        if got < 0, errno == EINTR { continue }
        guard got == 1 else { return }
        // timeout(1) and some shells signal both a process and its group: that is one signal, and
        // must not count as the second Ctrl-C.
        let now = ContinuousClock.now
        defer { last = now }
        if let last, now - last < .milliseconds(200) { continue }
        action.withLock({ $0 })(Int32(byte))
      }
    }
  }
}

private func isIgnored(_ handler: (@convention(c) (Int32) -> Void)?) -> Bool {
  unsafeBitCast(handler, to: Int.self) == unsafeBitCast(SIG_IGN, to: Int.self)
}

private func systemPipe(_ ends: UnsafeMutablePointer<Int32>) -> Int32 { pipe(ends) }
