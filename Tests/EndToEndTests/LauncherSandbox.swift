import Foundation
import SwabTestSupport
import Testing

/// A home folder, a project and a cache of a test's own, in which the installed `swab` is started.
struct LauncherSandbox: Sendable {
  let folder: TemporaryFolder

  /// The checkout that the tests were built in.
  static let checkout = URL(fileURLWithPath: #filePath)
    .deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent().path

  /// The `swab` under test, beside whose folder lies `lib/swab`.
  static let swab =
    ProcessInfo.processInfo.environment["SWAB_BIN"] ?? "\(checkout)/.build/stage/bin/swab"

  /// The folder with the `bin` and `lib/swab` under test.
  static let stage = URL(fileURLWithPath: swab)
    .deletingLastPathComponent().deletingLastPathComponent().path

  /// Copies `bin` and `lib/swab`, and returns the path of the copied `swab`.
  static func copy(to prefix: String) async throws -> String {
    let copied = try await RunningProcess.run(
      "sh",
      [
        "-ec", "mkdir -p \"$1/lib\"; cp -R \"$0/bin\" \"$1/\"; cp -R \"$0/lib/swab\" \"$1/lib/\"",
        stage, prefix,
      ]
    )
    try #require(copied.exitStatus == 0, "\(copied.standardError)")
    return prefix + "/bin/swab"
  }

  static let hello = """
    import Swab

    let fabfile = Fabfile {
      task("hello", "Say hello") { puts("hello") }
    }

    """

  /// The person's home folder.
  var home: String { folder.path("home") }
  /// Where fabfile.yml is.
  var project: String { folder.path("home/project") }
  var cache: String { folder.path("home/.cache/swab") }

  /// Writes a file of the project.
  @discardableResult
  func write(_ text: String, to name: String, mode: Int = 0o644) throws -> String {
    try folder.write(text, to: "home/project/\(name)", mode: mode)
  }

  /// Runs `swab` to its end, in the project or in another folder.
  func run(
    _ arguments: String...,
    in workingDirectory: String? = nil,
    environment: [String: String] = [:]
  ) async throws -> RunningProcess {
    let process = try start(arguments, in: workingDirectory, environment: environment)
    try await process.waitForExit()
    return process
  }

  /// Starts `swab`.
  func start(
    _ arguments: [String],
    in workingDirectory: String? = nil,
    environment: [String: String] = [:]
  ) throws -> RunningProcess {
    try RunningProcess(
      Self.swab,
      arguments,
      environment: self.environment.merging(environment) { $1 },
      workingDirectory: workingDirectory ?? project
    )
  }

  /// What separates `swab` from the one who runs the tests; an empty variable counts as unset.
  var environment: [String: String] {
    ["HOME": home, "SWAB_CACHE": "", "XDG_CACHE_HOME": "", "SWAB_SWIFTC": "", "NO_COLOR": "1"]
  }

  func countingCompiler() throws -> CountingCompiler {
    try CountingCompiler(folder)
  }

  /// The compiled fabfiles, by the names of their entries.
  func entries() throws -> [String] {
    let path = cache + "/entries"
    guard FileManager.default.fileExists(atPath: path) else { return [] }
    return try FileManager.default.contentsOfDirectory(atPath: path).sorted()
  }
}

/// A compiler that notes each call in a file.
struct CountingCompiler: Sendable {
  let path: String
  private let folder: TemporaryFolder

  init(_ folder: TemporaryFolder) throws {
    self.folder = folder
    path = try folder.write(
      "#!/bin/sh\necho called >>'\(folder.path("calls"))'\nexec swiftc \"$@\"\n",
      to: "counting-swiftc",
      mode: 0o755
    )
  }

  func calls() throws -> Int {
    guard FileManager.default.fileExists(atPath: folder.path("calls")) else { return 0 }
    return try folder.read("calls").split(separator: "\n").count
  }
}

/// Lends a sandbox whose project has an empty `fabfile.yml`, and a `Fabfile.swift` if one is given.
func withLauncherSandbox<Result>(
  fabfile: String? = LauncherSandbox.hello,
  _ body: (LauncherSandbox) async throws -> Result
) async throws -> Result {
  try await withTemporaryFolder { folder in
    let sandbox = LauncherSandbox(folder: folder)
    try sandbox.write("", to: "fabfile.yml")
    if let fabfile { try sandbox.write(fabfile, to: "Fabfile.swift") }
    return try await body(sandbox)
  }
}
