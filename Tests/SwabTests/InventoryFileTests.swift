import Testing

@testable import Swab

/// Reads a fabfile.yml from a text, as if it stood in `/srv/site`.
func inventory(
  _ text: String,
  environment: [String: String] = ["HOME": "/home/u"]
) throws -> Inventory {
  try Inventory.read(
    text.utf8,
    name: "fabfile.yml",
    folder: "/srv/site",
    environment: environment
  )
}

@Suite("fabfile.yml")
struct InventoryFileTests {
  static let sample = """
    env:
      user: deploy
      docker_tunnel_local_port: 2224
      docker_timeout: 20
    hosts:
      h1: { address: 192.0.2.11, env: { docker_timeout: 40 } }
      h2: deploy@192.0.2.12:2222
      "db[01-03]": {}
    roles:
      web: [h1, h2]
      db:  { hosts: ["db[01-03]"], env: { docker_base_url: "tcp://127.0.0.1:2375" } }
    docker_clients:
      client1: { fabric_host: h1, timeout: 40 }
    """

  @Test("a file with env, hosts and roles loads, each host once with its roles (TR-1)")
  func loads() throws {
    let inventory = try inventory(Self.sample)
    #expect(inventory.inventoryHosts.map(\.name) == ["h1", "h2", "db01", "db02", "db03"])
    #expect(inventory.inventoryHosts.map(\.roles) == [["web"], ["web"], ["db"], ["db"], ["db"]])
    #expect(inventory.inventoryHosts.map(\.address).prefix(2) == ["192.0.2.11", "192.0.2.12"])
    let client = try #require(inventory.dockerClients["client1"])
    #expect(client.fabricHost == "h1")
    let timeout = try #require(client.settings["timeout"])
    #expect(try inventory.environment(for: "h1").resolve(timeout) == 40)
  }

  @Test("a host's env wins over the file's, and its user and port are part of it (TR-7)")
  func effectiveEnv() throws {
    let inventory = try inventory(Self.sample)
    let first = try inventory.environment(for: "h1")
    #expect(try first.int("docker_timeout") == 40)
    #expect(first.entry(for: "docker_timeout")?.origin.description == "fabfile.yml:6")
    let second = try inventory.environment(for: "h2")
    #expect(try second.int("docker_timeout") == 20)
    #expect(try second.int("port") == 2222)
    #expect(
      try inventory.environment(for: "db02").string("docker_base_url") == "tcp://127.0.0.1:2375"
    )
    #expect(try inventory.environment(for: nil as String?).int("docker_tunnel_local_port") == 2224)
  }
}
