import NIOCore
import NIOPosix
import SwabDocker
import SwabSSH
import SwabTestSupport
import Testing

@testable import Swab

#if canImport(Glibc)
  import Glibc
#endif

/// Who may use a tunnel, and whom a client takes for one, on a real sshd.
@Suite("The guard on tunnels")
struct TunnelGuardTests {
  @Test("a client refuses a port that somebody else's process has taken, and sends it nothing")
  func foreignListener() async throws {
    let engine = try await DockerEngine.shared()
    try await withRun { run, target, _ in
      let settings = try DockerClientSettings(
        .init(baseURL: engine.socketPath, tunnelLocalPort: 18_400),
        environment: target.environment
      )
      let docker = try DockerFabricClient(
        settings: settings,
        target: target,
        environment: target.environment,
        run: run
      )
      try await docker.ping()
      let url = try #require(try await docker.localURL)
      let port = try #require(url.split(separator: ":").last.flatMap { Int($0) })
      // As if the tunnel had gone without its client's knowledge.
      await run.tunnels.closeAll()
      try await withTemporaryFolder { folder in
        let heard = folder.path("heard")
        try folder.write("", to: "heard", mode: 0o666)
        chmod(folder.path, 0o777)
        let stranger = try RunningProcess(
          "setpriv",
          [
            "--reuid=65534", "--regid=65534", "--clear-groups", "socat", "-u",
            "TCP-LISTEN:\(port),bind=127.0.0.1,reuseaddr,fork", "OPEN:\(heard),append",
          ]
        )
        let address = try SocketAddress(ipAddress: "127.0.0.1", port: port)
        try await eventually("the stranger listens") {
          PeerOwner.user(listeningAt: address) == 65534
        }
        let error = await #expect(throws: DockerError.self) { try await docker.ping() }
        #expect(error?.code == .connectionFailed)
        let words = "port \(port) is not held by the user who runs swab, but by user id 65534"
        #expect(error?.message.contains(words) == true, "\(String(describing: error))")
        await stranger.stop()
        #expect(try folder.read("heard").isEmpty)
      }
      await docker.close()
    }
  }

  @Test("where the system can't say whose a connection is, no tunnel opens, and nothing connects")
  func noLookUp() async throws {
    try await withRun { run, target, server in
      let tunnels = TunnelPool(
        connections: run.connections,
        console: run.console,
        canAskForOwners: false
      )
      let error = await #expect(throws: TaskError.self) {
        try await tunnels.open(
          try RemoteEngine(baseURL: nil, remotePort: nil, isSecure: false),
          of: target,
          firstPort: 18_410,
          method: nil,
          environment: target.environment
        )
      }
      #expect(error?.code == .tunnelFailed)
      #expect(error?.host == "h1")
      #expect(error?.hint == "on a machine that only you use, set tunnel_unchecked: true")
      #expect(!server.process.lines.contains { $0.contains("Connection from") })
    }
  }

  @Test("tunnel_unchecked opens one there, which then serves every user of the machine")
  func unchecked() async throws {
    let engine = try await DockerEngine.shared()
    try await withRun("tunnel_unchecked: true") { run, target, _ in
      let tunnels = TunnelPool(
        connections: run.connections,
        console: run.console,
        canAskForOwners: false
      )
      let tunnel = try await tunnels.open(
        try RemoteEngine(baseURL: engine.socketPath, remotePort: nil, isSecure: false),
        of: target,
        firstPort: 18_420,
        method: nil,
        environment: target.environment
      )
      let ask =
        "exec 3<>/dev/tcp/127.0.0.1/\(tunnel.localPort); "
        + "printf 'GET /_ping HTTP/1.0\\r\\n\\r\\n' >&3; cat <&3"
      let theirs = try await RunningProcess.run(
        "setpriv",
        ["--reuid=65534", "--regid=65534", "--clear-groups", "bash", "-c", ask]
      )
      #expect(theirs.standardOutput.contains("200 OK"), "\(theirs.lines)")
      await tunnels.closeAll()
    }
  }
}
