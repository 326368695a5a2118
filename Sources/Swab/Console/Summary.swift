/// The end of a run: how many hosts are in which state, and why those failed that did.
struct Summary {
  let ledger: RunLedger
  let options: RunOptions

  /// Prints the hosts that are not ok, after those that are, and the counts.
  func print(on console: Console) {
    let outcomes = ledger.outcomes
    guard !outcomes.isEmpty else { return }
    let good = outcomes.filter(\.succeeded)
    let bad = outcomes.filter(\.failed)
    if !bad.isEmpty {
      let widths = (
        host: outcomes.map { name($0).count }.max() ?? 0,
        duration: outcomes.map { duration($0).count }.max() ?? 0
      )
      for outcome in good + bad {
        console.say(.status, row(outcome, widths))
        guard let result = (outcome.error as? TaskError)?.result else { continue }
        for line in result.lastErrorLines { console.say(.status, "    \(line)") }
      }
    }
    console.say(.status, counts(outcomes))
  }

  /// `3 hosts: 2 ok, 1 failed`, and what ran without a host apart.
  func counts(_ outcomes: [TaskOutcome]) -> String {
    let hosts = outcomes.filter { !$0.isLocal }
    let here = outcomes.filter(\.isLocal)
    var parts: [String] = []
    if !hosts.isEmpty {
      parts.append(
        (hosts.count == 1 ? "1 host" : "\(hosts.count) hosts") + ": \(states(of: hosts))"
      )
    }
    if !here.isEmpty { parts.append("this machine: \(states(of: here))") }
    let skipped = outcomes.count { $0.state == .unreachable }
    let note = options.skipsBadHosts && skipped > 0 ? " (skipped, as --skip-bad-hosts says)" : ""
    return parts.joined(separator: "; ") + note
  }

  private func states(of outcomes: [TaskOutcome]) -> String {
    let parts = TaskOutcome.State.allCases.compactMap { state -> String? in
      let count = outcomes.count { $0.state == state }
      return count == 0 ? nil : "\(count) \(state.rawValue)"
    }
    return parts.joined(separator: ", ")
  }

  private func row(_ outcome: TaskOutcome, _ widths: (host: Int, duration: Int)) -> String {
    let start = "\(padded(name(outcome), widths.host))  \(padded(outcome.state.rawValue, 13))  "
    guard let error = outcome.error else { return start + duration(outcome) }
    let reason = Failure.summary(error, on: outcome.host, isInterrupted: ledger.isInterrupted)
    let task = CommandTask.isName(outcome.task) ? "" : "\(outcome.task): "
    // What was not attempted took no time.
    let time =
      outcome.state == .notAttempted ? "" : padded(duration(outcome), widths.duration) + "  "
    return start + time + task + reason
  }

  private func name(_ outcome: TaskOutcome) -> String {
    outcome.isLocal ? "this machine" : outcome.host
  }

  private func duration(_ outcome: TaskOutcome) -> String { outcome.duration.inWords }

  private func padded(_ text: String, _ width: Int) -> String {
    text + String(repeating: " ", count: max(0, width - text.count))
  }
}
