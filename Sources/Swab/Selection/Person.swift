#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#else
  import Darwin
#endif

/// Who runs swab.
struct Person: Sendable {
  var user: String
  var home: String
}

extension Person {
  /// A path with a leading `~` replaced by the home folder.
  func expanded(_ path: String) -> String {
    if path == "~" { return home }
    return path.hasPrefix("~/") ? home + path.dropFirst() : path
  }

  /// Who runs this process, for what is read outside of a run, too.
  static let ofProcess = Person.current(
    getenv("HOME").map { ["HOME": String(cString: $0)] } ?? [:]
  )

  /// The user of this process.
  static func current(_ environment: [String: String]) -> Person {
    var home = environment["HOME"] ?? ""
    var user = environment["USER"] ?? environment["LOGNAME"] ?? ""
    if let entry = getpwuid(getuid()) {
      if home.isEmpty { home = String(cString: entry.pointee.pw_dir) }
      // The account, not what a variable says: with sudo or su they differ.
      user = String(cString: entry.pointee.pw_name)
    }
    return Person(user: user, home: home)
  }
}
