import Foundation
import SwabTestSupport
import Synchronization

/// A folder with a fabfile, and a person with a home of their own who runs swab in it.
struct Project {
  let folder: TemporaryFolder
  /// What all processes that swab starts on this machine carry in their environment.
  let mark: String
  /// The first local port of this project's tunnels; others in these tests keep away from it.
  let tunnelPort: Int

  /// The folder of the fabfile.
  let path: String
  /// The person's home folder.
  var home: String { folder.path("home") }

  /// Tasks that most tests get along with.
  static let tasks = """
    import Swab

    let fabfile = Fabfile {
      task("sample_task", "List images and containers of each host") {
        let images = try await dockerFabric().images()
        let containers = try await dockerFabric().containers(all: true)
        puts("images=\\(images.count) containers=\\(containers.count)")
      }
      task("hello", "Say hello") { (host: Host) in
        puts(try await host.run("echo hello from $(id -un)").stdout)
      }
      task("nap", "Sleep a long time") { (host: Host) in
        _ = try await host.run("echo napping; sleep 617")
      }
      task("gather", "Collect what can't be held") { (host: Host) in
        _ = try await host.run("yes | head -c 200000000", quiet: true)
      }
      task("flood", "Print 200 MB") { (host: Host) in
        _ = try await host.run("yes \\(String(repeating: "x", count: 99)) | head -c 200000000", collecting: nil)
      }
    }

    """

  private static let projects = Mutex(0)

  private init(folder: TemporaryFolder, path: String? = nil) {
    self.folder = folder
    self.path = path ?? folder.path("work")
    mark = (folder.path as NSString).lastPathComponent
    // Below what the kernel gives away and what the tests' sshds take.
    let number = Self.projects.withLock { count in
      count += 1
      return count
    }
    tunnelPort = 10_000 + 100 * (number % 90)
  }

  /// Lends a project to `body`; its folder and its processes are gone afterwards.
  static func with<Result>(
    fabfile yaml: String,
    tasks: String = Project.tasks,
    _ body: (Project) async throws -> Result
  ) async throws -> Result {
    try await withTemporaryFolder { folder in
      try folder.write(yaml, to: "work/fabfile.yml")
      try folder.write(tasks, to: "work/Fabfile.swift")
      return try await Project(folder: folder).lend(to: body)
    }
  }

  /// Lends the project in a folder of the checkout to `body`.
  static func at<Result>(
    _ path: String,
    _ body: (Project) async throws -> Result
  ) async throws -> Result {
    try await withTemporaryFolder { folder in
      try await Project(folder: folder, path: "\(Checkout.root)/\(path)").lend(to: body)
    }
  }

  /// Lends a project without a fabfile to `body`.
  static func bare<Result>(
    _ folder: TemporaryFolder,
    _ body: (Project) async throws -> Result
  ) async throws -> Result {
    try FileManager.default.createDirectory(
      atPath: folder.path("work"),
      withIntermediateDirectories: true
    )
    return try await Project(folder: folder).lend(to: body)
  }

  private func lend<Result>(to body: (Project) async throws -> Result) async throws -> Result {
    try folder.write("", to: "home/.ssh/known_hosts")
    defer { for process in processes { kill(process, SIGKILL) } }
    return try await body(self)
  }

  /// The environment variable with the mark.
  static let variable = "END_TO_END_TEST"

  /// Records the server's host key as known to the person.
  func trust(_ server: SSHServer) throws {
    let known = try folder.read("home/.ssh/known_hosts")
    let line = "[127.0.0.1]:\(server.port) \(try server.hostKey())\n"
    try folder.write(known + line, to: "home/.ssh/known_hosts")
  }

  /// What runs on this machine on behalf of this project.
  var processes: [Int32] {
    ProcessTable.processes(withVariable: Self.variable, value: mark)
  }

  /// Starts swab here and doesn't wait for it; a variable of the tests that is nil is left out.
  ///
  /// With `shell`, that text starts it, by `exec "$0" "$@"`: where a redirection or a trap is wanted.
  func start(
    _ arguments: [String],
    environment: [String: String?] = [:],
    terminal: Bool = false,
    standardInput: String? = nil,
    shell: String? = nil
  ) throws -> RunningProcess {
    let command = (shell.map { ["sh", "-c", $0] } ?? []) + [try Checkout.swab()] + arguments
    return try RunningProcess(
      "env",
      try cleanEnvironment(environment)
        + (terminal ? ["script", "-qec", Self.quoted(command), "/dev/null"] : command),
      workingDirectory: path,
      standardInput: standardInput
    )
  }

