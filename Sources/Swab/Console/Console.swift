import Synchronization

#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#else
  import Darwin
#endif

/// Where all that a person reads is written: whole lines, `[host] label: text`.
///
/// Results (output of commands, what tasks print) go to standard output, everything else to
/// standard error. Secrets are masked and control sequences written out in every line.
final class Console: Sendable {
  /// How lines look; decided once, at the start.
  struct Style: Sendable {
    var shown: Set<OutputLevel> = OutputLevel.shownByDefault
    var coloursResults = false
    var coloursDiagnostics = false
    var hasPrefix = true
    var colourizesErrors = false
  }

  let style: Style
  let secrets = SecretMask()
  private let writer = OutputWriter()
  /// The longest host name of the run, to which prefixes are padded on a terminal.
  private let width = Mutex(0)
  private let said: Mutex<Set<String>> = Mutex([])

  init(style: Style = Style()) { self.style = style }

  /// Pads the prefixes of the lines to come to the longest of these names (on a terminal only, so
  /// that what programs read stays plain).
  func align(to names: some Collection<String>) {
    let longest = names.map(\.count).max() ?? 0
    width.withLock { $0 = min(40, max($0, longest)) }
  }

  func isShown(_ level: OutputLevel) -> Bool { style.shown.contains(level) }

  /// How many characters stand before a result of a host.
  func prefixWidth(ofHost host: String?) -> Int {
    guard let host, style.hasPrefix else { return 0 }
    let padded = style.coloursResults ? max(host.count, width.withLock { $0 }) : host.count
    return padded + "[] ".count
  }

  /// Writes text, a line for each of its lines.
  ///
  /// - Parameters:
  ///   - level: What kind of line it is.
  ///   - host: The host it is about.
  ///   - label: What stands before the text, such as `run` in `[h1] run: uptime`.
  ///   - text: What to say.
  func say(_ level: OutputLevel, host: String? = nil, label: String? = nil, _ text: String) {
    guard isShown(level) else { return }
    var bytes: [UInt8] = []
    // Of an error and its hint, only the first line is the error.
    var prefix = prefix(level, host, label)
    for line in TerminalText.lines(of: text) {
      append(line, prefix, suffix: "", to: &bytes)
      prefix = self.prefix(level, host, nil)
    }
    writer.write(bytes, to: level.stream)
    // A task that prints without end waits for its reader as a command does.
    if level.isResult { writer.holdWhileFull() }
  }

  /// Writes text once in a run, however often it is said.
  func sayOnce(_ level: OutputLevel, host: String? = nil, label: String? = nil, _ text: String) {
    let isNew = said.withLock { $0.insert("\(host ?? "")\u{0}\(text)").inserted }
    if isNew { say(level, host: host, label: label, text) }
  }

  /// A warning.
  func warn(host: String? = nil, _ text: String) {
    say(.warnings, host: host, label: "warning", text)
  }

  /// Returns when more can be written without too much being queued.
  ///
  /// - Throws: `CancellationError` if the task is cancelled before.
  func waitForRoom() async throws { try await writer.waitForRoom() }

  /// Writes the lines of a stream's chunk.
  func output(
    _ level: OutputLevel,
    host: String?,
    isLabelled: Bool = true,
    lines: (_ line: (ArraySlice<UInt8>, LineAssembler.Line.Ending) -> Void) -> Void
  ) {
    guard isShown(level) else { return }
    var bytes: [UInt8] = []
    // Made once for all lines of the chunk, which may be thousands.
    let prefix = prefix(level, host, isLabelled ? (level == .stdout ? "out" : "err") : nil)
    lines { line, ending in
      let suffix =
        switch ending {
        case .newline: ""
        case .none: " (no newline)"
        case .tooLong: " (line goes on)"
        }
      append(line, prefix, suffix: suffix, to: &bytes)
    }
    if !bytes.isEmpty { writer.write(bytes, to: level.stream) }
  }

  /// Writes bytes as they are: what a program of one host writes to this process's streams.
  func pass(_ bytes: [UInt8], to level: OutputLevel) {
    if isShown(level) { writer.write(bytes, to: level.stream) }
  }

  /// Says what to do when nothing more can be written to standard output.
  func whenOutputFails(_ action: @escaping @Sendable (OutputWriter.Failure) -> Void) {
    writer.whenOutputFails(action)
  }

  /// From now on, whoever doesn't read what is said is not waited for.
  func giveUpOnStuckReaders() { writer.giveUpOnStuckReaders() }

  /// Returns when everything said is written.
  func finish() async { await writer.finish() }

  /// What stands before each line of a host's output.
  private func prefix(_ level: OutputLevel, _ host: String?, _ label: String?) -> [UInt8] {
    let hasColour = level.isResult ? style.coloursResults : style.coloursDiagnostics
    var prefix = ""
    if let host, style.hasPrefix {
      let padding = hasColour ? width.withLock { $0 } - host.count : 0
      let name = "[\(host)]" + String(repeating: " ", count: max(0, padding))
      prefix += (hasColour ? HostColour.paint(name, for: host) : name) + " "
    }
    if let label {
      let text = "\(label): "
      prefix += hasColour ? paint(text, level, label) : text
    }
    return Array(prefix.utf8)
  }

  private func append(
    _ line: ArraySlice<UInt8>,
    _ prefix: [UInt8],
    suffix: String,
    to output: inout [UInt8]
  ) {
    output += prefix
    TerminalText.append(secrets.masked(line), to: &output)
    output += suffix.utf8
    output.append(10)
  }

  private func paint(_ text: String, _ level: OutputLevel, _ label: String) -> String {
    switch (level, label) {
    case (.warnings, _): HostColour.paint(text, code: "33")
    case (.aborts, _), (_, "error"): HostColour.paint(text, code: "31")
    default: HostColour.paint(text, code: "2")
    }
  }
}

extension Console.Style {
  /// The style for this process's own standard output and standard error.
  ///
  /// - Parameters:
  ///   - shown: The levels to show.
  ///   - environment: The process's environment.
  ///   - colour: `auto`, `always` or `never`; `auto` means a terminal without `NO_COLOR`.
  /// - Returns: The style.
  static func current(
    shown: Set<OutputLevel>,
    environment: [String: String],
    colour: String = "auto"
  ) -> Console.Style {
    func colours(_ descriptor: Int32) -> Bool {
      if colour != "auto" { return colour == "always" }
      let isOff = !(environment["NO_COLOR"] ?? "").isEmpty || environment["TERM"] == "dumb"
      return !isOff && isatty(descriptor) == 1
    }
    var style = Console.Style()
    style.shown = shown
    style.coloursResults = colours(1)
    style.coloursDiagnostics = colours(2)
    return style
  }
}
