import Foundation
import NIOCore
import Synchronization
import SwabTestSupport
import Testing

@testable import SwabDocker

/// A connection that was taken over tells by its end alone that a process has ended.
@Suite("The end of a connection")
struct ConnectionEndTests {
  private static let switched =
    "HTTP/1.1 101 UPGRADED\r\nConnection: Upgrade\r\nUpgrade: tcp\r\n\r\n"
  /// A frame of standard output.
  private static let frame = "\u{1}\u{0}\u{0}\u{0}\u{0}\u{0}\u{0}\u{2}hi"

  private struct Cut: Error, CustomStringConvertible {
    let description = "the host has gone"
  }

  /// An engine whose process writes two bytes; the rest of its answer is what is given.
  private static func engine(
    _ answer: FakeEngine.Reply,
    overTCP: Bool = false
  ) async throws -> FakeEngine {
    try await FakeEngine(overTCP: overTCP) { request in
      switch request.path {
      case "/_ping": FakeEngine.pong("1.41")
      case let path where path.hasSuffix("/exec"):
        FakeEngine.json("201 Created", #"{"Id":"e1"}"#)
      case let path where path.hasSuffix("/c/json"):
        FakeEngine.json("200 OK", #"{"Id":"c","State":{"Running":true,"Status":"running"}}"#)
      case let path where path.hasSuffix("/e1/json"):
        FakeEngine.json("200 OK", #"{"ID":"e1","Running":false,"ExitCode":0}"#)
      default: answer
      }
    }
  }

  @Test("that a tunnel cut is no end of the process")
  func cut() async throws {
    let engine = try await Self.engine(.last(Self.switched + Self.frame), overTCP: true)
    let ports = Mutex([Int]())
    let docker = try DockerClient(
      address: DockerAddress(parsing: engine.address),
      host: "web1",
      underlying: { port in
        ports.withLock { $0.append(port) }
        return Cut()
      }
    )
    let error = await #expect(throws: DockerError.self) { try await docker.exec("c", ["x"]) }
    #expect(error?.code == .connectionLost && error?.host == "web1")
    #expect(error?.message.contains("the tunnel says: the host has gone") == true)
    #expect(error?.cause is Cut)
    #expect(ports.withLock { $0.count } == 1)
    await docker.close()
    try await engine.stop()
  }

  @Test("that nobody cut is that of the process")
  func ended() async throws {
    let engine = try await Self.engine(.last(Self.switched + Self.frame), overTCP: true)
    let docker = try DockerClient(
      address: DockerAddress(parsing: engine.address),
      underlying: { _ in nil }
    )
    let result = try await docker.exec("c", ["x"])
    #expect(result.output == "hi" && result.exitCode == 0)
    await docker.close()
    try await engine.stop()
  }

  @Test("is an error where the client was closed, and no end of the process")
  func closed() async throws {
    let engine = try await Self.engine(.bytes(Self.switched + Self.frame))
    let docker = try DockerClient(baseURL: engine.address)
    let session = try await docker.attach("c")
    var frames = session.output.makeAsyncIterator()
    #expect(try await frames.next()?.bytes == Array("hi".utf8))
    await docker.close()
    let error = await #expect(throws: DockerError.self) { try await frames.next() }
    #expect(error?.code == .closed)
    #expect(try await frames.next() == nil)
    try await engine.stop()
  }

  @Test("of a stream is an error, too, where the client was closed")
  func closedStream() async throws {
    let engine = try await FakeEngine(version: "1.41") { _ in
      .bytes("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n4\r\n{}\r\n\r\n")
    }
    let docker = try DockerClient(baseURL: engine.address)
    var events = try await docker.events().makeAsyncIterator()
    #expect(try await events.next() != nil)
    await docker.close()
    let error = await #expect(throws: DockerError.self) { try await events.next() }
    #expect(error?.code == .closed)
    try await engine.stop()
  }

  @Test(
    "comes after all heads that stand before it",
    arguments: ["HTTP/1.1 100 Continue\r\n\r\n", "HTTP/1.1 103 Early Hints\r\nLink: x\r\n\r\n"]
  )
  func interim(_ head: String) async throws {
    let engine = try await Self.engine(.last(head + head + Self.switched + Self.frame))
    let docker = try DockerClient(baseURL: engine.address)
    #expect(try await docker.exec("c", ["x"]).output == "hi")
    await docker.close()
    try await engine.stop()
  }

  @Test("comes for a question that nobody waits for any more")
  func negotiation() async throws {
    let engine = try await FakeEngine { _ in .silence }
    let docker = try DockerClient(baseURL: engine.address, timeout: nil)
    let waiters = (1...2).map { _ in Task { try await docker.version() } }
    try await eventually("it asks") { engine.requests.count == 1 }
    waiters[0].cancel()
    await #expect(throws: CancellationError.self) { try await waiters[0].value }
    #expect(await docker.transport.openConnections() == 1)
    waiters[1].cancel()
    await #expect(throws: CancellationError.self) { try await waiters[1].value }
    try await eventually("the question is given up") { engine.journal.open == 0 }
    await docker.close()
    try await engine.stop()
  }

  @Test("of one engine isn't told of another that its bytes go to")
  func otherEngine() async throws {
    let source = try await FakeEngine(version: "1.41") { _ in
      .last("HTTP/1.1 200 OK\r\nContent-Length: 9000\r\n\r\n123")
    }
    let target = try await FakeEngine(version: "1.41") { _ in .silence }
    let from = try DockerClient(address: DockerAddress(parsing: source.address), host: "a")
    let to = try DockerClient(address: DockerAddress(parsing: target.address), host: "b")
    let error = await #expect(throws: DockerError.self) {
      try await to.load(DockerUpload(from.save(images: ["x"])))
    }
    #expect(error?.host == "a" && error?.method == "GET", "\(error as Any)")
    #expect(error?.path?.hasPrefix("/images/") == true)
    for client in [from, to] { await client.close() }
    for engine in [source, target] { try await engine.stop() }
  }
}
