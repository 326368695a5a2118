import SwabDocker
import Testing

@testable import Swab

@Suite("TLS to engines")
struct TLSSettingTests {
  private func environment(_ values: [(String, EnvValue)] = []) -> EnvTable {
    var table = EnvTable.defaults
    for (key, value) in values { table.set(key, to: value, origin: .flag(text: "--set")) }
    return table
  }

  private func tls(
    _ setting: TLSSetting?,
    _ url: String?,
    _ values: [(String, EnvValue)]
  ) throws -> DockerTLS? {
    let arguments = DockerClientSettings.Arguments(baseURL: url, tls: setting)
    return try DockerClientSettings(arguments, environment: environment(values)).tls
  }

  private static let files: [(String, EnvValue)] = [
    ("docker_tls_ca", "/c/ca.pem"), ("docker_tls_cert", "/c/cert.pem"),
    ("docker_tls_key", "/c/key.pem"), ("docker_tls_server_name", "engine.test"),
  ]

  private static let options = DockerTLS(
    ca: "/c/ca.pem",
    certificate: "/c/cert.pem",
    key: "/c/key.pem",
    serverName: "engine.test"
  )

  @Test("the keys of env say how, and docker_tls, an argument or https whether (DF-14)")
  func keys() throws {
    let (files, on) = (Self.files, [("docker_tls", true)] as [(String, EnvValue)])
    #expect(try tls(nil, "tcp://h:1", files) == nil)
    #expect(try tls(nil, "tcp://h:1", files + on) == Self.options)
    #expect(try tls(true, "tcp://h:1", files) == Self.options)
    #expect(try tls(nil, "https://h:1", files) == Self.options)
    #expect(try tls(false, "tcp://h:1", files + on) == nil)
    #expect(try tls(.with(DockerTLS(ca: "/x")), "tcp://h:1", files + on) == DockerTLS(ca: "/x"))
    let unverified = try tls(nil, "tcp://h:1", on + [("docker_tls_verify", false)])
    #expect(unverified == DockerTLS(verifies: false))
    let error = #expect(throws: TaskError.self) { try tls(false, "https://h:1", files) }
    #expect(error?.message == "'https://h:1' is an address with TLS, and tls is false")
  }

  @Test("docker_cert_path is a folder, before which the other keys come; ~ is the home folder")
  func folder() throws {
    let folder: [(String, EnvValue)] = [("docker_tls", true), ("docker_cert_path", "/nowhere")]
    #expect(try tls(nil, nil, folder) == DockerTLS(ca: "/nowhere/ca.pem"))
    #expect(try tls(nil, nil, folder + Self.files) == Self.options)
    let home = Person.ofProcess.home
    let own = try tls(nil, nil, [("docker_tls", true), ("docker_tls_ca", "~/ca.pem")])
    #expect(own == DockerTLS(ca: .file("\(home)/ca.pem")))
  }

  @Test(
    "tls of an entry of docker_clients is a truth value or a mapping",
    arguments: [
      ("true", .on), ("no", .off),
      (
        "{ca: /ca, cert: /cert, key: /key, verify: no, server_name: n}",
        .with(
          DockerTLS(ca: "/ca", certificate: "/cert", key: "/key", verifies: false, serverName: "n")
        )
      ),
      ("{ca: !env own_ca}", .with(DockerTLS(ca: "/own"))), ("{}", .with(DockerTLS())),
    ] as [(String, TLSSetting)]
  )
  func entry(_ text: String, _ setting: TLSSetting) throws {
    let inventory = try Inventory.read(
      "env: {own_ca: /own}\ndocker_clients:\n  c: {base_url: 'tcp://h:1', tls: \(text)}".utf8,
      name: "fabfile.yml",
      folder: "/"
    )
    let entry = try #require(inventory.dockerClients["c"])
    let environment = inventory.environment(for: nil as HostReference?)
    #expect(try DockerClientConfiguration(entry, environment: environment).tls == setting)
  }

  @Test(
    "other mappings are errors that say what can stand there",
    arguments: ["{caa: x}", "x", "{verify: x}", "[ca]"]
  )
  func mistakes(_ text: String) throws {
    let error = try #require(throws: FabfileError.self) {
      try Inventory.read(
        "docker_clients:\n  c: {tls: \(text)}".utf8,
        name: "fabfile.yml",
        folder: "/"
      )
    }
    #expect(error.line == 2)
    #expect(
      error.message.hasPrefix(
        "'tls' takes true, false or a mapping of ca, cert, key, verify, server_name or cert_path, not"
      )
    )
  }

  @Test("the path of a key is no secret, and what is in it is never read to be shown")
  func keyPath() throws {
    let table = environment(Self.files)
    #expect(table.rows.first { $0.key == "docker_tls_key" }?.value == "/c/key.pem")
    #expect(SecretKeys.isSecret("deploy_tls_key"))
  }

  @Test(
    "ssh:// names a host and a socket",
    arguments: [
      ("ssh://h", "h", nil), ("ssh://u@h:22/run/docker.sock", "u@h:22", "/run/docker.sock"),
      ("SSH://u@[::1]:2222", "u@[::1]:2222", nil), ("ssh://h/", "h", nil),
    ] as [(String, String, String?)]
  )
  func ssh(_ text: String, _ host: String, _ socket: String?) throws {
    let url = try #require(try SSHBaseURL(text))
    #expect(url.host.description == host)
    #expect(url.socket == socket)
  }

  @Test(
    "and nothing else",
    arguments: ["ssh://", "ssh://u:p@h", "ssh://h:0", "ssh://h/x?y", "ssh:///x"]
  )
  func noSSH(_ text: String) throws {
    #expect(throws: TaskError.self) { try SSHBaseURL(text) }
    #expect(try SSHBaseURL("tcp://h:1") == nil)
    #expect(try SSHBaseURL(nil) == nil)
  }
}
