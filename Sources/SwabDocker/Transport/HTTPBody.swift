import NIOCore

/// The body of a stream's reply, for one reader; letting go of it closes the connection.
final class HTTPBody: Sendable {
  let head: HTTPReply
  private let call: HTTPCall

  init(head: HTTPReply, call: HTTPCall) {
    self.head = head
    self.call = call
  }

  deinit {
    call.abandon()
  }

  /// The next bytes, or nothing at the end.
  func next() async throws -> ByteBuffer? {
    try await call.next()
  }

  func close() {
    call.abandon()
  }
}
