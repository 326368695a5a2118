import Foundation
import SwabTestSupport
import Synchronization
import Testing

@testable import SwabDocker

@Suite("Commands in containers")
struct ExecRunTests {
  private func withRunning<Result>(
    timeout: Duration = .seconds(300),
    _ body: (DockerClient, String) async throws -> Result
  ) async throws -> Result {
    let docker = try await sharedClient(timeout: timeout)
    let result = try await withContainer(.script("sleep 1000"), of: docker) { name in
      try await docker.start(name)
      return try await body(docker, name)
    }
    await docker.close()
    return result
  }

  @Test("give their two streams apart, and their status (DE-54)")
  func streams() async throws {
    try await withRunning { docker, name in
      let result = try await docker.exec(name, ["sh", "-c", "echo ü; echo oops >&2; exit 3"])
      #expect(result.output == "ü\n")
      #expect(result.errorOutput == "oops\n")
      #expect(result.exitCode == 3)
    }
  }

  @Test("read their input to its end, and answer after it (DE-54)")
  func input() async throws {
    try await withRunning { docker, name in
      let bytes = [UInt8](repeating: 97, count: 1 << 20)
      let result = try await docker.exec(
        name,
        ["sh", "-c", "wc -c; exit 3"],
        input: DockerUpload(bytes)
      )
      #expect(result.output.trimmingWhiteSpace() == "1048576")
      #expect(result.exitCode == 3)
    }
  }

  @Test("may end before they have read their input")
  func unreadInput() async throws {
    try await withRunning { docker, name in
      let endless = DockerUpload(produce: { write in
        while true { try await write(.init(repeating: 0, count: 1 << 16)) }
      })
      let result = try await docker.exec(name, ["sh", "-c", "head -c 5 | wc -c"], input: endless)
      #expect(result.output.trimmingWhiteSpace() == "5")
      #expect(result.exitCode == 0)
    }
  }

  struct StartFailure: Sendable, CustomTestStringConvertible {
    var testDescription: String
    var command = ["true"]
    var user: String?
    var folder: String?
    var words: String
  }

  @Test(
    "that cannot start are an error, and not output (DE-55, DE-56)",
    arguments: [
      StartFailure(testDescription: "program", command: ["nosuch"], words: "nosuch"),
      StartFailure(testDescription: "user", user: "nosuchuser", words: "nosuchuser"),
      StartFailure(testDescription: "folder", folder: "/nosuch", words: "/nosuch"),
    ]
  )
  func startFailure(_ failure: StartFailure) async throws {
    try await withRunning { docker, name in
      var spec = ExecSpec(failure.command)
      spec.user = failure.user
      spec.workingDirectory = failure.folder
      let error = await #expect(throws: DockerError.self) { try await docker.exec(name, spec) }
      #expect(error?.code == .execStartFailed)
      #expect(error?.message.contains(failure.words) == true)
    }
  }

