#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#else
  import Darwin
#endif

/// What a shell would make of a path.
enum PathExpansion {
  /// The path with the values of its variables; one that isn't set stays as it is.
  static func variables(in path: String) -> String {
    var result = ""
    var rest = path[...]
    while let dollar = rest.firstIndex(of: "$") {
      result += rest[..<dollar]
      rest = rest[rest.index(after: dollar)...]
      let isBraced = rest.first == "{"
      let name = (isBraced ? rest.dropFirst() : rest).prefix(while: isInName)
      let end = rest[name.endIndex...]
      guard
        !name.isEmpty, !isBraced || end.first == "}", let value = getenv(String(name))
      else {
        result += "$"
        continue
      }
      result += String(cString: value)
      rest = isBraced ? end.dropFirst() : end
    }
    return result + rest
  }

  /// The path with the home that a `~` at its beginning means.
  static func user(in path: String) -> String {
    guard path.first == "~" else { return path }
    let name = path.dropFirst().prefix { $0 != "/" }
    guard let home = home(of: String(name)) else { return path }
    return home + path.dropFirst(1 + name.count)
  }

  private static func home(of name: String) -> String? {
    if name.isEmpty, let home = getenv("HOME") { return String(cString: home) }
    var entry = passwd()
    var found: UnsafeMutablePointer<passwd>?
    var room = [CChar](repeating: 0, count: 1 << 14)
    let code =
      name.isEmpty
      ? getpwuid_r(getuid(), &entry, &room, room.count, &found)
      : getpwnam_r(name, &entry, &room, room.count, &found)
    guard code == 0, found != nil, let home = entry.pw_dir else { return nil }
    return String(cString: home)
  }

  private static func isInName(_ character: Character) -> Bool {
    character.isASCII && (character.isLetter || character.isNumber || character == "_")
  }
}
