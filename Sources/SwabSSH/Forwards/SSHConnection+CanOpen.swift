import NIOCore

extension SSHConnection {
  /// Whether the server opens a channel to a target; the channel is closed right away.
  ///
  /// - Parameter target: What the channel leads to.
  /// - Returns: False if the server refused it.
  /// - Throws: ``SSHError`` if the connection is gone.
  public func canOpen(_ target: SSHForwardTarget) async throws -> Bool {
    let promise = eventLoop.makePromise(of: Bool.self)
    let name = name
    door.onLoop { ChannelProbe.start(target, transport: $0, host: name, promise: promise) }
    return try await promise.futureResult.get()
  }
}

/// Opens a channel to see whether it can be opened.
private final class ChannelProbe: ChannelConsumer {
  private let transport: SSHTransport
  private let host: String
  private var promise: EventLoopPromise<Bool>?
  private var channel: SSHChannel?

  let wantsOutput = false

  private init(_ transport: SSHTransport, host: String, promise: EventLoopPromise<Bool>) {
    self.transport = transport
    self.host = host
    self.promise = promise
  }

  static func start(
    _ target: SSHForwardTarget,
    transport: SSHTransport,
    host: String,
    promise: EventLoopPromise<Bool>
  ) {
    let purpose: SSHChannel.Purpose
    switch target {
    case .streamLocal(let path): purpose = .streamLocal(path: path)
    case .directTCPIP(let host, let port): purpose = .directTCPIP(host: host, port: port)
    // A session channel says nothing of whether its command can be run.
    case .command: return promise.succeed(true)
    }
    let probe = ChannelProbe(transport, host: host, promise: promise)
    let channel = SSHChannel(purpose, consumer: probe, transport: transport)
    probe.channel = channel
    transport.start(channel)
  }

  func channelDidStart() {
    guard let channel else { return }
    self.channel = nil
    channel.abandon()
    transport.touch(channel)
    end(.success(true))
  }

  func channelDidReceive(_ stream: ChannelStream, _ bytes: ByteBuffer) {}

  func channelDidEndOutput() {}

  func channelDidClose(_ result: Result<ChannelExit, SSHError>) {
    channel = nil
    switch result {
    case .success: end(.success(true))
    case .failure(let error) where error.code == .channelRefused: end(.success(false))
    case .failure(let error): end(.failure(error.on(host: host)))
    }
  }

  private func end(_ result: Result<Bool, any Error>) {
    promise?.completeWith(result)
    promise = nil
  }
}
