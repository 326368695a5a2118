public import NIOCore
import NIOPosix

extension SSHConnection {
  /// Connects and logs in.
  ///
  /// What may pass by itself (a refused or reset connection, a server too busy to answer, a name
  /// server that can't be asked just now) is tried as often as the options say; a host key or a
  /// login is not.
  ///
  /// - Parameters:
  ///   - options: Where to, as whom, how patiently.
  ///   - authenticator: Where keys and passwords come from.
  ///   - verifier: Who decides whether the host is the right one.
  ///   - eventLoop: Where the connection lives.
  ///   - handshakes: A limit shared with other connections, if there is one.
  /// - Returns: The connection, ready for channels.
  /// - Throws: ``SSHError``.
  public static func connect(
    options: SSHConnectionOptions,
    authenticator: any SSHAuthenticator,
    verifier: any SSHHostKeyVerifier,
    on eventLoop: any EventLoop,
    handshakes: SSHHandshakeLimit? = nil
  ) async throws -> SSHConnection {
    let setup = ConnectionSetup(
      options: options,
      authenticator: authenticator,
      verifier: verifier,
      eventLoop: eventLoop
    )
    var attempt = 1
    while true {
      do {
        guard let handshakes else { return try await setup.connect() }
        return try await handshakes.withTurn { try await setup.connect() }
      } catch {
        let error = SSHError(wrapping: error, host: options.name)
        guard error.isTransient, attempt < options.attempts else {
          throw error.after(attempts: attempt)
        }
        try await setup.pause(after: attempt)
        attempt += 1
      }
    }
  }
}

/// One way to a host, gone as often as it takes.
struct ConnectionSetup: Sendable {
  var options: SSHConnectionOptions
  let authenticator: any SSHAuthenticator
  let verifier: any SSHHostKeyVerifier
  let eventLoop: any EventLoop

  /// How long to wait before the next attempt: doubling, with jitter, so that fifty hosts that
  /// were turned away together don't come back together.
  func pause(after attempt: Int) async throws {
    let longest = min(10_000, 500 << min(attempt - 1, 5))
    do {
      try await Task.sleep(for: .milliseconds(Int.random(in: longest / 2...longest)))
    } catch {
      throw SSHError.cancelled().on(host: options.name)
    }
  }

  /// One attempt, on the event loop.
  func connect() async throws -> SSHConnection {
    try await withTaskExecutorPreference(EventLoopExecutor(eventLoop)) {
      let budget = ConnectBudget(options.connectTimeout)
      do {
        return try await connect(budget)
      } catch let error as SSHError where error.isLostConnection && budget.hasHeardPerson {
        // The server's LoginGraceTime ran out while a person thought; what they said is kept.
        return try await connect(ConnectBudget(options.connectTimeout))
      }
    }
  }

  private func connect(_ budget: ConnectBudget) async throws -> SSHConnection {
    if Task.isCancelled { throw SSHError.cancelled() }
    let known = try await verifier.knownHost(address: knownHostsName, port: knownHostsPort)
    let (channel, door) = try await openTransport(budget)
    do {
      let (key, negotiation) = try await handshake(door, known.algorithms, budget)
      try await verifier.verify(key, of: known, host: options.name)
      var login = Login(
        door: door,
        user: options.user,
        authenticator: authenticator,
        budget: budget
      )
      try await login.run()
      if let interval = options.keepaliveInterval {
        let count = options.keepaliveCount
        door.onLoop { $0.startKeepalive(every: interval, count: count) }
      }
      return SSHConnection(setup: self, channel: channel, door: door, negotiated: negotiation)
    } catch {
      door.onLoop { $0.close() }
      try? await channel.closeFuture.get()
      throw error
    }
  }

  /// The name that host keys are on record under.
  private var knownHostsName: String { options.knownHostsName ?? options.address }

  /// The port that host keys are on record under: as in OpenSSH, an alias stands for the host
  /// wherever it listens, and is recorded without a port.
  private var knownHostsPort: Int { options.knownHostsName == nil ? options.port : 22 }

