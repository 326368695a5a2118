import CLibSSH2
import NIOCore
import NIOPosix

/// Runs one SSH session over a NIO channel: bytes in, steps of the library, bytes out.
///
/// Everything happens on the connection's event loop. Async code comes in by ``TransportDoor``.
final class SSHTransport: ChannelInboundHandler {
  typealias InboundIn = ByteBuffer
  typealias OutboundOut = ByteBuffer

  /// A piece of work that has the session to itself, such as a handshake.
  struct Step {
    /// Tries to go on; `true` when it is done.
    var attempt: (SessionHandle) -> Bool
    /// Told when the connection goes before that.
    var fail: (SSHError) -> Void
  }

  let session: SessionHandle
  let eventLoop: any EventLoop
  /// Shared by all connections of an event loop.
  let scratch: EventLoopScratch
  /// What the server says before encryption starts; forgotten after the handshake.
  var greeting: ServerGreeting? = ServerGreeting()
  /// Why the connection is gone.
  private(set) var failure: SSHError?
  /// Set by a channel that could not send all it has.
  var hasBlockedWriter = false
  /// When the server was last heard.
  private(set) var lastInbound = NIODeadline.now()

  private var context: ChannelHandlerContext?
  private var step: Step?
  private var line: ChannelLine
  private var opening: SSHChannel?
  private var channels: [SSHChannel] = []
  /// A channel that is closed on both sides, through which the library can be made to read.
  private var pump: OpaquePointer?
  private var isDriving = false
  private var needsDrive = false
  private var keepalive: Keepalive?
  private var keepaliveTimer: RepeatedTask?
  private var libraryOffer: AlgorithmOffer?

  /// What may wait for the connection before channels stop sending.
  private static let outboundMark = 256 * 1024

  init(eventLoop: any EventLoop, maxSessionChannels: Int) throws(SSHError) {
    session = try SessionHandle()
    self.eventLoop = eventLoop
    scratch = EventLoopScratch.current
    line = ChannelLine(limit: maxSessionChannels)
  }

  /// What the library can negotiate; asked for only when a handshake failed.
  var offerOfLibrary: AlgorithmOffer? {
    libraryOffer ?? (failure == nil ? session.offer : nil)
  }

  /// Whether channels may hand more to the library.
  var canSend: Bool {
    session.outbound.readableBytes < Self.outboundMark && context?.channel.isWritable == true
  }

  /// An empty buffer with room.
  func buffer(of capacity: Int) -> ByteBuffer {
    context?.channel.allocator.buffer(capacity: capacity) ?? ByteBuffer()
  }

  // MARK: From NIO

  func handlerAdded(context: ChannelHandlerContext) {
    self.context = context
  }

  func handlerRemoved(context: ChannelHandlerContext) {
    // The context holds the handler: together they would stay for good.
    self.context = nil
    fail(.connectionClosed())
    session.free()
  }

  func channelRead(context: ChannelHandlerContext, data: NIOAny) {
    var bytes = unwrapInboundIn(data)
    lastInbound = .now()
    greeting?.observe(bytes)
    if greeting?.isEndless == true { fail(.endlessGreeting()) }
    if session.inbound.readableBytes == 0 {
      session.inbound = bytes
    } else {
      session.inbound.writeBuffer(&bytes)
    }
  }

  func channelReadComplete(context: ChannelHandlerContext) {
    drive()
  }

  func channelInactive(context: ChannelHandlerContext) {
    session.hasEnded = true
    // What came with the end may say why.
    drive()
    fail(.connectionLost(goodbye: session.goodbye))
    context.fireChannelInactive()
  }

  func errorCaught(context: ChannelHandlerContext, error: any Error) {
    // What came before it may say why: sshd says goodbye, and resets what still is on its way.
    drive()
    if session.goodbye != nil { return fail(.connectionLost(goodbye: session.goodbye)) }
    var lost = SSHError.connectionLost(reason: error.words)
    lost.cause = error
    fail(lost)
  }

  func channelWritabilityChanged(context: ChannelHandlerContext) {
    if context.channel.isWritable, hasBlockedWriter { drive() }
  }

  // MARK: Work

  /// Starts a piece of work that has the session to itself.
  func begin(_ step: Step) {
    if let failure { return step.fail(failure) }
    precondition(self.step == nil, "one step at a time")
    self.step = step
    drive()
  }

  /// Puts a channel in line to be opened.
  func start(_ channel: SSHChannel) {
    if let failure { return channel.connectionDidEnd(failure) }
    line.append(channel)
    drive()
  }

  /// Moves one channel on, after its consumer changed something.
  func touch(_ channel: SSHChannel) {
    guard failure == nil, !isDriving else { return needsDrive = true }
    isDriving = true
    advance(channel)
    isDriving = false
    removeClosedChannels()
    flush()
    if needsDrive { drive() }
  }

  /// Does all that can be done now.
  private func drive() {
    guard !isDriving else { return needsDrive = true }
    guard failure == nil else { return }
    isDriving = true
    repeat {
      needsDrive = false
      read()
      openNext()
      for channel in channels where failure == nil { advance(channel) }
      removeClosedChannels()
      flush()
    } while needsDrive && failure == nil
    isDriving = false
  }

