import Foundation
import SwabTestSupport
import Testing

@testable import SwabDocker

/// What an engine does for whom, whichever way he comes.
@Suite("By each way to an engine")
struct EngineWayTests {
  private static func script(_ script: String) -> ContainerSpec {
    var spec = ContainerSpec(image: DockerEngine.image, command: ["/bin/sh", "-c", script])
    // The shell is process 1 there, and that one ignores TERM.
    spec.stopSignal = "SIGKILL"
    return spec
  }

  /// Lends a client and a container, which has not been started.
  private func withContainer(
    _ spec: ContainerSpec,
    by way: EngineWay,
    _ body: (DockerClient, String, SSHServer?) async throws -> Void
  ) async throws {
    try await way.withClient { docker, server in
      let name = "swab-way-\(UUID().uuidString.prefix(8))"
      try await docker.createContainer(spec, name: name)
      do {
        try await body(docker, name, server)
      } catch {
        try? await docker.removeContainer(name, force: true)
        throw error
      }
      try await docker.removeContainer(name, force: true)
    }
  }

  @Test(
    "a process gets 1 MiB and its end, and is heard long after that (DE-50)",
    arguments: EngineWay.all
  )
  func halfClose(_ way: EngineWay) async throws {
    var spec = Self.script("cat | wc -c; sleep 1; echo end")
    spec.opensStandardInput = true
    spec.closesStandardInputOnce = true
    try await withContainer(spec, by: way) { docker, name, _ in
      var options = AttachOptions()
      options.input = true
      let session = try await docker.attach(name, options)
      let end = try await docker.beginWait(name, condition: .nextExit)
      try await docker.start(name)
      try await session.write([UInt8](repeating: 0x61, count: 1 << 20))
      try await session.closeInput()
      var text = ""
      for try await frame in session.output { text += frame.text }
      #expect(text.split(whereSeparator: \.isWhitespace) == ["1048576", "end"])
      #expect(try await end.result().exitCode == 0)
    }
  }

  @Test("a terminal has a size, an input, and an end (DE-57)", arguments: EngineWay.all)
  func terminal(_ way: EngineWay) async throws {
    try await withContainer(Self.script("sleep 1000"), by: way) { docker, name, _ in
      try await docker.start(name)
      var spec = ExecSpec(["sh", "-c", "read line; stty size; cat; exit 5"])
      spec.hasTerminal = true
      spec.attachesStandardInput = true
      let (id, session) = try await docker.execSession(name, spec)
      try await docker.resizeExec(id, to: TerminalSize(columns: 77, rows: 33))
      try await session.write(Array("go\n".utf8))
      var text = ""
      for try await frame in session.output {
        text += frame.text
        if text.hasSuffix("33 77\r\n") { break }
      }
      try await session.closeInput()
      for try await frame in session.output { text += frame.text }
      #expect(text == "go\r\n33 77\r\n")
      #expect(try await docker.exitCode(ofExec: id) == 5)
    }
  }

  @Test(
    "a folder is built, and the step that fails is named (DE-80, DE-81)",
    arguments: EngineWay.all
  )
  func build(_ way: EngineWay) async throws {
    let name = "swab-way-\(UUID().uuidString.lowercased())"
    try await withTemporaryFolder { folder in
      let text = String(repeating: "0123456789abcde\n", count: 1 << 15)
      try folder.write(text, to: "file")
      // Nothing but what this build has sent may be what it is built of.
      try folder.write(name, to: "name")
      let from = "FROM \(DockerEngine.image)\nCOPY . /in/\n"
      try folder.write("\(from)RUN wc -c </in/file\n", to: "Dockerfile")
      try folder.write("\(from)RUN echo before; exit 7\n", to: "failing")
      try await way.withClient { docker, _ in
        var output = ""
        let build = try await docker.beginBuild(BuildSpec(.folder(folder.path), tags: [name]))
        for try await message in build { output += message.stream ?? "" }
        #expect(output.contains("\n\(text.utf8.count)\n"))
        var spec = BuildSpec(.folder(folder.path))
        spec.dockerfile = "failing"
        let error = await #expect(throws: DockerError.self) { try await docker.build(spec) }
        #expect(error?.detailCode == 7)
        #expect(error?.failedStep?.instruction == "Step 3/3 : RUN echo before; exit 7")
        #expect(error?.failedStep?.output == ["before"])
        try await docker.removeImage(name)
      }
    }
  }

