/// Knows which step of a build is under way, and what it has said of late.
struct BuildTracker: Sendable {
  /// How many lines are kept.
  static let lineLimit = 20
  /// What is kept of a line.
  private static let lengthLimit = 4096

  private var step: String?
  private var lines: [String] = []
  /// A line that hasn't ended.
  private var rest = ""
  /// What the docker command tells of BuildKit's steps.
  private var buildKit = BuildKitLines()

  /// The step that is under way, with the last lines of its output; of BuildKit's steps, the one that
  /// has failed.
  var current: DockerError.BuildStep? {
    guard let step else { return buildKit.failed }
    return DockerError.BuildStep(instruction: step, output: lines + unfinished)
  }

  private var unfinished: [String] {
    rest.isEmpty ? [] : [rest]
  }

  /// Takes what the classic builder says, or the docker command.
  mutating func add(_ text: String) {
    // Scalars, since to characters CR LF is one.
    let parts = text.unicodeScalars.split(separator: "\n", omittingEmptySubsequences: false)
    for (index, part) in parts.enumerated() {
      rest += ProgressLines.plain(Substring(part.prefix(Self.lengthLimit)))
      guard index < parts.count - 1 else { break }
      end(rest)
      rest = ""
    }
    rest = String(rest.prefix(Self.lengthLimit))
  }

  private mutating func end(_ line: String) {
    if Self.isStep(line) {
      step = line.trimmingWhiteSpace()
      lines = []
    } else if step == nil, line.hasPrefix("#") {
      buildKit.add(line)
    } else if !line.isEmpty, !Self.ownWords.contains(where: line.hasPrefix) {
      lines.append(line)
      if lines.count > Self.lineLimit { lines.removeFirst() }
    }
  }

  /// How lines of the builder itself begin.
  private static let ownWords = [" ---> ", "Removing intermediate container "]

  /// Whether a step begins with it, as with `Step 2/5 : RUN make`.
  private static func isStep(_ line: String) -> Bool {
    guard line.hasPrefix("Step "), let colon = line.firstRange(of: " : ") else { return false }
    let numbers = line[..<colon.lowerBound].dropFirst(5).split(separator: "/")
    return numbers.count == 2 && numbers.allSatisfy { Int($0) != nil }
  }
}

extension DockerError {
  /// A step of a build.
  public struct BuildStep: Sendable, Hashable {
    /// What it does, as in `Step 2/5 : RUN make`.
    public var instruction: String
    /// The last 20 lines that it has written, without colours.
    public var output: [String]

    /// A step.
    ///
    /// - Parameters:
    ///   - instruction: What it does.
    ///   - output: The last lines that it has written.
    public init(instruction: String, output: [String] = []) {
      self.instruction = instruction
      self.output = output
    }
  }
}