  /// Has the library take in all that came, before any channel looks for its part.
  private func read() {
    session.isReceiving = true
    defer { session.isReceiving = false }
    if let step {
      if step.attempt(session) { self.step = nil }
    } else if let channel = channels.lazy.compactMap(\.canPump).first ?? pump {
      let code = libssh2_channel_read_ex(channel, 0, scratch.memory.baseAddress, 0)
      if code < 0, code != Int(LIBSSH2_ERROR_EAGAIN) { fail(session.error(Int32(code))) }
    }
  }

  private func openNext() {
    session.isReceiving = true
    defer { session.isReceiving = false }
    while failure == nil {
      guard let channel = opening ?? line.next(now: .now()) else { return }
      if opening == nil { channel.willOpen() }
      opening = channel
      do {
        guard try channel.open(session) else { return }
        channels.append(channel)
        // Opening reads no further than the answer; now there is a channel to read through.
        needsDrive = true
      } catch  where error.code == .channelRefused {
        answerRefusal(of: channel, error)
      } catch {
        fail(error)
      }
      opening = nil
    }
  }

  private func answerRefusal(of channel: SSHChannel, _ error: SSHError) {
    switch line.serverRefused(channel, now: .now()) {
    case .giveUp: channel.openingDidFail(error)
    case .wait: channel.returnToLine()
    case .retry(let time):
      channel.returnToLine()
      drive(after: time)
    }
  }

  /// Moves the line on a little later.
  private func drive(after time: TimeAmount) {
    let transport = NIOLoopBound(self, eventLoop: eventLoop)
    eventLoop.scheduleTask(in: time) { transport.value.drive() }
  }

  private func advance(_ channel: SSHChannel) {
    // A channel that closes waits for the answer itself, as there may be none to pump through.
    session.isReceiving = channel.phase == .closing
    defer { session.isReceiving = false }
    do {
      try channel.advance(session)
    } catch {
      fail(error)
    }
  }

  private func removeClosedChannels() {
    guard channels.contains(where: { $0.phase == .closed }) else { return }
    channels.removeAll { channel in
      guard channel.phase == .closed else { return false }
      if let pause = line.release(channel, now: .now()) { drive(after: pause) }
      return true
    }
    if !line.isEmpty { needsDrive = true }
  }

  /// Keeps a closed channel so that there is one to read through while no other is open.
  ///
  /// - Returns: Whether it was kept; if not, its owner frees it.
  func keepForPumping(_ raw: OpaquePointer) -> Bool {
    // Reading through a channel with less than this makes the library widen its window, which
    // nobody on the other side has any more.
    let remaining = Int(libssh2_channel_window_read_ex(raw, nil, nil))
    guard pump == nil, remaining >= WindowPolicy.initial / 4 * 3 else { return false }
    pump = raw
    return true
  }

  private func flush() {
    guard let context, session.outbound.readableBytes > 0 else { return }
    let bytes = session.outbound
    session.outbound = ByteBuffer()
    context.writeAndFlush(wrapOutboundOut(bytes), promise: nil)
    if hasBlockedWriter, canSend {
      hasBlockedWriter = false
      needsDrive = true
    }
  }

  // MARK: The end

  /// Ends the connection and all that goes on over it.
  func fail(_ error: SSHError) {
    guard failure == nil else { return }
    // The session is gone by the time that somebody asks why the handshake failed.
    if greeting?.offer != nil { libraryOffer = session.offer }
    failure = error
    keepaliveTimer?.cancel()
    if let step { step.fail(error) }
    step = nil
    let affected = channels + (opening.map { [$0] } ?? []) + line.removeAll()
    (channels, opening, pump) = ([], nil, nil)
    for channel in affected { channel.connectionDidEnd(error) }
    context?.close(promise: nil)
  }

  /// Says goodbye and ends the connection.
  func close() {
    guard failure == nil else { return }
    _ = libssh2_session_disconnect_ex(session.raw, SSH_DISCONNECT_BY_APPLICATION, "goodbye", "")
    flush()
    fail(.connectionClosed())
  }

  /// Asks a silent server for a sign of life at each interval.
  func startKeepalive(every interval: Duration, count: Int) {
    // A server may close in the same breath that lets us in; then there is no session to ask with.
    guard failure == nil else { return }
    let rules = Keepalive(every: interval, count: count, now: .now())
    keepalive = rules
    libssh2_keepalive_config(session.raw, 1, UInt32(rules.pause.components.seconds))
    let pause = TimeAmount(rules.pause)
    // Cancelled when the connection ends, which it does before this handler can go away.
    let transport = NIOLoopBound(self, eventLoop: eventLoop)
    keepaliveTimer = eventLoop.scheduleRepeatedTask(initialDelay: pause, delay: pause) { _ in
      transport.value.checkLife()
    }
  }

  private func checkLife() {
    switch keepalive?.tick(now: .now(), lastInbound: lastInbound) {
    case .ask:
      _ = libssh2_keepalive_send(session.raw, nil)
      flush()
    case .giveUp(let silence): fail(.connectionSilent(for: silence))
    case .nothing, nil: break
    }
  }
}
