import NIOCore

/// The body of a stream's reply, for one reader; letting go of it closes the connection.
final class HTTPBody: Sendable {
  let reply: HTTPReply
  private let call: HTTPCall

  init(reply: HTTPReply, call: HTTPCall) {
    self.reply = reply
    self.call = call
  }

  deinit {
    call.abandon()
  }

  /// The next bytes, or nothing at the end.
  func next() async throws -> ByteBuffer? {
    try await call.next()
  }

  /// How many bytes were read from the socket and not yet asked for.
  func bufferedBytes() async -> Int {
    await call.bufferedBytes()
  }

  func close() {
    call.abandon()
  }
}
