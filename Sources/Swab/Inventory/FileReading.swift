#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#else
  import Darwin
#endif

/// Reads a file whole.
enum FileReading {
  /// No file that people write comes near this.
  private static let limit = 16 << 20

  static func bytes(of path: String) throws(FabfileError) -> [UInt8] {
    let descriptor = open(path, O_RDONLY | O_CLOEXEC)
    guard descriptor >= 0 else { throw unreadable(path) }
    defer { close(descriptor) }
    var bytes: [UInt8] = []
    var buffer = [UInt8](repeating: 0, count: 1 << 16)
    while true {
      let count = read(descriptor, &buffer, buffer.count)
      if count < 0, errno == EINTR { continue }
      guard count >= 0 else { throw unreadable(path) }
      guard count > 0 else { return bytes }
      bytes += buffer[..<count]
      guard bytes.count <= limit else {
        throw FabfileError("\(path): is larger than \(limit >> 20) MiB")
      }
    }
  }

  private static func unreadable(_ path: String) -> FabfileError {
    let reason = String(cString: strerror(errno))
    return FabfileError("\(path): can't be read: \(reason)")
  }

  /// The absolute path of the folder that a file lies in.
  static func folder(of path: String) -> String {
    let path = absolute(path, in: currentFolder)
    guard let slash = path.lastIndex(of: "/"), slash > path.startIndex else { return "/" }
    return String(path[..<slash])
  }

  /// A path as an absolute one, without `.` parts; `..` stays, since links may change its meaning.
  static func absolute(_ path: String, in folder: String) -> String {
    let whole = path.hasPrefix("/") ? path : "\(folder)/\(path)"
    let parts = whole.split(separator: "/").filter { $0 != "." }
    return "/" + parts.joined(separator: "/")
  }

  /// A path seen from a folder, if it is below it.
  static func relative(_ path: String, to folder: String?) -> String {
    guard let folder, !folder.isEmpty, path.hasPrefix(folder + "/") else { return path }
    return String(path.dropFirst(folder.count + 1))
  }

  private static var currentFolder: String {
    guard let pointer = getcwd(nil, 0) else { return "/" }
    defer { free(pointer) }
    return String(cString: pointer)
  }
}
