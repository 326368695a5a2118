import NIOCore
import NIOPosix
import SwabTestSupport
import Testing

@testable import SwabDocker

@Suite("Timeouts, cancellation, peers")
struct TimeoutTests {
  /// Says that the answer begins, and no more.
  private static let begun = FakeEngine.Reply.bytes(
    "HTTP/1.1 200 OK\r\nContent-Type: application/vnd.docker.multiplexed-stream\r\n"
      + "Content-Length: 100\r\n\r\n"
  )

  @Test("bound a request as a whole, its body included", arguments: [true, false])
  func whole(_ begins: Bool) async throws {
    let engine = try await FakeEngine(version: "1.44") { _ in begins ? Self.begun : .silence }
    let docker = try DockerClient(
      baseURL: engine.address,
      version: "1.44",
      timeout: .milliseconds(200)
    )
    let error = await #expect(throws: DockerError.self) { try await docker.images() }
    #expect(error?.isTimeout == true)
    #expect(
      error?.description == """
        docker: GET /images/json: no complete answer within 0.2 s
        hint: docker_timeout sets how long a request may take, in a program DockerClient(timeout:)
        """
    )
    try await eventually("the connection is gone") { engine.journal.open == 0 }
    await docker.close()
    try await engine.stop()
  }

  @Test("bound negotiation, too")
  func negotiation() async throws {
    let engine = try await FakeEngine { _ in .silence }
    let docker = try DockerClient(baseURL: engine.address, timeout: .milliseconds(200))
    let error = await #expect(throws: DockerError.self) { try await docker.images() }
    #expect(error?.isTimeout == true)
    #expect(error?.path == "/_ping")
    await docker.close()
    try await engine.stop()
  }

  @Test(
    "bound a call as a whole: what each part has left is what the others didn't take",
    arguments: [["HEAD", "GET"], ["HEAD", "call"], ["GET", "call"]]
  )
  func together(_ slow: [String]) async throws {
    let engine = try await FakeEngine { request in
      let isPing = request.path == "/_ping"
      let part = isPing ? String(request.line.prefix { $0 != " " }) : "call"
      let answer =
        switch part {
        case "HEAD": "HTTP/1.1 404 No\r\nContent-Length: 0\r\n\r\n"
        case "GET": "HTTP/1.1 200 OK\r\nApi-Version: 1.44\r\nContent-Length: 0\r\n\r\n"
        default: "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n[]"
        }
      return slow.contains(part) ? .later(.milliseconds(300), answer) : .bytes(answer)
    }
    let docker = try DockerClient(baseURL: engine.address, timeout: .milliseconds(500))
    let error = await #expect(throws: DockerError.self) { try await docker.images() }
    #expect(error?.isTimeout == true)
    #expect(error?.message == "no complete answer within 0.5 s")
    await docker.close()
    try await engine.stop()
  }

  @Test(
    "leave stop without a timeout the time that the container was made with",
    arguments: [(nil, 10_000), (30, 30_000), (0, 0)] as [(Int?, Int)]
  )
  func ownGrace(_ stopTimeout: Int?, _ milliseconds: Int) async throws {
    let engine = try await FakeEngine(version: "1.44") { request in
      guard request.path.hasSuffix("/json") else {
        return FakeEngine.json("500 Oh", #"{"message":"no"}"#)
      }
      let value = stopTimeout.map { "\($0)" } ?? "null"
      return FakeEngine.json("200 OK", "{\"Config\":{\"StopTimeout\":\(value)}}")
    }
    let docker = try DockerClient(baseURL: engine.address, timeout: .seconds(5))
    let call = try await docker.graced(try DockerCall.container("x", "/stop", .POST), stopping: "x")
    #expect(call.grace == .milliseconds(milliseconds))
    await docker.close()
    try await engine.stop()
  }

  @Test("don't bound a stop that may take as long as it likes", arguments: [nil, -1] as [Int?])
  func endless(_ given: Int?) async throws {
    let engine = try await FakeEngine(version: "1.44") { request in
      if request.path.hasSuffix("/json") {
        return FakeEngine.json("200 OK", #"{"Config":{"StopTimeout":-1}}"#)
      }
      return .later(.seconds(4), "HTTP/1.1 204 No Content\r\n\r\n")
    }
    let docker = try DockerClient(baseURL: engine.address, timeout: .seconds(3))
    #expect(try await docker.stop("x", timeout: given.map { .seconds($0) }))
    await docker.close()
    try await engine.stop()
  }

  private static let longCalls: [@Sendable (DockerClient) async throws -> Void] = [
    { try await $0.commit("x") },
    { _ = try await $0.containers(size: true) },
    { _ = try await $0.inspectContainer("x", size: true) },
    { _ = try await $0.images(sharedSize: true) },
    { _ = try await $0.diskUsage() },
    { try await $0.pruneContainers() },
    { try await $0.pruneImages() },
    { try await $0.pruneNetworks() },
    { try await $0.pruneVolumes() },
  ]

  @Test("don't bound what takes the engine long by its nature", arguments: longCalls.indices)
  func long(_ index: Int) async throws {
    let engine = try await FakeEngine { request in
      let isList = request.path.contains("containers/json") || request.path.contains("images/json")
      let body = isList ? "[]" : #"{"Id":"x"}"#
      return .later(
        .milliseconds(600),
        "HTTP/1.1 200 OK\r\nContent-Length: \(body.utf8.count)\r\n\r\n\(body)"
      )
    }
    let docker = try DockerClient(
      baseURL: engine.address,
      version: "1.44",
      timeout: .milliseconds(200)
    )
    try await Self.longCalls[index](docker)
    #expect(engine.lines.count == 1)
    await docker.close()
    try await engine.stop()
  }

  @Test("bound a stream until it begins")
  func stream() async throws {
    let engine = try await FakeEngine(version: "1.44") { _ in Self.begun }
    let docker = try DockerClient(
      baseURL: engine.address,
      version: "1.44",
      timeout: .seconds(2)
    )
    let logs = try await docker.logs("x", follow: true)
    let reader = Task { for try await _ in logs {} }
    try await docker.timersFired(within: .seconds(2))
    #expect(await docker.transport.openConnections() == 1)
    #expect(engine.journal.open == 1)
    reader.cancel()
    await #expect(throws: CancellationError.self) { try await reader.value }
    try await eventually("the connection is gone") { engine.journal.open == 0 }
    await docker.close()
    try await engine.stop()
  }

  @Test("leave stop and restart the time that they were given")
  func grace() async throws {
    let engine = try await FakeEngine(version: "1.44") { _ in .silence }
    let docker = try DockerClient(
      baseURL: engine.address,
      version: "1.44",
      timeout: .milliseconds(100)
    )
    let error = await #expect(throws: DockerError.self) {
      try await docker.stop("x", timeout: .seconds(1))
    }
    #expect(error?.message == "no complete answer within 1.1 s")
    #expect(engine.lines.last == "POST /v1.44/containers/x/stop?t=1 HTTP/1.1")
    await docker.close()
    try await engine.stop()
  }

  @Test("cancelling a request closes its connection")
  func cancel() async throws {
    let engine = try await FakeEngine(version: "1.44") { _ in .silence }
    let docker = try DockerClient(baseURL: engine.address)
    let call = Task { try await docker.images() }
    try await eventually("the request has come") { engine.lines.count == 2 }
    call.cancel()
    await #expect(throws: CancellationError.self) { try await call.value }
    try await eventually("the connection is gone") { engine.journal.open == 0 }
    await docker.close()
    try await engine.stop()
  }

  @Test("cancelling one of those that wait for negotiation leaves the others")
  func cancelNegotiation() async throws {
    let engine = try await FakeEngine { request in
      request.line.hasPrefix("HEAD") ? .silence : FakeEngine.json("200 OK", "[]")
    }
    let docker = try DockerClient(baseURL: engine.address, timeout: .seconds(5))
    let (first, second) = (Task { try await docker.images() }, Task { try await docker.images() })
    try await eventually("the request has come") { engine.lines.count == 1 }
    first.cancel()
    await #expect(throws: CancellationError.self) { try await first.value }
    let error = await #expect(throws: DockerError.self) { try await second.value }
    #expect(error?.isTimeout == true)
    #expect(engine.lines.count == 1)
    await docker.close()
    try await engine.stop()
  }

  @Test("a missing socket is named, within a second (DE-1)")
  func missing() async throws {
    let docker = try DockerClient(baseURL: "unix:///nonexistent/docker.sock")
    var error: DockerError?
    var durations: [Duration] = []
    // Other tests want the processor, too; the quickest of a few attempts says what it takes.
    for _ in 0..<5 {
      let started = ContinuousClock.now
      error = await #expect(throws: DockerError.self) { try await docker.images() }
      durations.append(ContinuousClock.now - started)
    }
    #expect(error?.code == .connectionFailed)
    #expect(
      error?.message == "connecting to /nonexistent/docker.sock failed: No such file or directory"
    )
    #expect(try #require(durations.min()) < .seconds(1))
  }

  @Test("a port where nobody listens is named")
  func refused() async throws {
    let docker = try DockerClient(baseURL: "tcp://127.0.0.1:1")
    let error = await #expect(throws: DockerError.self) { try await docker.images() }
    #expect(error?.code == .connectionFailed)
    #expect(error?.message == "connecting to 127.0.0.1:1 failed: Connection refused")
  }

  @Test("a peer that is refused gets not a byte, and errors name the host")
  func peer() async throws {
    struct Stranger: Error {}
    let listener = try await ServerBootstrap(group: MultiThreadedEventLoopGroup.singleton)
      .childChannelInitializer { $0.eventLoop.makeSucceededVoidFuture() }
      .bind(host: "127.0.0.1", port: 0)
      .get()
    let port = try #require(listener.localAddress?.port)
    let docker = try DockerClient(
      address: DockerAddress(.tcp(host: "127.0.0.1", port: port)),
      host: "h1",
      verifyPeer: { local, remote in
        guard remote.port == port, local.ipAddress == "127.0.0.1" else { return }
        throw Stranger()
      }
    )
    let error = await #expect(throws: DockerError.self) { try await docker.images() }
    #expect(error?.code == .connectionFailed)
    #expect(error?.cause is Stranger)
    #expect(error?.description.hasPrefix("h1: docker: HEAD /_ping: ") == true)
    await docker.close()
    try await listener.close()
  }
}
