public import NIOCore

/// A connection to a host, logged in, with any number of channels.
public final class SSHConnection: Sendable {
  /// Where everything of this connection happens.
  public let eventLoop: any EventLoop
  /// Ends when the connection is gone, however that came.
  public let closeFuture: EventLoopFuture<Void>
  /// What the two sides agreed on.
  public let negotiated: SSHNegotiation

  init(eventLoop: any EventLoop, closeFuture: EventLoopFuture<Void>, negotiated: SSHNegotiation) {
    self.eventLoop = eventLoop
    self.closeFuture = closeFuture
    self.negotiated = negotiated
  }

  /// Connects and logs in.
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
    throw SSHError(.unreachable, "not built yet", host: options.name)
  }

  /// Whether the connection is there.
  public var isOpen: Bool { false }

  /// Closes the channels, says goodbye, and closes the connection; returns when it is gone.
  public func close() async {}

  /// Runs a command and returns how it ended.
  ///
  /// - Parameters:
  ///   - command: What to run.
  ///   - output: Called for each piece of output; while it runs, nothing more is read.
  /// - Returns: Exit status or signal, whichever it was; neither is an error here.
  /// - Throws: ``SSHError``, or what `output` threw; the command is then ended.
  public func execute(
    _ command: SSHCommand,
    output: @Sendable (SSHOutputChunk) async throws -> Void
  ) async throws -> SSHCommandStatus {
    throw SSHError(.connectionLost, "not built yet")
  }

  /// Bridges a local channel to a new channel of this connection, both ways.
  ///
  /// - Parameters:
  ///   - local: On ``eventLoop``, with `autoRead` off and remote half-closure allowed.
  ///   - target: What the new channel leads to.
  /// - Returns: A future that ends when both sides are closed; it fails if the channel was refused,
  ///   after closing `local`.
  public func bridge(
    _ local: any Channel,
    to target: SSHForwardTarget
  ) -> EventLoopFuture<Void> {
    eventLoop.makeFailedFuture(SSHError(.connectionLost, "not built yet"))
  }
}
