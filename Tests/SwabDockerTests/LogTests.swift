import Foundation
import SwabTestSupport
import Testing

@testable import SwabDocker

@Suite("Logs")
struct LogTests {
  /// Runs a script to its end, and lends its container.
  private func withOutput(
    of script: String,
    hasTerminal: Bool = false,
    _ body: (DockerClient, String) async throws -> Void
  ) async throws {
    let docker = try await sharedClient()
    var spec = ContainerSpec.script(script)
    spec.hasTerminal = hasTerminal
    try await withContainer(spec, of: docker) { name in
      try await docker.start(name)
      for try await _ in try await docker.logs(name, follow: true) {}
      try await body(docker, name)
    }
    await docker.close()
  }

  private func collect(_ logs: DockerLogs) async throws -> (out: [UInt8], error: [UInt8]) {
    var (out, error): ([UInt8], [UInt8]) = ([], [])
    for try await frame in logs {
      switch frame.stream {
      case .standardOutput: out += frame.bytes
      case .standardError: error += frame.bytes
      }
    }
    return (out, error)
  }

  @Test("keep the two streams apart, to the byte (DE-43)")
  func streams() async throws {
    let script = #"printf 'a\000b\nno end'; printf 'oh ü\n' >&2"#
    try await withOutput(of: script) { docker, name in
      let (out, error) = try await collect(docker.logs(name))
      #expect(out == Array("a\u{0}b\nno end".utf8))
      #expect(String(decoding: error, as: UTF8.self) == "oh ü\n")
      #expect(try await collect(docker.logs(name, stdout: false)).out.isEmpty)
      #expect(try await collect(docker.logs(name, stderr: false)).error.isEmpty)
      let none = await #expect(throws: DockerError.self) {
        try await docker.logs(name, stdout: false, stderr: false)
      }
      #expect(none?.code == .invalidArgument)
    }
  }

  @Test("of a terminal are one stream, with its line ends (DE-45)")
  func terminal() async throws {
    try await withOutput(of: "echo a; echo b >&2", hasTerminal: true) { docker, name in
      let (out, error) = try await collect(docker.logs(name))
      #expect(String(decoding: out, as: UTF8.self) == "a\r\nb\r\n")
      #expect(error.isEmpty)
      var lines: [LogLine] = []
      for try await line in try await docker.logs(name, timestamps: true).lines {
        lines.append(line)
      }
      #expect(lines.map(\.text) == ["a", "b"])
      #expect(lines.allSatisfy { $0.timestamp != nil })
    }
  }

  @Test("give a long line as one, and as two frames (DE-46)")
  func longLine() async throws {
    let script = "head -c 20000 /dev/zero | tr '\\0' x; echo; echo y"
    try await withOutput(of: script) { docker, name in
      var frames: [Int] = []
      for try await frame in try await docker.logs(name) { frames.append(frame.bytes.count) }
      #expect(frames == [16384, 20001 - 16384, 2])
      var lines: [LogLine] = []
      for try await line in try await docker.logs(name, timestamps: true).lines {
        lines.append(line)
      }
      #expect(lines.map(\.bytes.count) == [20000, 1])
      #expect(lines.allSatisfy { $0.timestamp != nil })
    }
  }

  @Test("give a line of 10 MB as one, which has one timestamp at most", arguments: [false, true])
  func hugeLine(_ hasTimestamps: Bool) async throws {
    let count = 10_000_000
    try await withOutput(of: "head -c \(count) /dev/zero | tr '\\0' x") { docker, name in
      let logs = try await docker.logs(name, timestamps: hasTimestamps)
      var lines: [LogLine] = []
      for try await line in logs.lines { lines.append(line) }
      #expect(lines.map(\.bytes.count) == [count])
      #expect(lines.first?.bytes.allSatisfy { $0 == UInt8(ascii: "x") } == true)
      #expect((lines.first?.timestamp != nil) == hasTimestamps)
    }
  }

  @Test("can be limited by number and time (DE-47)")
  func ranges() async throws {
    try await withOutput(of: "for i in 1 2 3 4; do echo $i; done") { docker, name in
      let texts = { (logs: DockerLogs) in
        try await logs.lines.reduce(into: []) { $0.append($1) } as [LogLine]
      }
      let all = try await texts(docker.logs(name, timestamps: true))
      #expect(all.map(\.text) == ["1", "2", "3", "4"])
      #expect(try await texts(docker.logs(name, tail: 0)).isEmpty)
      #expect(try await texts(docker.logs(name, tail: 1)).map(\.text) == ["4"])
      let third = try #require(all[2].timestamp)
      #expect(try await texts(docker.logs(name, since: third)).map(\.text) == ["3", "4"])
      let second = try #require(all[1].timestamp)
      #expect(try await texts(docker.logs(name, until: second)).map(\.text) == ["1", "2"])
    }
  }

  @Test("tell on each line what the log driver has kept beside it (DE-47)")
  func details() async throws {
    let docker = try await sharedClient()
    var spec = ContainerSpec.script("echo out; echo oh >&2")
    spec.labels = ["app": "web", "stage": "test", "other": "no"]
    spec.environment["LEVEL"] = "2"
    spec.hostConfig.logDriver = LogDriver(
      "json-file",
      options: ["labels": "app,stage", "env": "LEVEL"]
    )
    try await withContainer(spec, of: docker) { name in
      try await docker.start(name)
      try await docker.wait(name)
      let (out, error) = try await collect(docker.logs(name, details: true))
      let details = "LEVEL=2,app=web,stage=test"
      #expect(String(decoding: out, as: UTF8.self) == "\(details) out\n")
      #expect(String(decoding: error, as: UTF8.self) == "\(details) oh\n")
      #expect(String(decoding: try await collect(docker.logs(name)).out, as: UTF8.self) == "out\n")
      var lines: [LogLine] = []
      let logs = try await docker.logs(name, stderr: false, timestamps: true, details: true)
      for try await line in logs.lines { lines.append(line) }
      #expect(lines.map(\.text) == ["\(details) out"])
      #expect(lines.first?.timestamp != nil)
    }
    await docker.close()
  }

  @Test("that are followed end with the container, and come as they are written (DE-48)")
  func follow() async throws {
    let docker = try await sharedClient()
    let script = "echo ready; while [ ! -e /mnt/go ]; do sleep 0.05; done; echo done"
    try await withTemporaryFolder { folder in
      var spec = ContainerSpec.script(script)
      spec.hostConfig.binds = [BindMount(folder.path, at: "/mnt")]
      try await withContainer(spec, of: docker) { name in
        try await docker.start(name)
        var lines = try await docker.logs(name, follow: true).lines.makeAsyncIterator()
        #expect(try await lines.next()?.text == "ready")
        try folder.write("", to: "go")
        #expect(try await lines.next()?.text == "done")
        #expect(try await lines.next() == nil)
      }
    }
    await docker.close()
  }

  @Test("of forty containers can be followed, and a ping still passes within a second (DE-12)")
  func many() async throws {
    let docker = try await sharedClient()
    try await withContainer(.script("echo ready; sleep 1000"), of: docker) { name in
      try await docker.start(name)
      var iterators: [DockerLogs.Lines.AsyncIterator] = []
      for _ in 0..<40 {
        var iterator = try await docker.logs(name, follow: true).lines.makeAsyncIterator()
        #expect(try await iterator.next()?.text == "ready")
        iterators.append(iterator)
      }
      // Other tests want the processor, too; the quickest of a few says what it takes.
      var durations: [Duration] = []
      for _ in 0..<5 {
        let started = ContinuousClock.now
        try await docker.ping()
        durations.append(ContinuousClock.now - started)
      }
      #expect(try #require(durations.min()) < .seconds(1))
    }
    await docker.close()
  }

  @Test("cancelling frees the connection (DE-48)")
  func cancel() async throws {
    let docker = try await sharedClient()
    try await withContainer(.script("echo ready; sleep 1000"), of: docker) { name in
      try await docker.start(name)
      let (started, ready) = AsyncStream<Void>.makeStream()
      let reader = Task {
        defer { ready.finish() }
        for try await _ in try await docker.logs(name, follow: true) { ready.yield() }
      }
      for await _ in started { break }
      let connections = await docker.transport.openConnections()
      reader.cancel()
      await #expect(throws: CancellationError.self) { try await reader.value }
      try await eventually("the connection is gone") {
        await docker.transport.openConnections() == connections - 1
      }
    }
    await docker.close()
  }

  @Test("leaving the loop frees the connection")
  func abandon() async throws {
    let docker = try await sharedClient()
    try await withContainer(.script("echo ready; sleep 1000"), of: docker) { name in
      try await docker.start(name)
      for try await _ in try await docker.logs(name, follow: true) { break }
      try await eventually("the connection is gone") {
        await docker.transport.openConnections() == 1
      }
      _ = try await docker.logs(name, follow: true)
      try await eventually("the connection is gone") {
        await docker.transport.openConnections() == 1
      }
    }
    await docker.close()
  }

  @Test("keep their client alive")
  func clientDropped() async throws {
    let docker = try await sharedClient()
    try await withContainer(.script("echo ready; echo set"), of: docker) { name in
      try await docker.start(name)
      let logs = try await sharedClient().logs(name, follow: true)
      var count = 0
      for try await _ in logs.lines { count += 1 }
      #expect(count == 2)
    }
    await docker.close()
  }

  @Test("of a driver that cannot be read (DE-49), and of no container")
  func unreadable() async throws {
    let docker = try await sharedClient()
    var spec = ContainerSpec.script("echo x")
    spec.hostConfig.logDriver = LogDriver("none")
    try await withContainer(spec, of: docker) { name in
      try await docker.start(name)
      let error = await #expect(throws: DockerError.self) { try await docker.logs(name) }
      #expect(error?.code == .notImplemented)
    }
    let error = await #expect(throws: DockerError.self) { try await docker.logs("nosuch") }
    #expect(error?.isNotFound == true)
    await docker.close()
  }

  @Test("an unread stream stays with the engine: a slow reader holds little of it")
  func backPressure() async throws {
    let frame = String(repeating: "x", count: 4096)
    let chunk = "1008\r\n\u{1}\u{0}\u{0}\u{0}\u{0}\u{0}\u{10}\u{0}\(frame)\r\n"
    let head =
      "HTTP/1.1 200 OK\r\nContent-Type: application/vnd.docker.multiplexed-stream\r\n"
      + "Transfer-Encoding: chunked\r\n\r\n"
    let total = 8000
    let text = head + String(repeating: chunk, count: total) + "0\r\n\r\n"
    let engine = try await FakeEngine(version: "1.44") { _ in .bytes(text) }
    let docker = try DockerClient(baseURL: engine.address)
    let logs = try await docker.logs("x")
    var iterator = logs.makeAsyncIterator()
    var count = 0
    while let frame = try await iterator.next() {
      #expect(frame.bytes.count == 4096)
      count += 1
      if count % 1000 == 0 {
        #expect(await logs.source.body.bufferedBytes() < 1 << 20)
      }
    }
    #expect(count == total)
    await docker.close()
    try await engine.stop()
  }
}
