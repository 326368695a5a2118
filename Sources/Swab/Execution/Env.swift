import SwabYAML

/// The values in force for the running task and host.
///
/// Reading gives what `fabfile.yml`, `SWAB_…` variables and flags say for this host; setting
/// changes it for the rest of this task on this host, and for no other.
public struct Env: Sendable {
  let scope: TaskScope?

  /// A value, or nil if nothing sets it.
  ///
  /// - Parameters:
  ///   - key: A key of `env`.
  ///   - file: The file that sets it; leave it out.
  ///   - line: The line that sets it; leave it out.
  public subscript(
    key: String,
    file: String = #fileID,
    line: Int = #line
  ) -> EnvValue? {
    get { (try? table.value(for: key)) ?? nil }
    nonmutating set { set(key, newValue, origin: .code(file: file, line: line)) }
  }

  /// A value as text.
  ///
  /// - Parameters:
  ///   - key: A key of `env`.
  ///   - file: The file that asks for it; leave it out.
  ///   - line: The line that asks for it; leave it out.
  /// - Returns: The value; numbers and truth values as they are written.
  /// - Throws: ``TaskError`` naming the calling line if the key is missing; ``FabfileError`` naming the
  ///   place of the value if it holds a list or map.
  public func string(
    _ key: String,
    file: String = #fileID,
    line: Int = #line
  ) throws -> String {
    try require(key, file, line) { (table) throws(FabfileError) in try table.string(key) }
  }

  /// A value as a whole number.
  ///
  /// - Parameters:
  ///   - key: A key of `env`.
  ///   - file: The file that asks for it; leave it out.
  ///   - line: The line that asks for it; leave it out.
  /// - Returns: The number, also of text such as `"20"`.
  /// - Throws: ``TaskError`` naming the calling line if the key is missing; ``FabfileError`` naming the
  ///   place of the value if it is no number.
  public func int(
    _ key: String,
    file: String = #fileID,
    line: Int = #line
  ) throws -> Int {
    try require(key, file, line) { (table) throws(FabfileError) in try table.int(key) }
  }

  /// A value as yes or no.
  ///
  /// - Parameters:
  ///   - key: A key of `env`.
  ///   - file: The file that asks for it; leave it out.
  ///   - line: The line that asks for it; leave it out.
  /// - Returns: The truth value, also of text such as `"yes"`.
  /// - Throws: ``TaskError`` naming the calling line if the key is missing; ``FabfileError`` naming the
  ///   place of the value if it is neither.
  public func bool(
    _ key: String,
    file: String = #fileID,
    line: Int = #line
  ) throws -> Bool {
    try require(key, file, line) { (table) throws(FabfileError) in try table.bool(key) }
  }

  /// A value as a list of text.
  ///
  /// - Parameters:
  ///   - key: A key of `env`.
  ///   - file: The file that asks for it; leave it out.
  ///   - line: The line that asks for it; leave it out.
  /// - Returns: The items; text is split at its commas.
  /// - Throws: ``TaskError`` naming the calling line if the key is missing; ``FabfileError`` naming the
  ///   place of the value if it holds a map.
  public func list(
    _ key: String,
    file: String = #fileID,
    line: Int = #line
  ) throws -> [String] {
    try require(key, file, line) { (table) throws(FabfileError) in try table.strings(key) }
  }

  private var table: EnvTable { scope?.environment ?? .defaults }

  private func set(_ key: String, _ value: EnvValue?, origin: EnvOrigin) {
    guard let scope else { return }
    let value = value ?? .null
    for secret in value.secrets(isSecret: SecretKeys.isSecret(key)) {
      scope.console.secrets.add(secret)
    }
    if EnvKey.named(key)?.isRunWide == true {
      scope.console.warn(
        host: scope.hostName,
        "\(origin): '\(key)' holds for the whole run, so setting it in a task changes nothing"
      )
    }
    scope.env.withLock { $0.set(key, to: value, origin: origin) }
  }

  private func require<Value>(
    _ key: String,
    _ file: String,
    _ line: Int,
    _ read: (EnvTable) throws(FabfileError) -> Value?
  ) throws -> Value {
    if let value = try read(table) { return value }
    throw TaskError(
      .badEnv,
      "\(SourceLocation(file: file, line: line)): env has no '\(key)'",
      host: scope?.hostName,
      hint: NearestName.hint(for: key, among: table.keys)
        ?? "set it in fabfile.yml under env:, a role or the host, or with --set"
    )
  }
}

extension EnvTable {
  /// The values of a machine without any fabfile.
  static let defaults = EnvTable(lowestFirst: [.defaults])
}

/// The values in force for the running task and host; see ``Env``.
public var env: Env {
  get { Env(scope: TaskScope.current) }
  // So that `env["key"] = value` needs no local copy; a whole new `env` changes nothing.
  set { _ = newValue }
}
