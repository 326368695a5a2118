import SwabYAML

/// A mistake in `fabfile.yml`, in what selects hosts from it, or in a value of its `env`.
public struct FabfileError: Error, Sendable {
  /// What follows from a mistake; programs decide on this.
  @nonexhaustive
  public enum Kind: Sendable, Hashable {
    /// Something is written wrongly, or names what nobody described.
    case usage
    /// A selection was understood, and no host matches it.
    case noMatch
  }

  /// What follows from the mistake.
  public var kind: Kind
  /// What is wrong, with the values that matter in it; no secrets.
  public var message: String
  /// The file, as it was named, unless the mistake is on the command line or in a variable.
  public var file: String?
  /// The line in the file, counted from 1.
  public var line: Int?
  /// The column in the line, counted from 1 in characters.
  public var column: Int?
  /// The line itself, its secrets masked.
  public var sourceLine: String?
  /// What the person can do about it, where there is something to do.
  public var hint: String?
}

extension FabfileError: CustomStringConvertible {
  /// The message as a person reads it: `file:line:column: message`, the line, a caret and the hint.
  public var description: String {
    YAMLExcerpt(file: file, line: line, column: column, text: sourceLine)
      .describe(message, hint: hint)
  }
}

extension FabfileError {
  init(
    _ message: String,
    kind: Kind = .usage,
    at location: YAMLLocation? = nil,
    hint: String? = nil
  ) {
    self.kind = kind
    self.message = message
    self.hint = hint
    guard let location else { return }
    self = located(at: location)
  }

  init(_ error: YAMLError) {
    self.init(error.message, at: error.location, hint: error.hint)
  }

  /// The same mistake at a place, unless it has one.
  func located(at location: YAMLLocation?) -> FabfileError {
    guard let location, file == nil else { return self }
    var error = self
    error.file = location.source.name
    error.line = location.line
    error.column = location.column
    error.sourceLine = location.source.line(location.line)
    error.message = location.source.masked(message)
    error.hint = hint.map(location.source.masked)
    return error
  }

  /// The same mistake with more words before it: `SWAB_PORT: …`.
  func prefixed(with prefix: String) -> FabfileError {
    var error = self
    error.message = "\(prefix): \(message)"
    return error
  }
}
