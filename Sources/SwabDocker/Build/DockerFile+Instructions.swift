extension DockerFile {
  /// A line of instructions: arguments, or nothing for a blank line.
  public struct Line: Sendable, Hashable {
    /// The arguments, which spaces are put between.
    public var arguments: [String]

    /// A line of these arguments.
    public init(_ arguments: [String]) {
      self.arguments = arguments
    }
  }

  /// Writes an instruction.
  ///
  /// - Parameters:
  ///   - instruction: Which, such as `ENV`; `#` for a comment.
  ///   - arguments: Its arguments, which spaces are put between.
  /// - Throws: A ``DockerError`` with code `invalidArgument` once the Dockerfile is finalized.
  public mutating func prefix(_ instruction: String = "#", _ arguments: String...) throws {
    try writeLine(([instruction] + arguments).joined(separator: " "))
  }

  /// Writes an instruction once for each line.
  ///
  /// - Parameters:
  ///   - instruction: Which.
  ///   - lines: The arguments of each; nil or an empty text makes a blank line.
  /// - Throws: A ``DockerError`` with code `invalidArgument` once the Dockerfile is finalized.
  public mutating func prefixAll(_ instruction: String = "#", _ lines: Line?...) throws {
    try prefixAll(instruction, lines)
  }

  private mutating func prefixAll(_ instruction: String, _ lines: [Line?]) throws {
    for line in lines {
      if let line, line.arguments != [""] {
        try writeLine(([instruction] + line.arguments).joined(separator: " "))
      } else {
        try blank()
      }
    }
  }

  /// Runs a command in the build.
  ///
  /// - Parameter arguments: The command, whose parts spaces are put between.
  /// - Throws: A ``DockerError`` with code `invalidArgument` once the Dockerfile is finalized.
  public mutating func run(_ arguments: String...) throws {
    try prefixAll("RUN", [Line(arguments)])
  }

  /// Runs commands in the build, each in a step of its own.
  ///
  /// - Parameter lines: The commands; nil or an empty text makes a blank line.
  /// - Throws: A ``DockerError`` with code `invalidArgument` once the Dockerfile is finalized.
  public mutating func runAll(_ lines: Line?...) throws {
    try prefixAll("RUN", lines)
  }

  /// Runs commands in one step of the build, each if the one before went well.
  ///
  /// - Parameter commands: The commands.
  /// - Throws: A ``DockerError`` with code `invalidArgument` once the Dockerfile is finalized.
  public mutating func runJoin(_ commands: String...) throws {
    try prefixAll("RUN", [Line([commands.joined(separator: " && ")])])
  }

  /// Writes a comment.
  ///
  /// - Parameter text: The comment; an empty one if nil.
  /// - Throws: A ``DockerError`` with code `invalidArgument` once the Dockerfile is finalized.
  public mutating func comment(_ text: String? = nil) throws {
    try writeLine(text.map { "# \($0)" } ?? "#")
  }

  /// Writes a blank line.
  ///
  /// - Throws: A ``DockerError`` with code `invalidArgument` once the Dockerfile is finalized.
  public mutating func blank() throws {
    try writeLine("")
  }

  /// Writes a line as it is.
  ///
  /// - Parameter text: The line, without its end.
  /// - Throws: A ``DockerError`` with code `invalidArgument` once the Dockerfile is finalized.
  public mutating func writeLine(_ text: String) throws {
    try write(text + "\n")
  }

  /// Writes lines as they are.
  ///
  /// - Parameter lines: The lines, without their ends.
  /// - Throws: A ``DockerError`` with code `invalidArgument` once the Dockerfile is finalized.
  public mutating func writeLines(_ lines: [String]) throws {
    for line in lines { try writeLine(line) }
  }

  /// Adds a folder whose contents are to outlive containers.
  ///
  /// - Parameter path: Its path in the image.
  public mutating func addVolume(_ path: String) {
    volumes.append(path)
  }
}

extension DockerFile.Line: ExpressibleByStringInterpolation, ExpressibleByArrayLiteral {
  /// A line that stands as it is.
  public init(stringLiteral value: String) {
    self.init([value])
  }

  /// A line of these arguments.
  public init(arrayLiteral elements: String...) {
    self.init(elements)
  }
}

// MARK: - The end

extension DockerFile {
  func finalInstructions() throws -> String {
    // The instruction's shell is the image's, so what is no plain word stands in quotes.
    let removals = removedPaths.map { ("RUN", "rm -Rf \(ShellText.quoted($0))") }
    let instructions: [(String, String?)] = [
      ("VOLUME", volumes.isEmpty ? nil : Self.list(volumes)),
      ("USER", commandUser),
      ("WORKDIR", commandWorkdir),
      ("SHELL", shell),
      ("ENTRYPOINT", try entrypoint.map { try Self.formatted($0, isShell: commandShell) }),
      ("CMD", try command.map { try Self.formatted($0, isShell: commandShell) }),
      ("EXPOSE", expose.isEmpty ? nil : expose.joined(separator: " ")),
      ("LABEL", labels.isEmpty ? nil : Self.formatted(labels: labels)),
      ("STOPSIGNAL", stopSignal),
      ("HEALTHCHECK", healthcheck),
    ]
    let lines = instructions.compactMap { name, text in
      text.flatMap { $0.isEmpty ? nil : "\(name) \($0)\n" }
    }
    let removalLines = removals.map { "\($0) \($1)\n" }.joined()
    return (removals.isEmpty ? "" : removalLines + "\n") + lines.joined()
  }

  /// A command as `ENTRYPOINT` and `CMD` take it.
  static func formatted(_ command: Command, isShell: Bool) throws -> String {
    switch command {
    case .text(""), .words([]): "[]"
    case .text(let text): isShell ? text : list(try ShellWords.split(text))
    case .words(let words): isShell ? words.joined(separator: " ") : list(words)
    }
  }

  /// Labels in the order of their names; a value goes on in the next line where it has a line end.
  static func formatted(labels: [String: String]) -> String {
    let sides = labels.sorted { $0.key < $1.key }.map { label in
      [label.key, label.value].map { DockerfileText.quoted($0, continuesLines: true) }
    }
    return sides.map { $0.joined(separator: "=") }.joined(separator: " ")
  }

  static func list(_ texts: [String]) -> String {
    "[" + texts.map { JSONValue.string($0).description }.joined(separator: ", ") + "]"
  }
}
