import NIOCore
import NIOPosix
import SwabSSH
import SwabTestSupport
import Testing

@Suite("Tunnels", .serialized)
struct BridgeTests {
  @Test(
    "bytes pass both ways, and the end of the input does by itself",
    arguments: ["streamLocal", "directTCPIP", "command"]
  )
  func echo(kind: String) async throws {
    try await withSSHServer { server in
      let (target, peer) = try await Self.target(kind, in: server.folder)
      defer { peer?.send(signal: 9) }
      try await withConnection(to: server) { connection in
        let text = String(repeating: "0123456789abcdef", count: 50_000)
        let answer = try await Tunnel.exchange(text, through: connection, to: target)
        #expect(answer == text + "end\n")
      }
    }
  }

  /// Something that says everything back, and `end` once there is no more.
  static func target(
    _ kind: String,
    in folder: TemporaryFolder
  ) async throws -> (SSHForwardTarget, RunningProcess?) {
    let echo = "SYSTEM:cat; echo end"
    switch kind {
    case "streamLocal":
      let path = folder.path("echo.sock")
      let peer = try RunningProcess("socat", ["UNIX-LISTEN:\(path),fork", echo])
      try await eventually("socat listens") {
        (try? await RunningProcess.run("test", ["-S", path]).exitStatus) == 0
      }
      return (.streamLocal(path: path), peer)
    case "directTCPIP":
      let port = Int.random(in: 32_000..<32_700)
      let peer = try RunningProcess(
        "socat",
        ["-d", "-d", "TCP-LISTEN:\(port),bind=127.0.0.1,fork", echo]
      )
      try await peer.waitForLine(containing: "listening on")
      return (.directTCPIP(host: "127.0.0.1", port: port), peer)
    default:
      return (.command("cat; echo end"), nil)
    }
  }
}

/// A local port whose connections are bridged, as the layers above do it.
enum Tunnel {
  /// Listens on a free port; `outcome` gets the future of each bridge.
  static func listen(
    on connection: SSHConnection,
    to target: SSHForwardTarget,
    outcome: @escaping @Sendable (EventLoopFuture<Void>) -> Void = { _ in }
  ) async throws -> any Channel {
    try await ServerBootstrap(group: connection.eventLoop)
      .childChannelOption(.autoRead, value: false)
      .childChannelOption(.allowRemoteHalfClosure, value: true)
      .childChannelInitializer { channel in
        outcome(connection.bridge(channel, to: target))
        return channel.eventLoop.makeSucceededVoidFuture()
      }
      .bind(host: "127.0.0.1", port: 0).get()
  }

  /// Sends a text through a tunnel, ends it, and reads the answer to its end.
  static func exchange(
    _ text: String,
    through connection: SSHConnection,
    to target: SSHForwardTarget
  ) async throws -> String {
    let listener = try await listen(on: connection, to: target)
    let port = try #require(listener.localAddress?.port)
    let client = try await RunningProcess.run(
      "socat",
      ["-t", "30", "-", "TCP:127.0.0.1:\(port)"],
      standardInput: text
    )
    try await listener.close()
    return client.standardOutput
  }
}
