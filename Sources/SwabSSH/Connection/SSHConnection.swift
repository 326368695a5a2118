public import NIOCore

/// A connection to a host, logged in, with any number of channels.
///
/// It lives on one event loop and may be used from anywhere. All that waits on it fails with
/// `connectionLost` when it goes; nothing is done a second time behind the caller's back.
public final class SSHConnection: Sendable {
  /// Where everything of this connection happens.
  public let eventLoop: any EventLoop
  /// Ends when the connection is gone, however that came.
  public let closeFuture: EventLoopFuture<Void>
  /// What the two sides agreed on.
  public let negotiated: SSHNegotiation

  let setup: ConnectionSetup
  let door: TransportDoor
  /// A second connection, for ending processes when the server has no channel left on this one.
  let rescue: RescueConnection
  private let channel: any Channel

  init(
    setup: ConnectionSetup,
    channel: any Channel,
    door: TransportDoor,
    negotiated: SSHNegotiation,
    rescue: RescueConnection = RescueConnection()
  ) {
    self.setup = setup
    self.channel = channel
    self.door = door
    self.negotiated = negotiated
    self.rescue = rescue
    eventLoop = channel.eventLoop
    closeFuture = channel.closeFuture
  }

  /// How messages call the host.
  public var name: String { setup.options.name }

  /// This connection, with messages that call the host by another of its names.
  public func named(_ name: String) -> SSHConnection {
    guard name != self.name else { return self }
    var setup = setup
    setup.options.name = name
    return SSHConnection(
      setup: setup,
      channel: channel,
      door: door,
      negotiated: negotiated,
      rescue: rescue
    )
  }

  /// Whether the connection is there.
  public var isOpen: Bool { channel.isActive }

  /// Closes the channels, says goodbye, and closes the connection; returns when it is gone.
  ///
  /// May be called any number of times.
  public func close() async {
    await rescue.close()
    door.onLoop { $0.close() }
    try? await closeFuture.get()
  }
}
