import Foundation
import SwabTestSupport
import Testing

/// Which client a task gets, and how its tunnel comes and goes.
@Suite("Acceptance: Docker clients and tunnels")
struct DockerClientTests {
  @Test("without a host, the base URL is used as it is, with no tunnel (DF-1)")
  func local() async throws {
    let engine = try await DockerEngine.shared()
    try await withBed("docker_base_url: unix://\(engine.socketPath)") { project, _ in
      let run = try await project.swab("run", "local_url", "--show", "tunnels")
      #expect(run.exitStatus == 0, "\(run)")
      // Others may have images there just now.
      let line = run.lines.count == 1 ? run.lines[0].split(separator: " ") : []
      #expect(line.first.map(String.init) == "unix://\(engine.socketPath)", "\(run)")
      #expect(line.count == 2 && Int(line[1]) ?? 0 >= 1, "\(run)")
      #expect(!run.standardError.contains("tunnel"))
    }
  }

  @Test("under socat, each connection is a command of its own on the host (DF-2)")
  func socat() async throws {
    let engine = try await DockerEngine.shared()
    try await withSSHServer { server in
      let yaml = fabfile(
        for: server,
        "docker_base_url: unix://\(engine.socketPath)",
        "docker_tunnel_method: socat"
      )
      try await Project.with(fabfile: yaml, tasks: Project.acceptanceTasks) { project in
        try project.trust(server)
        try await project.compile()
        let file = project.folder.path("go")
        let run = try project.start(["run", "hold:file=\(file)", "-H", "h1"])
        try await run.waitForLine(containing: "holding")
        let commands = server.commands.map(ProcessTable.commandLine)
        let socat = "socat -t 1000000 STDIO,shut-close UNIX-CONNECT:\(engine.socketPath)"
        #expect(commands.filter { $0 == socat }.count == 1, "\(commands)")
        let second = try RunningProcess(
          "socat",
          ["-t", "60", "EXEC:sleep 617", "TCP:127.0.0.1:\(project.tunnelPort)"]
        )
        try await eventually("a second socat") {
          server.commands.filter { ProcessTable.commandLine(of: $0) == socat }.count == 2
        }
        await second.stop()
        try await eventually("the end of the second socat") {
          server.commands.filter { ProcessTable.commandLine(of: $0) == socat }.count == 1
        }
        try project.folder.write("", to: "go")
        let ended = try await Run(ended: run)
        #expect(ended.lines.last == "[h1] again true", "\(ended)")
        try await expectClean(project, server)
      }
    }
  }

  @Test(
    "an engine on TCP is reached, on two hosts by two tunnels (DF-4, DF-5, DF-10)",
    .testBed(.counting)
  )
  func tcp() async throws {
    let port = 2375
    try await withBed("docker_tunnel_remote_port: 1") { project, bed in
      var proxies: [RunningProcess] = []
      for host in bed.hosts.prefix(2) {
        // In the host's network, with the host's files.
        let listen = "TCP-LISTEN:\(port),bind=127.0.0.1,reuseaddr,fork"
        proxies.append(
          try RunningProcess(
            "nsenter",
            ["-t", "\(host.process)", "-n", "socat", listen, "UNIX-CONNECT:" + host.socketPath]
          )
        )
        try await eventually("socat listens on \(host.name)") {
          let listed = try await RunningProcess.run(
            "nsenter",
            ["-t", "\(host.process)", "-n", "ss", "-Htln", "sport = :\(port)"]
          )
          return !listed.standardOutput.isEmpty
        }
      }
      let run = try await project.swab(
        "run",
        "url",
        "-H",
        "h1,h2",
        "--show",
        "tunnels",
        "--set",
        "docker_base_url=tcp://127.0.0.1:\(port)"
      )
      for proxy in proxies { await proxy.stop() }
      #expect(run.exitStatus == 0, "\(run)")
      for (number, host) in bed.hosts.prefix(2).enumerated() {
        let count = try await host.docker("container", "ls", "--all", "--quiet").count
        let here = "127.0.0.1:\(project.tunnelPort + number)"
        #expect(run.lines.contains("[\(host.name)] \(count) at tcp://\(here)"), "\(run)")
        let told = "[\(host.name)] tunnel: \(here) -> 127.0.0.1:\(port) (direct-tcpip)"
        #expect(run.errorLines.contains(told), "\(run)")
      }
    }
  }