  private func openTransport(
    _ budget: ConnectBudget
  ) async throws -> (any Channel, TransportDoor) {
    let started = ContinuousClock.now
    defer { budget.spend(ContinuousClock.now - started) }
    let maxSessionChannels = options.maxSessionChannels
    let connecting = ConnectingChannel<(any Channel, TransportDoor)>()
    let bootstrap = ClientBootstrap(group: eventLoop)
      .connectTimeout(TimeAmount(budget.left))
      .channelOption(.tcpOption(.tcp_nodelay), value: 1)
      .channelOption(
        .writeBufferWaterMark,
        value: .init(low: 128 * 1024, high: 512 * 1024)
      )
      .channelInitializer { channel in
        channel.eventLoop.makeCompletedFuture {
          try connecting.add(channel)
          let transport = try SSHTransport(
            eventLoop: channel.eventLoop,
            maxSessionChannels: maxSessionChannels
          )
          try channel.pipeline.syncOperations.addHandler(transport)
        }
      }
    do {
      return try await connecting.connect {
        // An address needs no look-up, which would take a thread.
        let address = try? SocketAddress(ipAddress: options.address, port: options.port)
        let connected =
          address.map { bootstrap.connect(to: $0) }
          ?? bootstrap.connect(host: options.address, port: options.port)
        return connected.flatMapThrowing { channel in
          // A name with several addresses has a channel for each; one of them gets here.
          let transport = try channel.pipeline.syncOperations.handler(type: SSHTransport.self)
          return (channel, TransportDoor(transport))
        }
      }
    } catch is CancellationError {
      throw SSHError.cancelled()
    } catch ChannelError.connectTimeout(_) {
      throw SSHError.connectTimedOut(
        after: options.connectTimeout,
        while: "connecting to \(endpoint)"
      )
    } catch {
      // A connection that was never tried is one whose name has no address.
      let isNameless = (error as? NIOConnectionError)?.connectionErrors.isEmpty ?? false
      var unreachable =
        isNameless
        ? SSHError.unknownName(options.address, because: error.words)
        : SSHError.unreachable(endpoint, because: error.words)
      unreachable.cause = error
      throw unreachable
    }
  }

  private var endpoint: String {
    options.address.contains(":")
      ? "[\(options.address)]:\(options.port)" : "\(options.address):\(options.port)"
  }

  private func handshake(
    _ door: TransportDoor,
    _ hostKeyAlgorithms: [String],
    _ budget: ConnectBudget
  ) async throws -> (SSHPublicKey, SSHNegotiation) {
    do {
      let result = try await door.perform("shaking hands with \(endpoint)", budget: budget) {
        session throws(SSHError) -> (SSHPublicKey, SSHNegotiation)? in
        try session.preferHostKeyAlgorithms(hostKeyAlgorithms)
        guard try session.handshake() else { return nil }
        return (try session.hostKey(), session.negotiation)
      }
      door.onLoop { $0.greeting = nil }
      return result
    } catch let error as SSHError {
      throw await explain(error, door)
    }
  }

  /// Says what the library doesn't: which algorithms the server has, what it said before it left.
  private func explain(_ error: SSHError, _ door: TransportDoor) async -> SSHError {
    guard error.code == .connectionLost || error.code == .protocolError else { return error }
    return await withCheckedContinuation { continuation in
      door.onLoop { transport in
        let greeting = transport.greeting
        let ours = transport.offerOfLibrary
        if let offer = greeting?.offer, let ours, let kind = ours.firstMismatch(with: offer) {
          return continuation.resume(
            returning: .noCommonAlgorithm(kind, ours: ours, server: offer)
          )
        }
        var explained = SSHError.handshakeFailed(greeting?.farewell ?? error.message)
        if error.code == .protocolError, greeting?.version != nil || greeting?.isEndless == true {
          explained = error
        }
        explained.cause = error
        continuation.resume(returning: explained)
      }
    }
  }
}

extension SSHError {
  /// Whether the same may go well a moment later.
  var isTransient: Bool {
    code == .unreachable || code == .connectionLost
  }

  /// Whether it comes of a connection that was lost.
  fileprivate var isLostConnection: Bool {
    code == .connectionLost || (cause as? SSHError)?.code == .connectionLost
  }

  /// Says how often it was tried, if it was more than once.
  func after(attempts: Int) -> SSHError {
    guard attempts > 1 else { return self }
    var error = self
    error.message += " (tried \(attempts) times)"
    return error
  }

  /// Any error as one of ours.
  init(wrapping error: any Error, host: String) {
    switch error {
    case let error as SSHError: self = error.on(host: host)
    case is CancellationError: self = .cancelled().on(host: host)
    default: self.init(.protocolError, error.words, host: host, cause: error)
    }
  }
}
