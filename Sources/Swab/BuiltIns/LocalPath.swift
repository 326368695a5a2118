#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#else
  import Darwin
#endif

/// Paths on this machine as tasks take them.
enum LocalPath {
  /// A path with `~` for the home folder and `$NAME` or `${NAME}` for variables; names that have no
  /// value stay as they are.
  static func expanded(_ path: String) -> String {
    var text = ""
    var rest = path[...]
    if rest == "~" || rest.hasPrefix("~/"), let home = getenv("HOME") {
      text = String(cString: home)
      rest.removeFirst()
    }
    while let dollar = rest.firstIndex(of: "$") {
      text += rest[..<dollar]
      rest = rest[dollar...]
      let name = name(after: rest.dropFirst())
      text += name.value ?? String(rest.prefix(1 + name.length))
      rest = rest.dropFirst(1 + name.length)
    }
    return text + rest
  }

  private static func name(after text: Substring) -> (value: String?, length: Int) {
    if text.first == "{", let end = text.firstIndex(of: "}") {
      let name = String(text[text.index(after: text.startIndex)..<end])
      return (value(of: name), name.count + 2)
    }
    let name = String(text.prefix { $0.isASCII && ($0.isLetter || $0.isNumber || $0 == "_") })
    return (name.isEmpty ? nil : value(of: name), name.count)
  }

  private static func value(of name: String) -> String? {
    getenv(name).map { String(cString: $0) }
  }
}
