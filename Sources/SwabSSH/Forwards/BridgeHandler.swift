import NIOCore

/// Joins a local NIO channel, in whose pipeline it is, with an SSH channel.
final class BridgeHandler: ChannelInboundHandler {
  typealias InboundIn = ByteBuffer
  typealias OutboundOut = ByteBuffer

  private let target: SSHForwardTarget
  private let transport: SSHTransport
  private let host: String
  private var promise: EventLoopPromise<Int?>?
  private var context: ChannelHandlerContext?
  private var remote: SSHChannel?
  private var filter: MarkerFilter?
  private var didStart = false
  private var localDidEnd = false
  private var outputDidEnd = false
  private var failure: SSHError?

  /// - Parameters:
  ///   - target: What the channel leads to.
  ///   - transport: The connection that it is a channel of.
  ///   - host: How messages call the host.
  ///   - promise: Ends when both sides are closed, with the process group that is left to be ended
  ///     on the host, if there is one.
  init(
    _ target: SSHForwardTarget,
    transport: SSHTransport,
    host: String,
    promise: EventLoopPromise<Int?>
  ) {
    self.target = target
    self.transport = transport
    self.host = host
    self.promise = promise
  }

  /// Asks for the channel on the other side; a local channel just accepted may still be on its way
  /// to being active.
  func start() {
    let channel = SSHChannel(
      purpose(),
      consumer: self,
      transport: transport,
      windowLimit: WindowPolicy.tunnelLimit
    )
    remote = channel
    transport.start(channel)
  }

  private func purpose() -> SSHChannel.Purpose {
    switch target {
    case .streamLocal(let path): return .streamLocal(path: path)
    case .directTCPIP(let host, let port): return .directTCPIP(host: host, port: port)
    case .command(let text):
      // A login shell that prints a banner must not stand in the stream.
      let marker = CommandText.freshMarker()
      filter = MarkerFilter(marker: marker)
      return .command(CommandText.reporting(text, marker: marker), pty: false)
    }
  }

  // MARK: The local side

  func handlerAdded(context: ChannelHandlerContext) {
    self.context = context
  }

  func handlerRemoved(context: ChannelHandlerContext) {
    self.context = nil
    localDidClose()
  }

  func channelRead(context: ChannelHandlerContext, data: NIOAny) {
    remote?.send(unwrapInboundIn(data))
  }

  func channelReadComplete(context: ChannelHandlerContext) {
    if let remote { transport.touch(remote) }
    readMore()
  }

  func userInboundEventTriggered(context: ChannelHandlerContext, event: Any) {
    if case ChannelEvent.inputClosed = event {
      localDidEnd = true
      remote?.endInput()
      if let remote { transport.touch(remote) }
    }
    context.fireUserInboundEventTriggered(event)
  }

  func channelWritabilityChanged(context: ChannelHandlerContext) {
    if context.channel.isWritable, let remote { transport.touch(remote) }
  }

  func channelInactive(context: ChannelHandlerContext) {
    localDidClose()
    context.fireChannelInactive()
  }

  func errorCaught(context: ChannelHandlerContext, error: any Error) {
    context.close(promise: nil)
  }

  /// Reads on, unless what was read before still waits to be sent.
  private func readMore() {
    guard didStart, !localDidEnd, let remote, remote.pendingInput < SSHChannel.inputMark else {
      return
    }
    context?.read()
  }

  private func localDidClose() {
    guard let remote else { return end() }
    self.remote = nil
    remote.abandon()
    transport.touch(remote)
    // A process learns nothing of a channel that is closed, but that its input has ended; one that
    // waits for the other side to say something would stay.
    end(leaving: outputDidEnd ? nil : filter?.processID)
  }

  /// Both sides are closed.
  private func end(leaving processGroup: Int? = nil) {
    promise?.completeWith(failure.map { .failure($0) } ?? .success(processGroup))
    promise = nil
  }

  /// Closes the local side, or one direction of it, after all that was written is on its way.
  private func closeLocal(_ mode: CloseMode) {
    guard let context else { return }
    let bound = NIOLoopBound(context, eventLoop: context.eventLoop)
    context.writeAndFlush(wrapOutboundOut(ByteBuffer())).whenComplete { _ in
      bound.value.close(mode: mode, promise: nil)
    }
  }
}

extension BridgeHandler: ChannelConsumer {
  // MARK: The side of the host

  var wantsOutput: Bool { context?.channel.isWritable == true }

  func channelDidStart() {
    didStart = true
    readMore()
  }

  func channelDidReceive(_ stream: ChannelStream, _ bytes: ByteBuffer) {
    // What a command of a tunnel complains about is not part of the stream.
    guard stream == .output else { return }
    guard filter != nil else { return write(bytes) }
    if let bytes = filter?.pass(bytes) { write(bytes) }
  }

  private func write(_ bytes: ByteBuffer) {
    context?.writeAndFlush(wrapOutboundOut(bytes), promise: nil)
  }

  func channelDidEndOutput() {
    outputDidEnd = true
    closeLocal(.output)
  }

  func channelDidSend() {
    readMore()
  }

  func channelDidClose(_ result: Result<ChannelExit, SSHError>) {
    remote = nil
    if case .failure(let error) = result { failure = error.on(host: host) }
    closeLocal(.all)
    if context == nil { end() }
  }
}
