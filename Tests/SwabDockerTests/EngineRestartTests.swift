import Foundation
import SwabTestSupport
import Testing

@testable import SwabDocker

@Suite("An engine that is restarted")
struct EngineRestartTests {
  private func withEngine(
    _ body: (DockerEngine, DockerClient) async throws -> Void
  ) async throws {
    let engine = try await DockerEngine.start()
    let docker = try DockerClient(baseURL: engine.socketPath)
    do {
      try await body(engine, docker)
    } catch {
      await docker.close()
      try await engine.stop()
      throw error
    }
    await docker.close()
    try await engine.stop()
  }

  @Test("ends the logs that are followed, and serves them again (DE-48)", arguments: [false, true])
  func logs(crashes: Bool) async throws {
    try await withEngine { engine, docker in
      let script = "trap 'exit 5' TERM; echo ready; while :; do sleep 0.1; done"
      let spec = ContainerSpec(image: DockerEngine.image, command: ["/bin/sh", "-c", script])
      let id = try await docker.createContainer(spec).id
      try await docker.start(id)
      let logs = try await docker.logs(id, follow: true)
      var lines = logs.lines.makeAsyncIterator()
      #expect(try await lines.next()?.text == "ready")
      if crashes {
        try await engine.kill()
        let error = await #expect(throws: DockerError.self) { _ = try await lines.next() }
        #expect(error?.code == .connectionLost)
        let refused = await #expect(throws: DockerError.self) { try await docker.logs(id) }
        #expect(refused?.isConnectionFailure == true)
        try await engine.restart()
      } else {
        try await engine.restart()
        // The engine ends its containers first, and with them their logs.
        #expect(try await lines.next() == nil)
      }
      #expect(try await docker.inspectContainer(id).state.isRunning == false)
      var texts: [String] = []
      for try await line in try await docker.logs(id).lines { texts.append(line.text) }
      #expect(texts == ["ready"])
      #expect(await docker.transport.openConnections() == 1)
    }
  }

  @Test("ends its events with an error, and they go on where that is wanted (DE-96)")
  func events() async throws {
    try await withEngine { engine, docker in
      let once = try await docker.events()
      let filters: DockerFilters = ["type": "container"]
      var events = try await docker.events(filters: filters, reconnects: true).makeAsyncIterator()
      let first = try await docker.createContainer(.script("true"), name: "first").id
      #expect(try await events.next()?.name == "first")
      async let next = events.next()
      try await engine.kill()
      let error = await #expect(throws: DockerError.self) { for try await _ in once {} }
      #expect(error?.code == .connectionLost || error?.code == .streamTruncated)
      try await engine.restart()
      let second = try await docker.createContainer(.script("true"), name: "second").id
      let event = try await next
      #expect(event?.action == "create")
      #expect(event?.actorID == second)
      #expect(first != second)
    }
  }
}
