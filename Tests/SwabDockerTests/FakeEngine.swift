import Foundation
import NIOCore
import NIOPosix
import Synchronization

/// A server that answers as a test says, with whatever bytes: for engines older, newer or worse than
/// the real one.
final class FakeEngine: Sendable {
  struct Request: Sendable {
    var line: String
    var headers: [String]
    var body: String
    /// Counts the connections from 1.
    var connection: Int
    /// Counts the requests of the connection from 1.
    var number: Int

    var path: String {
      line.split(separator: " ").dropFirst().first.map(String.init) ?? ""
    }
  }

  enum Reply: Sendable {
    /// These bytes, after which the connection stays open.
    case bytes(String)
    /// These bytes, and the end of the connection.
    case last(String)
    /// These bytes, after a while.
    case later(TimeAmount, String)
    /// Nothing at all.
    case silence
  }

  /// What has happened so far.
  final class Journal: Sendable {
    private let state = Mutex<(requests: [Request], accepted: Int, open: Int)>(([], 0, 0))

    var requests: [Request] { state.withLock { $0.requests } }
    var accepted: Int { state.withLock { $0.accepted } }
    var open: Int { state.withLock { $0.open } }

    func accept() -> Int {
      state.withLock {
        $0.accepted += 1
        $0.open += 1
        return $0.accepted
      }
    }

    func close() {
      state.withLock { $0.open -= 1 }
    }

    func record(_ request: Request) {
      state.withLock { $0.requests.append(request) }
    }
  }

  let address: String
  let journal: Journal
  private let server: any Channel

  var requests: [Request] { journal.requests }
  var lines: [String] { journal.requests.map(\.line) }

  /// Listens, and answers each request as the closure says.
  init(overTCP: Bool = false, _ answer: @escaping @Sendable (Request) -> Reply) async throws {
    let journal = Journal()
    self.journal = journal
    let bootstrap = ServerBootstrap(group: MultiThreadedEventLoopGroup.singleton)
      .childChannelInitializer { channel in
        let number = journal.accept()
        channel.closeFuture.whenComplete { _ in journal.close() }
        return channel.eventLoop.makeCompletedFuture {
          try channel.pipeline.syncOperations.addHandler(
            FakeEngineHandler(connection: number, journal: journal, answer: answer)
          )
        }
      }
    if overTCP {
      server = try await bootstrap.bind(host: "127.0.0.1", port: 0).get()
      address = "tcp://127.0.0.1:\(server.localAddress?.port ?? 0)"
    } else {
      let path = "/tmp/swab-fake-\(UUID().uuidString.prefix(8)).sock"
      server = try await bootstrap.bind(unixDomainSocketPath: path).get()
      address = "unix://\(path)"
    }
  }

  func stop() async throws {
    // This removes the socket, too.
    try await server.close()
  }

  /// An answer with a length, as the engine gives it.
  static func json(_ status: String, _ body: String, headers: String = "") -> Reply {
    .bytes(
      "HTTP/1.1 \(status)\r\nContent-Type: application/json\r\n\(headers)"
        + "Content-Length: \(body.utf8.count)\r\n\r\n\(body)"
    )
  }

  /// What an engine of that API version answers to a ping.
  static func pong(_ version: String) -> Reply {
    .bytes("HTTP/1.1 200 OK\r\nApi-Version: \(version)\r\nContent-Length: 0\r\n\r\n")
  }

  /// An engine of that API version that answers as the closure says once it has been pinged.
  convenience init(
    version: String,
    _ answer: @escaping @Sendable (Request) -> Reply
  ) async throws {
    try await self.init { $0.path == "/_ping" ? Self.pong(version) : answer($0) }
  }
}

private final class FakeEngineHandler: ChannelInboundHandler {
  typealias InboundIn = ByteBuffer
  typealias OutboundOut = ByteBuffer

  private let connection: Int
  private let journal: FakeEngine.Journal
  private let answer: @Sendable (FakeEngine.Request) -> FakeEngine.Reply
  private var received = ""
  private var number = 0

  init(
    connection: Int,
    journal: FakeEngine.Journal,
    answer: @escaping @Sendable (FakeEngine.Request) -> FakeEngine.Reply
  ) {
    self.connection = connection
    self.journal = journal
    self.answer = answer
  }

  func channelRead(context: ChannelHandlerContext, data: NIOAny) {
    received += String(buffer: unwrapInboundIn(data))
    while let request = takeRequest() {
      journal.record(request)
      switch answer(request) {
      case .bytes(let text): write(text, context)
      case .last(let text):
        write(text, context)
        context.close(promise: nil)
      case .later(let time, let text):
        let channel = context.channel
        channel.eventLoop.scheduleTask(in: time) {
          channel.writeAndFlush(ByteBuffer(string: text), promise: nil)
        }
      case .silence: break
      }
    }
  }

  private func write(_ text: String, _ context: ChannelHandlerContext) {
    context.writeAndFlush(wrapOutboundOut(ByteBuffer(string: text)), promise: nil)
  }

  private func takeRequest() -> FakeEngine.Request? {
    guard let end = received.range(of: "\r\n\r\n") else { return nil }
    let lines = received[..<end.lowerBound].components(separatedBy: "\r\n")
    let length = lines.first { $0.lowercased().hasPrefix("content-length:") }
      .flatMap { Int($0.split(separator: " ").last ?? "") }
    let body = received[end.upperBound...].utf8
    guard body.count >= length ?? 0 else { return nil }
    number += 1
    let request = FakeEngine.Request(
      line: lines.first ?? "",
      headers: Array(lines.dropFirst()),
      body: String(decoding: body.prefix(length ?? 0), as: UTF8.self),
      connection: connection,
      number: number
    )
    received = String(decoding: body.dropFirst(length ?? 0), as: UTF8.self)
    return request
  }
}
