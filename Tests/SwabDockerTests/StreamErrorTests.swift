import Foundation
import SwabTestSupport
import Testing

@testable import SwabDocker

@Suite("An error of a stream")
struct StreamErrorTests {
  private static func body(_ text: String, isWhole: Bool) -> FakeEngine.Reply {
    let length = text.utf8.count + (isWhole ? 0 : 10)
    return .last("HTTP/1.1 200 OK\r\nContent-Length: \(length)\r\n\r\n\(text)")
  }

  /// An engine with a container, whose logs are these.
  private static func engine(withLogs logs: FakeEngine.Reply) async throws -> FakeEngine {
    try await FakeEngine(version: "1.41") { request in
      guard request.path.hasSuffix("/json") else { return logs }
      return FakeEngine.json("200 OK", #"{"Id":"c","Config":{"Tty":false}}"#)
    }
  }

  @Test("has nothing after it, in progress", arguments: [true, false])
  func progress(isWhole: Bool) async throws {
    let engine = try await FakeEngine(version: "1.41") { _ in
      Self.body("{\"status\":\"Pulling\"}\n", isWhole: isWhole)
    }
    let docker = try DockerClient(baseURL: engine.address)
    var messages = try await docker.beginPull("x").makeAsyncIterator()
    #expect(try await messages.next()?.status == "Pulling")
    let error = await #expect(throws: DockerError.self) { try await messages.next() }
    #expect(error?.code == (isWhole ? .streamTruncated : .connectionLost))
    for _ in 1...2 { #expect(try await messages.next() == nil) }
    await docker.close()
    try await engine.stop()
  }

  @Test("is none where Podman ends a pull in its own way", arguments: [true, false])
  func podman(isWhole: Bool) async throws {
    let engine = try await FakeEngine(version: "1.41") { _ in
      let text = "{\"status\":\"Download complete\",\"id\":\"0123456789ab\"}\n"
      let header = isWhole ? "Libpod-Api-Version: 5.4.0\r\n" : ""
      return FakeEngine.json("200 OK", text, headers: header)
    }
    let docker = try DockerClient(baseURL: engine.address, registryLogins: .none())
    if isWhole {
      #expect(try await docker.pull("x").name == "x:latest")
    } else {
      let error = await dockerError { try await docker.pull("x") }
      #expect(error?.code == .streamTruncated)
    }
    await docker.close()
    try await engine.stop()
  }

  @Test("has nothing after it, in lines, and no connection")
  func lines() async throws {
    let frame = "\u{1}\u{0}\u{0}\u{0}\u{0}\u{0}\u{0}\u{4}ab\nc"
    let text = frame + "\u{1}\u{0}\u{0}\u{0}\u{0}\u{0}\u{0}\u{4}defg" + frame
    let engine = try await Self.engine(
      withLogs: .bytes("HTTP/1.1 200 OK\r\nContent-Length: 9000\r\n\r\n\(text)")
    )
    let docker = try DockerClient(address: DockerAddress(parsing: engine.address), host: "web1")
    let logs = try await docker.logs("c", follow: true)
    var lines = logs.lines(limit: 4).makeAsyncIterator()
    #expect(try await lines.next()?.text == "ab")
    let error = await #expect(throws: DockerError.self) { try await lines.next() }
    #expect(error?.code == .replyTooLarge && error?.host == "web1")
    #expect(error?.path == "/containers/c/logs")
    #expect(try await lines.next() == nil)
    try await eventually("the connection is gone") { engine.journal.open == 1 }
    await docker.close()
    try await engine.stop()
  }

  @Test("comes after the lines that had begun")
  func begunLines() async throws {
    let frame = "\u{1}\u{0}\u{0}\u{0}\u{0}\u{0}\u{0}\u{4}ab\nc"
    let engine = try await Self.engine(withLogs: Self.body(frame, isWhole: false))
    let docker = try DockerClient(baseURL: engine.address)
    var lines = try await docker.logs("c").lines.makeAsyncIterator()
    #expect(try await lines.next()?.text == "ab")
    #expect(try await lines.next()?.text == "c")
    let error = await #expect(throws: DockerError.self) { try await lines.next() }
    #expect(error?.code == .connectionLost)
    #expect(try await lines.next() == nil)
    await docker.close()
    try await engine.stop()
  }

  @Test("names host and request of a process that writes too much")
  func tooMuch() async throws {
    let docker = try DockerClient(
      address: DockerAddress(parsing: "unix://\(try await DockerEngine.shared().socketPath)"),
      host: "web1"
    )
    try await withContainer(.script("sleep 1000"), of: docker) { name in
      try await docker.start(name)
      let error = await #expect(throws: DockerError.self) {
        try await docker.exec(name, ["yes"], outputLimit: 1000)
      }
      #expect(error?.code == .replyTooLarge && error?.host == "web1" && error?.method == "POST")
      #expect(error?.hint?.contains("outputLimit") == true)
    }
    await docker.close()
  }
}

@Suite("What goes to a process or an engine")
struct InputTests {
  @Test("ends a terminal's input, also within a line", arguments: ["abc", "abc\n", ""])
  func terminal(_ text: String) async throws {
    let docker = try await sharedClient()
    try await withContainer(.script("sleep 1000"), of: docker) { name in
      try await docker.start(name)
      var spec = ExecSpec(["sh", "-c", "stty -echo; cat; echo end"])
      spec.hasTerminal = true
      let result = try await docker.exec(name, spec, input: DockerUpload(Array(text.utf8)))
      #expect(result.output.hasSuffix("end\r\n"))
    }
    await docker.close()
  }

