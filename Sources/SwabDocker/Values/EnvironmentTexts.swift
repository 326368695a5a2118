extension ContainerSpec {
  /// Reads variables written as `NAME=value`; a name alone is taken away from the image's.
  ///
  /// - Parameter texts: The variables; the last one of a name counts.
  /// - Returns: Their values by name.
  /// - Throws: A ``DockerError`` with code `invalidArgument` for one without a name.
  public static func environment(parsing texts: [String]) throws -> [String: String?] {
    var environment: [String: String?] = [:]
    for text in texts {
      let sides = text.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
      guard let name = sides.first, !name.isEmpty else {
        throw DockerError.invalidArgument("'\(text)' is no variable such as NAME=value")
      }
      environment.updateValue(sides.count > 1 ? String(sides[1]) : nil, forKey: String(name))
    }
    return environment
  }

  /// Reads a file of variables: a line `NAME=value` each; empty lines and those that begin with `#`
  /// count for nothing.
  ///
  /// - Parameter contents: What stands in the file.
  /// - Returns: The values by name.
  /// - Throws: A ``DockerError`` with code `invalidArgument`, which names the line.
  public static func environment(file contents: String) throws -> [String: String?] {
    var texts: [String] = []
    for (index, line) in contents.split(
      omittingEmptySubsequences: false,
      whereSeparator: \.isNewline
    )
    .enumerated() where !line.isEmpty && line.first != "#" {
      // The line itself may hold a secret, so its number must do.
      guard let sign = line.firstIndex(of: "="), sign > line.startIndex else {
        throw DockerError.invalidArgument("line \(index + 1) of the environment has no NAME=value")
      }
      texts.append(String(line))
    }
    return try environment(parsing: texts)
  }
}
