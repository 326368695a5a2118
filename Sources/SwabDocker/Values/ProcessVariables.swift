#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#else
  import Darwin
#endif

/// The variables of this process's environment.
enum ProcessVariables {
  /// All of them, as they are now.
  static func all() -> [String: String] {
    var variables: [String: String] = [:]
    var pointer = environ
    while let entry = pointer.pointee {
      if let (name, value) = parse(String(cString: entry)) { variables[name] = value }
      pointer += 1
    }
    return variables
  }

  /// The name and value of `NAME=value`, or nothing if it has no `=`.
  static func parse(_ entry: String) -> (name: String, value: String)? {
    // By bytes: a mark of accent after the sign makes one character of both.
    guard let equals = entry.utf8.firstIndex(of: UInt8(ascii: "=")) else { return nil }
    return (String(entry[..<equals]), String(entry[entry.utf8.index(after: equals)...]))
  }
}
