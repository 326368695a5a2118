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
      let width = outcomes.map(\.host.count).max() ?? 0
      for outcome in good { console.say(.status, row(outcome, width)) }
      for outcome in bad {
        console.say(.status, row(outcome, width))
        for line in lastErrorLines(outcome) { console.say(.status, "    \(line)") }
      }
    }
    console.say(.status, counts(outcomes))
  }

  /// `3 hosts: 2 ok, 1 failed`.
  func counts(_ outcomes: [TaskOutcome]) -> String {
    let parts = TaskOutcome.State.allCases.compactMap { state -> String? in
      let count = outcomes.count { $0.state == state }
      return count == 0 ? nil : "\(count) \(state.rawValue)"
    }
    let isLocal = outcomes.count == 1 && outcomes[0].host == TaskOutcome.localOnly
    let hosts =
      isLocal ? "this machine" : outcomes.count == 1 ? "1 host" : "\(outcomes.count) hosts"
    let skipped = outcomes.count { $0.state == .unreachable }
    let note = options.skipsBadHosts && skipped > 0 ? " (skipped, as --skip-bad-hosts says)" : ""
    return "\(hosts): \(parts.joined(separator: ", "))\(note)"
  }

  private func row(_ outcome: TaskOutcome, _ width: Int) -> String {
    let isLocal = outcome.host == TaskOutcome.localOnly
    let host = padded(isLocal ? "this machine" : outcome.host, width)
    let state = padded(outcome.state.rawValue, 13)
    guard let error = outcome.error else { return "\(host)  \(state)  \(outcome.duration.inWords)" }
    let reason = Failure.summary(error, on: outcome.host, isInterrupted: ledger.isInterrupted)
    let task = outcome.task == BareCommand.name ? "" : "\(outcome.task): "
    return "\(host)  \(state)  \(task)\(reason)"
  }

  private func lastErrorLines(_ outcome: TaskOutcome) -> [String] {
    guard let result = (outcome.error as? TaskError)?.result else { return [] }
    return result.stderr.split(separator: "\n").suffix(3).map(String.init)
  }

  private func padded(_ text: String, _ width: Int) -> String {
    text + String(repeating: " ", count: max(0, width - text.count))
  }
}
