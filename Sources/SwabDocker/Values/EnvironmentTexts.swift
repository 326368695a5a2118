extension ContainerSpec {
  /// Reads variables written as `NAME=value`; a name alone is taken away from the image's.
  ///
  /// - Parameter texts: The variables; the last one of a name counts.
  /// - Returns: Their values by name.
  /// - Throws: A ``DockerError`` with code `invalidArgument` for one without a name.
  public static func environment(parsing texts: [String]) throws -> [String: String?] {
    var environment: [String: String?] = [:]
    for (index, text) in texts.enumerated() {
      // Bytes, since to characters an accent behind the sign makes another one of it.
      let sign = text.utf8.firstIndex(of: UInt8(ascii: "="))
      let name = String(text[..<(sign ?? text.endIndex)])
      // What stands behind it may be a secret.
      guard !name.isEmpty else {
        throw DockerError.invalidArgument("variable \(index + 1) has no name, as in NAME=value")
      }
      let value = sign.map { String(text[text.utf8.index(after: $0)...]) }
      environment.updateValue(value, forKey: name)
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
    .enumerated() where !line.isEmpty && line.utf8.first != UInt8(ascii: "#") {
      // The line itself may hold a secret, so its number must do.
      guard let sign = line.utf8.firstIndex(of: UInt8(ascii: "=")), sign > line.startIndex else {
        throw DockerError.invalidArgument("line \(index + 1) of the environment has no NAME=value")
      }
      texts.append(String(line))
    }
    return try environment(parsing: texts)
  }
}
