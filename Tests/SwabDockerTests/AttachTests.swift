import Foundation
import NIOCore
import SwabTestSupport
import Testing

@testable import SwabDocker

@Suite("Attached containers")
struct AttachTests {
  private func text(_ session: DockerSession) async throws -> String {
    var bytes: [UInt8] = []
    for try await frame in session.output { bytes += frame.bytes }
    return String(decoding: bytes, as: UTF8.self)
  }

  @Test("before their start get all of their input, and its end (DE-50)")
  func input() async throws {
    let docker = try await sharedClient()
    var spec = ContainerSpec.script("cat | wc -c")
    spec.opensStandardInput = true
    spec.closesStandardInputOnce = true
    spec.attachesStandardInput = true
    try await withContainer(spec, of: docker) { name in
      var options = AttachOptions()
      options.input = true
      let session = try await docker.attach(name, options)
      let end = try await docker.beginWait(name, condition: .nextExit)
      try await docker.start(name)
      try await session.write([UInt8](repeating: 0x61, count: 1 << 20))
      try await session.closeInput()
      #expect(try await text(session).trimmingWhiteSpace() == "1048576")
      #expect(try await end.result().exitCode == 0)
      let error = await #expect(throws: DockerError.self) { try await session.write([1]) }
      #expect(error?.code == .connectionLost)
    }
    await docker.close()
  }

  @Test("by run end with their input, and are removed (DE-50, DE-51)")
  func run() async throws {
    let docker = try await sharedClient()
    let name = "swab-test-\(UUID().uuidString.prefix(8))"
    let result = try await docker.run(
      .script("cat | wc -c; echo ü >&2; exit 3"),
      name: name,
      input: DockerUpload([UInt8](repeating: 0x61, count: 1 << 20))
    )
    #expect(result.output.trimmingWhiteSpace() == "1048576")
    #expect(result.errorOutput == "ü\n")
    #expect(result.exitCode == 3)
    let gone = await #expect(throws: DockerError.self) { try await docker.inspectContainer(name) }
    #expect(gone?.isNotFound == true)
    let silent = try await docker.run(.script("cat; echo done"))
    #expect(silent.output == "done\n")
    await docker.close()
  }

  @Test("by run may end before they have read their input")
  func unreadInput() async throws {
    let docker = try await sharedClient()
    let endless = DockerUpload(produce: { write in
      while true { try await write(ByteBuffer(repeating: 0, count: 1 << 16)) }
    })
    let result = try await docker.run(.script("head -c 5 | wc -c; exit 4"), input: endless)
    #expect(result.output.trimmingWhiteSpace() == "5")
    #expect(result.exitCode == 4)
    await docker.close()
  }

  @Test("by run are removed when the task is cancelled, and when they cannot start")
  func cancelled() async throws {
    let docker = try await sharedClient()
    let name = "swab-test-\(UUID().uuidString.prefix(8))"
    let task = Task { try await docker.run(.script("sleep 1000"), name: name) }
    try await eventually("it runs") {
      (try? await docker.inspectContainer(name).state.isRunning) == true
    }
    task.cancel()
    await #expect(throws: CancellationError.self) { try await task.value }
    let spec = ContainerSpec(image: DockerEngine.image, command: ["nosuch"])
    let error = await #expect(throws: DockerError.self) { try await docker.run(spec, name: name) }
    #expect(error?.message.contains("nosuch") == true)
    let gone = await #expect(throws: DockerError.self) { try await docker.inspectContainer(name) }
    #expect(gone?.isNotFound == true)
    await docker.close()
  }

  @Test("with a terminal are resized, and left running by the detach keys (DE-52)")
  func terminal() async throws {
    let docker = try await sharedClient()
    var spec = ContainerSpec.script("read line; stty size; sleep 1000")
    spec.hasTerminal = true
    spec.opensStandardInput = true
    try await withContainer(spec, of: docker) { name in
      var options = AttachOptions()
      options.input = true
      options.detachKeys = "ctrl-x,x"
      let session = try await docker.attach(name, options)
      #expect(session.hasTerminal)
      try await docker.start(name)
      try await docker.resizeTerminal(of: name, to: TerminalSize(columns: 77, rows: 33))
      try await session.write(Array("go\n".utf8))
      var text = ""
      for try await frame in session.output {
        text += frame.text
        if text.hasSuffix("33 77\r\n") { break }
      }
      #expect(text == "go\r\n33 77\r\n")
      try await session.write([24])
      try await session.write(Array("x".utf8))
      for try await frame in session.output { text += frame.text }
      #expect(text == "go\r\n33 77\r\n")
      #expect(try await docker.inspectContainer(name).state.isRunning)
      options.detachKeys = "ctrl-nonsense"
      let error = await #expect(throws: DockerError.self) { try await docker.attach(name, options) }
      #expect(error?.isBadRequest == true)
    }
    await docker.close()
  }

