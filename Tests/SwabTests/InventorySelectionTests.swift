import Testing

@testable import Swab

@Suite("selection of hosts")
struct InventorySelectionTests {
  static let site = """
    hosts:
      web1: {address: 192.0.2.1, port: 2201, user: deploy}
      web2: ops@192.0.2.2:2202
      "db[01-03]":
    roles:
      web: [web1, web2]
      db: ["db[01-03]"]
      all: [web, db, web1, root@10.0.0.1]
      none: []
    """

  @Test(
    "a term stands for hosts, in its order (TR-15, TR-17)",
    arguments: [
      ("web1", ["web1 -> 192.0.2.1 as web1"]),
      ("web2", ["web2 -> 192.0.2.2 as web2"]),
      ("db01", ["db01 -> db01 as db01"]),
      ("db[01-03]", ["db01 -> db01 as db01", "db02 -> db02 as db02", "db03 -> db03 as db03"]),
      ("db[03,01]", ["db03 -> db03 as db03", "db01 -> db01 as db01"]),
      ("root@web1", ["root@web1 -> root@192.0.2.1 as web1"]),
      ("web1:22", ["web1:22 -> 192.0.2.1:22 as web1"]),
      (
        "root@web[1-2]:22",
        [
          "root@web1:22 -> root@192.0.2.1:22 as web1",
          "root@web2:22 -> root@192.0.2.2:22 as web2",
        ]
      ),
      ("u@other", ["u@other -> u@other"]),
      ("other:22", ["other:22 -> other:22"]),
      ("10.0.0.1", ["10.0.0.1 -> 10.0.0.1"]),
      ("10.0.0.[1-2]", ["10.0.0.1 -> 10.0.0.1", "10.0.0.2 -> 10.0.0.2"]),
      ("::1", ["::1 -> ::1"]),
      ("[::1]:22", ["[::1]:22 -> ::1:22"]),
      ("alias", ["alias -> alias"]),
    ]
  )
  func terms(term: String, expected: [String]) throws {
    let hosts = try inventory(Self.site).hosts(matching: term) { $0 == "alias" }
    let found = hosts.map { host in
      let user = host.user.map { "\($0)@" } ?? ""
      let port = host.port.map { ":\($0)" } ?? ""
      let entry = host.inventoryName.map { " as \($0)" } ?? ""
      return "\(host.name) -> \(user)\(host.address)\(port)\(entry)"
    }
    #expect(found == expected)
  }

  @Test("user and port of the inventory are the host's env, so that flags win over them")
  func inventoryUser() throws {
    let inventory = try inventory(Self.site)
    let host = try #require(try inventory.hosts(matching: "web2").first)
    let table = inventory.environment(for: host)
    #expect(try table.string("user") == "ops")
    #expect(try table.int("port") == 2202)
    let flags = try EnvLayer.set("user=me", flag: "-u")
    #expect(try inventory.environment(for: host, flags: flags).string("user") == "me")
  }

  @Test(
    "a term that names nobody is an error with the nearest name (TR-19)",
    arguments: [
      ("web3", .noMatch, "there is no host 'web3' in fabfile.yml", "did you mean web1?"),
      ("wbe1", .noMatch, "there is no host 'wbe1' in fabfile.yml", "did you mean web1?"),
      (
        "db[01-04]", .noMatch, "there is no host 'db04' (from 'db[01-04]') in fabfile.yml",
        "did you mean db01?"
      ),
      (
        "banana", .noMatch, "there is no host 'banana' in fabfile.yml",
        "add it to hosts, or write banana:22 for a host outside of it"
      ),
      ("db", .noMatch, "there is no host 'db' in fabfile.yml", "'db' is a role: -R db"),
      ("h:0", .usage, "'h:0': a port is a number from 1 to 65535, not '0'", nil),
      (
        "web[2-1]", .usage, "'web[2-1]' counts backwards: [2-1]",
        "a range is written web[01-20], db[1,3] or [1-9/4]"
      ),
      ("", .usage, "a host string is empty", nil),
    ] as [(String, FabfileError.Kind, String, String?)]
  )
  func unknown(term: String, kind: FabfileError.Kind, message: String, hint: String?) throws {
    let inventory = try inventory(Self.site)
    let error = #expect(throws: FabfileError.self) { try inventory.hosts(matching: term) }
    #expect(error?.kind == kind)
    #expect(error?.message == message)
    #expect(error?.hint == hint)
    #expect(error?.file == nil)
  }

