import SwabYAML

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
  /// Whether it is looked at once for the whole run, so that no host or role has its own.
  private(set) var isRunWide = false

  init(_ name: String, _ type: ValueType, _ defaultValue: EnvValue, _ summary: String) {
    self.name = name
    self.type = type
    self.defaultValue = defaultValue
    self.summary = summary
  }

  init(_ name: String, _ type: ValueType, _ summary: String) {
    self.init(name, type, .null, summary)
  }

  /// The key as one that holds for the whole run.
  var forWholeRun: EnvKey {
    var key = self
    key.isRunWide = true
    return key
  }
}

extension EnvKey {
  /// What a key takes.
  enum ValueType: Sendable, Hashable {
    case string, bool, seconds, port, list, map
    /// True, false, or a mapping of what stands in `TLSSetting.names`.
    case tls
    case count(ClosedRange<Int>)
    case choice([String])
    /// A list of names, each one of these.
    case choices([String])
    /// A list of what commands may end with.
    case exitStatuses
  }
}

extension EnvKey.ValueType {
  /// The longest time that a key takes: some thirty years, which a `Duration` holds easily.
  static let longestTime = 1_000_000_000

  /// Whether a value can be read as this type.
  func accepts(_ value: EnvValue) -> Bool {
    switch self {
    case .string: value.string != nil
    case .bool: value.bool != nil
    case .seconds: value.double.map { (0...Double(Self.longestTime)).contains($0) } ?? false
    case .port: value.int.map { (1...65535).contains($0) } ?? false
    case .count(let range): value.int.map { range.contains($0) } ?? false
    case .list, .choices, .exitStatuses: value.list?.allSatisfy(acceptsElement) ?? false
    case .map: value.map != nil
    case .tls: TLSSetting(value) != nil
    // In YAML 1.1, and so to many people, a plain `no` is a Boolean; here a choice may be called so.
    case .choice(let names): value.choice.map { names.contains($0) } ?? false
    }
  }

  /// The part of a value to blame for not being accepted: an element of a list, else the value.
  func misfit(in value: EnvValue) -> EnvValue {
    switch self {
    case .list, .choices, .exitStatuses: value.list?.first { !acceptsElement($0) } ?? value
    default: value
    }
  }

  private func acceptsElement(_ value: EnvValue) -> Bool {
    switch self {
    case .exitStatuses: value.int.map { (0...255).contains($0) } ?? false
    case .choices(let names):
      value.string.map { HostRange.split($0).allSatisfy(names.contains) } ?? false
    default: value.string != nil
    }
  }

  /// What it takes, in words.
  var description: String {
    switch self {
    case .string: "text"
    case .bool: "true or false"
    case .seconds: "a number of seconds up to \(Self.longestTime)"
    case .port: "a port from 1 to 65535"
    case .count(let range) where range.upperBound == .max:
      "a whole number from \(range.lowerBound)"
    case .count(let range): "a whole number from \(range.lowerBound) to \(range.upperBound)"
    case .list: "a list of text"
    case .map: "a mapping"
    case .tls: "true, false or a mapping of \(Self.either(TLSSetting.names))"
    case .choice(let names): Self.either(names)
    case .choices(let names): "a list of \(Self.either(names))"
    case .exitStatuses: "a list of exit statuses from 0 to 255"
    }
  }

  /// The names that it takes, if it takes only those.
  fileprivate var names: [String] {
    switch self {
    case .choice(let names), .choices(let names): names
    default: []
    }
  }

  private static func either(_ names: [String]) -> String {
    names.dropLast().joined(separator: ", ") + " or " + (names.last ?? "")
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
    "dedupe_hosts", "forward_agent", "combine_stderr", "colorize_errors",
  ]

  /// The key of a name, if swab itself reads it.
  static func named(_ name: String) -> EnvKey? { byName[name] }

  private static let byName = Dictionary(uniqueKeysWithValues: all.map { ($0.name, $0) })

  /// Checks a value against what the key of a name takes; other names are free.
  ///
  /// - Throws: An error with the value, unless it is a secret.
  static func check(
    _ value: EnvValue,
    for name: String,
    isSecret: Bool? = nil
  ) throws(FabfileError) {
    guard let type = named(name)?.type, !value.isNull, !type.accepts(value) else { return }
    let misfit = type.misfit(in: value)
    let isShown = !(isSecret ?? SecretKeys.isSecret(name))
    throw FabfileError(
      "'\(name)' takes \(type.description)" + (isShown ? ", not \(misfit.summary)" : ""),
      hint: isShown ? misfit.string.flatMap { NearestName.hint(for: $0, among: type.names) } : nil
    )
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
