#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#else
  import Darwin
#endif

/// Where tasks may stand beside a `fabfile.yml`.
enum TaskFiles {
  static let file = "Fabfile.swift"
  static let folder = "Fabfile"

  /// Whether there is something beside a fabfile.yml to declare tasks in: a file, a folder, or the
  /// package that it names.
  static func exist(beside fabfile: String) -> Bool {
    let place = FileReading.folder(of: fabfile)
    if exists("\(place)/\(file)") || isFolder("\(place)/\(folder)") { return true }
    // The file may be one that isn't YAML; who reads it will say so.
    let text = (try? FileReading.bytes(of: fabfile)) ?? []
    return text.split(separator: UInt8(ascii: "\n")).contains { $0.starts(with: "package:".utf8) }
  }

  static func exists(_ path: String) -> Bool { access(path, F_OK) == 0 }

  private static func isFolder(_ path: String) -> Bool {
    var status = stat()
    return stat(path, &status) == 0 && status.st_mode & S_IFMT == S_IFDIR
  }
}