  @Test("without the section hosts, any word is a host (TR-4)", arguments: ["h", "web1", "a.b.c"])
  func noInventory(term: String) throws {
    #expect(try inventory("roles: {r: [\(term)]}").hosts(matching: term).map(\.name) == [term])
    #expect(try Inventory.empty.hosts(matching: term).map(\.address) == [term])
    #expect(try inventory("roles: {r: [\(term)]}").hosts(ofRole: "r").map(\.roles) == [["r"]])
  }

  @Test("hosts, roles and clients may be called x-something")
  func namesWithX() throws {
    let inventory = try inventory(
      "hosts: {x-ray: }\nroles: {x-all: [x-ray]}\ndocker_clients: {x-c: }"
    )
    #expect(try inventory.hosts(ofRole: "x-all").map(\.name) == ["x-ray"])
    #expect(inventory.dockerClients.keys.elements == ["x-c"])
  }

  @Test("an empty section hosts is one (TR-4)", arguments: ["hosts: {}", "hosts:", "hosts: # h1:"])
  func emptyInventory(text: String) throws {
    let inventory = try inventory(text)
    #expect(throws: FabfileError.self) { try inventory.hosts(matching: "h") }
  }

  @Test("a role holds its hosts and those of roles within it, each once (TR-6)")
  func roles() throws {
    let inventory = try inventory(Self.site)
    let all = try inventory.hosts(ofRole: "all")
    #expect(all.map(\.name) == ["web1", "web2", "db01", "db02", "db03", "root@10.0.0.1"])
    #expect(all.map(\.user) == [nil, nil, nil, nil, nil, "root"])
    #expect(
      all.map(\.roles) == [
        ["web", "all"], ["web", "all"], ["db", "all"], ["db", "all"],
        ["db", "all"], ["all"],
      ]
    )
    #expect(try inventory.hosts(matching: "10.0.0.1").first?.roles == ["all"])
    #expect(try inventory.hosts(matching: "me@web1").first?.roles == ["web", "all"])
  }

  @Test("a role may be called like a host in it")
  func sameName() throws {
    let inventory = try inventory("hosts: {db: , h: }\nroles: {db: [db, h]}")
    #expect(try inventory.hosts(ofRole: "db").map(\.name) == ["db", "h"])
  }

  @Test(
    "roles that can't be used are errors (TR-4, TR-19)",
    arguments: [
      ("wbe", .usage, "there is no role 'wbe' in fabfile.yml", "did you mean web?"),
      ("web1", .usage, "there is no role 'web1' in fabfile.yml", "'web1' is a host: -H web1"),
      (
        "banana", .usage, "there is no role 'banana' in fabfile.yml",
        "the roles are all, db, none, web"
      ),
      ("none", .noMatch, "the role 'none' has no hosts", nil),
    ] as [(String, FabfileError.Kind, String, String?)]
  )
  func badRoles(name: String, kind: FabfileError.Kind, message: String, hint: String?) throws {
    let inventory = try inventory(Self.site)
    let error = #expect(throws: FabfileError.self) { try inventory.hosts(ofRole: name) }
    #expect(error?.kind == kind)
    #expect(error?.message == message)
    #expect(error?.hint == hint)
  }

  @Test(
    "a word in a role that is neither host nor role is an error, unless ssh_config has it (TR-4)"
  )
  func unknownWords() throws {
    let inventory = try inventory(
      "hosts: {web1: }\nroles:\n  web: [web1, wbe1]\n  all: [web]\n  ok: [u@x, 'x:1', 10.0.0.1]"
    )
    for name in ["web", "all"] {
      let error = #expect(throws: FabfileError.self) { try inventory.hosts(ofRole: name) }
      #expect(
        error?.description == """
          fabfile.yml:3:15: 'wbe1' is neither a host nor a role
            web: [web1, wbe1]
                        ^
          hint: did you mean web1?
          """
      )
      #expect(error?.kind == .usage)
      #expect(try inventory.hosts(ofRole: name) { $0 == "wbe1" }.count == 2)
    }
    #expect(try inventory.hosts(ofRole: "ok").count == 3)
    #expect(throws: FabfileError.self) { try inventory.validate { _ in false } }
    #expect(throws: Never.self) { try inventory.validate { _ in true } }
  }

  @Test("a Docker client's host must be known like any other")
  func fabricHosts() throws {
    let inventory = try inventory("hosts: {h1: }\ndocker_clients:\n  c: {fabric_host: h2}")
    let error = #expect(throws: FabfileError.self) { try inventory.validate { _ in false } }
    #expect(error?.description.hasPrefix("fabfile.yml:3:20: there is no host 'h2'") == true)
    #expect(error?.kind == .usage)
  }
}

