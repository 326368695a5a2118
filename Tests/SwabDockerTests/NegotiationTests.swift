import SwabDocker
import Testing

@Suite("Negotiation")
struct NegotiationTests {
  private static let emptyList = FakeEngine.json("200 OK", "[]")

  @Test("fifty first calls ask once, by HEAD, and later ones use the version (DE-5)")
  func once() async throws {
    let engine = try await FakeEngine(version: "1.41") { _ in Self.emptyList }
    let docker = try DockerClient(baseURL: engine.address)
    try await withThrowingTaskGroup(of: Void.self) { group in
      for _ in 0..<50 { group.addTask { _ = try await docker.images() } }
      try await group.waitForAll()
    }
    #expect(engine.lines.filter { $0.contains("_ping") } == ["HEAD /_ping HTTP/1.1"])
    #expect(engine.lines.filter { $0 == "GET /v1.41/images/json HTTP/1.1" }.count == 50)
    await docker.close()
    try await engine.stop()
  }

  @Test(
    "the newest version both sides know is spoken (DE-6)",
    arguments: [("1.24", "1.24"), ("1.41", "1.41"), ("1.55", "1.55"), ("1.99", "1.55")]
  )
  func version(_ offered: String, _ spoken: String) async throws {
    let engine = try await FakeEngine(version: offered) { _ in Self.emptyList }
    let docker = try DockerClient(baseURL: engine.address)
    _ = try await docker.containers()
    #expect(engine.lines.last == "GET /v\(spoken)/containers/json HTTP/1.1")
    #expect(try await docker.apiVersion().description == spoken)
    await docker.close()
    try await engine.stop()
  }

  @Test("an engine of API 1.23 is too old (DE-6)")
  func tooOld() async throws {
    let engine = try await FakeEngine(version: "1.23") { _ in Self.emptyList }
    let docker = try DockerClient(baseURL: engine.address)
    let error = await #expect(throws: DockerError.self) { try await docker.images() }
    #expect(error?.code == .engineTooOld)
    #expect(error?.message.contains("1.23") == true)
    #expect(error?.versionMismatch?.limit == APIVersion(1, 23))
    #expect(error?.versionMismatch?.asked == .oldest)
    await docker.close()
    try await engine.stop()
  }

  @Test(
    "who refuses HEAD is asked by GET (DE-7)",
    arguments: ["404 Not Found", "405 No", "500 Oh"]
  )
  func get(_ status: String) async throws {
    let engine = try await FakeEngine { request in
      request.line.hasPrefix("HEAD")
        ? .bytes("HTTP/1.1 \(status)\r\nContent-Length: 124\r\n\r\n")
        : request.path == "/_ping" ? FakeEngine.pong("1.30") : Self.emptyList
    }
    let docker = try DockerClient(baseURL: engine.address)
    _ = try await docker.images()
    #expect(
      engine.lines == [
        "HEAD /_ping HTTP/1.1", "GET /_ping HTTP/1.1", "GET /v1.30/images/json HTTP/1.1",
      ]
    )
    #expect(engine.journal.accepted == 1)
    await docker.close()
    try await engine.stop()
  }

  @Test("a failure isn't kept: the next call asks again")
  func again() async throws {
    let engine = try await FakeEngine { request in
      request.connection <= 2
        ? .last("HTTP/1.1 502 Bad Gateway\r\nConnection: close\r\n\r\n<html>no</html>")
        : request.path == "/_ping" ? FakeEngine.pong("1.41") : Self.emptyList
    }
    let docker = try DockerClient(baseURL: engine.address)
    let error = await #expect(throws: DockerError.self) { try await docker.images() }
    #expect(error?.status == 502)
    #expect(try await docker.images().isEmpty)
    await docker.close()
    try await engine.stop()
  }

  @Test("a server that tells no version is no engine")
  func stranger() async throws {
    let engine = try await FakeEngine { _ in FakeEngine.json("200 OK", "{}") }
    let docker = try DockerClient(baseURL: engine.address)
    let error = await #expect(throws: DockerError.self) { try await docker.images() }
    #expect(error?.code == .unexpectedReply)
    await docker.close()
    try await engine.stop()
  }

  @Test("a pinned version is used unasked (DE-8)")
  func pinned() async throws {
    let engine = try await FakeEngine { _ in Self.emptyList }
    let docker = try DockerClient(baseURL: engine.address, version: "1.37")
    _ = try await docker.images()
    #expect(engine.lines == ["GET /v1.37/images/json HTTP/1.1"])
    await docker.close()
    try await engine.stop()
  }

  @Test(
    "the real engine refuses pinned versions outside its range (DE-8)",
    arguments: [
      ("1.99", DockerError.Code.apiVersionTooNew, "Maximum supported API version is 1."),
      ("1.11", .apiVersionTooOld, "Minimum supported API version is 1."),
    ]
  )
  func refused(_ version: String, _ code: DockerError.Code, _ words: String) async throws {
    let docker = try await sharedClient(version: version)
    let error = await #expect(throws: DockerError.self) { try await docker.images() }
    #expect(error?.code == code)
    #expect(error?.message.contains(words) == true)
    let mismatch = try #require(error?.versionMismatch)
    #expect(mismatch.asked == APIVersion(version))
    #expect(error?.message.contains("supported API version is \(mismatch.limit)") == true)
    await docker.close()
  }

  @Test("an engine exchanged for an older release is asked again")
  func exchanged() async throws {
    let engine = try await FakeEngine { request in
      if request.path == "/_ping" { return FakeEngine.pong(request.number == 1 ? "1.44" : "1.41") }
      if request.path.hasPrefix("/v1.41/") { return Self.emptyList }
      let text =
        #"{"message":"client version 1.44 is too new. Maximum supported API version is 1.41"}"#
      return FakeEngine.json("400 Bad Request", text)
    }
    let docker = try DockerClient(baseURL: engine.address)
    #expect(try await docker.images().isEmpty)
    #expect(engine.lines.last == "GET /v1.41/images/json HTTP/1.1")
    await docker.close()
    try await engine.stop()
  }

  @Test("an argument newer than the engine is refused before anything is sent (DE-9)")
  func gates() async throws {
    let engine = try await FakeEngine(version: "1.40") { _ in Self.emptyList }
    let docker = try DockerClient(baseURL: engine.address)
    _ = try await docker.apiVersion()
    let stop = await #expect(throws: DockerError.self) { try await docker.stop("x", signal: "INT") }
    #expect(stop?.code == .requiresAPIVersion)
    #expect(stop?.message == "signal needs API 1.42, and 1.40 is spoken here")
    let create = await #expect(throws: DockerError.self) {
      try await docker.createContainer(
        ContainerSpec(image: "x"),
        platform: ImagePlatform(parsing: "linux/arm64")
      )
    }
    #expect(create?.code == .requiresAPIVersion)
    #expect(engine.lines.count == 1)
    await docker.close()
    try await engine.stop()
  }
}
