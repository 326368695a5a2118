import Foundation
import NIOPosix
import Synchronization
import SwabTestSupport
import Testing

@testable import SwabDocker

@Suite("Connections")
struct TransportTests {
  private static let emptyList = FakeEngine.json("200 OK", "[]")

  @Test("requests carry exactly one Host header, and no path in it (DE-4)")
  func host() async throws {
    let engine = try await FakeEngine(version: "1.41") { _ in Self.emptyList }
    let docker = try DockerClient(baseURL: engine.address)
    _ = try await docker.images()
    for request in engine.requests {
      let hosts = request.headers.filter { $0.lowercased().hasPrefix("host:") }
      #expect(hosts.map { $0.lowercased() } == ["host: docker"])
    }
    await docker.close()
    try await engine.stop()
  }

  @Test("over TCP, the header names host and port, and a base path goes in front")
  func tcp() async throws {
    let engine = try await FakeEngine(overTCP: true) { request in
      request.path == "/proxy/_ping" ? FakeEngine.pong("1.41") : Self.emptyList
    }
    let docker = try DockerClient(baseURL: engine.address + "/proxy/")
    #expect(try await docker.images().isEmpty)
    #expect(engine.lines.last == "GET /proxy/v1.41/images/json HTTP/1.1")
    let authority = engine.address.dropFirst("tcp://".count)
    #expect(
      engine.requests.map { $0.headers.map { $0.lowercased() } } == [
        ["host: \(authority)"], ["host: \(authority)"],
      ]
    )
    await docker.close()
    try await engine.stop()
  }

  @Test("over TCP, a silent connection is asked every 30 seconds whether it lives")
  func keepalive() async throws {
    let engine = try await FakeEngine(overTCP: true) { request in
      request.path == "/_ping" ? FakeEngine.pong("1.41") : Self.emptyList
    }
    let docker = try DockerClient(baseURL: engine.address)
    #expect(try await docker.images().isEmpty)
    let port = try #require(engine.address.split(separator: ":").last)
    let sockets = try await RunningProcess.run("ss", ["-Htno", "dport = :\(port)"])
    let seconds = sockets.standardOutput.firstMatch(of: #/timer:\(keepalive,(\d+)/#)?.1
    #expect((20...30).contains(seconds.flatMap { Int($0) } ?? 0), "\(sockets.standardOutput)")
    await docker.close()
    try await engine.stop()
  }

  @Test("the connection is used again after 404 and 304 (DE-22)")
  func reuse() async throws {
    let engine = try await FakeEngine(version: "1.41") { request in
      if request.path.hasSuffix("/start") { return .bytes("HTTP/1.1 304 Not Modified\r\n\r\n") }
      return request.path.contains("nosuch")
        ? FakeEngine.json("404 Not Found", #"{"message":"No such container: nosuch"}"#)
        : Self.emptyList
    }
    let docker = try DockerClient(baseURL: engine.address)
    for _ in 0..<3 {
      let error = await #expect(throws: DockerError.self) {
        try await docker.inspectContainer("nosuch")
      }
      #expect(error?.isNotFound == true)
      #expect(try await docker.start("x") == false)
      #expect(try await docker.images().isEmpty)
    }
    #expect(engine.journal.accepted == 1)
    #expect(engine.requests.count == 10)
    await docker.close()
    try await eventually("the connection is gone") { engine.journal.open == 0 }
    try await engine.stop()
  }

  @Test("a GET on a reused connection that was closed is sent again, once")
  func retry() async throws {
    let engine = try await FakeEngine { request in
      if request.path == "/_ping" { return FakeEngine.pong("1.41") }
      // Ends the connection instead of an answer, as a proxy does whose patience is over.
      return request.connection == 1 ? .last("") : Self.emptyList
    }
    let docker = try DockerClient(baseURL: engine.address)
    #expect(try await docker.images().isEmpty)
    #expect(engine.lines.filter { $0.contains("images") }.count == 2)
    await docker.close()
    try await engine.stop()
  }

  @Test("a POST is never sent twice")
  func noRetry() async throws {
    let engine = try await FakeEngine { request in
      request.path == "/_ping" ? FakeEngine.pong("1.41") : .last("")
    }
    let docker = try DockerClient(baseURL: engine.address)
    let error = await #expect(throws: DockerError.self) {
      try await docker.restart("x", timeout: .zero)
    }
    #expect(error?.code == .connectionLost)
    #expect(error?.hint?.hasPrefix("the engine may have done it all the same") == true)
    #expect(engine.lines.filter { $0.hasPrefix("POST") }.count == 1)
    await docker.close()
    try await engine.stop()
  }

  @Test("an answer cut short is an error, also for a GET")
  func cut() async throws {
    let engine = try await FakeEngine(version: "1.41") { _ in
      .last("HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\n[1,")
    }
    let docker = try DockerClient(baseURL: engine.address)
    let error = await #expect(throws: DockerError.self) { try await docker.images() }
    #expect(error?.code == .connectionLost)
    #expect(engine.lines.count == 2)
    await docker.close()
    try await engine.stop()
  }

  @Test("an idle connection that the engine closes is dropped")
  func idle() async throws {
    let engine = try await FakeEngine { request in
      guard request.path == "/_ping" else { return Self.emptyList }
      return .last("HTTP/1.1 200 OK\r\nApi-Version: 1.41\r\nContent-Length: 0\r\n\r\n")
    }
    let docker = try DockerClient(baseURL: engine.address)
    _ = try await docker.apiVersion()
    // It is the client that has to have seen its end.
    try await eventually("the connection is gone") {
      await docker.transport.openConnections() == 0
    }
    #expect(try await docker.start("x"))
    #expect(engine.journal.accepted == 2)
    await docker.close()
    try await engine.stop()
  }

  @Test("a redirect is an error, not followed (DE-20)")
  func redirect() async throws {
    let engine = try await FakeEngine(version: "1.41") { _ in
      let place = "Location: /x?buildargs=secret\r\n"
      return .bytes("HTTP/1.1 301 Moved Permanently\r\n\(place)Content-Length: 0\r\n\r\n")
    }
    let docker = try DockerClient(baseURL: engine.address)
    let error = await #expect(throws: DockerError.self) {
      try await docker.restart("x", timeout: .zero)
    }
    #expect(error?.code == .redirected)
    #expect(error?.status == 301)
    #expect(error?.message == "redirected to /x, and redirects are not followed")
    #expect(engine.lines.count == 2)
    await docker.close()
    try await engine.stop()
  }

  @Test(
    "errors keep status and message, whatever their shape (DE-15)",
    arguments: [
      ("404 Not Found", "application/json", #"{"message":"No such x"}"#, "No such x"),
      ("409 Conflict", "application/json", #"{"message":"in use"}"# + "\n", "in use"),
      ("400 Bad Request", "text/plain", "nonsense\n", "nonsense"),
      ("500 Internal Server Error", "application/json", #"{"message":"Bind: ü"}"#, "Bind: ü"),
      ("503 Service Unavailable", "text/html", "", "Service Unavailable"),
      ("403 Forbidden", "application/json", #"{"message":7}"#, #"{"message":7}"#),
    ]
  )
  func shapes(_ status: String, _ type: String, _ body: String, _ message: String) async throws {
    let engine = try await FakeEngine(version: "1.41") { _ in
      .bytes(
        "HTTP/1.1 \(status)\r\nContent-Type: \(type)\r\n"
          + "Content-Length: \(body.utf8.count)\r\n\r\n\(body)"
      )
    }
    let docker = try DockerClient(baseURL: engine.address)
    let error = await #expect(throws: DockerError.self) { try await docker.images() }
    #expect(error?.status == Int(status.prefix(3)))
    #expect(error?.message == message)
    #expect(
      error?.description == "docker: GET /images/json: \(status.prefix(3)): \(message)"
    )
    await docker.close()
    try await engine.stop()
  }

  @Test("an error without length or end of its own is read to the connection's end (DE-17)")
  func unbounded() async throws {
    let engine = try await FakeEngine(version: "1.41") { _ in
      .last("HTTP/1.1 404 Not Found\r\n\r\nNo such container: nosuch\r\n")
    }
    let docker = try DockerClient(baseURL: engine.address)
    let error = await #expect(throws: DockerError.self) { try await docker.logs("nosuch") }
    #expect(error?.isNotFound == true)
    #expect(error?.message == "No such container: nosuch")
    await docker.close()
    try await engine.stop()
  }

  @Test("a proxy's endless error page is cut (DE-23)")
  func page() async throws {
    let engine = try await FakeEngine(version: "1.41") { _ in
      .bytes("HTTP/1.1 502 Bad Gateway\r\n\r\n<html>" + String(repeating: "x", count: 2 << 20))
    }
    let docker = try DockerClient(baseURL: engine.address)
    let error = await #expect(throws: DockerError.self) { try await docker.images() }
    #expect(error?.status == 502)
    #expect(error.map { $0.message.hasPrefix("<html>x") && $0.message.count == 2000 } == true)
    await docker.close()
    try await engine.stop()
  }

  @Test("a value of 10 MB in many chunks is one value, and the next one comes after it")
  func hugeValue() async throws {
    let text =
      "{\"stream\":\"" + String(repeating: "x", count: 10_000_000) + "\"}\r\n{\"id\":\"ü\"}"
    // Chunks begin and end anywhere.
    var chunks = "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n"
    var rest = Array(text.utf8)[...]
    while !rest.isEmpty {
      let chunk = rest.prefix(64_001)
      chunks += "\(String(chunk.count, radix: 16))\r\n\(String(decoding: chunk, as: UTF8.self))\r\n"
      rest = rest.dropFirst(chunk.count)
    }
    let reply = FakeEngine.Reply.bytes(chunks + "0\r\n\r\n")
    let engine = try await FakeEngine(version: "1.41") { _ in reply }
    let docker = try DockerClient(baseURL: engine.address)
    let progress = try await docker.progress(DockerCall(.POST, "/images/create"))
    var messages = progress.makeAsyncIterator()
    #expect(try await messages.next()?.stream?.utf8.count == 10_000_000)
    #expect(try await messages.next()?.id == "ü")
    #expect(try await messages.next() == nil)
    await docker.close()
    try await engine.stop()
  }

  @Test("a HEAD that fails names a length, but has no body to wait for (DE-16)")
  func head() async throws {
    let engine = try await FakeEngine { _ in
      .bytes("HTTP/1.1 404 Not Found\r\nContent-Length: 128\r\n\r\n")
    }
    let docker = try DockerClient(baseURL: engine.address, version: "1.41", timeout: .seconds(10))
    let error = await #expect(throws: DockerError.self) {
      try await docker.reply(to: DockerCall(.HEAD, "/containers/x/archive"))
    }
    #expect(error?.status == 404)
    #expect(error?.message == "Not Found")
    await docker.close()
    try await engine.stop()
  }

  @Test("nothing is sent for an empty id (DE-18)")
  func empty() async throws {
    let engine = try await FakeEngine(version: "1.41") { _ in Self.emptyList }
    let docker = try DockerClient(baseURL: engine.address)
    let error = await #expect(throws: DockerError.self) {
      try await docker.removeContainer("", force: true)
    }
    #expect(error?.code == .invalidArgument)
    #expect(engine.requests.isEmpty)
    await docker.close()
    try await engine.stop()
  }

  @Test(
    "an answer that is no JSON, or of another kind, is an error",
    arguments: ["", "{", "{}", "1"]
  )
  func nonsense(_ body: String) async throws {
    let engine = try await FakeEngine(version: "1.41") { _ in FakeEngine.json("200 OK", body) }
    let docker = try DockerClient(baseURL: engine.address)
    let error = await #expect(throws: DockerError.self) { try await docker.images() }
    #expect(error?.code == .unexpectedReply)
    await docker.close()
    try await engine.stop()
  }

  @Test("once a client is closed, its event loop may end before it and its streams do")
  func eventLoopEndsFirst() async throws {
    let engine = try await FakeEngine { _ in
      .bytes("HTTP/1.1 200 OK\r\nApi-Version: 1.41\r\nContent-Length: 100\r\n\r\n")
    }
    let group = MultiThreadedEventLoopGroup(numberOfThreads: 1)
    let docker = try DockerClient(
      address: DockerAddress(parsing: engine.address),
      version: "1.41",
      eventLoop: group.next()
    )
    let export = try await docker.export("x")
    await docker.close()
    try await group.shutdownGracefully()
    // SwiftNIO ends the process for what an event loop is asked too late.
    await docker.close()
    withExtendedLifetime(export) {}
    try await engine.stop()
  }

  @Test("a closed client refuses, and ends what is under way")
  func close() async throws {
    let engine = try await FakeEngine(version: "1.41") { _ in .silence }
    let docker = try DockerClient(baseURL: engine.address)
    let call = Task { try await docker.images() }
    try await eventually("the request has come") { engine.lines.count == 2 }
    await docker.close()
    let error = await #expect(throws: DockerError.self) { try await call.value }
    #expect(error?.code == .closed)
    let later = await #expect(throws: DockerError.self) { try await docker.images() }
    #expect(later?.code == .closed)
    try await eventually("the connection is gone") { engine.journal.open == 0 }
    try await engine.stop()
  }

  @Test("a client that nobody holds closes its connections")
  func dropped() async throws {
    let engine = try await FakeEngine(version: "1.41") { _ in Self.emptyList }
    do {
      let docker = try DockerClient(baseURL: engine.address)
      _ = try await docker.images()
      #expect(engine.journal.open == 1)
    }
    try await eventually("the connection is gone") { engine.journal.open == 0 }
    try await engine.stop()
  }
}