@Suite("hosts of fabfile.yml")
struct InventoryHostsTests {
  @Test(
    "a host is written in several ways",
    arguments: [
      ("h:", "h", nil, nil), ("h: {}", "h", nil, nil), ("h: ~", "h", nil, nil),
      ("h: 192.0.2.1", "192.0.2.1", nil, nil), ("h: u@x", "x", "u", nil), ("h: u@x:1", "x", "u", 1),
      ("h: x:1", "x", nil, 1), ("h: '[::1]:22'", "::1", nil, 22), ("h: ::1", "::1", nil, nil),
      ("h: {address: x}", "x", nil, nil), ("h: {port: 22}", "h", nil, 22),
      ("h: {port: '22'}", "h", nil, 22), ("h: {user: 007}", "h", "007", nil),
      ("h: {address: '::1', user: u, port: 1}", "::1", "u", 1), ("h: {user: no}", "h", "no", nil),
      ("h: {env: {user: u, port: 1}}", "h", "u", 1), ("h: {address: , port: }", "h", nil, nil),
      ("08: {address: 1e3}", "1e3", nil, nil),
    ] as [(String, String, String?, Int?)]
  )
  func forms(text: String, address: String, user: String?, port: Int?) throws {
    let inventory = try inventory("hosts:\n  \(text)\n")
    let host = try #require(inventory.inventoryHosts.first)
    #expect(host.address == address)
    let table = inventory.environment(for: host)
    #expect(try table.string("user") == user)
    #expect(try table.int("port") == port)
  }

  @Test("ranges of names go with ranges of addresses and ports (TR-5)")
  func ranges() throws {
    let inventory = try inventory(
      """
      hosts:
        web[01-03]: {address: "10.0.0.[11-13]", env: {a: 1}}
        db[1,3]: u@127.0.0.1:22[01-02]
        one[1]: {address: x}
      """
    )
    #expect(
      inventory.inventoryHosts.map { "\($0.name)=\($0.address)" } == [
        "web01=10.0.0.11", "web02=10.0.0.12", "web03=10.0.0.13", "db1=127.0.0.1", "db3=127.0.0.1",
        "one1=x",
      ]
    )
    #expect(try inventory.environment(for: "web03").int("a") == 1)
    #expect(try inventory.environment(for: "db3").int("port") == 2202)
    #expect(try inventory.environment(for: "db3").string("user") == "u")
  }

  @Test("interfaces are addresses by name")
  func interfaces() throws {
    let inventory = try inventory(
      """
      hosts: {h: {interfaces: {private: 10.0.0.1, public: "2001:db8::1"}}}
      docker_clients: {c: {interfaces: {private: 10.0.0.2}}}
      """
    )
    #expect(inventory.hosts?["h"]?.interfaces["private"] == "10.0.0.1")
    #expect(inventory.hosts?["h"]?.interfaces["public"] == "2001:db8::1")
    #expect(inventory.dockerClients["c"]?.interfaces["private"] == "10.0.0.2")
  }

  @Test("settings of Docker clients may refer to the env of their host")
  func dockerClients() throws {
    let inventory = try inventory(
      """
      env: {docker_port: 2375}
      hosts: {h: {env: {docker_port: 2376}}}
      docker_clients:
        c: {fabric_host: h, tunnel_remote_port: !env docker_port, version: 1.40, tls: no}
        empty:
      """
    )
    let client = try #require(inventory.dockerClients["c"])
    let table = try inventory.environment(for: client.fabricHost)
    let port = try #require(client.settings["tunnel_remote_port"])
    #expect(try table.resolve(port) == 2376)
    #expect(try client.settings["version"].map(table.resolve) == "1.40")
    #expect(try client.settings["tls"].map(table.resolve)?.bool == false)
    #expect(inventory.dockerClients["empty"]?.fabricHost == nil)
  }

  @Test("the docker host set to no choice of strict checking reads as one (TR-10)")
  func choices() throws {
    for text in ["no", "'no'", "yes", "ask", "accept-new", "false", "true"] {
      _ = try inventory("env: {strict_host_key_checking: \(text)}")
    }
  }
}
