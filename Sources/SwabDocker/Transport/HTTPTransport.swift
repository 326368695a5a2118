package import NIOCore
import NIOHTTP1
import NIOPosix
import Synchronization

#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#else
  import Darwin
#endif

/// Says whether a TCP connection may be used, before a byte is sent; throwing refuses it.
package typealias PeerVerifier =
  @Sendable (_ local: SocketAddress, _ remote: SocketAddress) throws -> Void

/// The connections to one engine, all on one event loop.
///
/// Plain requests share kept-alive connections, the last used first; each stream has a connection
/// of its own, so that any number of followed logs never keeps a ping waiting.
final class HTTPTransport: Sendable {
  /// Beyond this many, connections that fall idle are closed.
  private static let idleLimit = 16
  private static let connectTimeout = TimeAmount.seconds(10)
  /// After so much silence TCP asks whether the other side is still there, and again after as much.
  ///
  /// Events and silent commands have no other sign of it. Docker's own client has 30 s, too.
  private static let keepaliveSeconds = 30

  let address: DockerAddress
  let eventLoop: any EventLoop
  /// Speaks TLS on new connections; nil where none is spoken.
  private let tls: TLSConnector?
  private let verifyPeer: PeerVerifier?
  /// Tells why the connection from a local port ended, where what carries it knows more.
  private let underlying: (@Sendable (_ localPort: Int) -> (any Error)?)?
  private let state: NIOLoopBoundBox<State>
  /// Whether it is closed for good: its event loop may have ended since, and is not to be asked for
  /// anything any more.
  private let isShutDown = Atomic(false)

  private struct State {
    var idle: [HTTPConnection] = []
    /// Those whose reply hasn't begun; the others are known to their connections.
    var calls: [ObjectIdentifier: HTTPCall] = [:]
    var open: [ObjectIdentifier: (connection: HTTPConnection, channel: any Channel)] = [:]
    var isClosed = false
  }

  init(
    address: DockerAddress,
    tls: TLSConnector?,
    eventLoop: any EventLoop,
    verifyPeer: PeerVerifier?,
    underlying: (@Sendable (_ localPort: Int) -> (any Error)?)?
  ) {
    self.address = address
    self.tls = tls
    self.eventLoop = eventLoop
    self.verifyPeer = verifyPeer
    self.underlying = underlying
    state = .makeBoxSendingValue(State(), eventLoop: eventLoop)
  }

  /// Starts a call on the event loop; its reply is the call's affair.
  func start(_ request: HTTPRequest, isStream: Bool, by deadline: CallDeadline) -> HTTPCall {
    let call = HTTPCall(request, isStream: isStream, on: eventLoop)
    eventLoop.execute {
      call.start(by: deadline)
      self.track(call)
      self.run(call)
    }
    return call
  }

  private func track(_ call: HTTPCall) {
    let id = ObjectIdentifier(call)
    state.value.calls[id] = call
    call.answer.futureResult.whenComplete { _ in self.state.value.calls[id] = nil }
  }

  private func run(_ call: HTTPCall) {
    guard !state.value.isClosed else { return call.fail(HTTPFailure.closed) }
    guard !call.isAnswered else { return }
    // A body that is given piece by piece can't be given twice, should the connection have ended.
    let mayReuse = !call.isStream && !call.hasBeenRetried && call.request.upload == nil
    if mayReuse, let connection = state.value.idle.popLast() {
      connection.start(call)
    } else {
      connect(for: call)
    }
  }

  private func connect(for call: HTTPCall) {
    let isHijack = call.request.isHijack
    let bootstrap = ClientBootstrap(group: eventLoop)
      .connectTimeout(Self.connectTimeout)
      .channelOption(.autoRead, value: false)
      .channelOption(.allowRemoteHalfClosure, value: isHijack)
      .channelOption(.recvAllocator, value: FixedSizeRecvByteBufferAllocator(capacity: 1 << 15))
      .channelInitializer { channel in
        channel.eventLoop.makeCompletedFuture { try Self.addHandlers(to: channel, isHijack) }
      }
    let connected =
      switch address.endpoint {
      case .unixSocket(let path): bootstrap.connect(unixDomainSocketPath: path)
      case .tcp(let host, let port):
        bootstrap.channelOption(.tcpOption(.tcp_nodelay), value: 1)
          .channelOption(.socketOption(.so_keepalive), value: 1)
          .channelOption(.tcpOption(.keepaliveIdle), value: Self.keepaliveSeconds)
          .channelOption(.tcpOption(.keepaliveInterval), value: Self.keepaliveSeconds)
          .connect(host: host, port: port)
      }
    connected.whenComplete { self.connected($0, for: call) }
  }

