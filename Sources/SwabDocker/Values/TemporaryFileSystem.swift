/// A folder in memory, within a container.
public struct TemporaryFileSystem: Sendable, Hashable {
  /// Where it is in the container.
  public var path: String
  /// How it is mounted, such as `size=64m,mode=1777`.
  public var options: String

  /// A folder in memory.
  public init(_ path: String, options: String = "") {
    self.path = path
    self.options = options
  }

  /// Reads a text such as `/run` or `/run:size=64m`.
  ///
  /// - Parameter text: The folder and its options.
  /// - Throws: A ``DockerError`` with code `invalidArgument` for a path that isn't absolute.
  public init(parsing text: String) throws {
    let parts = text.split(separator: ":", maxSplits: 1, omittingEmptySubsequences: false)
    guard parts[0].hasPrefix("/") else {
      throw DockerError.invalidArgument("'\(text)' is no folder such as /run or /run:size=64m")
    }
    self.init(String(parts[0]), options: parts.count > 1 ? String(parts[1]) : "")
  }
}
