import Foundation
import SwabTestSupport
import Testing

@Suite("Bad days: the way to the engine")
struct TunnelTests {
  @Test("a docker socket that isn't there is said, with its path")
  func socketMissing() async throws {
    try await withSSHServer { server in
      let missing = server.folder.path("missing.sock")
      let yaml = fabfile(for: server, "docker_base_url: unix://\(missing)")
      try await Project.with(fabfile: yaml) { project in
        try await project.compile()
        try project.trust(server)
        let run = try await project.swab("run", "sample_task", "-H", "h1")
        run.expectFailure(
          status: 1,
          state: "failed",
          message: "there is no Docker socket at \(missing)",
          hint: "is the Docker Engine installed and running there? "
            + "docker_base_url names another socket"
        )
        #expect(run.elapsed < ceiling(.seconds(3)))
        try await expectClean(project, server)
      }
    }
  }

  @Test("a docker socket that the user may not open is said, with the user and the remedy")
  func socketForbidden() async throws {
    let bed = try TestBed.current()
    try await Project.with(fabfile: fabfile(for: bed, users: ["h3": "guest"])) { project in
      try await project.compile()
      let run = try await project.swab("run", "sample_task", "-H", "h3")
      run.expectFailure(
        status: 1,
        host: "h3",
        state: "failed",
        message: "user 'guest' may not use the Docker socket /var/run/docker.sock",
        hint: "add the user to the group docker there: sudo usermod -aG docker guest"
      )
      #expect(run.elapsed < ceiling(.seconds(5)))
      try await expectClean(project)
    }
  }

  @Test("where sshd forbids streamlocal, socat carries the tunnel (DF-2)")
  func streamLocalForbidden() async throws {
    let engine = try await DockerEngine.shared()
    try await withSSHServer("AllowStreamLocalForwarding no") { server in
      let yaml = fabfile(for: server, "docker_base_url: unix://\(engine.socketPath)")
      try await Project.with(fabfile: yaml) { project in
        try await project.compile()
        try project.trust(server)
        let run = try await project.swab("run", "sample_task", "-H", "h1", "--show", "tunnels")
        #expect(run.exitStatus == 0, "\(run)")
        #expect((run.standardOutput + run.standardError).contains("socat"))
        try await expectClean(project, server)
      }
    }
  }

  @Test("where sshd forbids streamlocal, and nothing else is there, each way tried is said")
  func noWay() async throws {
    let engine = try await DockerEngine.shared()
    try await withBareServer("AllowStreamLocalForwarding no") { server in
      let yaml = fabfile(for: server, "docker_base_url: unix://\(engine.socketPath)")
      try await Project.with(fabfile: yaml) { project in
        try await project.compile()
        try project.trust(server)
        let run = try await project.swab("run", "sample_task", "-H", "h1")
        run.expectFailure(
          status: 1,
          state: "failed",
          message: "its sshd refuses channels to \(engine.socketPath) (AllowStreamLocalForwarding, "
            + "DisableForwarding or a restriction of the key)",
          hint: "allow it in sshd_config, or install socat or the docker CLI there"
        )
        #expect(run.elapsed < ceiling(.seconds(3)))
        try await expectClean(project, server)
      }
    }
  }

  @Test("socat asked for and not there is an error that says so")
  func socatMissing() async throws {
    let engine = try await DockerEngine.shared()
    try await withBareServer("") { server in
      let yaml = fabfile(
        for: server,
        "docker_base_url: unix://\(engine.socketPath)",
        "docker_tunnel_method: socat"
      )
      try await Project.with(fabfile: yaml) { project in
        try await project.compile()
        try project.trust(server)
        let run = try await project.swab("run", "sample_task", "-H", "h1")
        run.expectFailure(
          status: 1,
          state: "failed",
          message: "docker_tunnel_method is socat, and there is no socat on the host's PATH",
          hint: "install it there, or leave docker_tunnel_method on auto"
        )
        #expect(run.elapsed < ceiling(.seconds(3)))
        try await expectClean(project, server)
      }
    }
  }

  @Test("a local port in use is skipped (DF-7)", .testBed(.counting))
  func localPortTaken() async throws {
    let bed = try TestBed.current()
    try await Project.with(fabfile: fabfile(for: bed)) { project in
      try await project.compile()
      let first = project.tunnelPort
      let squatter = try RunningProcess(
        "socat",
        ["TCP-LISTEN:\(first),bind=127.0.0.1,fork", "EXEC:false"]
      )
      try await eventually("port \(first) is taken") { try await listeningPorts().contains(first) }
      let run = try await project.swab("run", "sample_task", "-H", "h1,h2", "--show", "tunnels")
      await squatter.stop()
      #expect(run.exitStatus == 0, "\(run)")
      let said = run.standardOutput + run.standardError
      #expect(said.contains("127.0.0.1:\(first + 1)"))
      #expect(said.contains("127.0.0.1:\(first + 2)"))
      #expect(!said.contains("127.0.0.1:\(first) "))
      for host in bed.hosts.prefix(2) {
        let counted = try await host.counted()
        #expect(run.lines.contains("[\(host.name)] \(counted)"))
      }
      try await expectClean(project)
    }
  }

  /// Lends a server on which nearly no program is to be found.
  private func withBareServer(
    _ configuration: String,
    _ body: (SSHServer) async throws -> Void
  ) async throws {
    try await withTemporaryFolder { programs in
      for name in ["sh", "cat", "sleep", "id", "ps", "kill"] {
        let found = try await RunningProcess.run("which", [name])
        let path = found.standardOutput.trimmingCharacters(in: .whitespacesAndNewlines)
        try FileManager.default.createSymbolicLink(
          atPath: programs.path(name),
          withDestinationPath: path
        )
      }
      try await withSSHServer(configuration, environment: ["PATH": programs.path], body)
    }
  }
}
