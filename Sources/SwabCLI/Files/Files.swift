#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#else
  import Darwin
#endif

/// The text of the error that a system call has left behind.
func errorText(_ code: CInt = errno) -> String {
  String(cString: strerror(code))
}

/// Writes all of `text` to standard error; if that is closed, there is nobody to tell.
func writeToStandardError(_ text: String) {
  writeAll(Array(text.utf8)[...], to: STDERR_FILENO)
}

/// Writes `bytes` to a descriptor, however many calls it takes.
@discardableResult
func writeAll(_ bytes: ArraySlice<UInt8>, to descriptor: CInt) -> Bool {
  var rest = bytes
  while !rest.isEmpty {
    let count = rest.withUnsafeBytes { write(descriptor, $0.baseAddress, $0.count) }
    if count < 0 && errno == EINTR { continue }
    guard count > 0 else { return false }
    rest = rest.dropFirst(count)
  }
  return true
}

/// Everything that can be read from a descriptor, or nil with the reason in `errno`.
func readAll(from descriptor: CInt) -> [UInt8]? {
  var content: [UInt8] = []
  var buffer = [UInt8](repeating: 0, count: 1 << 16)
  while true {
    let count = buffer.withUnsafeMutableBytes { read(descriptor, $0.baseAddress, $0.count) }
    if count < 0 && errno == EINTR { continue }
    guard count >= 0 else { return nil }
    guard count > 0 else { return content }
    content += buffer[..<count]
  }
}

/// The content of a file, or nil with the reason in `errno`.
func readFile(_ path: String) -> [UInt8]? {
  let descriptor = open(path, O_RDONLY | O_CLOEXEC)
  guard descriptor >= 0 else { return nil }
  defer { close(descriptor) }
  return readAll(from: descriptor)
}

/// Writes a new file; fails if one is there.
func writeNewFile(_ path: String, _ text: String) -> Bool {
  let descriptor = open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0o600)
  guard descriptor >= 0 else { return false }
  defer { close(descriptor) }
  return writeAll(Array(text.utf8)[...], to: descriptor)
}

/// The names in a folder, sorted, without `.` and `..`; nil with the reason in `errno`.
func namesInFolder(_ path: String) -> [String]? {
  guard let folder = opendir(path) else { return nil }
  defer { closedir(folder) }
  var names: [String] = []
  while let entry = readdir(folder) {
    let name = withUnsafePointer(to: &entry.pointee.d_name) { tuple in
      tuple.withMemoryRebound(to: CChar.self, capacity: MemoryLayout.size(ofValue: tuple.pointee)) {
        String(cString: $0)
      }
    }
    if name != "." && name != ".." { names.append(name) }
  }
  return names.sorted()
}

/// Removes a file, or a folder with all that is in it; links are removed, not followed.
func removeTree(_ path: String) {
  guard unlink(path) != 0, let names = namesInFolder(path) else { return }
  for name in names { removeTree(path + "/" + name) }
  rmdir(path)
}