  @Test("that are started and left alone are refused if they aren't there (DE-55)")
  func detachedStart() async throws {
    try await withRunning { docker, name in
      let missing = try await docker.createExec(name, ExecSpec(["nosuch"]))
      let error = await #expect(throws: DockerError.self) {
        try await docker.startDetachedExec(missing)
      }
      #expect(error?.isBadRequest == true)
      let present = try await docker.createExec(name, ExecSpec(["touch", "/tmp/there"]))
      try await docker.startDetachedExec(present)
      let waited = try await docker.exec(name, ["sh", "-c", Self.untilThere("/tmp/there")])
      #expect(waited.exitCode == 0)
    }
  }

  private static func untilThere(_ path: String) -> String {
    "until [ -e \(path) ]; do usleep 10000; done"
  }

  @Test("are started once (DE-56)")
  func secondStart() async throws {
    try await withRunning { docker, name in
      let (id, session) = try await docker.execSession(name, ExecSpec(["true"]))
      for try await _ in session.output {}
      let error = await #expect(throws: DockerError.self) { _ = try await docker.startExec(id) }
      #expect(error?.isConflict == true)
      let unknown = await #expect(throws: DockerError.self) {
        _ = try await docker.startExec("0123456789")
      }
      #expect(unknown?.isNotFound == true)
    }
  }

  @Test("with a terminal give one stream, and are started as they were made (DE-57)")
  func terminal() async throws {
    try await withRunning { docker, name in
      var spec = ExecSpec(["sh", "-c", "tty >/dev/null && echo yes; echo no >&2"])
      spec.hasTerminal = true
      let result = try await docker.exec(name, spec)
      #expect(result.output == "yes\r\nno\r\n")
      #expect(result.stderr.isEmpty)
      let session = try await docker.startExec(docker.createExec(name, spec))
      #expect(session.hasTerminal)
      var text = ""
      for try await frame in session.output { text += frame.text }
      #expect(text == "yes\r\nno\r\n")
    }
  }

  @Test("with a terminal can be resized and end with their input")
  func resize() async throws {
    try await withRunning { docker, name in
      var spec = ExecSpec(["sh", "-c", "read line; stty size; cat"])
      spec.hasTerminal = true
      spec.attachesStandardInput = true
      let (id, session) = try await docker.execSession(name, spec)
      try await docker.resizeExec(id, to: TerminalSize(columns: 77, rows: 33))
      try await session.write(Array("go\n".utf8))
      try await session.closeInput()
      var text = ""
      for try await frame in session.output { text += frame.text }
      #expect(text.contains("33 77"))
    }
  }

  @Test("have a status as soon as their output has ended (DE-58)")
  func status() async throws {
    try await withRunning { docker, name in
      for code in 0..<20 {
        let result = try await docker.exec(name, ["sh", "-c", "exit \(code)"])
        #expect(result.exitCode == code)
      }
    }
  }

  @Test("whose container is removed meanwhile end with an error that says so (DE-58)")
  func removed() async throws {
    let docker = try await sharedClient()
    let id = try await docker.createContainer(.script("sleep 1000")).id
    try await docker.start(id)
    let spec = ExecSpec(["sh", "-c", "echo; sleep 1000"])
    let (exec, session) = try await docker.execSession(id, spec)
    var frames = session.output.makeAsyncIterator()
    _ = try await frames.next()
    try await docker.removeContainer(id, force: true)
    #expect(try await frames.next() == nil)
    let error = await #expect(throws: DockerError.self) { try await docker.inspectExec(exec) }
    #expect(error?.isNotFound == true)
    await docker.close()
  }

  @Test("whose container is removed before their status is known end with that error (DE-58)")
  func removedBeforeStatus() async throws {
    let inspections = Mutex(0)
    let engine = try await FakeEngine(version: "1.41") { request in
      if request.path.hasSuffix("/containers/x/exec") {
        return FakeEngine.json("201 Created", #"{"Id":"e1"}"#)
      }
      if request.path.hasSuffix("/start") {
        return .last(
          "HTTP/1.1 101 UPGRADED\r\nConnection: Upgrade\r\nUpgrade: tcp\r\n\r\n"
            + "\u{1}\0\0\0\0\0\0\u{2}hi"
        )
      }
      let number = inspections.withLock { count in
        count += 1
        return count
      }
      return number < 3
        ? FakeEngine.json("200 OK", #"{"Running":\#(number == 1),"ExitCode":null}"#)
        : FakeEngine.json("404 Not Found", #"{"message":"No such exec instance: e1"}"#)
    }
    let docker = try DockerClient(baseURL: engine.address)
    let error = await #expect(throws: DockerError.self) { try await docker.exec("x", ["true"]) }
    #expect(error?.isNotFound == true)
    #expect(inspections.withLock { $0 } == 3)
    await docker.close()
    try await engine.stop()
  }

  @Test(
    "go on when nobody listens any more, unless they are to end (DE-59)",
    arguments: [false, true]
  )
  func cancelled(endsWhenCancelled: Bool) async throws {
    try await withRunning { docker, name in
      let script = "trap 'exit' TERM; echo >/tmp/up; sleep 1000 & wait"
      let task = Task {
        try await docker.exec(
          name,
          ["sh", "-c", script],
          endsWhenCancelled: endsWhenCancelled
        )
      }
      _ = try await docker.exec(name, ["sh", "-c", Self.untilThere("/tmp/up")])
      task.cancel()
      await #expect(throws: CancellationError.self) { try await task.value }
      if endsWhenCancelled {
        try await eventually("the command has ended") { try await !isThere(docker, name) }
      } else {
        #expect(try await isThere(docker, name))
      }
    }
  }

  @Test("are ended whoever they run as (DE-59)", arguments: ["4711", "4711:4712", "0"])
  func endedForOthers(user: String) async throws {
    try await withRunning { docker, name in
      var spec = ExecSpec(["sh", "-c", "trap 'exit' TERM; sleep 1000 & wait"])
      spec.user = user
      let given = spec
      let task = Task { try await docker.exec(name, given, endsWhenCancelled: true) }
      try await eventually("the command runs") { try await isThere(docker, name) }
      task.cancel()
      await #expect(throws: CancellationError.self) { try await task.value }
      try await eventually("the command has ended") { try await !isThere(docker, name) }
    }
  }

  @Test("are ended as their own user, where nobody may be privileged; and if not, it is told")
  func endedByOwnUser() async throws {
    let specs = Mutex<[String]>([])
    let engine = try await FakeEngine(version: "1.41") { request in
      if request.path.hasSuffix("/containers/x/exec") {
        let number = specs.withLock { specs in
          specs.append(request.body)
          return specs.count
        }
        guard !request.body.contains(#""Privileged":true"#) else {
          return FakeEngine.json("403 Forbidden", #"{"message":"nobody may"}"#)
        }
        return FakeEngine.json("201 Created", #"{"Id":"e\#(number)"}"#)
      }
      guard request.path.hasSuffix("/start") else {
        return FakeEngine.json("200 OK", #"{"Running":true,"ExitCode":null}"#)
      }
      // More than is collected, so that the command is to be ended; that finds it the first time.
      let found = specs.withLock { $0.count } == 3
      let output = request.path.contains("/e1/") || !found ? "too much\n" : "found\n"
      return .last(
        "HTTP/1.1 101 UPGRADED\r\nConnection: Upgrade\r\nUpgrade: tcp\r\n\r\n"
          + "\u{1}\0\0\0\0\0\0" + String(UnicodeScalar(UInt8(output.utf8.count))) + output
      )
    }
    let docker = NotingClient(try DockerClient(baseURL: engine.address))
    var spec = ExecSpec(["yes"])
    spec.user = "12"
    for isFound in [true, false] {
      let error = await #expect(throws: DockerError.self) {
        try await docker.exec("x", spec, outputLimit: 2, endsWhenCancelled: true)
      }
      #expect(error?.code == .replyTooLarge)
      let told = docker.reports.contains { $0.contains("could not be ended, and may run on") }
      #expect(told == !isFound)
    }
    let bodies = specs.withLock { $0 }
    try #require(bodies.count == 6)
    for first in [0, 3] {
      #expect(bodies[first + 1].contains(#""Privileged":true"#))
      #expect(bodies[first + 1].contains(#""User":"0""#))
      #expect(bodies[first + 2].contains(#""User":"12""#))
      #expect(bodies[first + 2].contains("SWAB_EXEC="))
    }
    try await docker.engine().close()
    try await engine.stop()
  }

  /// Whether the command that is cancelled runs in the container.
  private func isThere(_ docker: DockerClient, _ container: String) async throws -> Bool {
    let processes = try await docker.top(container, arguments: "-eo pid,args").processes
    return processes.contains { $0.last?.contains("sh -c trap") == true }
  }

  @Test("may be silent for longer than a request may take (DE-60)")
  func quiet() async throws {
    try await withRunning(timeout: .seconds(10)) { docker, name in
      let result = try await docker.exec(name, ["sh", "-c", "sleep 12; echo done"])
      #expect(result.output == "done\n")
    }
  }

  @Test("write as fast as they are read, however much it is (DE-61)")
  func slowReader() async throws {
    try await withRunning { docker, name in
      try await withThrowingTaskGroup(of: Int.self) { group in
        for _ in 0..<2 {
          group.addTask {
            let spec = ExecSpec(["head", "-c", "200000000", "/dev/zero"])
            let (_, session) = try await docker.execSession(name, spec)
            var (count, frames) = (0, 0)
            for try await frame in session.output {
              count += frame.bytes.count
              frames += 1
              guard frames % 500 == 0 else { continue }
              // Meanwhile the engine would be far ahead, if nothing held it up.
              for _ in 0..<5 { try await docker.ping() }
              #expect(await session.output.source.body.bufferedBytes() < 1 << 17)
            }
            return count
          }
        }
        for try await count in group { #expect(count == 200_000_000) }
      }
    }
  }

  @Test("that write more than is collected are an error")
  func limit() async throws {
    try await withRunning { docker, name in
      let error = await #expect(throws: DockerError.self) {
        try await docker.exec(name, ["yes"], outputLimit: 100_000)
      }
      #expect(error?.code == .replyTooLarge)
    }
  }
}
