/// Makes lines of what BuildKit says of its steps, like those of `docker build --progress=plain`.
struct BuildKitTracker: Sendable {
  /// By what its messages are known among others.
  static let messageID = "moby.buildkit.trace"
  /// More steps than that no build has; beyond, all are forgotten.
  private static let stepLimit = 10_000

  private struct Step: Sendable {
    var number: Int
    var name: String
    var isDone = false
    var isAnnounced = false
    var output = StepOutput()
  }

  private var steps: [String: Step] = [:]
  private var count = 0
  /// The step that has failed.
  private(set) var failed: DockerError.BuildStep?

  /// Whether anything was said at all.
  var hasBegun: Bool { count > 0 }

  /// The lines for a message.
  ///
  /// - Parameter bytes: The message, a `StatusResponse` of BuildKit.
  /// - Returns: The lines, mostly none or one.
  mutating func lines(for bytes: [UInt8]) -> [String] {
    let status = BuildKitStatus(bytes)
    var lines: [String] = []
    for vertex in status.vertexes { begin(vertex, &lines) }
    for log in status.logs {
      guard let step = steps[log.vertex] else { continue }
      lines += (steps[log.vertex]?.output.add(log.bytes) ?? []).map { "#\(step.number) \($0)" }
    }
    for warning in status.warnings {
      let number = steps[warning.vertex].map { "#\($0.number) " } ?? ""
      lines.append("\(number)WARNING: \(warning.text)")
    }
    // A step's end comes after what it has said last.
    for vertex in status.vertexes { end(vertex, &lines) }
    return lines
  }

  private mutating func begin(_ vertex: BuildKitStatus.Vertex, _ lines: inout [String]) {
    if steps[vertex.digest] == nil {
      if steps.count >= Self.stepLimit { steps.removeAll() }
      count += 1
      steps[vertex.digest] = Step(number: count, name: vertex.name)
    }
    guard vertex.hasStarted || vertex.isCached, let step = steps[vertex.digest], !step.isAnnounced
    else { return }
    steps[vertex.digest]?.isAnnounced = true
    lines.append("#\(step.number) \(step.name)")
  }

  private mutating func end(_ vertex: BuildKitStatus.Vertex, _ lines: inout [String]) {
    guard vertex.hasCompleted, let step = steps[vertex.digest], !step.isDone else { return }
    steps[vertex.digest]?.isDone = true
    lines += (steps[vertex.digest]?.output.finish() ?? []).map { "#\(step.number) \($0)" }
    if !vertex.error.isEmpty {
      // One step's end cancels the others.
      if failed == nil, !vertex.error.hasSuffix("context canceled") {
        let output = steps[vertex.digest]?.output.last ?? []
        failed = DockerError.BuildStep(instruction: step.name, output: output)
      }
      lines.append("#\(step.number) ERROR: \(vertex.error)")
    } else {
      lines.append("#\(step.number) \(vertex.isCached ? "CACHED" : "DONE")")
    }
  }
}

/// What a step writes, line by line.
private struct StepOutput: Sendable {
  private(set) var last: [String] = []
  /// The beginning of a line; a message may end within a character.
  private var rest: [UInt8] = []

  mutating func add(_ bytes: ArraySlice<UInt8>) -> [String] {
    var parts = (rest + bytes).split(
      separator: UInt8(ascii: "\n"),
      omittingEmptySubsequences: false
    )
    rest = Array(parts.popLast()?.suffix(1 << 16) ?? [])
    return parts.map { keep($0) }
  }

  mutating func finish() -> [String] {
    defer { rest = [] }
    return rest.isEmpty ? [] : [keep(rest[...])]
  }

  private mutating func keep(_ bytes: ArraySlice<UInt8>) -> String {
    let line = ProgressLines.plain(Substring(decoding: bytes, as: UTF8.self))
    last.append(line)
    if last.count > BuildTracker.lineLimit { last.removeFirst() }
    return line
  }
}

/// A message of BuildKit on the state of a build (`moby.buildkit.v1.StatusResponse`).
struct BuildKitStatus: Sendable {
  struct Vertex: Sendable, Hashable {
    var digest = ""
    var name = ""
    var isCached = false
    var hasStarted = false
    var hasCompleted = false
    var error = ""
  }

  struct Text: Sendable, Hashable {
    var vertex = ""
    var bytes: ArraySlice<UInt8> = []

    var text: String { String(decoding: bytes, as: UTF8.self) }
  }

  private(set) var vertexes: [Vertex] = []
  private(set) var logs: [Text] = []
  private(set) var warnings: [Text] = []

  init(_ bytes: [UInt8]) {
    var reader = ProtobufReader(bytes[...])
    while let (field, value) = reader.next() {
      switch field {
      case 1: vertexes.append(Self.vertex(value.message))
      case 3: logs.append(Self.text(value.message, at: 4))
      case 4: warnings.append(Self.text(value.message, at: 3))
      // How far downloads are, which is no matter of lines.
      default: break
      }
    }
  }

  private static func vertex(_ message: ProtobufReader) -> Vertex {
    var (reader, vertex) = (message, Vertex())
    while let (field, value) = reader.next() {
      switch field {
      case 1: vertex.digest = value.text
      case 3: vertex.name = value.text
      case 4: vertex.isCached = value.isTrue
      case 5: vertex.hasStarted = true
      case 6: vertex.hasCompleted = true
      case 7: vertex.error = value.text
      default: break
      }
    }
    return vertex
  }

  private static func text(_ message: ProtobufReader, at place: UInt64) -> Text {
    var (reader, text) = (message, Text())
    while let (field, value) = reader.next() {
      if field == 1 { text.vertex = value.text }
      if field == place { text.bytes = value.bytes }
    }
    return text
  }
}
