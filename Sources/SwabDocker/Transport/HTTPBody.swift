import NIOCore

/// The body of a stream's reply, for one reader; letting go of it closes the connection.
///
/// On a connection that was taken over, it is written to as well.
final class HTTPBody: Sendable {
  let reply: HTTPReply
  private let call: any DockerExchange

  init(reply: HTTPReply, call: any DockerExchange) {
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

  /// Writes to a connection that was taken over, and returns when the bytes have gone out.
  func write(_ bytes: ByteBuffer) async throws {
    try await call.write(bytes)
  }

  /// Ends what is written to a connection that was taken over; what it says can still be read.
  func closeOutput() async throws {
    try await call.closeOutput()
  }

  /// How many bytes were read from the socket and not yet asked for.
  func bufferedBytes() async -> Int {
    await call.bufferedBytes()
  }

  func close() {
    call.abandon()
  }

  /// Closes the connection, and returns when nothing fetches what was to be sent over it.
  func closeAndEndUpload() async {
    call.abandon()
    await call.uploadEnded()
  }
}