  @Test("hosts in parallel never get the same local port (DF-7, DF-8)")
  func parallelPorts() async throws {
    try await withBed { project, _ in
      let run = try await project.swab("run", "ports", "ports", "-H", "h1,h2,h3", "-P")
      #expect(run.exitStatus == 0, "\(run)")
      #expect(run.lines.count == 6)
      let ports = Set(run.lines.compactMap { $0.split(separator: ":").last.map(String.init) })
      #expect(ports == Set((0..<3).map { "\(project.tunnelPort + $0)" }), "\(run)")
      #expect(Set(run.lines).count == 3, "each host keeps its own: \(run)")
    }
  }

  @Test("the first ports are 2224, 2225 and 2226, where nothing else is said (DF-6, DF-7)")
  func defaultPorts() async throws {
    try await withBed { project, _ in
      // Other tests keep away from these ports, and whoever else has them shifts ours by as many.
      var taken = try await listeningPorts()
      let run = try await project.swab(
        ["run", "ports", "-H", "h1,h2,h3"],
        environment: ["SWAB_DOCKER_TUNNEL_LOCAL_PORT": nil]
      )
      taken.formUnion(try await listeningPorts())
      #expect(run.exitStatus == 0, "\(run)")
      let ports = run.lines.compactMap { $0.split(separator: ":").last.flatMap { Int($0) } }
      try #require(ports.count == 3, "\(run)")
      let skipped = Set(2224...(ports.max() ?? 0)).subtracting(ports)
      #expect(ports == ports.sorted() && ports[0] >= 2224, "\(run)")
      #expect(skipped.isSubset(of: taken), "skipped \(skipped), of which \(taken) are taken")
    }
  }

  @Test("one host and base URL is one client, however many ask (DF-9, DF-15)")
  func sameClient() async throws {
    try await withBed { project, _ in
      let run = try await project.swab("run", "same", "-H", "h1,h2", "-P", "--show", "tunnels")
      #expect(run.exitStatus == 0, "\(run)")
      for host in ["h1", "h2"] {
        #expect(run.lines.contains("[\(host)] same true, other true"), "\(run)")
        #expect(run.lines.contains("[\(host)] tunnels 2"), "\(run)")
      }
      #expect(run.errorLines.filter { $0.contains("] tunnel: ") }.count == 4)
    }
  }

  @Test("other settings for the same client are an error that names both calls (DF-15)")
  func otherSettings() async throws {
    let lines = Project.acceptanceTasks.split(separator: "\n", omittingEmptySubsequences: false)
    let function = try #require(lines.firstIndex { $0.hasPrefix("func otherSettings") })
    try await withBed { project, _ in
      let run = try await project.swab("run", "other_settings", "-H", "h1")
      run.expectFailure(
        status: 1,
        state: "failed",
        message: "dockerFabric(…) at Fabfile.swift:\(function + 3) asks for other settings than "
          + "the client that Fabfile.swift:\(function + 2) made for the same host and base URL",
        hint: "ask with the same settings, or make a DockerFabricClient(…) of your own"
      )
    }
  }

  @Test("closing a client leaves no listener; a later request opens a fresh tunnel (DF-11)")
  func close() async throws {
    try await withBed { project, _ in
      let run = try await project.swab("run", "close", "-H", "h1", "--show", "tunnels")
      #expect(run.exitStatus == 0, "\(run)")
      #expect(run.lines == ["[h1] closed true", "[h1] again true"])
      #expect(run.errorLines.filter { $0.contains("] tunnel: ") }.count == 2)
    }
  }

  @Test("a refused channel fails that connection alone, and says why (DF-12)")
  func refusedChannel() async throws {
    let engine = try await DockerEngine.shared()
    try await withSSHServer { server in
      try await Project.with(
        fabfile: fabfile(for: server),
        tasks: Project.acceptanceTasks
      ) { project in
        try project.trust(server)
        try await project.compile()
        let port = try await freePort()
        let words = "refused:port=\(port),socket=\(engine.socketPath)"
        let run = try await project.swab("run", words, "-H", "h1")
        #expect(run.exitStatus == 0, "\(run)")
        #expect(run.lines.first?.hasPrefix("[h1] failed: h1: docker: HEAD /_ping: ") == true)
        #expect(run.standardOutput.contains("the server refused a tunnel to 127.0.0.1:\(port)"))
        #expect(run.lines.last == "[h1] works true", "\(run)")
        try await expectClean(project, server)
      }
    }
  }

