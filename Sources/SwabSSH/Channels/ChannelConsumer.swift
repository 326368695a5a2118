import NIOCore

/// The two streams that a channel brings.
enum ChannelStream: Int32 {
  case output = 0
  case error = 1
}

/// How a channel ended, as far as the server told.
struct ChannelExit: Sendable {
  var exitStatus: Int?
  var signal: String?
}

/// Who a channel works for: told of everything on the connection's event loop.
protocol ChannelConsumer: AnyObject {
  /// Whether it would take output now; while it would not, the channel's window fills and the
  /// server waits.
  var wantsOutput: Bool { get }
  /// The channel is first in line: from here on it is the server who takes time.
  func channelWillOpen()
  /// The server has opened the channel, and accepted the command if there is one.
  func channelDidStart()
  /// A piece of output; only called while it is wanted.
  func channelDidReceive(_ stream: ChannelStream, _ bytes: ByteBuffer)
  /// There will be no more output.
  func channelDidEndOutput()
  /// Bytes handed to the channel have left it.
  func channelDidSend()
  /// The channel is gone. Nothing is told after this.
  func channelDidClose(_ result: Result<ChannelExit, SSHError>)
}

extension ChannelConsumer {
  func channelWillOpen() {}
  func channelDidSend() {}
}
