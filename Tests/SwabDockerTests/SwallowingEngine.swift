import Foundation
import NIOCore
import NIOPosix
import SwabTestSupport

@testable import SwabDocker

/// An engine without images that takes a part of what it is to load, and then does something bad.
final class SwallowingEngine: Sendable {
  enum Mood: Sendable {
    /// Ends the connection.
    case dies(after: Int)
    /// Reads no further, and says nothing.
    case hangs(after: Int)
  }

  let address: String
  private let server: any Channel
  private let group = MultiThreadedEventLoopGroup(numberOfThreads: 1)
  private let hanging: EventLoopPromise<Void>

  init(_ mood: Mood) async throws {
    let promise = group.next().makePromise(of: Void.self)
    hanging = promise
    server = try await ServerBootstrap(group: group)
      .childChannelInitializer { channel in
        channel.eventLoop.makeCompletedFuture {
          try channel.pipeline.syncOperations.addHandler(SwallowingHandler(mood, promise))
        }
      }
      .bind(host: "127.0.0.1", port: 0).get()
    address = "tcp://127.0.0.1:\(server.localAddress?.port ?? 0)"
  }

  /// Returns when it reads no further.
  func hung() async {
    try? await hanging.futureResult.get()
  }

  func stop() async throws {
    hanging.succeed()
    try await server.close()
    try await group.shutdownGracefully()
  }
}

private final class SwallowingHandler: ChannelInboundHandler {
  typealias InboundIn = ByteBuffer
  typealias OutboundOut = ByteBuffer

  private let mood: SwallowingEngine.Mood
  private let hung: EventLoopPromise<Void>
  private var swallowed: Int?

  init(_ mood: SwallowingEngine.Mood, _ hung: EventLoopPromise<Void>) {
    self.mood = mood
    self.hung = hung
  }

  func channelRead(context: ChannelHandlerContext, data: NIOAny) {
    let bytes = unwrapInboundIn(data)
    guard swallowed == nil else { return swallow(bytes.readableBytes, context) }
    let path = String(buffer: bytes).split(separator: " ").dropFirst().first ?? ""
    if path.hasSuffix("/images/json") {
      answer("[]", context)
    } else if path.contains("/images/load") {
      swallow(bytes.readableBytes, context)
    } else {
      answer("{}", context)
    }
  }

  private func answer(_ body: String, _ context: ChannelHandlerContext) {
    let text =
      "HTTP/1.1 200 OK\r\nApi-Version: 1.41\r\nContent-Length: \(body.utf8.count)\r\n\r\n\(body)"
    context.writeAndFlush(wrapOutboundOut(ByteBuffer(string: text)), promise: nil)
  }

  private func swallow(_ count: Int, _ context: ChannelHandlerContext) {
    let total = (swallowed ?? 0) + count
    swallowed = total
    switch mood {
    case .dies(let limit) where total > limit: context.close(promise: nil)
    case .hangs(let limit) where total > limit:
      _ = context.channel.setOption(.autoRead, value: false)
      hung.succeed()
    case .dies, .hangs: break
    }
  }
}

/// An engine that something is done to before it is used for the umpteenth time.
final class InterruptedAPI: DockerAPI {
  private let client: DockerClient
  private let count: Int
  private let interruption: @Sendable () async throws -> Void
  private let uses = Counter()

  private actor Counter {
    var value = 0

    func increment() -> Int {
      value += 1
      return value
    }
  }

  init(
    _ client: DockerClient,
    before count: Int,
    _ interruption: @escaping @Sendable () async throws -> Void
  ) {
    self.client = client
    self.count = count
    self.interruption = interruption
  }

  func engine() async throws -> DockerClient {
    if await uses.increment() == count { try await interruption() }
    return client
  }

  func report(_ message: String) {}
}
