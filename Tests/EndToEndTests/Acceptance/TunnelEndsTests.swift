import Foundation
import SwabTestSupport
import Testing

/// What is seen of a tunnel at both of its ends.
@Suite("Acceptance: both ends of a tunnel")
struct TunnelEndsTests {
  @Test("a tunnel listens on 127.0.0.1 and nowhere else")
  func loopbackOnly() async throws {
    try await withEngineServer { project, server, _ in
      let file = project.folder.path("go")
      let run = try project.start(["run", "leave:\(file)", "-H", "h1"])
      try await run.waitForLine(containing: "open")
      let listed = try await RunningProcess.run(
        "ss",
        ["-Htln", "sport = :\(project.tunnelPort)"]
      )
      let addresses = listed.lines.compactMap { $0.split(separator: " ").dropFirst(3).first }
      #expect(addresses == ["127.0.0.1:\(project.tunnelPort)"], "\(listed.lines)")
      try project.folder.write("", to: "go.close")
      try project.folder.write("", to: "go.end")
      #expect(try await Run(ended: run).exitStatus == 0)
      try await expectClean(project, server)
    }
  }

  @Test(
    "closing leaves no listener here and no process there, while SSH goes on (DF-11)",
    arguments: ["socat", "dial-stdio"]
  )
  func close(method: String) async throws {
    try await withEngineServer("docker_tunnel_method: \(method)") { project, server, engine in
      let file = project.folder.path("go")
      let run = try project.start(["run", "leave:\(file)", "-H", "h1"])
      try await run.waitForLine(containing: "open")
      let command = method == "socat" ? " STDIO,shut-close UNIX-CONNECT:" : "system dial-stdio"
      let commands = server.commands.map(ProcessTable.commandLine)
      #expect(commands.contains { $0.contains(command) }, "\(commands)")
      #expect(try await listeningPorts().contains(project.tunnelPort))
      try project.folder.write("", to: "go.close")
      try await run.waitForLine(containing: "closed")
      #expect(try await !listeningPorts().contains(project.tunnelPort))
      try await eventually("the end of all commands on the host") {
        server.commands.isEmpty
      }
      try project.folder.write("", to: "go.end")
      let ended = try await Run(ended: run)
      #expect(ended.lines.last == "[h1] still here", "\(ended)")
      #expect(server.process.lines.filter { $0.contains("Accepted publickey") }.count == 1)
      try await expectClean(project, server)
    }
  }

  @Test("a request is told its own connection's failure, and never an earlier one's (DF-12)")
  func failures() async throws {
    let port = try await freePort()
    try await withEngineServer(url: "tcp://127.0.0.1:\(port)") { project, server, _ in
      let file = project.folder.path("answers")
      let run = try project.start(["run", "cut:\(file)", "-H", "h1"])
      try await run.waitForLine(containing: "now nobody")
      try project.folder.write("", to: "answers.nobody")
      let refused = try await run.waitForLine(containing: "nobody: ")
      #expect(refused.contains("the tunnel says: h1: the server refused a tunnel"))
      try await run.waitForLine(containing: "now stranger")
      // Somebody else's connection is refused as well, and nobody asks why.
      let other = "exec 3<>/dev/tcp/127.0.0.1/\(project.tunnelPort); cat <&3"
      try await RunningProcess.run("bash", ["-c", other])
      let stranger = try RunningProcess(
        "socat",
        ["TCP-LISTEN:\(port),bind=127.0.0.1,reuseaddr,fork", "EXEC:true"]
      )
      try await eventually("the stranger listens") { try await listeningPorts().contains(port) }
      try project.folder.write("", to: "answers.stranger")
      let ended = try await Run(ended: run)
      await stranger.stop()
      let cut = try #require(ended.lines.last)
      #expect(cut.hasPrefix("[h1] stranger: h1: docker: HEAD /_ping: the connection"), "\(ended)")
      #expect(!cut.contains("the tunnel says"), "\(ended)")
      try await expectClean(project, server)
    }
  }

