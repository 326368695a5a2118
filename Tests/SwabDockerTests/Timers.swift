import NIOCore

@testable import SwabDocker

extension DockerClient {
  /// Returns when each timer has fired that the client had set for this time: a test that nothing
  /// happens then has no other event to wait for.
  ///
  /// An event loop fires its timers in their order.
  func timersFired(within time: TimeAmount) async throws {
    try await transport.eventLoop.scheduleTask(in: time) {}.futureResult.get()
  }
}
