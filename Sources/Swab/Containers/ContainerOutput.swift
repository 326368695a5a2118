/// Shows what a container writes: of one host as it is, of several in whole lines with the host
/// before each.
struct ContainerOutput {
  /// How one host's output is handed on.
  enum Form: Sendable {
    /// As it is, byte for byte.
    case raw
    /// As it is but for secrets, which are looked for in each piece.
    case masked
    /// Line by line, with the host before it.
    case lines(host: String)
  }

  private let console: Console
  private let form: Form
  private var output = LineAssembler()
  private var error = LineAssembler()

  init(_ form: Form, on console: Console) {
    self.form = form
    self.console = console
  }

  /// Shows a piece, and returns when there is room for more.
  mutating func show(_ frame: LogFrame) async throws {
    let level = Self.level(frame.stream)
    switch form {
    case .raw: console.pass(frame.bytes, to: level)
    case .masked: console.pass(Array(console.secrets.masked(frame.bytes[...])), to: level)
    case .lines(let host):
      console.output(level, host: host, isLabelled: false) { line in
        if level == .stdout { output.add(frame.bytes, line) } else { error.add(frame.bytes, line) }
      }
    }
    try await console.waitForRoom()
  }

  /// Shows a line with its time, and returns when there is room for more.
  func show(_ line: LogLine) async throws {
    guard case .lines(let host) = form else { return }
    let time = line.timestamp.map { Array("\($0.inFull) ".utf8) } ?? []
    let bytes = time + LineAssembler.folded(line.bytes[...])
    console.output(Self.level(line.stream), host: host, isLabelled: false) {
      $0(bytes[...], .newline)
    }
    try await console.waitForRoom()
  }

  /// Shows lines that have no end.
  mutating func finish() {
    guard case .lines(let host) = form else { return }
    console.output(.stdout, host: host, isLabelled: false) { output.finish($0) }
    console.output(.stderr, host: host, isLabelled: false) { error.finish($0) }
  }

  private static func level(_ stream: LogFrame.Stream) -> OutputLevel {
    stream == .standardError ? .stderr : .stdout
  }
}
