import NIOCore
import NIOPosix
import SwabTestSupport
import Testing

@testable import Swab

#if canImport(Glibc)
  import Glibc
#endif

@Suite("Whose a connection is")
struct PeerOwnerTests {
  private func listen() async throws -> any Channel {
    try await ServerBootstrap(group: MultiThreadedEventLoopGroup.singleton)
      .childChannelOption(.allowRemoteHalfClosure, value: true)
      .bind(host: "127.0.0.1", port: 0).get()
  }

  @Test("the kernel names the user of an established connection and of a listener")
  func established() async throws {
    let server = try await listen()
    let address = try #require(server.localAddress)
    let client = try await ClientBootstrap(group: MultiThreadedEventLoopGroup.singleton)
      .connect(to: address).get()
    let local = try #require(client.localAddress)
    #expect(PeerOwner.user(connectedFrom: local, to: address) == geteuid())
    #expect(PeerOwner.user(listeningAt: address) == geteuid())
    try await client.close()
    try await server.close()
    // A process that another test is just starting holds a copy until it has become its program.
    try await eventually("nobody listens any more") {
      PeerOwner.user(listeningAt: address) == nil
    }
  }

  @Test("a socket that is half closed is nobody's, since its entry reads user 0")
  func halfClosed() async throws {
    let server = try await listen()
    let address = try #require(server.localAddress)
    let client = try await ClientBootstrap(group: MultiThreadedEventLoopGroup.singleton)
      .channelOption(.allowRemoteHalfClosure, value: true)
      .connect(to: address).get()
    let local = try #require(client.localAddress)
    try await client.close(mode: .output)
    #expect(PeerOwner.user(connectedFrom: local, to: address) == nil)
    try await client.close()
    try await server.close()
  }

  @Test("an unknown connection is nobody's, though somebody listens there")
  func unknown() async throws {
    let server = try await listen()
    let address = try #require(server.localAddress)
    let other = try SocketAddress(ipAddress: "127.0.0.1", port: 1)
    #expect(PeerOwner.user(connectedFrom: other, to: address) == nil)
    try await server.close()
  }
}
