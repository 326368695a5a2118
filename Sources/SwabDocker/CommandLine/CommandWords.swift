/// Puts the words of a docker command together.
struct CommandWords {
  private(set) var words: [String]

  /// A command such as `network create`.
  init(_ words: String...) {
    self.words = words
  }

  /// Adds a flag with a value, unless there is nothing to say.
  mutating func flag(_ name: String, _ value: String?) {
    if let value { words.append("--\(name)=\(value)") }
  }

  mutating func flag(_ name: String, _ value: Int?) {
    flag(name, value.map(String.init))
  }

  /// Adds a switch if it is on.
  mutating func flag(_ name: String, _ isOn: Bool) {
    if isOn { words.append("--\(name)") }
  }

  /// Adds a flag once for each value.
  mutating func flags(_ name: String, _ values: [String]) {
    for value in values { flag(name, value) }
  }

  /// Adds a flag once for each pair, as `name=value`.
  mutating func flags(_ name: String, _ values: [(name: String, value: String)]) {
    for value in values { flag(name, "\(value.name)=\(value.value)") }
  }

  /// Adds a name.
  ///
  /// - Throws: A ``DockerError`` with code `invalidArgument` for what would be taken for a flag.
  mutating func operand(_ name: String) throws {
    guard name.utf8.first != UInt8(ascii: "-") else {
      throw DockerError.invalidArgument("'\(name)' is no name: it begins with '-'")
    }
    words.append(name)
  }

  mutating func operands(_ names: [String]) throws {
    for name in names { try operand(name) }
  }

  /// Adds words behind a name, where none is taken for a flag.
  mutating func rest(_ words: [String]) {
    self.words += words
  }
}

// MARK: - Variables

extension CommandWords {
  /// How the variables of a process in a container are told to the docker command.
  enum VariableWay {
    /// By its arguments, which everybody on the host can read, and variables hold passwords.
    case arguments
    /// By its standard input.
    case standardInput
    /// By a file that nobody else can read.
    case file
  }

  /// Adds variables.
  ///
  /// - Parameters:
  ///   - variables: The variables, as `NAME=value`.
  ///   - way: How they are told; one that can't be a line of a file is an argument in any case.
  /// - Returns: The lines of the file or the input.
  mutating func environment(_ variables: [String], by way: VariableWay) -> [String] {
    let lines = way == .arguments ? [] : variables.filter(Self.isLine)
    if way == .standardInput, !lines.isEmpty { flag("env-file", "/dev/stdin") }
    flags("env", way == .arguments ? variables : variables.filter { !Self.isLine($0) })
    return lines
  }

  /// Whether the docker command reads it from a file of variables as it is meant.
  private static func isLine(_ variable: String) -> Bool {
    // Bytes and scalars, as an accent would make another character of a sign before it.
    guard let sign = variable.utf8.firstIndex(of: UInt8(ascii: "=")) else { return false }
    let name = variable[..<sign]
    return !name.isEmpty && name.utf8.first != UInt8(ascii: "#")
      && !name.unicodeScalars.contains(where: \.properties.isWhitespace)
      && variable.utf8.count < 1 << 15
      && !variable.utf8.contains { $0 == UInt8(ascii: "\n") || $0 == UInt8(ascii: "\r") }
  }
}
