import SwabDocker
import SwabTestSupport
import Testing

@testable import Swab

@Suite("The settings of a Docker client")
struct DockerClientSettingsTests {
  private func environment(_ values: [(String, EnvValue)] = []) -> EnvTable {
    var table = EnvTable.defaults
    for (key, value) in values { table.set(key, to: value, origin: .flag(text: "--set")) }
    return table
  }

  @Test("an explicit argument beats env, also when it is false (DF-14)")
  func precedence() throws {
    let table = environment([
      ("docker_base_url", "tcp://env:1"), ("docker_api_version", "1.30"), ("docker_timeout", 7),
      ("docker_tls", true), ("docker_tunnel_remote_port", 11), ("docker_tunnel_local_port", 12),
    ])
    let fromEnv = try DockerClientSettings(.init(), environment: table)
    #expect(fromEnv.baseURL == "tcp://env:1")
    #expect(fromEnv.version == "1.30")
    #expect(fromEnv.timeout == .seconds(7))
    #expect(fromEnv.tls == DockerTLS())
    #expect(fromEnv.tunnelRemotePort == 11)
    #expect(fromEnv.tunnelLocalPort == 12)
    let arguments = DockerClientSettings.Arguments(
      baseURL: "/sock",
      version: "1.41",
      timeout: .seconds(3),
      tls: false,
      tunnelRemotePort: 21,
      tunnelLocalPort: 22
    )
    let explicit = try DockerClientSettings(arguments, environment: table)
    #expect(explicit.baseURL == "/sock")
    #expect(explicit.version == "1.41")
    #expect(explicit.timeout == .seconds(3))
    #expect(explicit.tls == nil)
    #expect(explicit.tunnelRemotePort == 21)
    #expect(explicit.tunnelLocalPort == 22)
  }

  @Test("the local port is 2224 unless something says otherwise, so none is ever missing (DF-6)")
  func localPort() throws {
    for url in [nil, "/run/docker.sock", "tcp://127.0.0.1:2375"] as [String?] {
      let settings = try DockerClientSettings(.init(baseURL: url), environment: environment())
      #expect(settings.tunnelLocalPort == 2224)
    }
  }

  @Test("an entry of docker_clients stands between arguments and env (DF-16)")
  func configured() throws {
    let entry = DockerClientConfiguration(fabricHost: "h1", timeout: .seconds(40))
    let given = DockerClientSettings.Arguments(baseURL: "/sock")
    let settings = try DockerClientSettings(
      given.over(entry.arguments),
      environment: environment([("docker_timeout", 7)])
    )
    #expect(settings.baseURL == "/sock")
    #expect(settings.timeout == .seconds(40))
  }

  @Test(
    "the implementation is the argument's, the entry's, env's or the API, and nothing else (DF 17)"
  )
  func implementation() throws {
    #expect(try DockerClientSettings(.init(), environment: environment()).implementation == .api)
    let table = environment([("docker_fabric_implementation", "CLI")])
    #expect(try DockerClientSettings(.init(), environment: table).implementation == .cli)
    let explicit = DockerClientSettings.Arguments(implementation: .api)
    #expect(try DockerClientSettings(explicit, environment: table).implementation == .api)
    let entry = DockerClientConfiguration(implementation: .cli)
    let settings = try DockerClientSettings(
      DockerClientSettings.Arguments().over(entry.arguments),
      environment: environment()
    )
    #expect(settings.implementation == .cli)
    let error = #expect(throws: TaskError.self) { try DockerClientImplementation(named: "SSH") }
    #expect(error?.description.contains("there is no Docker client 'SSH'") == true)
    #expect(error?.hint == "docker_fabric_implementation is API or CLI")
    let unknown = environment([("docker_fabric_implementation", "SSH")])
    #expect(throws: (any Error).self) { try DockerClientSettings(.init(), environment: unknown) }
  }

  @Test("how the docker command is run comes from env, below what an entry says")
  func commandLine() throws {
    let table = environment([
      ("docker_cli_bin", "/opt/docker"), ("docker_cli_prefix", "nice"), ("docker_cli_sudo", true),
      ("docker_cli_debug", true), ("sudo_password", "hunter2"), ("docker_tls", true),
      ("docker_base_url", "/run/d.sock"),
    ])
    let settings = try DockerClientSettings(.init(), environment: table)
    #expect(settings.cli.isDebug)
    #expect(settings.command.sudoPassword == "hunter2")
    #expect(
      "\(settings.command)" == "LC_ALL=C sudo -n nice /opt/docker -H unix:///run/d.sock --tls"
    )
    #expect(!"\(settings.command)".contains("hunter2"))
    var dumped = ""
    dump(settings.command, to: &dumped)
    #expect(!dumped.contains("hunter2"))
    var entry = DockerClientConfiguration(implementation: .cli)
    (entry.commandBinary, entry.commandPrefix, entry.usesSudo) = ("podman", "", false)
    let other = try DockerClientSettings(
      DockerClientSettings.Arguments().over(entry.arguments),
      environment: table
    )
    #expect("\(other.command)" == "podman -H unix:///run/d.sock --tls")
    let plain = try DockerClientSettings(.init(), environment: environment([("password", "p")]))
    #expect(plain.cli.binary == "docker" && plain.cli.sudoPassword == "p")
  }

  @Test("a timeout of 0 falls back, as in Docker-Fabric")
  func noTimeout() throws {
    for (given, env, expected) in [
      (nil, 0, 60), (0, 7, 7), (0, 0, 60), (3, 0, 3), (nil, nil, 60),
    ] as [(Int?, Int?, Int)] {
      let settings = try DockerClientSettings(
        .init(timeout: given.map { .seconds($0) }),
        environment: environment(env.map { [("docker_timeout", .int($0))] } ?? [])
      )
      #expect(settings.timeout == .seconds(expected))
    }
  }

  @Test("what !env puts into an entry of docker_clients is checked, too")
  func reference() throws {
    let inventory = try Inventory.read(
      "env: {limit: soon}\ndocker_clients:\n  c: {timeout: !env limit}".utf8,
      name: "fabfile.yml",
      folder: "/"
    )
    let entry = try #require(inventory.dockerClients["c"])
    let environment = inventory.environment(for: nil as HostReference?)
    let error = try #require(throws: FabfileError.self) {
      try DockerClientConfiguration(entry, environment: environment)
    }
    #expect(error.line == 3)
    #expect(
      error.message == "'timeout' takes a number of seconds up to 1000000000, not 'soon'"
    )
  }

  @Test("without a host the URL goes unchanged to the client, with no tunnel (DF-1)")
  func local() async throws {
    for url in ["unix:///nowhere/docker.sock", "tcp://127.0.0.1:1"] {
      let client = try DockerFabricClient(baseURL: url)
      #expect(client.target == nil)
      #expect(try await client.localURL == url)
      let error = try await #require(throws: DockerError.self) { try await client.ping() }
      #expect(error.isConnectionFailure)
      await client.close()
    }
  }

  @Test("env values that can't be are errors that name their place")
  func bad() {
    #expect(throws: FabfileError.self) {
      try DockerClientSettings(.init(), environment: environment([("docker_timeout", "soon")]))
    }
  }
}
