import Foundation
import NIOCore
import NIOPosix
import Synchronization

/// Stands between clients and an engine, reads from either side no more than the other takes, and
/// counts what passes.
final class Relay: Sendable {
  fileprivate struct Counts {
    var fromEngine = 0
    var fromClients = 0
  }

  /// The address for clients.
  let address: String
  private let hub: RelayHub
  private let server: any Channel

  /// Listens.
  ///
  /// - Parameters:
  ///   - path: The engine's socket.
  ///   - limit: How many bytes of each connection it passes on to the engine until it is told to go
  ///     on; if nil, all.
  /// - Throws: If it can't listen.
  init(to path: String, takingFromClients limit: Int? = nil) async throws {
    let hub = RelayHub(limit: limit, loop: MultiThreadedEventLoopGroup.singleton.next())
    self.hub = hub
    let socket = "/tmp/swab-relay-\(UUID().uuidString.prefix(8)).sock"
    server = try await ServerBootstrap(group: hub.loop)
      .childChannelOption(.autoRead, value: false)
      .childChannelOption(.allowRemoteHalfClosure, value: true)
      .childChannelInitializer { client in
        Self.bootstrap(hub).connect(unixDomainSocketPath: path).flatMapThrowing { engine in
          let ends = (RelayEnd(hub, .client), RelayEnd(hub, .engine))
          (ends.0.other, ends.1.other) = (ends.1, ends.0)
          try client.pipeline.syncOperations.addHandler(ends.0)
          try engine.pipeline.syncOperations.addHandler(ends.1)
          ends.1.readMore()
        }
      }
      .bind(unixDomainSocketPath: socket).get()
    address = "unix://\(socket)"
  }

  private static func bootstrap(_ hub: RelayHub) -> ClientBootstrap {
    ClientBootstrap(group: hub.loop)
      .channelOption(.autoRead, value: false)
      .channelOption(.allowRemoteHalfClosure, value: true)
  }

  /// How many bytes were taken from the engine.
  var bytesFromEngine: Int { hub.counts.withLock { $0.fromEngine } }
  /// How many bytes were taken from clients.
  var bytesFromClients: Int { hub.counts.withLock { $0.fromClients } }

  /// Whether a client takes no more of what the engine has for it.
  func isHeldUp() async throws -> Bool {
    try await hub.loop.submit { [hub] in
      hub.ends.value.values.contains { $0.side == .client && !$0.isWritable }
    }.get()
  }

  /// Takes everything from clients from now on.
  func goOn() {
    hub.loop.execute { [hub] in
      hub.limit.value = nil
      for end in hub.ends.value.values { end.readMore() }
    }
  }

  func stop() async throws {
    try await server.close()
    unlink(String(address.dropFirst("unix://".count)))
  }
}

/// What the connections of a relay have in common, on its event loop.
private final class RelayHub: Sendable {
  let loop: any EventLoop
  let counts = Mutex(Relay.Counts())
  let limit: NIOLoopBoundBox<Int?>
  let ends: NIOLoopBoundBox<[ObjectIdentifier: RelayEnd]>

  init(limit: Int?, loop: any EventLoop) {
    self.loop = loop
    self.limit = .makeBoxSendingValue(limit, eventLoop: loop)
    ends = .makeBoxSendingValue([:], eventLoop: loop)
  }
}

private final class RelayEnd: ChannelInboundHandler {
  enum Side { case client, engine }

  typealias InboundIn = ByteBuffer
  typealias OutboundOut = ByteBuffer

  let side: Side
  weak var other: RelayEnd?
  private let hub: RelayHub
  private var context: ChannelHandlerContext?
  private var count = 0

  init(_ hub: RelayHub, _ side: Side) {
    (self.hub, self.side) = (hub, side)
  }

  var isWritable: Bool { context?.channel.isWritable ?? false }

  func handlerAdded(context: ChannelHandlerContext) {
    self.context = context
    hub.ends.value[ObjectIdentifier(self)] = self
  }

  func handlerRemoved(context: ChannelHandlerContext) {
    self.context = nil
    hub.ends.value[ObjectIdentifier(self)] = nil
  }

  func channelActive(context: ChannelHandlerContext) {
    readMore()
  }

  /// Reads, if the other side takes what comes.
  func readMore() {
    let isAtLimit = side == .client && count >= hub.limit.value ?? .max
    if !isAtLimit, other?.isWritable == true { context?.read() }
  }

  func channelRead(context: ChannelHandlerContext, data: NIOAny) {
    let bytes = unwrapInboundIn(data)
    count += bytes.readableBytes
    hub.counts.withLock { counts in
      if side == .client {
        counts.fromClients += bytes.readableBytes
      } else {
        counts.fromEngine += bytes.readableBytes
      }
    }
    other?.context?.writeAndFlush(wrapOutboundOut(bytes), promise: nil)
  }

  func channelReadComplete(context: ChannelHandlerContext) {
    readMore()
  }

  func channelWritabilityChanged(context: ChannelHandlerContext) {
    if context.channel.isWritable { other?.readMore() }
  }

  func userInboundEventTriggered(context: ChannelHandlerContext, event: Any) {
    if case ChannelEvent.inputClosed = event { other?.close(.output) }
  }

  func channelInactive(context: ChannelHandlerContext) {
    other?.close(.all)
  }

  /// Closes the connection, or one direction of it, after all that was written is on its way.
  private func close(_ mode: CloseMode) {
    guard let context else { return }
    let bound = NIOLoopBound(context, eventLoop: context.eventLoop)
    context.writeAndFlush(wrapOutboundOut(ByteBuffer())).whenComplete { _ in
      bound.value.close(mode: mode, promise: nil)
    }
  }

  func errorCaught(context: ChannelHandlerContext, error: any Error) {
    context.close(promise: nil)
  }
}
