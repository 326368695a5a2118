import Foundation
import SwabTestSupport
import Testing

/// Engines with TLS, through tunnels and without; and engines that the docker command would find.
@Suite("Acceptance: TLS and addresses of engines")
struct TLSTests {
  /// A real engine with `--tlsverify`, an sshd that leads to it, and a project that names both.
  private struct Secure {
    let engine: DockerEngine
    let project: Project
    let server: SSHServer
    let authority: TestAuthority
    let client: TestAuthority.Identity

    /// The engine's port, which is the same here and seen from the host.
    var port: String { engine.addressWithTLS?.split(separator: ":").last.map(String.init) ?? "" }
  }

  /// Lends an engine with TLS; if it is named, by an entry of `docker_clients` for the host, whose
  /// settings count more than those of env.
  private func withSecure(
    naming: Bool = false,
    _ body: (Secure) async throws -> Void
  ) async throws {
    try await withTemporaryFolder { folder in
      let authority = try TestAuthority(in: folder)
      let client = try authority.issue("client")
      let engine = try await DockerEngine.start(authority)
      let address = engine.addressWithTLS ?? ""
      try await withSSHServer { server in
        let yaml = fabfile(
          for: server,
          "docker_base_url: \(address)",
          "docker_tls: true",
          "docker_tls_ca: \(authority.certificate)",
          "docker_tls_cert: \(client.certificate)",
          "docker_tls_key: \(client.key)"
        )
        let clients = """
          docker_clients:
            client2:
              fabric_host: h1
              base_url: https://127.0.0.1:\(address.split(separator: ":").last ?? "")
              tls: { ca: \(authority.certificate), cert: \(client.certificate), key: \(client.key) }

          """
        try await Project.with(
          fabfile: naming ? yaml + clients : yaml,
          tasks: Project.acceptanceTasks
        ) { project in
          try project.trust(server)
          try await project.compile()
          try await body(
            Secure(
              engine: engine,
              project: project,
              server: server,
              authority: authority,
              client: client
            )
          )
          try await expectClean(project, server)
        }
      }
      try await engine.stop()
    }
  }

