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

  @Test("a refused channel ends its own connection and no other (DF-12)")
  func refused() async throws {
    try await withSSHServer { server in
      let (target, peer) = try await Self.target("streamLocal", in: server.folder)
      try await withConnection(to: server) { connection in
        let missing = server.folder.path("missing.sock")
        let outcome = AsyncStream.makeStream(of: EventLoopFuture<Void>.self)
        let listener = try await Tunnel.listen(
          on: connection,
          to: .streamLocal(path: missing),
          outcome: { outcome.continuation.yield($0) }
        )
        let port = try #require(listener.localAddress?.port)
        let client = try await RunningProcess.run("socat", ["-u", "TCP:127.0.0.1:\(port)", "-"])
        #expect(client.standardOutput.isEmpty)
        var futures = outcome.stream.makeAsyncIterator()
        let future = try #require(await futures.next())
        let error = try await sshError { try await future.get() }
        #expect(error.code == .channelRefused)
        #expect(error.message.hasPrefix("the server refused a tunnel to \(missing): "))
        #expect(connection.isOpen)
        #expect(try await connection.collect("echo on").text == "on\n")
        #expect(try await Tunnel.exchange("a", through: connection, to: target) == "aend\n")
        try await listener.close()
      }
      await peer?.stop()
    }
  }

  @Test(
    "a target that swallows packets costs its own channel, a minute later, and nothing else (DF-12)"
  )
  func blackHole() async throws {
    try await withSSHServer { server in
      let hole = try BlackHole()
      try await withConnection(to: server) { connection in
        let running = Task { try await connection.collect("sleep 1000; true") }
        try await eventually("it runs") { !server.commands.isEmpty }
        let target = SSHForwardTarget.directTCPIP(host: "127.0.0.1", port: hole.port)
        let outcome = AsyncStream.makeStream(of: EventLoopFuture<Void>.self)
        let listener = try await Tunnel.listen(
          on: connection,
          to: target,
          outcome: { outcome.continuation.yield($0) }
        )
        let port = try #require(listener.localAddress?.port)
        let client = try RunningProcess("socat", ["-u", "TCP:127.0.0.1:\(port)", "-"])
        var futures = outcome.stream.makeAsyncIterator()
        let future = try #require(await futures.next())
        let error = try await sshError { try await future.get() }
        #expect(error.code == .channelRefused)
        #expect(error.message.hasSuffix("no answer for a minute"))
        #expect(try await connection.collect("echo on").text == "on\n")
        running.cancel()
        _ = try? await running.value
        #expect(server.commands.isEmpty)
        try await client.waitForExit()
        try await listener.close()
      }
    }
  }

  @Test("forwarding that the server forbids is a refusal too (DF-12)")
  func forbidden() async throws {
    try await withSSHServer("AllowStreamLocalForwarding no") { server in
      let (target, peer) = try await Self.target("streamLocal", in: server.folder)
      try await withConnection(to: server) { connection in
        let answer = try await Tunnel.exchange("a", through: connection, to: target)
        #expect(answer.isEmpty)
        #expect(try await connection.collect("echo on").text == "on\n")
      }
      await peer?.stop()
    }
  }

  @Test("tunnels don't wait for commands, nor count as such")
  func besideCommands() async throws {
    try await withSSHServer("MaxSessions 1") { server in
      let (target, peer) = try await Self.target("streamLocal", in: server.folder)
      try await withConnection(to: server) { connection in
        let task = Task { try await connection.collect("sleep 1000; true") }
        try await eventually("it runs") { !server.commands.isEmpty }
        try await withThrowingTaskGroup(of: String.self) { group in
          for number in 0..<20 {
            group.addTask {
              try await Tunnel.exchange("\(number)-", through: connection, to: target)
            }
          }
          var answers: Set<String> = []
          for try await answer in group { answers.insert(answer) }
          #expect(answers == Set((0..<20).map { "\($0)-end\n" }))
        }
        task.cancel()
        _ = try? await task.value
      }
      await peer?.stop()
    }
  }

  @Test("a reader that is slower than the host makes the host wait, not us remember")
  func backPressure() async throws {
    try await withSSHServer { server in
      let file = server.folder.path("progress")
      let source =
        "n=0; while [ $n -lt 64 ]; do head -c 1048576 /dev/zero; n=$((n+1)); echo $n >\(file); done"
      try await withConnection(to: server) { connection in
        let listener = try await Tunnel.listen(on: connection, to: .command(source))
        let port = try #require(listener.localAddress?.port)
        let gate = server.folder.path("gate")
        let client = try RunningProcess(
          "bash",
          [
            "-c",
            "exec 3<>/dev/tcp/127.0.0.1/\(port); until [ -e \(gate) ]; do sleep 0.05; done; wc -c <&3",
          ]
        )
        var last = ""
        try await eventually("the source stands still") {
          let before = last
          try await Task.sleep(for: .milliseconds(300))
          last = (try? server.folder.read("progress")) ?? ""
          return last == before && !last.isEmpty
        }
        // Two sockets' buffers, our window, sshd's, a pipe.
        #expect((Int(last.dropLast()) ?? 0) < 20)
        try server.folder.write("", to: "gate")
        try await client.waitForExit()
        #expect(client.standardOutput == "\(64 * 1_048_576)\n")
        try await listener.close()
      }
    }
  }

  @Test("a client that goes away takes its channel and its process with it")
  func clientGone() async throws {
    try await withSSHServer { server in
      try await withConnection(to: server) { connection in
        let listener = try await Tunnel.listen(on: connection, to: .command("cat"))
        let port = try #require(listener.localAddress?.port)
        let client = try RunningProcess("socat", ["-", "TCP:127.0.0.1:\(port)"], standardInput: "")
        try await client.waitForExit()
        try await eventually("nothing is left") { server.commands.isEmpty }
        let other = try RunningProcess("socat", ["-u", "TCP:127.0.0.1:\(port)", "-"])
        try await eventually("cat runs") { !server.commands.isEmpty }
        await other.stop()
        try await eventually("nothing is left") { server.commands.isEmpty }
        try await listener.close()
      }
    }
  }

  @Test("when the connection goes, so do the local ones")
  func connectionGone() async throws {
    try await withSSHServer { server in
      let (target, peer) = try await Self.target("streamLocal", in: server.folder)
      try await withConnection(to: server) { connection in
        let listener = try await Tunnel.listen(on: connection, to: target)
        let port = try #require(listener.localAddress?.port)
        let client = try RunningProcess("socat", ["-u", "TCP:127.0.0.1:\(port)", "-"])
        _ = try await connection.collect("true")
        await connection.close()
        try await client.waitForExit()
        try await listener.close()
      }
      await peer?.stop()
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
      let peer = try RunningProcess("socat", ["UNIX-LISTEN:\(path),fork,backlog=128", echo])
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