  @Test(
    "a sample of a container is taken, and all its life is told (DE-96, DE-97)",
    arguments: EngineWay.all
  )
  func events(_ way: EngineWay) async throws {
    try await way.withClient { docker, _ in
      let label = "swab-\(UUID().uuidString)"
      let events = try await docker.events(filters: ["type": "container", "label": "\(label)"])
      var spec = Self.script("sleep 1000")
      spec.labels = [label: "ü"]
      let id = try await docker.createContainer(spec).id
      try await docker.start(id)
      let stats = try await docker.stats(id, once: true)
      #expect(stats.id == id)
      #expect(try #require(stats.memoryBytes) > 0)
      try await docker.removeContainer(id, force: true)
      var actions: [String] = []
      for try await event in events {
        actions.append(event.action)
        #expect(event.actorID == id && event.attributes[label] == "ü")
        if event.action == "destroy" { break }
      }
      #expect(actions == ["create", "start", "kill", "die", "destroy"])
    }
  }

  @Test("archives come as they have gone (DE-63)", arguments: EngineWay.all)
  func archives(_ way: EngineWay) async throws {
    try await withContainer(Self.script("sleep 1000"), by: way) { docker, name, _ in
      try await docker.start(name)
      let numbers = (1...300_000).map { "\($0)\n" }.joined()
      let file = TarPart.file("numbers", Array(numbers.utf8))
      try await docker.putArchive(name, path: "/tmp", .tar([file]))
      let archive = try await docker.archive(name, path: "/tmp/numbers")
      #expect(archive.stat.size == numbers.utf8.count)
      // What has come goes into another folder; all of it first, as engines don't read and write the
      // files of one container at the same time.
      let bytes = try await archive.bytes.collect(upTo: 16 << 20)
      try await docker.putArchive(name, path: "/bin", DockerUpload(bytes))
      let compared = "seq 300000 >/right && cmp /right /tmp/numbers && cmp /right /bin/numbers"
      let result = try await docker.exec(name, ["sh", "-c", compared])
      #expect(result.exitCode == 0, "\(result.output)\(result.errorOutput)")
    }
  }

  @Test(
    "a stream that is given up is over, here and on the host (DE-48)",
    arguments: EngineWay.all
  )
  func abandoned(_ way: EngineWay) async throws {
    let spec = Self.script("while :; do echo x; sleep 0.05; done")
    try await withContainer(spec, by: way) { docker, name, server in
      try await docker.start(name)
      #expect(await docker.transport.openConnections() == 1)
      for try await _ in try await docker.logs(name, follow: true) { break }
      try await eventually("the connection is gone") {
        await docker.transport.openConnections() == 1
      }
      let (started, ready) = AsyncStream<Void>.makeStream()
      let reader = Task {
        defer { ready.finish() }
        for try await _ in try await docker.logs(name, follow: true) { ready.yield() }
      }
      for await _ in started { break }
      #expect(await docker.transport.openConnections() == 2)
      reader.cancel()
      await #expect(throws: CancellationError.self) { try await reader.value }
      try await eventually("the connection is gone") {
        await docker.transport.openConnections() == 1
      }
      // This one says nothing, so that nobody on the way finds out by writing.
      _ = try await docker.execSession(name, ExecSpec(["sleep", "1000"]))
      try await eventually("the connection is gone") {
        await docker.transport.openConnections() == 1
      }
      if let server { try await expectPrograms(of: way, on: server) }
      #expect(try await docker.inspectContainer(name).state.isRunning)
    }
  }

  /// Expects that there is a program on the host for the one connection that is left, where each has
  /// one, and no other.
  private func expectPrograms(of way: EngineWay, on server: SSHServer) async throws {
    let word: String? =
      switch way {
      case .socat: "STDIO,shut-"
      case .dialStdio: "dial-stdio"
      default: nil
      }
    try await eventually("there is nothing of the stream on the host") {
      let programs = server.commands.map(ProcessTable.commandLine).filter { !$0.contains("sh -c") }
      guard let word else { return programs.isEmpty }
      return programs.count == 1 && programs[0].contains(word)
    }
  }
}
