/// A key of `env` that swab itself reads.
///
/// Other keys are free for tasks to use. The names and meanings are Fabric's and Docker-Fabric's.
struct EnvKey: Sendable {
  var name: String
  var type: ValueType
  /// The default, or null if the key is unset by default.
  var defaultValue: EnvValue
  /// What the key is for, in a line.
  var summary: String

  init(_ name: String, _ type: ValueType, _ defaultValue: EnvValue, _ summary: String) {
    self.name = name
    self.type = type
    self.defaultValue = defaultValue
    self.summary = summary
  }

  init(_ name: String, _ type: ValueType, _ summary: String) {
    self.init(name, type, .null, summary)
  }
}

extension EnvKey {
  /// What a key takes.
  enum ValueType: Sendable, Hashable {
    case string, bool, seconds, port, list, map
    case count(ClosedRange<Int>)
    case choice([String])
  }
}

extension EnvKey.ValueType {
  /// Whether a value can be read as this type.
  func accepts(_ value: EnvValue) -> Bool {
    switch self {
    case .string: value.string != nil
    case .bool: value.bool != nil
    case .seconds: value.double.map { $0 >= 0 } ?? false
    case .port: value.int.map { (1...65535).contains($0) } ?? false
    case .count(let range): value.int.map { range.contains($0) } ?? false
    case .list: value.list?.allSatisfy { $0.string != nil } ?? false
    case .map: value.map != nil
    // In YAML 1.1, and so to many people, a plain `no` is a Boolean; here a choice may be called so.
    case .choice(let names): value.choice.map { names.contains($0) } ?? false
    }
  }

  /// What it takes, in words.
  var description: String {
    switch self {
    case .string: "text"
    case .bool: "true or false"
    case .seconds: "a number of seconds"
    case .port: "a port from 1 to 65535"
    case .count(let range) where range.upperBound == .max:
      "a whole number from \(range.lowerBound)"
    case .count(let range): "a whole number from \(range.lowerBound) to \(range.upperBound)"
    case .list: "a list of text"
    case .map: "a mapping"
    case .choice(let names): names.dropLast().joined(separator: ", ") + " or " + (names.last ?? "")
    }
  }
}

extension EnvValue {
  /// The value as the name of a choice, in which `true` and `false` are `yes` and `no`.
  fileprivate var choice: String? {
    guard case .bool(let value) = self else { return string }
    return value ? "yes" : "no"
  }
}

extension EnvKey {
  /// Keys of Fabric and Docker-Fabric that may stand in a fabfile and do nothing yet.
  static let withoutEffect = [
    "dedupe_hosts", "forward_agent", "combine_stderr", "sudo_password", "sudo_user",
    "colorize_errors", "docker_registry_user", "docker_registry_password", "docker_registry_mail",
    "docker_registry_repository", "docker_registry_insecure", "docker_cli_bin",
    "docker_cli_prefix", "docker_cli_sudo", "docker_cli_debug", "docker_keep_tags",
  ]

  /// The key of a name, if swab itself reads it.
  static func named(_ name: String) -> EnvKey? { byName[name] }

  private static let byName = Dictionary(uniqueKeysWithValues: all.map { ($0.name, $0) })

  /// Checks a value that is about to be stored under a name.
  static func check(_ value: EnvValue, for name: String) throws(FabfileError) {
    guard let key = named(name), !value.isNull, !key.type.accepts(value) else { return }
    let found = SecretKeys.isSecret(name) ? "" : ", not \(value.summary)"
    throw FabfileError("'\(name)' takes \(key.type.description)\(found)")
  }
}

extension EnvValue {
  /// What this is, in the words of a message.
  var summary: String {
    switch self {
    case .null: "nothing"
    case .list: "a list"
    case .map: "a mapping"
    default: "'\(self)'"
    }
  }
}
