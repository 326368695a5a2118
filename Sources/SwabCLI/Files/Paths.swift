#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#else
  import Darwin
#endif

/// The value of an environment variable; an empty one counts as none.
func environmentValue(_ name: String) -> String? {
  guard let value = getenv(name) else { return nil }
  let text = String(cString: value)
  return text.isEmpty ? nil : text
}

/// The folder that `path` lies in, by its spelling.
func parentFolder(of path: String) -> String {
  guard let slash = path.lastIndex(of: "/") else { return "." }
  return slash == path.startIndex ? "/" : String(path[..<slash])
}

/// The last part of a path.
func lastComponent(of path: String) -> String {
  guard let slash = path.lastIndex(of: "/") else { return path }
  return String(path[path.index(after: slash)...])
}

func join(_ folder: String, _ name: String) -> String {
  folder.hasSuffix("/") ? folder + name : folder + "/" + name
}

/// The path with its links resolved, or nil with the reason in `errno`.
func resolvedPath(_ path: String) -> String? {
  guard let resolved = realpath(path, nil) else { return nil }
  defer { free(resolved) }
  return String(cString: resolved)
}

/// The working directory, or nil with the reason in `errno`.
func workingDirectory() -> String? {
  guard let path = getcwd(nil, 0) else { return nil }
  defer { free(path) }
  return String(cString: path)
}

/// The path seen from the root; links stay as they are.
func absolutePath(_ path: String) -> String {
  if path.hasPrefix("/") { return path }
  return workingDirectory().map { join($0, path) } ?? path
}

/// The person's home folder.
func homeFolder() -> String? {
  environmentValue("HOME") ?? getpwuid(getuid()).map { String(cString: $0.pointee.pw_dir) }
}

/// `path` with `~` and `~user` replaced by the home folder they mean, where there is one.
func expandingTilde(_ path: String) -> String {
  guard path.hasPrefix("~") else { return path }
  let name = path.dropFirst().prefix { $0 != "/" }
  let rest = path.dropFirst(1 + name.count)
  let home =
    name.isEmpty
    ? homeFolder() : getpwnam(String(name)).map { String(cString: $0.pointee.pw_dir) }
  return home.map { $0 + rest } ?? path
}

/// The absolute path of the first program of this name in `$PATH`; a name with a slash is a path
/// already.
func findProgram(_ name: String) -> String? {
  if name.contains("/") { return isProgram(name) ? absolutePath(name) : nil }
  for folder in (environmentValue("PATH") ?? "").split(separator: ":") {
    let path = join(String(folder), name)
    if isProgram(path) { return absolutePath(path) }
  }
  return nil
}

private func isProgram(_ path: String) -> Bool {
  FileStatus(path)?.kind == .file && access(path, X_OK) == 0
}

func fileExists(_ path: String) -> Bool {
  access(path, F_OK) == 0
}
