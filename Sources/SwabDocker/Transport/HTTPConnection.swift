import NIOCore
import NIOHTTP1

#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#else
  import Darwin
#endif

/// The end of a connection's pipeline: writes one call's request and gives it the reply.
///
/// It lives on the event loop of its channel and has one call at a time.
final class HTTPConnection: ChannelInboundHandler {
  typealias InboundIn = HTTPClientResponsePart
  typealias OutboundOut = HTTPClientRequestPart

  private var context: ChannelHandlerContext?
  /// Where bytes go past HTTP, on a connection that is to be taken over.
  private let door: HijackDoor?
  private var call: HTTPCall?
  private var isKeptAlive = false
  /// Whether it carries no more HTTP.
  private var isTakenOver = false
  /// The port of the near end, which tells a connection from others to whoever is behind the far
  /// end; none for sockets.
  var localPort: Int?
  /// Asked, by the port of the near end, why a connection has ended that was taken over.
  var reasonOfEnd: ((_ localPort: Int) -> (any Error)?)?
  /// Whether it has served a call before, so that it might have been closed meanwhile.
  private(set) var isReused = false
  /// Called when a reply is complete and another request may follow.
  var onIdle: ((HTTPConnection) -> Void)?
  /// Called when the connection has ended.
  var onClose: ((HTTPConnection) -> Void)?
  /// Called with a call that may go to another connection, since this one had ended before it.
  var onRetry: ((HTTPCall) -> Void)?

  init(door: HijackDoor? = nil) {
    self.door = door
  }

  func handlerAdded(context: ChannelHandlerContext) {
    self.context = context
  }

  func handlerRemoved(context: ChannelHandlerContext) {
    // The context holds the handler, too.
    self.context = nil
  }

  func start(_ call: HTTPCall) {
    guard let context else {
      return call.fail(failure("the connection was closed", cause: nil))
    }
    self.call = call
    call.connection = self
    let request = call.request
    let head = HTTPRequestHead(
      version: .http1_1,
      method: request.method,
      uri: request.uri,
      headers: request.headers
    )
    context.write(wrapOutboundOut(.head(head)), promise: nil)
    if let body = request.body {
      context.write(wrapOutboundOut(.body(.byteBuffer(body))), promise: nil)
    }
    if request.upload == nil { context.write(wrapOutboundOut(.end(nil)), promise: nil) }
    context.flush()
    context.read()
    call.headWritten()
  }

  /// Writes a piece of a request's body, or of what is said over a connection that was taken over.
  func write(_ bytes: ByteBuffer, promise: EventLoopPromise<Void>) {
    if let door { return door.write(bytes, promise: promise) }
    guard let context else { return promise.fail(ChannelError.ioOnClosedChannel) }
    context.writeAndFlush(wrapOutboundOut(.body(.byteBuffer(bytes))), promise: promise)
  }

  /// Ends a request's body.
  func finishRequest(promise: EventLoopPromise<Void>) {
    guard let context else { return promise.fail(ChannelError.ioOnClosedChannel) }
    context.writeAndFlush(wrapOutboundOut(.end(nil)), promise: promise)
  }

  /// Ends what is written, on a connection that was taken over; an engine that reads the end of a
  /// plain request's connection gives the request up.
  func closeOutput(promise: EventLoopPromise<Void>) {
    guard let context, door != nil else { return promise.fail(ChannelError.ioOnClosedChannel) }
    context.close(mode: .output, promise: promise)
  }

  func readMore() {
    context?.read()
  }

  func close() {
    context?.close(promise: nil)
  }

  /// Closes the connection because nobody wants the rest.
  ///
  /// On one that was taken over, its mere end would be that of what is written: a tunnel, and who is
  /// behind it, would go on for as long as the process there says nothing.
  func abort() {
    if isTakenOver, localPort != nil, let channel = context?.channel as? any SocketOptionProvider {
      _ = channel.setSoLinger(linger(l_onoff: 1, l_linger: 0))
    }
    close()
  }

  func channelRead(context: ChannelHandlerContext, data: NIOAny) {
    guard let call else {
      // Nothing was asked, so whoever sends this is no engine.
      return context.close(promise: nil)
    }
    switch unwrapInboundIn(data) {
    case .head(let head):
      isKeptAlive = head.isKeepAlive
      if head.status == .switchingProtocols, let door {
        isTakenOver = true
        door.open { [weak self] in self?.call?.received($0) }
      }
      call.received(head)
    case .body(let part):
      call.received(part)
    case .end:
      // To HTTP such a reply ends where the other protocol begins.
      if !isTakenOver { complete(call) }
    }
  }

  func userInboundEventTriggered(context: ChannelHandlerContext, event: Any) {
    context.fireUserInboundEventTriggered(event)
    guard let event = event as? ChannelEvent, event == .inputClosed else { return }
    if isTakenOver, let call { endTakenOver(call) } else { context.close(promise: nil) }
  }

  /// The end is all that says that the other protocol has ended; so somebody has to say whether it was
  /// the other side's, or what carried it there was cut.
  private func endTakenOver(_ call: HTTPCall) {
    guard let localPort, let reason = reasonOfEnd?(localPort) else { return complete(call) }
    detach(call)
    call.fail(HTTPFailure.connectionCut(reason))
    close()
  }

  /// Fails what is under way.
  func failCall(_ error: any Error) {
    guard let call else { return }
    detach(call)
    call.fail(error)
  }

  private func complete(_ call: HTTPCall) {
    detach(call)
    // Idle before the answer is given, so that what the answer sets off finds it.
    if isKeptAlive, call.isSent, !call.isStream, let onIdle {
      isReused = true
      onIdle(self)
    } else {
      close()
    }
    call.finished()
  }

  private func detach(_ call: HTTPCall) {
    self.call = nil
    call.connection = nil
  }

  func channelReadComplete(context: ChannelHandlerContext) {
    // An idle connection reads as well: that is how it learns that the engine has closed it.
    if call?.wantsMore ?? true { context.read() }
  }

  func errorCaught(context: ChannelHandlerContext, error: any Error) {
    lose("the connection failed", cause: error)
    context.close(promise: nil)
  }

  func channelInactive(context: ChannelHandlerContext) {
    lose("the connection was closed before the answer was complete", cause: nil)
    onClose?(self)
    (onIdle, onClose, onRetry, reasonOfEnd) = (nil, nil, nil, nil)
    context.fireChannelInactive()
  }

  private func lose(_ message: String, cause: (any Error)?) {
    guard let call else { return }
    if isTakenOver, cause == nil { return endTakenOver(call) }
    detach(call)
    let mayRetry = isReused && !call.hasReplyBegun && !call.hasBeenRetried && !call.isAnswered
    if mayRetry, call.request.isRepeatable, let onRetry {
      call.hasBeenRetried = true
      onRetry(call)
    } else {
      call.fail(failure(message, cause: cause))
    }
  }

  private func failure(_ message: String, cause: (any Error)?) -> HTTPFailure {
    .connectionLost(message, cause: cause, localPort: localPort)
  }
}
