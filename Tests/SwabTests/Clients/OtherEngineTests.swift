import SwabTestSupport
import Testing

@testable import Swab

@Suite("Engines that --local would mean, and that are elsewhere")
struct OtherEngineTests {
  private func other(
    _ variables: [String: String],
    _ env: [(String, EnvValue)] = []
  ) throws -> OtherEngine? {
    var table = EnvTable.defaults
    for (key, value) in env { table.set(key, to: value, origin: .flag(text: "--set")) }
    return try OtherEngine(
      DockerClientSettings(.init(), environment: table),
      table,
      variables: ["HOME": "/nosuch"].merging(variables) { $1 }
    )
  }

  @Test(
    "a socket is this machine's, whoever names it",
    arguments: [nil, "unix:///run/other.sock", "/run/other.sock", "unix:/run/other.sock"]
  )
  func sockets(_ address: String?) throws {
    #expect(try other(address.map { ["DOCKER_HOST": $0] } ?? [:]) == nil)
    let env = address.map { [("docker_base_url", EnvValue.string($0))] } ?? []
    #expect(try other(["DOCKER_HOST": "tcp://127.0.0.1:1"], env) == nil || address == nil)
  }

  @Test(
    "what DOCKER_HOST leads to may be anywhere",
    arguments: ["tcp://127.0.0.1:2224", "ssh://prod", "https://prod:2376", "prod:2375", "npipe:x"]
  )
  func dockerHost(_ address: String) throws {
    let found = try #require(try other(["DOCKER_HOST": address]))
    #expect(found.address == address && found.origin == "DOCKER_HOST" && found.isDockersChoice)
    #expect(
      found.refusal.message == "nothing is removed: --local would mean the Docker Engine at "
        + "\(address), by DOCKER_HOST, and that may not be this machine's"
    )
    #expect(
      found.refusal.hint == "if it is meant, select its host: -H HOST; else unset DOCKER_HOST"
    )
  }

  @Test("so may be what a context leads to", arguments: [true, false])
  func context(byVariable: Bool) async throws {
    try await withTemporaryFolder { folder in
      let made = try await RunningProcess.run(
        "docker",
        ["context", "create", "prod", "--docker", "host=tcp://192.0.2.1:2375"],
        environment: ["DOCKER_CONFIG": folder.path]
      )
      try #require(made.exitStatus == 0, "\(made.lines)")
      if !byVariable { try folder.write(#"{"currentContext":"prod"}"#, to: "config.json") }
      var variables = ["DOCKER_CONFIG": folder.path]
      if byVariable { variables["DOCKER_CONTEXT"] = "prod" }
      let found = try #require(try other(variables))
      #expect(found.address == "tcp://192.0.2.1:2375" && found.origin == "context 'prod'")
      #expect(found.isDockersChoice)
    }
  }

  @Test("what is set for swab is meant, and told")
  func ownSetting() throws {
    let env = [("docker_base_url", EnvValue.string("tcp://127.0.0.1:2375"))]
    let found = try #require(try other(["DOCKER_HOST": "unix:///x"], env))
    #expect(found.origin == "docker_base_url, --set" && !found.isDockersChoice)
  }

  @Test("all that remove things are known as such")
  func destructive() {
    let names = DockerTasks.all.filter(\.isDestructive).map(\.name)
    #expect(
      names == [
        "docker.cleanup_containers", "docker.cleanup_images", "docker.remove_all_containers",
      ]
    )
  }
}
