#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#else
  import Darwin
#endif

extension SmallFile {
  /// Whether there is a file.
  static func exists(_ path: String) -> Bool {
    access(path, F_OK) == 0
  }

  /// The text of a file that has to be there.
  ///
  /// - Throws: A ``DockerError`` with code `fileFailed`.
  static func requiredText(of path: String) throws -> String {
    if let text = try text(of: path) { return text }
    errno = ENOENT
    throw DockerError.cannotRead(path)
  }

  /// The names of what is in a folder, in order; nothing if there is none.
  static func names(in folder: String) -> [String] {
    guard let stream = opendir(folder) else { return [] }
    defer { closedir(stream) }
    var names: [String] = []
    while let entry = readdir(stream) {
      let name = withUnsafeBytes(of: entry.pointee.d_name) { bytes in
        String(decoding: bytes.prefix { $0 != 0 }, as: UTF8.self)
      }
      if !name.hasPrefix(".") { names.append(name) }
    }
    return names.sorted()
  }
}
