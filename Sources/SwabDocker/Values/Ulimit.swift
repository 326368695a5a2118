/// A limit of the kernel for a container's processes.
public struct Ulimit: Sendable, Hashable {
  /// Which limit, such as `nofile`.
  public var name: String
  /// The limit that holds at first; -1 for none.
  public var soft: Int
  /// What a process may raise it to; -1 for anything.
  public var hard: Int

  /// A limit.
  ///
  /// - Parameters:
  ///   - name: Which limit, such as `nofile`.
  ///   - soft: The limit that holds at first.
  ///   - hard: What a process may raise it to; `soft` if there is none.
  public init(_ name: String, soft: Int, hard: Int? = nil) {
    self.name = name
    self.soft = soft
    self.hard = hard ?? soft
  }

  /// Reads a text such as `nofile=1024` or `nofile=1024:2048`.
  ///
  /// - Parameter text: The name and the limits.
  /// - Throws: A ``DockerError`` with code `invalidArgument`.
  public init(parsing text: String) throws {
    let sides = text.split(separator: "=", omittingEmptySubsequences: false)
    let limits = sides.last?.split(separator: ":", omittingEmptySubsequences: false).map { Int($0) }
    guard
      sides.count == 2, !sides[0].isEmpty, let limits, limits.count <= 2, let soft = limits[0],
      let hard = limits[limits.count - 1], hard < 0 || soft <= hard
    else {
      throw DockerError.invalidArgument("'\(text)' is no limit such as nofile=1024:2048")
    }
    self.init(String(sides[0]), soft: soft, hard: hard)
  }
}