  @Test("that have ended are refused at once (DE-53)")
  func ended() async throws {
    let docker = try await sharedClient()
    try await withContainer(.script("echo x; exit 7"), of: docker) { name in
      try await docker.start(name)
      _ = try await docker.wait(name)
      let error = await #expect(throws: DockerError.self) { try await docker.attach(name) }
      #expect(error?.code == .notRunning)
      #expect(error?.message.contains("status 7") == true)
      var options = AttachOptions()
      options.awaitsStart = true
      let session = try await docker.attach(name, options)
      try await docker.start(name)
      #expect(try await text(session) == "x\n")
    }
    await docker.close()
  }

  @Test("that aren't there, or are held, are refused with the engine's words (DE-17)")
  func refused() async throws {
    let docker = try await sharedClient()
    let missing = await #expect(throws: DockerError.self) { try await docker.attach("nosuch") }
    #expect(missing?.isNotFound == true)
    // As the engine says it before the connection is taken over: no length, no JSON.
    let session = await #expect(throws: DockerError.self) {
      try await docker.session(AttachOptions().call("nosuch"), hasTerminal: false)
    }
    #expect(session?.isNotFound == true)
    #expect(session?.message == "No such container: nosuch")
    try await withContainer(.script("sleep 1000"), of: docker) { name in
      try await docker.start(name)
      try await docker.pause(name)
      let paused = await #expect(throws: DockerError.self) { try await docker.attach(name) }
      #expect(paused?.isConflict == true)
      try await docker.unpause(name)
    }
    await docker.close()
  }

  @Test("give what they wrote before, and what they write")
  func replay() async throws {
    let docker = try await sharedClient()
    var spec = ContainerSpec.script("echo one; read line; echo two")
    spec.opensStandardInput = true
    try await withContainer(spec, of: docker) { name in
      try await docker.start(name)
      try await eventually("it has written") {
        var count = 0
        for try await _ in try await docker.logs(name) { count += 1 }
        return count > 0
      }
      var options = AttachOptions()
      options.includesLogs = true
      options.input = true
      let session = try await docker.attach(name, options)
      try await session.write(Array("\n".utf8))
      #expect(try await text(session) == "one\ntwo\n")
    }
    await docker.close()
  }

  @Test("give only what they wrote before, and end, if that is what is asked for")
  func replayAlone() async throws {
    let docker = try await sharedClient()
    var options = AttachOptions()
    options.includesLogs = true
    options.stream = false
    let replay = options
    try await withContainer(.script("echo one; sleep 1000"), of: docker) { name in
      try await docker.start(name)
      for try await _ in try await docker.logs(name, follow: true) { break }
      #expect(try await text(docker.attach(name, replay)) == "one\n")
      #expect(try await docker.inspectContainer(name).state.isRunning)
      try await docker.kill(name)
      try await docker.wait(name)
      #expect(try await text(docker.attach(name, replay)) == "one\n")
      let socket = try await docker.attachWebSocket(name, replay)
      var bytes: [UInt8] = []
      for try await piece in socket { bytes += piece }
      #expect(String(decoding: bytes, as: UTF8.self) == "one\n")
      var nothing = AttachOptions()
      nothing.stream = false
      let neither = nothing
      let error = await dockerError { try await docker.attach(name, neither) }
      #expect(error?.code == .invalidArgument)
    }
    await docker.close()
  }

  @Test("that are let go run on, and their connection is free")
  func abandoned() async throws {
    let docker = try await sharedClient()
    try await withContainer(.script("while :; do echo x; sleep 0.1; done"), of: docker) { name in
      try await docker.start(name)
      for try await _ in try await docker.attach(name).output { break }
      try await eventually("the connection is gone") {
        await docker.transport.openConnections() == 1
      }
      #expect(try await docker.inspectContainer(name).state.isRunning)
    }
    await docker.close()
  }

  @Test("write as fast as they are read: a slow reader holds little")
  func backPressure() async throws {
    let docker = try await sharedClient()
    let total = 50_000_000
    try await withContainer(.script("head -c \(total) /dev/zero"), of: docker) { name in
      let session = try await docker.attach(name)
      try await docker.start(name)
      var (count, reads) = (0, 0)
      for try await frame in session.output {
        count += frame.bytes.count
        reads += 1
        if reads % 200 == 0 {
          #expect(await session.output.source.body.bufferedBytes() < 1 << 20)
        }
      }
      #expect(count == total)
    }
    await docker.close()
  }

  @Test("by WebSocket write and read")
  func webSocket() async throws {
    let docker = try await sharedClient()
    var spec = ContainerSpec.script("read line; echo \"got $line\"; echo ü >&2")
    spec.opensStandardInput = true
    try await withContainer(spec, of: docker) { name in
      var options = AttachOptions()
      options.input = true
      let socket = try await docker.attachWebSocket(name, options)
      try await docker.start(name)
      try await socket.write(Array("hello\n".utf8))
      var text: [UInt8] = []
      for try await piece in socket { text += piece }
      let lines = String(decoding: text, as: UTF8.self).split(separator: "\n").sorted()
      #expect(lines == ["got hello", "ü"])
    }
    let error = await #expect(throws: DockerError.self) {
      try await docker.attachWebSocket("nosuch")
    }
    #expect(error?.isNotFound == true)
    await docker.close()
  }
}
