import Foundation

/// A folder of a test's own, which goes away with it.
public struct TemporaryFolder: Sendable {
  /// Where it is; short, since the path of a UNIX socket has room for 107 bytes.
  public let path: String

  /// Makes a new, empty folder that only this user may enter.
  public init() throws {
    var template = Array("/tmp/swab-XXXXXX".utf8CString)
    let made = template.withUnsafeMutableBufferPointer { buffer in
      buffer.baseAddress.flatMap { mkdtemp($0) }.map { String(cString: $0) }
    }
    guard let made else { throw TestSupportError("mkdtemp: \(String(cString: strerror(errno)))") }
    path = made
  }

  /// The path of something in it.
  public func path(_ name: String) -> String {
    "\(path)/\(name)"
  }

  /// Writes a file, with its folders, and returns its path.
  @discardableResult
  public func write(_ text: String, to name: String, mode: Int = 0o644) throws -> String {
    let target = path(name)
    let parent = (target as NSString).deletingLastPathComponent
    try FileManager.default.createDirectory(atPath: parent, withIntermediateDirectories: true)
    try Data(text.utf8).write(to: URL(fileURLWithPath: target))
    try FileManager.default.setAttributes([.posixPermissions: mode], ofItemAtPath: target)
    return target
  }

  /// Reads a file in it.
  public func read(_ name: String) throws -> String {
    try String(contentsOfFile: path(name), encoding: .utf8)
  }

  /// Removes the folder and all that is in it.
  public func remove() {
    try? FileManager.default.removeItem(atPath: path)
  }
}

/// Lends a fresh folder to `body` and removes it afterwards.
public func withTemporaryFolder<Result>(
  _ body: (TemporaryFolder) async throws -> Result
) async throws -> Result {
  let folder = try TemporaryFolder()
  defer { folder.remove() }
  return try await body(folder)
}

/// What went wrong in a test's own scaffolding.
public struct TestSupportError: Error, CustomStringConvertible {
  /// What happened.
  public let description: String

  /// Makes an error of a sentence.
  public init(_ description: String) {
    self.description = description
  }
}

/// Waits until `condition` holds, looking often, and fails with `what` when it takes too long: only
/// what never happens is to meet the limit, however busy the machine is.
public func eventually(
  _ what: String,
  within limit: Duration = .seconds(120),
  _ condition: () async throws -> Bool
) async throws {
  let deadline = ContinuousClock.now + limit
  while try await !condition() {
    guard ContinuousClock.now < deadline else {
      throw TestSupportError("not within \(limit): \(what)")
    }
    try await Task.sleep(for: .milliseconds(5))
  }
}
