import NIOCore

/// A request and its answer, whatever carries them: a connection to the engine, or docker commands.
protocol DockerExchange: AnyObject, Sendable {
  /// The answer, or of a stream its head; a cancelled task gives the request up.
  func reply() async throws -> HTTPReply

  /// The next bytes of a stream's body, or nothing at its end.
  func next() async throws -> ByteBuffer?

  /// Sends bytes to what has taken the connection over, and returns when they have gone out.
  func write(_ bytes: ByteBuffer) async throws

  /// Ends what is sent to what has taken the connection over; what comes from it goes on.
  func closeOutput() async throws

  /// How many bytes have come and were not asked for yet.
  func bufferedBytes() async -> Int

  /// Gives the request up, with all that it holds.
  func abandon()

  /// Returns when nothing fetches what was to be sent any more.
  func uploadEnded() async
}
