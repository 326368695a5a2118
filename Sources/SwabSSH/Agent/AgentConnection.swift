import NIOCore
import NIOPosix

/// One question to an agent and its answer, over a connection of their own.
struct AgentConnection {
  var socketPath: String
  var group: any EventLoopGroup

  /// What came of it, other than an answer.
  enum Failure: Error {
    case timedOut
    case hungUp
    case tooLong
  }

  /// An answer longer than that isn't one; OpenSSH has the same limit.
  static let limit = 256 << 10

  func ask(_ request: [UInt8], timeout: TimeAmount) async throws -> [UInt8] {
    let loop = group.next()
    let answer = loop.makePromise(of: [UInt8].self)
    let connected = connect(on: loop, answer: answer, timeout: timeout)
    let timer = loop.scheduleTask(in: timeout) { answer.fail(Failure.timedOut) }
    connected.whenFailure { answer.fail($0) }
    connected.whenSuccess { channel in
      var message = channel.allocator.buffer(capacity: request.count + 4)
      message.writeInteger(UInt32(request.count))
      message.writeBytes(request)
      channel.writeAndFlush(message, promise: nil)
    }
    answer.futureResult.whenComplete { _ in
      timer.cancel()
      connected.whenSuccess { $0.close(promise: nil) }
    }
    return try await withTaskCancellationHandler {
      try await answer.futureResult.get()
    } onCancel: {
      answer.fail(CancellationError())
    }
  }

  private func connect(
    on loop: any EventLoop,
    answer: EventLoopPromise<[UInt8]>,
    timeout: TimeAmount
  ) -> EventLoopFuture<any Channel> {
    ClientBootstrap(group: loop)
      .connectTimeout(timeout)
      .channelInitializer { channel in
        channel.eventLoop.makeCompletedFuture {
          try channel.pipeline.syncOperations.addHandler(AnswerCollector(answer))
        }
      }
      .connect(unixDomainSocketPath: socketPath)
  }

  /// Gathers the length and as many bytes.
  private final class AnswerCollector: ChannelInboundHandler {
    typealias InboundIn = ByteBuffer

    private let answer: EventLoopPromise<[UInt8]>
    private var received = ByteBuffer()

    init(_ answer: EventLoopPromise<[UInt8]>) { self.answer = answer }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
      var chunk = unwrapInboundIn(data)
      received.writeBuffer(&chunk)
      let start = received.readerIndex
      guard let count = received.getInteger(at: start, as: UInt32.self) else { return }
      guard count <= AgentConnection.limit else { return answer.fail(Failure.tooLong) }
      guard let bytes = received.getBytes(at: start + 4, length: Int(count)) else { return }
      answer.succeed(bytes)
    }

    func channelInactive(context: ChannelHandlerContext) { answer.fail(Failure.hungUp) }

    func errorCaught(context: ChannelHandlerContext, error: any Error) { answer.fail(error) }
  }
}
