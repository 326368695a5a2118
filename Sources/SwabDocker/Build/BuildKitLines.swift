/// Finds out which step of a build has failed, of what `docker build --progress=plain` prints.
struct BuildKitLines: Sendable {
  /// More steps than that no build has; beyond, all are forgotten.
  private static let stepLimit = 10_000

  private var steps: [Int: DockerError.BuildStep] = [:]
  /// The step that has failed.
  private(set) var failed: DockerError.BuildStep?

  /// Takes a line: `#5 [2/2] RUN make` when a step begins, `#5 0.281 made` for what it writes, and
  /// `#5 ERROR: …` if it fails.
  mutating func add(_ line: String) {
    let sides = line.dropFirst().split(separator: " ", maxSplits: 1)
    guard line.hasPrefix("#"), sides.count == 2, let number = Int(sides[0]) else { return }
    guard steps[number] != nil else {
      if steps.count >= Self.stepLimit { steps.removeAll() }
      steps[number] = DockerError.BuildStep(instruction: String(sides[1]))
      return
    }
    if let output = Self.output(sides[1]) {
      steps[number]?.output.append(output)
      if steps[number]?.output.count ?? 0 > BuildTracker.lineLimit {
        steps[number]?.output.removeFirst()
      }
    } else if failed == nil, sides[1].hasPrefix("ERROR: ") {
      // One step's end cancels the others.
      if !sides[1].hasSuffix("context canceled") { failed = steps[number] }
    }
  }

  /// What a step has written, which the seconds since its beginning stand before.
  private static func output(_ text: Substring) -> String? {
    let time = text.prefix { $0 != " " }
    guard time.utf8.contains(UInt8(ascii: ".")), Double(time) != nil else { return nil }
    return String(text.dropFirst(time.count + 1))
  }
}
