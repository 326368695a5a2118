import OrderedCollections
import SwabYAML

/// A value as it was written, before the values of other keys are put in for `!env`.
indirect enum EnvTemplate: Sendable {
  case value(EnvValue)
  /// `!env NAME`: the value that another key has when a task begins; or with `!env_lazy` when it is
  /// read, so that what the task has set counts.
  case reference(String, isLazy: Bool)
  case list([EnvTemplate])
  case map([(key: String, template: EnvTemplate)])
}

/// What one level says about one key.
struct EnvEntry: Sendable {
  var template: EnvTemplate
  var origin: EnvOrigin
  /// Where it stands, if in a file.
  var location: YAMLLocation?
  /// Whether it is not to be shown, though its key's name says nothing of the kind.
  var isSecret = false

  /// Where its key stands, if in a file.
  var keyLocation: YAMLLocation? {
    guard let location, case .file(_, let line, let column, _) = origin else { return nil }
    return YAMLLocation(source: location.source, line: line, column: column)
  }
}

/// Keys with values from one level: a section of the file, the variables, or the flags.
struct EnvLayer: Sendable {
  private(set) var entries: OrderedDictionary<String, EnvEntry> = [:]

  subscript(key: String) -> EnvEntry? {
    get { entries[key] }
    set { entries[key] = newValue }
  }

  var isEmpty: Bool { entries.isEmpty }

  /// Sets a value from outside of any file.
  mutating func set(_ key: String, to value: EnvValue, origin: EnvOrigin) {
    entries[key] = EnvEntry(template: .value(value), origin: origin)
  }
}

extension EnvLayer {
  /// What holds if nobody says anything; unset keys are not in it.
  static let defaults: EnvLayer = {
    var layer = EnvLayer()
    for key in EnvKey.all where !key.defaultValue.isNull {
      layer.set(key.name, to: key.defaultValue, origin: .builtIn)
    }
    return layer
  }()

  /// Variables that swab uses between its own processes, and passwords, which are read elsewhere so
  /// that no task finds them in its env.
  static let reservedVariables: Set<String> = [
    "SWAB_PASSWORD", "SWAB_SUDO_PASSWORD", "SWAB_FABFILE", "SWAB_EXECUTABLE", "SWAB_CACHE",
    "SWAB_TESTBED",
  ]

  /// The keys that variables set: `SWAB_DOCKER_TIMEOUT=40` is `docker_timeout`.
  ///
  /// - Parameters:
  ///   - environment: The process's environment.
  ///   - reserved: Variables that mean something else.
  /// - Returns: The layer, keys in alphabetical order of their variables.
  /// - Throws: An error that names the variable whose value doesn't fit its key.
  static func variables(
    from environment: [String: String],
    excluding reserved: Set<String> = reservedVariables
  ) throws(FabfileError) -> EnvLayer {
    var layer = EnvLayer()
    for (name, value) in environment.sorted(by: { $0.key < $1.key }) {
      guard name.hasPrefix("SWAB_"), !reserved.contains(name) else { continue }
      let key = name.dropFirst("SWAB_".count).lowercased()
      guard !key.isEmpty else { continue }
      try check(.string(value), for: key, called: name)
      layer.set(key, to: .string(value), origin: .variable(name: name))
    }
    return layer
  }

  /// The keys that `--set` sets, in Fabric's form: `a=1,b,c=` are `1`, true and the empty text.
  ///
  /// `\,` and `\=` stand for the characters themselves. Only the first `=` divides.
  mutating func set(_ text: String, flag: String = "--set") throws(FabfileError) {
    for part in Self.split(text, at: ",") where !part.isEmpty {
      let pair = Self.split(part, at: "=", limit: 2)
      let key = Self.unescaped(pair[0]).trimmed()
      guard !key.isEmpty else {
        throw FabfileError(
          "\(flag): a key is missing before the =",
          hint: "write \(flag) key=value"
        )
      }
      let value: EnvValue = pair.count == 1 ? true : .string(Self.unescaped(pair[1]))
      try Self.check(value, for: key, called: flag)
      set(key, to: value, origin: .flag(text: "\(flag) \(key)"))
    }
  }

  /// The keys that one `--set` sets.
  static func set(_ text: String, flag: String = "--set") throws(FabfileError) -> EnvLayer {
    var layer = EnvLayer()
    try layer.set(text, flag: flag)
    return layer
  }

  private static func check(
    _ value: EnvValue,
    for key: String,
    called name: String
  ) throws(FabfileError) {
    do {
      try EnvKey.check(value, for: key)
    } catch {
      throw error.prefixed(with: name)
    }
  }
}

extension EnvLayer {
  /// The parts between separators that no backslash stands before; escapes stay as they are.
  private static func split(_ text: String, at separator: Character, limit: Int = .max) -> [String]
  {
    var parts = [""]
    var isEscaped = false
    for character in text {
      if character == separator, !isEscaped, parts.count < limit {
        parts.append("")
      } else {
        parts[parts.count - 1].append(character)
      }
      isEscaped = character == "\\" && !isEscaped
    }
    return parts
  }

  /// The text without the backslashes that stand before separators; others are text.
  private static func unescaped(_ text: String) -> String {
    var result = ""
    var rest = text[...]
    while let character = rest.popFirst() {
      if character == "\\", let next = rest.first, ",=".contains(next) { continue }
      result.append(character)
    }
    return result
  }
}
