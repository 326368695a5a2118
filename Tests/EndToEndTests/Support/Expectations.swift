import Testing

/// How long a run may take that waits for nothing longer than `timeout`.
///
/// The machine may be several times slower than the one that this was written on, so this tells a
/// hang from a wait, and no more.
func ceiling(_ timeout: Duration = .zero) -> Duration { timeout * 3 + .seconds(120) }

extension Run {
  /// Records an issue unless the run ended with a host's error in exactly these words.
  ///
  /// The summary repeats the message; the hint stands under the error.
  func expectFailure(
    status: Int32,
    host: String = "h1",
    state: String,
    message: String,
    hint: String?,
    sourceLocation: SourceLocation = #_sourceLocation
  ) {
    #expect(exitStatus == status, "\(self)", sourceLocation: sourceLocation)
    let told = errorLines.filter { line in
      ["error", "hint"].contains { line.hasPrefix("[\(host)] \($0): ") }
    }
    let expected =
      ["[\(host)] error: \(message)"] + (hint.map { ["[\(host)] hint: \($0)"] } ?? [])
    #expect(told == expected, sourceLocation: sourceLocation)
    let rows = errorLines.filter { $0.hasPrefix("\(host)  \(state)  ") }
    #expect(rows.count == 1, "\(self)", sourceLocation: sourceLocation)
    #expect(
      rows.first?.hasSuffix(": \(message)") == true,
      "\(rows)",
      sourceLocation: sourceLocation
    )
    let counts = "1 host: 1 \(state.split(separator: " ").joined(separator: " "))"
    #expect(errorLines.last == counts, "\(self)", sourceLocation: sourceLocation)
  }
}