  /// Starts swab in a terminal without colours, whose keyboard is a fifo.
  ///
  /// What `command` says runs in the same terminal before and after.
  func start(
    _ arguments: [String],
    keyboard: String,
    showing command: String
  ) throws -> RunningProcess {
    let swab = Self.quoted([try Checkout.swab()] + arguments)
    // The shell has to outlive a Ctrl-C that ends swab.
    let text = "trap : INT; \(command); \(swab); s=$?; \(command); exit $s"
    return try RunningProcess(
      "env",
      try cleanEnvironment(["NO_COLOR": "1"])
        + ["sh", "-c", "exec script -qec \"$0\" /dev/null <\"$1\"", text, keyboard],
      workingDirectory: path
    )
  }

  /// Arguments of `env` that leave only what a test wants: neither the person's agent nor the
  /// tests' own settings may have a say.
  func cleanEnvironment(_ environment: [String: String?]) throws -> [String] {
    var variables: [String: String?] = [
      "PATH": ProcessInfo.processInfo.environment["PATH"] ?? "/usr/bin:/bin",
      "HOME": home, "USER": NSUserName(), "LANG": "C.UTF-8", "TERM": "xterm",
      "SHELL": "/bin/sh", "SWAB_CACHE": try Checkout.cache(), Self.variable: mark,
      "SWAB_DOCKER_TUNNEL_LOCAL_PORT": "\(tunnelPort)",
    ]
    variables.merge(environment) { $1 }
    return ["-i"] + variables.compactMap { name, value in value.map { "\(name)=\($0)" } }.sorted()
  }

  private static func quoted(_ words: [String]) -> String {
    words.map { "'" + $0.replacingOccurrences(of: "'", with: #"'\''"#) + "'" }
      .joined(separator: " ")
  }

  /// Runs swab here to its end.
  func swab(
    _ arguments: String...,
    environment: [String: String?] = [:],
    terminal: Bool = false,
    standardInput: String? = nil,
    within limit: Duration = .seconds(300)
  ) async throws -> Run {
    try await swab(
      arguments,
      environment: environment,
      terminal: terminal,
      standardInput: standardInput,
      within: limit
    )
  }

  /// Runs swab here to its end.
  func swab(
    _ arguments: [String],
    environment: [String: String?] = [:],
    terminal: Bool = false,
    standardInput: String? = nil,
    within limit: Duration = .seconds(300)
  ) async throws -> Run {
    let started = ContinuousClock.now
    let process = try start(
      arguments,
      environment: environment,
      terminal: terminal,
      standardInput: standardInput
    )
    do {
      try await process.waitForExit(within: limit)
    } catch {
      let said = process.standardOutput + process.standardError
      await process.stop()
      throw TestSupportError("swab \(arguments) did not end within \(limit): \(said)")
    }
    return Run(process, since: started)
  }

  /// Compiles the fabfile, so that a timed run after this finds it in the cache.
  func compile() async throws {
    let listed = try await swab("list")
    guard listed.exitStatus == 0 else { throw TestSupportError("swab list: \(listed)") }
  }
}

/// How a run of swab ended.
struct Run: CustomStringConvertible {
  let exitStatus: Int32
  let standardOutput: String
  let standardError: String
  /// From before its start until its end, the start of all programs included.
  let elapsed: Duration

  /// What an ended process left.
  init(_ process: RunningProcess, since start: ContinuousClock.Instant) {
    exitStatus = process.exitStatus ?? -1
    standardOutput = process.standardOutput
    standardError = process.standardError
    elapsed = ContinuousClock.now - start
  }

  /// Waits for the end of a process.
  init(ended process: RunningProcess, within limit: Duration = ceiling()) async throws {
    let start = ContinuousClock.now
    try await process.waitForExit(within: limit)
    self.init(process, since: start)
  }

  var lines: [String] { Self.lines(of: standardOutput) }
  var errorLines: [String] { Self.lines(of: standardError) }

  /// A terminal ends lines with CR LF, which is one Character.
  private static func lines(of text: String) -> [String] {
    text.split { $0 == "\n" || $0 == "\r\n" }.map(String.init)
  }

  var description: String {
    "exit status \(exitStatus) after \(elapsed)\n\(standardOutput)\(standardError)"
  }
}
