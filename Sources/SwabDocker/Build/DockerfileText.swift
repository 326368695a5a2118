/// Text as it has to stand in a Dockerfile to be read as it is.
enum DockerfileText {
  /// A word in quotes.
  ///
  /// There is no way to write a line end; a backslash before it makes the builder read on in the next
  /// line, as if it weren't there.
  static func quoted(_ text: String, continuesLines: Bool = false) -> String {
    let special: Set<Unicode.Scalar> =
      continuesLines ? ["\"", "\\", "$", "\n"] : ["\"", "\\", "$"]
    return "\"\(escaped(text, special))\""
  }

  /// A path, as a word or within one.
  ///
  /// - Parameters:
  ///   - path: The path.
  ///   - keepsVariables: Whether `$NAME` in it is a variable of the Dockerfile, and `\$` a dollar.
  /// - Returns: What stands for it.
  static func path(_ path: String, keepsVariables: Bool = false) -> String {
    let special: Set<Unicode.Scalar> = ["\"", "'", "\\"]
    guard keepsVariables else { return escaped(path, special.union(["$"])) }
    return escaped(path, special).replacing("\\\\$", with: "\\$")
  }

  /// A path where patterns are read as well.
  static func literalPattern(_ path: String) -> String {
    var pattern = ""
    for scalar in path.unicodeScalars {
      switch scalar {
      case "*", "?", "[": pattern += "[\(scalar)]"
      // Without a bracket somewhere it would be no pattern, and mean itself.
      case "\\": pattern += "[\\\\]"
      default: pattern.unicodeScalars.append(scalar)
      }
    }
    return Self.path(pattern)
  }

  private static func escaped(_ text: String, _ special: Set<Unicode.Scalar>) -> String {
    var result = String.UnicodeScalarView()
    for scalar in text.unicodeScalars {
      if special.contains(scalar) { result.append("\\") }
      result.append(scalar)
    }
    return String(result)
  }
}