  @Test("requests whose SSH connection drops say so, and the next ones connect again")
  func dropped() async throws {
    try await withEngineServer { project, server, engine in
      let name = "c-\(project.mark)"
      let docker = ["--host", "unix://\(engine.socketPath)"]
      let talk = ["sh", "-c", "echo one; sleep 617"]
      let started = try await RunningProcess.run(
        "docker",
        docker + ["run", "-d", "--init", "--network", "none", "--name", name, "busybox:local"]
          + talk
      )
      #expect(started.exitStatus == 0, "\(started.lines)")
      let run = try project.start(["run", "lose:\(name)", "-H", "h1"])
      try await run.waitForLine(containing: "waiting")
      try await dropConnections(of: server)
      let waited = try await run.waitForLine(containing: "waited: ")
      let call = "h1: docker: POST /containers/\(name)/wait: the connection"
      #expect(waited.hasPrefix("[h1] waited: \(call)"))
      #expect(waited.contains("; the tunnel says: h1: "), "\(waited)")
      try await run.waitForLine(containing: "logged one")
      try await dropConnections(of: server)
      let followed = try await run.waitForLine(containing: "followed: ")
      #expect(followed.contains("docker: GET /containers/\(name)/logs: the connection"))
      let ended = try await Run(ended: run)
      try await RunningProcess.run("docker", docker + ["rm", "-f", name])
      #expect(ended.exitStatus == 0, "\(ended)")
      #expect(ended.lines.last?.hasPrefix("[h1] again at ") == true, "\(ended)")
      #expect(server.process.lines.filter { $0.contains("Accepted publickey") }.count == 3)
      try await expectClean(project, server)
    }
  }

  /// Ends the server's processes for those who are logged in.
  private func dropConnections(of server: SSHServer) async throws {
    let sessions = ProcessTable.descendants(of: server.process.processID)
    for session in sessions { kill(session, SIGKILL) }
    try await eventually("the end of the session") {
      !sessions.contains(where: ProcessTable.isRunning)
    }
  }

  @Test("a base URL's path precedes the path of each request, through the tunnel")
  func basePath() async throws {
    let port = try await freePort()
    try await withEngineServer { project, server, _ in
      let log = project.folder.path("log")
      try project.folder.write(
        """
        #!/bin/sh
        cr=$(printf '\\r')
        while read -r line; do
          case $line in
            *HTTP/1.1*) echo "${line%$cr}" >>\(log) ;;
            "$cr") printf 'HTTP/1.1 200 OK\\r\\nApi-Version: 1.44\\r\\nContent-Length: 0\\r\\n\\r\\n' ;;
          esac
        done
        """,
        to: "engine",
        mode: 0o700
      )
      let listen = "TCP-LISTEN:\(port),bind=127.0.0.1,reuseaddr,fork"
      let engine = try RunningProcess("socat", [listen, "EXEC:\(project.folder.path("engine"))"])
      try await eventually("the engine listens") { try await listeningPorts().contains(port) }
      let run = try await project.swab("run", "at:tcp://127.0.0.1:\(port)/docker/one/", "-H", "h1")
      await engine.stop()
      #expect(run.lines == ["[h1] there"], "\(run)")
      let requests = try project.folder.read("log").split(separator: "\n")
      #expect(requests.first == "HEAD /docker/one/_ping HTTP/1.1")
      #expect(requests.allSatisfy { $0.contains(" /docker/one/") }, "\(requests)")
      try await expectClean(project, server)
    }
  }

  /// Lends a project with an sshd of its own and an engine behind it.
  private func withEngineServer(
    _ env: String = "x: 1",
    url: String? = nil,
    _ body: (Project, SSHServer, DockerEngine) async throws -> Void
  ) async throws {
    let engine = try await DockerEngine.shared()
    try await withSSHServer { server in
      let base = "docker_base_url: \(url ?? "unix://\(engine.socketPath)")"
      let yaml = fabfile(for: server, base, env)
      try await Project.with(fabfile: yaml, tasks: Project.clientTasks) { project in
        try project.trust(server)
        try await project.compile()
        try await body(project, server, engine)
      }
    }
  }
}
