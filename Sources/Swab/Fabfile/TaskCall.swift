import SwabYAML

/// One call of a task as written on the command line: `deploy:1.4,force=yes,hosts="h1;h2"`.
struct TaskCall: Sendable, Hashable {
  /// Keys of a call that select hosts and are no arguments of the task (Fabric 1's names).
  static let reservedKeys: Set = ["host", "hosts", "role", "roles", "exclude_hosts"]

  var name: String
  var positional: [String] = []
  var named: [Named] = []
  /// Nil if the call says nothing of hosts; an empty list is a mistake, or runs nowhere.
  var hosts: [String]?
  /// Nil if the call says nothing of roles.
  var roles: [String]?
  var excludedHosts: [String] = []

  struct Named: Sendable, Hashable {
    var key: String
    var value: String
  }

  init(name: String) { self.name = name }

  /// Reads a word of the command line.
  ///
  /// As in Fabric 1, commas separate arguments, `=` names them, a backslash protects both, and
  /// semicolons separate the items of `hosts`, `roles` and `exclude_hosts`.
  ///
  /// - Throws: ``UsageError`` if an argument is given twice, or a positional one follows a named.
  init(parsing word: String) throws(UsageError) {
    guard let colon = word.firstIndex(of: ":") else {
      self.init(name: word)
      return
    }
    self.init(name: String(word[..<colon]))
    let rest = word[word.index(after: colon)...]
    guard !rest.isEmpty else { return }
    let pieces = Self.pieces(of: rest)
    for piece in pieces { try add(piece, of: pieces) }
  }

  /// The arguments by name, defaults filled in.
  ///
  /// - Throws: ``UsageError`` with the task's usage line if one is missing, unknown, surplus, given
  ///   twice, or of another form than the task declares.
  func arguments(for task: TaskDefinition) throws(UsageError) -> TaskArguments {
    var values: [String: String] = [:]
    for (index, value) in positional.enumerated() {
      guard index < task.parameters.count else { throw usage(task, "too many arguments") }
      values[task.parameters[index].name] = value
    }
    for argument in named {
      let names = task.parameters.map(\.name)
      guard names.contains(argument.key) else {
        let near = NearestName.hint(for: argument.key, among: names).map { "; \($0)" } ?? ""
        throw usage(task, "unknown argument '\(argument.key)'\(near)")
      }
      guard values.updateValue(argument.value, forKey: argument.key) == nil else {
        throw usage(task, "argument '\(argument.key)' is given twice")
      }
    }
    for parameter in task.parameters where values[parameter.name] == nil {
      guard let value = parameter.defaultValue else {
        throw usage(task, "argument '\(parameter.name)' is missing")
      }
      values[parameter.name] = value
    }
    let arguments = TaskArguments(values: values, task: task.name)
    for parameter in task.parameters {
      do { try arguments.check(parameter) } catch { throw usage(task, error.message) }
    }
    return arguments
  }

  /// How a task is called: `swab run deploy:tag,[force=no]`.
  static func usageLine(of task: TaskDefinition) -> String {
    let parameters = task.parameters.map(\.usage).joined(separator: ",")
    return "swab run \(task.name)" + (parameters.isEmpty ? "" : ":\(parameters)")
  }

  private func usage(_ task: TaskDefinition, _ problem: String) -> UsageError {
    UsageError("task '\(task.name)': \(problem)", hint: "usage: \(Self.usageLine(of: task))")
  }

  private mutating func add(_ piece: Piece, of pieces: [Piece]) throws(UsageError) {
    guard let key = piece.key else {
      if let last = named.last {
        // After a secret it may be the rest of it, behind a comma that should have a backslash.
        let value = SecretKeys.isSecret(last.key) ? SecretKeys.mask : piece.value
        let word = "\(name):" + Self.shown(pieces)
        throw UsageError(
          "in '\(word)': '\(value)' has no name but stands after a named argument",
          hint: "name it too: NAME=\(value); a comma within a value is written \\,"
        )
      }
      positional.append(piece.value)
      return
    }
    let items = piece.value.split(separator: ";")
      .map { $0.trimmed { $0.isWhitespace || $0 == "\"" } }
      .filter { !$0.isEmpty }
    switch key {
    case "host", "hosts": hosts = (hosts ?? []) + items
    case "role", "roles": roles = (roles ?? []) + items
    case "exclude_hosts": excludedHosts += items
    default: named.append(Named(key: key, value: piece.value))
    }
  }

  private struct Piece {
    var key: String?
    var value = ""
  }

  /// The arguments as a message may show them: secrets are masked, and what follows them without a
  /// name.
  private static func shown(_ pieces: [Piece]) -> String {
    var isHidden = false
    return pieces.map { piece in
      guard let key = piece.key else { return isHidden ? SecretKeys.mask : piece.value }
      isHidden = SecretKeys.isSecret(key)
      return "\(key)=" + (isHidden ? SecretKeys.mask : piece.value)
    }
    .joined(separator: ",")
  }

  private static func pieces(of text: Substring) -> [Piece] {
    var pieces = [Piece()]
    var escaped = false
    for character in text {
      let last = pieces.count - 1
      if escaped {
        if character != ",", character != "=" { pieces[last].value.append("\\") }
        pieces[last].value.append(character)
        escaped = false
      } else if character == "\\" {
        escaped = true
      } else if character == "," {
        pieces.append(Piece())
      } else if character == "=", pieces[last].key == nil {
        pieces[last].key = pieces[last].value
        pieces[last].value = ""
      } else {
        pieces[last].value.append(character)
      }
    }
    if escaped { pieces[pieces.count - 1].value.append("\\") }
    return pieces
  }
}