  @Test("may come from a pipe, which is read for as long as others write to it")
  func pipe() async throws {
    let engine = try await FakeEngine(version: "1.41") { _ in .silence }
    let docker = try DockerClient(baseURL: engine.address)
    try await withTemporaryFolder { folder in
      let path = folder.path("pipe")
      #expect(mkfifo(path, 0o600) == 0)
      let collected = Task {
        let recorder = Recorder()
        try await DockerUpload.file(path).produce { recorder.append(String(buffer: $0)) }
        return recorder.texts.joined()
      }
      let writer = try #require(FileHandle(forWritingAtPath: path))
      try writer.write(contentsOf: Data("one ".utf8))
      try writer.write(contentsOf: Data("two".utf8))
      try writer.close()
      #expect(try await collected.value == "one two")
      // Nobody ever writes to it again, and the call ends all the same.
      let load = Task { try await docker.load(.file(path)) }
      try await eventually("it has begun") { engine.requests.count == 2 }
      load.cancel()
      await #expect(throws: CancellationError.self) { try await load.value }
      let folderError = await dockerError { try await docker.load(.file(folder.path)) }
      #expect(folderError?.code == .fileFailed)
    }
    await docker.close()
    try await engine.stop()
  }

  @Test("an archive takes the place of a file only once it is whole")
  func saved() async throws {
    let docker = try await sharedClient()
    try await withTemporaryFolder { folder in
      let path = folder.path("old.tar")
      try folder.write("old", to: "old.tar", mode: 0o600)
      try FileManager.default.createSymbolicLink(
        atPath: folder.path("link.tar"),
        withDestinationPath: "old.tar"
      )
      try await withContainer(.script("true"), of: docker) { name in
        for file in ["old.tar", "link.tar"] {
          let error = await dockerError {
            try await docker.copyResource(name, path: "/nosuch", to: folder.path(file))
          }
          #expect(error?.isNotFound == true)
          #expect(try folder.read("old.tar") == "old")
        }
        // What is no file is written to, and stays.
        _ = await dockerError { try await docker.copyResource(name, path: "/no", to: "/dev/null") }
        try await docker.copyResource(name, path: "/bin/busybox", to: "/dev/null")
        var status = stat()
        #expect(stat("/dev/null", &status) == 0 && status.st_mode & S_IFMT == S_IFCHR)
        try await docker.copyResource(name, path: "/bin/busybox", to: folder.path("link.tar"))
      }
      #expect(try Data(contentsOf: URL(fileURLWithPath: path)).count > 1000)
      let names = try FileManager.default.contentsOfDirectory(atPath: folder.path)
      #expect(Set(names) == ["old.tar", "link.tar"])
      let attributes = try FileManager.default.attributesOfItem(atPath: path)
      #expect(attributes[.posixPermissions] as? Int == 0o600)
    }
    await docker.close()
  }
}
