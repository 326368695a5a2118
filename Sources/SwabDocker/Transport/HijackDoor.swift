import NIOCore

/// Stands between the socket and the HTTP handlers of a connection that may be taken over.
///
/// It hands the reply's head on by itself, so that what follows the head in the same read is not
/// taken for HTTP: if the head says that the protocol is switched, the door is opened, and bytes go
/// past the HTTP handlers in both directions. Older engines and some proxies answer 200 and send the
/// same bytes as a body; then the door stays shut for those that come in.
final class HijackDoor: ChannelInboundHandler {
  typealias InboundIn = ByteBuffer
  typealias InboundOut = ByteBuffer
  typealias OutboundOut = ByteBuffer

  /// What is longer is no head of an engine's reply.
  private static let headLimit = 1 << 16

  private var context: ChannelHandlerContext?
  /// What has come of the head so far; nothing once it was handed on.
  private var head: ByteBuffer? = ByteBuffer()
  /// Gets what comes in once the door is open.
  private var receive: ((ByteBuffer) -> Void)?

  func handlerAdded(context: ChannelHandlerContext) {
    self.context = context
  }

  func handlerRemoved(context: ChannelHandlerContext) {
    self.context = nil
    receive = nil
  }

  /// Lets what comes in past the HTTP handlers from now on.
  func open(_ receive: @escaping (ByteBuffer) -> Void) {
    self.receive = receive
  }

  func write(_ bytes: ByteBuffer, promise: EventLoopPromise<Void>?) {
    guard let context else {
      promise?.fail(ChannelError.ioOnClosedChannel)
      return
    }
    context.writeAndFlush(wrapOutboundOut(bytes), promise: promise)
  }

  func channelRead(context: ChannelHandlerContext, data: NIOAny) {
    var bytes = unwrapInboundIn(data)
    guard var head else { return pass(bytes, context) }
    head.writeBuffer(&bytes)
    while let length = Self.lengthOfHead(head), let lines = head.readSlice(length: length) {
      if Self.isInterim(lines) {
        context.fireChannelRead(wrapInboundOut(lines))
        continue
      }
      passHead(lines, context)
      if head.readableBytes > 0 { pass(head, context) }
      return
    }
    self.head = head
    if head.readableBytes > Self.headLimit { passHead(head, context) }
  }

  /// Whether it is a head such as `HTTP/1.1 100 Continue`, which others follow.
  private static func isInterim(_ head: ByteBuffer) -> Bool {
    let status = head.readableBytesView.split(separator: UInt8(ascii: " ")).dropFirst().first
    return status.map { $0.count == 3 && $0.first == UInt8(ascii: "1") } == true
      && status?.elementsEqual("101".utf8) == false
  }

  private func passHead(_ bytes: ByteBuffer, _ context: ChannelHandlerContext) {
    head = nil
    context.fireChannelRead(wrapInboundOut(bytes))
  }

  private func pass(_ bytes: ByteBuffer, _ context: ChannelHandlerContext) {
    if let receive { receive(bytes) } else { context.fireChannelRead(wrapInboundOut(bytes)) }
  }

  private static func lengthOfHead(_ bytes: ByteBuffer) -> Int? {
    let end: [UInt8] = [13, 10, 13, 10]
    let view = bytes.readableBytesView
    guard view.count >= end.count else { return nil }
    for start in view.startIndex...(view.endIndex - end.count)
    where view[start] == 13 && view[start..<(start + end.count)].elementsEqual(end) {
      return start - view.startIndex + end.count
    }
    return nil
  }
}