  @Test("an explicit argument beats env, false included (DF-14)")
  func explicitSettings() async throws {
    try await withBed("docker_tls: true", "docker_timeout: 1", "docker_base_url: /nowhere") {
      project,
      _ in
      let run = try await project.swab("run", "explicit", "-H", "h1")
      #expect(run.exitStatus == 0, "\(run)")
      #expect(run.lines.first == "[h1] explicit true")
      #expect(run.standardOutput.contains("[h1] from env: TLS is asked for (docker_tls), and"))
    }
  }

  @Test(
    "docker_clients' settings are the current host's, and work without one (DF-16)",
    .testBed(.counting)
  )
  func configuredClients() async throws {
    let yaml = """
      docker_clients:
        client1: { fabric_host: h1, tunnel_local_port: 18990 }
        client2: { fabric_host: h2 }

      """
    try await withBed(more: yaml) { project, bed in
      let run = try await project.swab("run", "client:name=client1", "-H", "h1")
      #expect(run.lines == ["[h1] same true at tcp://127.0.0.1:18990"], "\(run)")
      let here = try await project.swab("run", "client_here")
      let count = try await bed.hosts[1].docker("container", "ls", "--all", "--quiet").count
      #expect(here.lines == ["tcp://127.0.0.1:\(project.tunnelPort) \(count)"], "\(here)")
      let missing = try await project.swab("run", "client:name=client3", "-H", "h1")
      #expect(missing.errorLines.contains("[h1] error: docker_clients has no 'client3'"))
    }
  }

  @Test("what a client does is told as [host] docker: message (DF-23)")
  func messages() async throws {
    try await withBed { project, _ in
      let run = try await project.swab("run", "life", "-H", "h3")
      #expect(run.exitStatus == 0, "\(run)")
      let lines = run.errorLines.filter { $0.contains("docker: ") }
      try #require(lines.count == 3, "\(run)")
      #expect(lines[0] == "[h3] docker: creating container acceptance from busybox:local")
      #expect(lines[1].hasPrefix("[h3] docker: starting container "))
      #expect(lines[2].hasPrefix("[h3] docker: removing container "))
    }
  }

  @Test("a connection of another user to the tunnel's port is refused, before a byte passes")
  func otherUser() async throws {
    try await withBed { project, _ in
      let file = project.folder.path("go")
      let run = try project.start(["run", "hold:file=\(file)", "-H", "h1"])
      try await run.waitForLine(containing: "holding")
      let port = project.tunnelPort
      // Both ends stay open, since only an established connection has an owner.
      let ask =
        "exec 3<>/dev/tcp/127.0.0.1/\(port); printf 'GET /_ping HTTP/1.0\\r\\n\\r\\n' >&3; cat <&3"
      let ours = try await RunningProcess.run("bash", ["-c", ask])
      #expect(ours.standardOutput.contains("200 OK"), "\(ours.lines)")
      let theirs = try await RunningProcess.run(
        "setpriv",
        ["--reuid=65534", "--regid=65534", "--clear-groups", "bash", "-c", ask],
        within: ceiling()
      )
      #expect(theirs.standardOutput.isEmpty)
      try project.folder.write("", to: "go")
      let ended = try await Run(ended: run)
      #expect(ended.exitStatus == 0, "\(ended)")
      let warning =
        "[h1] warning: the tunnel on port \(port) refused a connection of user id 65534"
      #expect(ended.errorLines.contains(warning), "\(ended)")
    }
  }

  @Test("the listener stays while SSH reconnects, and then works again")
  func reconnect() async throws {
    let engine = try await DockerEngine.shared()
    try await withSSHServer { server in
      let yaml = fabfile(for: server, "docker_base_url: unix://\(engine.socketPath)")
      try await Project.with(fabfile: yaml, tasks: Project.acceptanceTasks) { project in
        try project.trust(server)
        try await project.compile()
        let file = project.folder.path("go")
        let run = try project.start(["run", "hold:file=\(file)", "-H", "h1"])
        try await run.waitForLine(containing: "holding")
        let sessions = ProcessTable.descendants(of: server.process.processID)
        for session in sessions { kill(session, SIGKILL) }
        try await eventually("the end of the session") {
          !sessions.contains(where: ProcessTable.isRunning)
        }
        #expect(try await listeningPorts().contains(project.tunnelPort))
        try project.folder.write("", to: "go")
        let ended = try await Run(ended: run)
        #expect(ended.exitStatus == 0, "\(ended)")
        #expect(ended.lines.last == "[h1] again true")
        let logins = server.process.lines.filter { $0.contains("Accepted publickey") }
        #expect(logins.count == 2)
        try await expectClean(project, server)
      }
    }
  }
}