  private static func addHandlers(to channel: any Channel, _ isHijack: Bool) throws {
    let pipeline = channel.pipeline.syncOperations
    let door = isHijack ? HijackDoor() : nil
    if let door { try pipeline.addHandler(door) }
    try pipeline.addHTTPClientHandlers(leftOverBytesStrategy: .dropBytes)
    try pipeline.addHandler(HTTPConnection(door: door))
  }

  private func connected(_ result: Result<any Channel, any Error>, for call: HTTPCall) {
    switch result {
    case .failure(let error): call.fail(HTTPFailure.cannotConnect(error))
    case .success(let channel):
      guard !call.isAnswered, !state.value.isClosed else {
        channel.close(promise: nil)
        return call.fail(HTTPFailure.closed)
      }
      do {
        try verify(channel)
        let connection = try channel.pipeline.syncOperations.handler(type: HTTPConnection.self)
        connection.localPort = channel.localAddress?.port
        adopt(connection, channel)
        guard let tls else { return connection.start(call) }
        tls.secure(channel).assumeIsolated().whenComplete { result in
          self.secured(result, channel, connection, for: call)
        }
      } catch {
        channel.close(promise: nil)
        call.fail(HTTPFailure.refusedPeer(error))
      }
    }
  }

  private func secured(
    _ result: Result<Void, any Error>,
    _ channel: any Channel,
    _ connection: HTTPConnection,
    for call: HTTPCall
  ) {
    switch result {
    case .success where call.isAnswered: channel.close(promise: nil)
    case .success: connection.start(call)
    case .failure(let error):
      channel.close(promise: nil)
      if let failure = error as? TLSFailure { return call.fail(HTTPFailure.tls(failure)) }
      let cause = error is ChannelError ? nil : error
      call.fail(HTTPFailure.handshakeLost(cause: cause, localPort: connection.localPort))
    }
  }

  private func verify(_ channel: any Channel) throws {
    guard let verifyPeer, case .tcp = address.endpoint else { return }
    guard let local = channel.localAddress, let remote = channel.remoteAddress else {
      throw ChannelError.ioOnClosedChannel
    }
    try verifyPeer(local, remote)
  }

  private func adopt(_ connection: HTTPConnection, _ channel: any Channel) {
    let id = ObjectIdentifier(connection)
    state.value.open[id] = (connection, channel)
    connection.reasonOfEnd = underlying
    connection.onIdle = { [weak self] in
      guard let self, !state.value.isClosed, state.value.idle.count < Self.idleLimit else {
        return $0.close()
      }
      state.value.idle.append($0)
    }
    connection.onClose = { [weak self] connection in
      self?.state.value.idle.removeAll { $0 === connection }
      self?.state.value.open[id] = nil
    }
    connection.onRetry = { [weak self] call in
      guard let self else { return call.fail(HTTPFailure.closed) }
      run(call)
    }
  }

  /// Fails what is under way, closes all connections, and returns when they are closed.
  func close() async {
    guard !isShutDown.load(ordering: .relaxed) else { return }
    await (try? eventLoop.flatSubmit { self.shutDown() }.get())
    isShutDown.store(true, ordering: .relaxed)
  }

  /// Closes all connections without waiting for it.
  func closeSoon() {
    guard !isShutDown.load(ordering: .relaxed) else { return }
    eventLoop.execute { _ = self.shutDown() }
  }

  private func shutDown() -> EventLoopFuture<Void> {
    state.value.isClosed = true
    let (calls, open) = (state.value.calls, state.value.open)
    for call in calls.values { call.fail(HTTPFailure.closed) }
    for (connection, channel) in open.values {
      connection.failCall(HTTPFailure.closed)
      channel.close(promise: nil)
    }
    return .andAllComplete(open.values.map(\.channel.closeFuture), on: eventLoop)
  }
}

extension HTTPTransport {
  /// How many connections there are at the moment.
  func openConnections() async -> Int {
    await (try? eventLoop.submit { self.state.value.open.count }.get()) ?? 0
  }
}

extension NIOBSDSocket.Option {
  #if canImport(Darwin)
    fileprivate static let keepaliveIdle = NIOBSDSocket.Option(rawValue: TCP_KEEPALIVE)
  #else
    fileprivate static let keepaliveIdle = NIOBSDSocket.Option(rawValue: TCP_KEEPIDLE)
  #endif
  fileprivate static let keepaliveInterval = NIOBSDSocket.Option(rawValue: TCP_KEEPINTVL)
}
