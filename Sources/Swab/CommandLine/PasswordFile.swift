#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#else
  import Darwin
#endif

/// A file that holds a password.
enum PasswordFile {
  /// The first line of a file.
  ///
  /// - Throws: ``UsageError`` if the file can't be read, is empty, or can be read by others.
  static func read(_ path: String) throws(UsageError) -> String {
    guard let file = fopen(path, "re") else {
      throw UsageError("-p @\(path): \(String(cString: strerror(errno)))")
    }
    defer { fclose(file) }
    var status = stat()
    guard fstat(fileno(file), &status) == 0, status.st_mode & 0o077 == 0 else {
      throw UsageError(
        "-p @\(path): others on this machine can read the file",
        hint: "chmod 600 \(path)"
      )
    }
    var line = [CChar](repeating: 0, count: 4096)
    guard fgets(&line, Int32(line.count), file) != nil else {
      throw UsageError("-p @\(path): the file is empty")
    }
    let bytes = line.prefix { $0 != 0 && $0 != 10 && $0 != 13 }.map { UInt8(bitPattern: $0) }
    guard !bytes.isEmpty else { throw UsageError("-p @\(path): the file's first line is empty") }
    return String(decoding: bytes, as: UTF8.self)
  }
}
