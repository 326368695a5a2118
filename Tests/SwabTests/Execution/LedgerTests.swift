import Testing

@testable import Swab

@Suite("What became of each host")
struct LedgerTests {
  private func outcome(_ host: String, _ state: TaskOutcome.State) -> TaskOutcome {
    let error = state == .ok ? nil : TaskError(.aborted, "why")
    return TaskOutcome(
      host: host,
      state: state,
      value: nil,
      error: error,
      duration: .seconds(1),
      task: "t"
    )
  }

  @Test(
    "the exit status follows from the states (TR-50)",
    arguments: [
      ([.ok, .ok], false, .success), ([.ok, .failed], false, .taskFailed),
      ([.unreachable], false, .unreachable), ([.authenticationFailed, .ok], false, .unreachable),
      ([.failed, .unreachable], false, .taskFailed), ([.timedOut], false, .taskFailed),
      ([.unreachable, .ok], true, .success), ([.authenticationFailed], true, .unreachable),
      ([.failed, .notAttempted], false, .taskFailed), ([], false, .success),
    ] as [([TaskOutcome.State], Bool, Swab.ExitStatus)]
  )
  func exitStatus(_ states: [TaskOutcome.State], _ skips: Bool, _ status: Swab.ExitStatus) {
    let ledger = RunLedger()
    ledger.add(states.enumerated().map { outcome("h\($0.offset)", $0.element) })
    var options = RunOptions()
    options.skipsBadHosts = skips
    #expect(ledger.exitStatus(options) == status)
    ledger.markInterrupted()
    #expect(ledger.exitStatus(options) == .interrupted)
  }

  @Test("every host has exactly one state, and they add up (TR-88)")
  func oneState() {
    let ledger = RunLedger()
    ledger.add([outcome("h1", .ok), outcome("h2", .failed), outcome("h3", .ok)])
    ledger.add([outcome("h1", .ok), outcome("h3", .unreachable)])
    ledger.add([outcome("h1", .notAttempted), outcome("h2", .notAttempted)])
    #expect(ledger.outcomes.map(\.state) == [.notAttempted, .failed, .unreachable])
    #expect(ledger.outcomes.map(\.host) == ["h1", "h2", "h3"])
    let summary = Summary(ledger: ledger, options: RunOptions())
    #expect(
      summary.counts(ledger.outcomes) == "3 hosts: 1 failed, 1 unreachable, 1 not attempted"
    )
  }

  @Test("skipped hosts are said to be skipped (TR-50)")
  func skipped() {
    let ledger = RunLedger()
    ledger.add([outcome("h1", .ok), outcome("h2", .unreachable)])
    var options = RunOptions()
    options.skipsBadHosts = true
    #expect(
      Summary(ledger: ledger, options: options).counts(ledger.outcomes)
        == "2 hosts: 1 ok, 1 unreachable (skipped, as --skip-bad-hosts says)"
    )
  }

  @Test(
    "what ran on this machine is told apart from the hosts",
    arguments: [
      ([("<local-only>", .ok)], "this machine: 1 ok"),
      (
        [("<local-only>", .ok), ("h1", .ok), ("h2", .failed)],
        "2 hosts: 1 ok, 1 failed; this machine: 1 ok"
      ),
      ([("h1", .ok), ("<local-only>", .failed)], "1 host: 1 ok; this machine: 1 failed"),
    ] as [([(String, TaskOutcome.State)], String)]
  )
  func thisMachine(_ states: [(String, TaskOutcome.State)], _ counts: String) {
    let ledger = RunLedger()
    ledger.add(states.map { outcome($0.0, $0.1) })
    #expect(Summary(ledger: ledger, options: RunOptions()).counts(ledger.outcomes) == counts)
  }

  @Test("execute's outcomes are ordered, and give typed values")
  func outcomes() throws {
    let good = TaskOutcome(
      host: "h1",
      state: .ok,
      value: 42,
      error: nil,
      duration: .zero,
      task: "t"
    )
    let outcomes = TaskOutcomes(outcomes: [good, outcome("h2", .failed)])
    #expect(outcomes.hosts == ["h1", "h2"])
    #expect(try outcomes["h1"]?.value(as: Int.self) == 42)
    #expect(throws: TaskError.self) { try outcomes["h1"]?.value(as: String.self) }
    #expect(throws: TaskError.self) { try outcomes["h2"]?.value(as: Int.self) }
    #expect(outcomes["h3"] == nil)
    #expect(try outcomes.values(as: Int.self).map(\.value) == [42])
    #expect(throws: TaskError.self) { try outcomes.values(as: String.self) }
    let error = try #require(throws: TaskError.self) { try outcomes.requireSuccess() }
    #expect(error.message == "task 't' did not return on every host: h2 (failed: why)")
    #expect(!outcomes.succeeded)
    #expect(outcomes.failures.map(\.host) == ["h2"])
  }
}
