/// The tasks of a project: what `Fabfile.swift` declares as `let fabfile`.
///
/// ```swift
/// let fabfile = Fabfile {
///   task("uptime", "Load of each host", uptime)
///   namespace("db", databaseTasks)
/// }
/// ```
///
/// Nothing runs when a fabfile is made: it is a value that ``swabMain(_:)`` reads. Two tasks of
/// one name are an error at the start that names both places.
public struct Fabfile: Sendable {
  /// What was declared, in the order of the file.
  let entries: [FabfileEntry]

  /// Makes a fabfile of tasks and namespaces.
  ///
  /// - Parameter entries: Tasks and namespaces, one below the other.
  public init(@FabfileBuilder _ entries: () -> [FabfileEntry]) {
    self.entries = entries()
  }

  /// A fabfile with no task, for commands that need none.
  static let empty = Fabfile {}
}

/// A task or a namespace, as it stands in a fabfile.
public struct FabfileEntry: Sendable {
  enum Content: Sendable {
    case task(TaskDefinition)
    case namespace(Namespace)
  }

  let content: Content
}

/// Gathers the tasks and namespaces of a ``Fabfile``.
@resultBuilder
public enum FabfileBuilder {
  /// A task stands for itself.
  public static func buildExpression(_ task: TaskDefinition) -> [FabfileEntry] {
    [FabfileEntry(content: .task(task))]
  }

  /// A namespace stands for its tasks, each under its name and a dot.
  public static func buildExpression(_ namespace: Namespace) -> [FabfileEntry] {
    [FabfileEntry(content: .namespace(namespace))]
  }

  /// Entries that a function gathered stand where it is called.
  public static func buildExpression(_ entries: [FabfileEntry]) -> [FabfileEntry] { entries }

  /// The empty fabfile.
  public static func buildBlock() -> [FabfileEntry] { [] }

  /// The first entry.
  public static func buildPartialBlock(first: [FabfileEntry]) -> [FabfileEntry] { first }

  /// One entry after the others: the compiler checks them one by one, which keeps a long fabfile
  /// quick to compile.
  public static func buildPartialBlock(
    accumulated: [FabfileEntry],
    next: [FabfileEntry]
  ) -> [FabfileEntry] { accumulated + next }

  /// Entries under an `if`.
  public static func buildOptional(_ entries: [FabfileEntry]?) -> [FabfileEntry] { entries ?? [] }

  /// The entries of an `if`'s first branch.
  public static func buildEither(first: [FabfileEntry]) -> [FabfileEntry] { first }

  /// The entries of an `if`'s other branch.
  public static func buildEither(second: [FabfileEntry]) -> [FabfileEntry] { second }

  /// Entries made in a loop.
  public static func buildArray(_ entries: [[FabfileEntry]]) -> [FabfileEntry] {
    entries.flatMap { $0 }
  }
}

/// A group of tasks under one name: `namespace("db")` with a task `backup` is `db.backup`.
public struct Namespace: Sendable {
  let name: String
  let entries: [FabfileEntry]
}

/// Groups tasks under a name, as in `swab run db.backup`.
///
/// - Parameters:
///   - name: What stands before the dot.
///   - entries: The tasks and namespaces within; a function marked `@FabfileBuilder` does as well.
/// - Returns: The namespace, which stands in a fabfile or in another namespace.
public func namespace(
  _ name: String,
  @FabfileBuilder _ entries: () -> [FabfileEntry]
) -> Namespace {
  Namespace(name: name, entries: entries())
}