  @Test("an engine with TLS is reached through the tunnel, its name that of the URL (DE-10, DF-14)")
  func tunnel() async throws {
    try await withSecure { secure in
      let project = secure.project
      let near = "tcp://127.0.0.1:\(project.tunnelPort)"
      let run = try await project.swab("run", "url", "-H", "h1")
      #expect(run.exitStatus == 0, "\(run)")
      #expect(run.lines == ["[h1] 0 at \(near)"], "\(run)")

      // The certificate is for 127.0.0.1, where the tunnel begins, and not for this name of it.
      let named = [
        "run", "url", "-H", "h1", "--set", "docker_base_url=tcp://localhost:\(secure.port)",
      ]
      let other = try await project.swab(named)
      #expect(other.exitStatus == 1, "\(other)")
      #expect(
        other.standardError.contains(
          "the engine's certificate is not for localhost, but for engine.test, 127.0.0.1"
        ),
        "\(other)"
      )
      let asked = try await project.swab(named + ["--set", "docker_tls_server_name=engine.test"])
      #expect(asked.lines == ["[h1] 0 at \(near)"], "\(asked)")
    }
  }

  @Test("a named client has TLS settings of its own")
  func named() async throws {
    try await withSecure(naming: true) { secure in
      let project = secure.project
      let near = "tcp://127.0.0.1:\(project.tunnelPort)"
      let run = try await project.swab("run", "client_here")
      #expect(run.lines == ["\(near) 0"], "\(run)")
    }
  }

  @Test("who has no certificate, or trusts nobody who signed the engine's, is told so (DE-10)")
  func refused() async throws {
    try await withSecure { secure in
      let run = ["run", "url", "-H", "h1", "--set"]
      let anonymous = try await secure.project.swab(run + ["docker_tls_cert=,docker_tls_key="])
      #expect(anonymous.exitStatus == 1, "\(anonymous)")
      #expect(
        anonymous.standardError.contains("demands a client certificate, or refuses the one it got"),
        "\(anonymous)"
      )
      #expect(anonymous.errorLines.contains { $0.hasPrefix("[h1] hint: docker_tls_cert") })
      let distrustful = try await secure.project.swab(run + ["docker_tls_ca="])
      #expect(
        distrustful.standardError.contains("is not signed by a CA that is trusted"),
        "\(distrustful)"
      )
      let plain = try await secure.project.swab(run + ["docker_tls=false"])
      #expect(
        plain.standardError.contains("Client sent an HTTP request to an HTTPS server"),
        "\(plain)"
      )
    }
  }

  @Test("without a host and a base URL, the engine is the docker command's (DE-11)")
  func resolved() async throws {
    try await withSecure { secure in
      let folder = secure.project.folder
      for (name, path) in [
        ("ca", secure.authority.certificate), ("cert", secure.client.certificate),
        ("key", secure.client.key),
      ] {
        try folder.write(try String(contentsOfFile: path, encoding: .utf8), to: "c/\(name).pem")
      }
      let without = ["run", "local_url", "--set", "docker_base_url=,docker_tls=false"]
      let address = secure.engine.addressWithTLS ?? ""
      let variables = [
        "DOCKER_HOST": address, "DOCKER_TLS_VERIFY": "1", "DOCKER_CERT_PATH": folder.path("c"),
      ]
      let host = try await secure.project.swab(without, environment: variables)
      #expect(host.lines == ["\(address) 1"], "\(host)")

      let docker = ["DOCKER_CONFIG": folder.path("docker")]
      let made = try await RunningProcess.run(
        "docker",
        [
          "context", "create", "socket", "--docker", "host=unix://\(secure.engine.socketPath)",
        ],
        environment: docker
      )
      try #require(made.exitStatus == 0, "\(made.lines)")
      let context = try await secure.project.swab(
        without,
        environment: docker.merging(["DOCKER_CONTEXT": "socket"]) { $1 }
      )
      #expect(context.lines == ["unix://\(secure.engine.socketPath) 1"], "\(context)")
      let unknown = try await secure.project.swab(
        without,
        environment: docker.merging(["DOCKER_CONTEXT": "gone"]) { $1 }
      )
      #expect(
        unknown.standardError.contains("there is no Docker context 'gone' (DOCKER_CONTEXT)"),
        "\(unknown)"
      )
      #expect(unknown.standardError.contains("there are: default, socket"))
    }
  }

  @Test("ssh:// is swab's own connection and tunnel, and with a host an error")
  func ssh() async throws {
    try await withSecure { secure in
      let project = secure.project
      let url = "ssh://\(secure.server.hostString)\(secure.engine.socketPath)"
      let near = "tcp://127.0.0.1:\(project.tunnelPort)"
      let given = "docker_tls=false,docker_base_url=\(url)"
      let run = try await project.swab("run", "local_url", "--set", given, "--show", "tunnels")
      #expect(run.exitStatus == 0, "\(run)")
      #expect(run.lines == ["\(near) 1"], "\(run)")
      #expect(
        run.errorLines.contains {
          $0.contains("tunnel: ") && $0.contains(secure.engine.socketPath)
        },
        "\(run)"
      )
      let variable = try await project.swab(
        ["run", "local_url", "--set", "docker_tls=false,docker_base_url="],
        environment: ["DOCKER_HOST": url]
      )
      #expect(variable.lines == ["\(near) 1"], "\(variable)")
      let onHost = try await project.swab("run", "url", "-H", "h1", "--set", given)
      #expect(onHost.exitStatus == 1, "\(onHost)")
      #expect(onHost.standardError.contains("is for tasks without a host"), "\(onHost)")
    }
  }
}
