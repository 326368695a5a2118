import Testing

@testable import Swab

@Suite("env")
struct InventoryEnvTests {
  static let levels = """
    env: {a: env, b: env, c: env, d: env, e: env, f: env, timeout: 11}
    hosts:
      h1: {env: {a: host, b: host, c: host}}
      h2:
    roles:
      inner: {hosts: [h1], env: {a: inner, b: inner, c: inner, d: inner}}
      outer: {hosts: [inner, h2], env: {a: outer, b: outer, c: outer, d: outer, e: outer}}
      other: {hosts: [h2, h1], env: {e: other}}
    """

  @Test(
    "the highest level that has a key wins (TR-7)",
    arguments: [
      ("h1", "a", "flag", "--set a"), ("h1", "b", "variable", "SWAB_B"),
      ("h1", "c", "host", "fabfile.yml:3"), ("h1", "d", "inner", "fabfile.yml:6"),
      ("h1", "e", "other", "fabfile.yml:8"), ("h1", "f", "env", "fabfile.yml:1"),
      ("h1", "timeout", "11", "fabfile.yml:1"), ("h1", "keepalive", "30", "default"),
      ("h2", "c", "outer", "fabfile.yml:7"), ("h2", "d", "outer", "fabfile.yml:7"),
      ("h2", "e", "other", "fabfile.yml:8"), ("h2", "f", "env", "fabfile.yml:1"),
      ("x:1", "c", "env", "fabfile.yml:1"),
    ]
  )
  func precedence(host: String, key: String, value: String, origin: String) throws {
    let table = try inventory(Self.levels).environment(
      for: host,
      variables: EnvLayer.variables(from: ["SWAB_A": "variable", "SWAB_B": "variable"]),
      flags: EnvLayer.set("a=flag")
    )
    #expect(try table.string(key) == value)
    #expect(table.entry(for: key)?.origin.description == origin)
  }

  @Test("where roles of a host disagree is noted, the losing values with their places (TR-7)")
  func disagreements() throws {
    let table = try inventory(Self.levels).environment(for: "h1")
    let rows = Dictionary(uniqueKeysWithValues: table.rows.map { ($0.key, $0) })
    let row = try #require(rows["d"])
    #expect(row.value == "inner")
    #expect(row.disagreements.map(\.value) == ["outer"])
    #expect(row.disagreements.map(\.origin.description) == ["fabfile.yml:7"])
    #expect(rows["e"]?.disagreements.map(\.value) == ["outer"])
    // The host itself decided about c, so the roles' quarrel is of no matter.
    #expect(rows["c"]?.disagreements.isEmpty == true)
    #expect(rows["f"]?.disagreements.isEmpty == true)
  }

  @Test("roles that say the same do not disagree (TR-7)")
  func agreement() throws {
    let inventory = try inventory(
      """
      roles:
        a: {hosts: [h], env: {x: 1}}
        b: {hosts: [h], env: {x: 1}}
      """
    )
    let row = try #require(try inventory.environment(for: "h").rows.first { $0.key == "x" })
    #expect(row.disagreements.isEmpty)
    #expect(row.origin.description == "fabfile.yml:3")
  }

  @Test("a role's env holds for hosts outside of the inventory, whoever the user is (TR-7)")
  func hostStrings() throws {
    let inventory = try inventory(
      "hosts: {}\nroles: {a: {hosts: [root@192.0.2.1, '192.0.2.2:2222'], env: {x: 1}}}"
    )
    #expect(try inventory.environment(for: "192.0.2.1").int("x") == 1)
    #expect(try inventory.environment(for: "me@192.0.2.1").int("x") == 1)
    #expect(try inventory.environment(for: "192.0.2.2:2222").int("x") == 1)
    #expect(try inventory.environment(for: "192.0.2.2").int("x") == nil)
    #expect(try inventory.environment(for: "192.0.2.3").int("x") == nil)
  }

  @Test(
    "env of any kind is read as it is written (TR-10)",
    arguments: [
      ("no", .string("no")), ("yes", .string("yes")), ("off", .string("off")),
      ("08", .string("08")),
      ("1e3", .string("1e3")), ("22:22", .string("22:22")), ("0o17", .string("0o17")),
      ("0x1F", .string("0x1F")), ("1.10", .string("1.10")), ("1_000", .string("1_000")),
      ("2001-12-14", .string("2001-12-14")), ("True", .string("True")), ("true", .bool(true)),
      ("false", .bool(false)), ("5", .int(5)), ("-5", .int(-5)), ("0", .int(0)),
      ("'5'", .string("5")),
      ("\"true\"", .string("true")), ("", .null), ("~", .null), ("null", .null),
      ("''", .string("")),
      ("[1, no]", .list([1, "no"])), ("{a: 1}", .map(["a": 1])), ("!!str 5", .string("5")),
      ("!!int '5'", .int(5)), ("!!float 1.10", .double(1.1)), ("!!bool 'yes'", .bool(true)),
      ("! 5", .string("5")), ("!!null ''", .null), ("!!seq [1]", .list([1])),
      ("!!map {a: 1}", .map(["a": 1])),
      ("99999999999999999999", .string("99999999999999999999")),
    ] as [(String, EnvValue)]
  )
  func values(text: String, value: EnvValue) throws {
    let table = try inventory("env:\n  some: \(text)\n").environment(for: nil as String?)
    #expect(try table.value(for: "some") == value)
  }

  @Test("a value that doesn't fit is an error with its place when it is read")
  func misfits() throws {
    var table = try inventory("env:\n  some: many\n  list: [[a]]").environment(for: nil as String?)
    let int = #expect(throws: FabfileError.self) { try table.int("some") }
    #expect(
      int?.description
        == "fabfile.yml:2:9: 'some' is to be a whole number, not 'many'\n  some: many\n        ^"
    )
    let strings = #expect(throws: FabfileError.self) { try table.strings("list") }
    #expect(strings?.message == "'list' is to be a list of text, not a list")
    table.set("some", to: [:], origin: .code(file: "Fabfile.swift", line: 7))
    let bool = #expect(throws: FabfileError.self) { try table.bool("some") }
    #expect(
      bool?.description == "Fabfile.swift:7: 'some' is to be true or false, not a mapping"
    )
    #expect(try table.int("unset") == nil)
  }

  @Test("a copy's changes are its own, and win over everything")
  func copies() throws {
    let first = try inventory("env: {a: 1}").environment(
      for: nil as String?,
      flags: EnvLayer.set("a=2")
    )
    var second = first
    second.set("a", to: 3, origin: .code(file: "Fabfile.swift", line: 1))
    #expect(try first.int("a") == 2)
    #expect(try second.int("a") == 3)
    #expect(second.entry(for: "a")?.origin.description == "Fabfile.swift:1")
  }

  @Test("the env of 1,000 hosts takes no time worth naming, its levels being shared")
  func manyHosts() throws {
    let inventory = try inventory(
      """
      env: {a: 1}
      hosts: {"web[0001-1000]": {env: {b: 2}}}
      roles: {web: {hosts: ["web[0001-1000]"], env: {c: 3}}}
      """
    )
    let hosts = try inventory.hosts(ofRole: "web")
    #expect(hosts.count == 1000)
    let tables = hosts.map { inventory.environment(for: $0) }
    #expect(try tables.allSatisfy { try $0.int("a") == 1 && $0.int("b") == 2 && $0.int("c") == 3 })
  }

  @Test(
    "the defaults are Docker-Fabric's and Fabric's, where nothing else is said",
    arguments: [
      ("docker_tunnel_local_port", 2224), ("timeout", 10), ("connection_attempts", 1),
      ("keepalive", 30),
      ("pool_size", 0), ("default_port", 22), ("max_startups", 30), ("warn_only", false),
      ("parallel", false), ("always_use_pty", false), ("socat_quiet", true),
      ("use_ssh_config", true),
      ("docker_tls", false), ("docker_cli_bin", "docker"), ("tunnel_unchecked", false),
    ] as [(String, EnvValue)]
  )
  func defaults(key: String, value: EnvValue) throws {
    let table = Inventory.empty.environment(for: nil as HostReference?)
    #expect(try table.value(for: key) == value)
    #expect(table.entry(for: key)?.origin == .builtIn)
  }

  @Test(
    "keys without a default are unset",
    arguments: [
      "user", "port", "password", "docker_base_url", "docker_timeout", "docker_tunnel_remote_port",
      "strict_host_key_checking", "command_timeout", "key_filename",
    ]
  )
  func unset(key: String) throws {
    let table = Inventory.empty.environment(for: nil as HostReference?)
    #expect(try table.value(for: key) == nil)
    #expect(EnvKey.named(key) != nil)
  }

  @Test(
    "every key has a type that takes its default, and a line about it",
    arguments: EnvKey.all.map(\.name)
  )
  func table(name: String) throws {
    let key = try #require(EnvKey.named(name))
    #expect(key.defaultValue.isNull || key.type.accepts(key.defaultValue))
    #expect(!key.summary.isEmpty && key.summary.count < 80)
    #expect(!key.type.description.isEmpty)
  }
}

@Suite("tags in fabfile.yml")
struct InventoryTagTests {
  @Test(
    "!env takes the value of another key when it is read",
    arguments: [
      ("{a: x, b: !env a}", "x"), ("{b: !env a, a: x}", "x"), ("{a: !env c, c: x, b: !env a}", "x"),
      ("{a: x, b: [!env a, y]}", "[x, y]"), ("{a: x, b: {k: !env a}}", "{k: x}"),
      ("{b: !env docker_tunnel_local_port}", "2224"), ("{a: x, b: !env_lazy a}", "x"),
    ]
  )
  func references(env: String, value: String) throws {
    let table = try inventory("env: \(env)").environment(for: nil as String?)
    #expect(try table.value(for: "b")?.description == value)
  }

  @Test("!env is the value at the beginning, and !env_lazy the one at use (DF 42)")
  func moments() throws {
    let inventory = try inventory(
      "env: {a: 1, b: !env a, c: !env_lazy a, d: !env_lazy b, late: [!env_lazy none]}"
    )
    var table = try inventory.environment(for: nil as String?)
    table.set("a", to: 3, origin: .code(file: "Fabfile.swift", line: 1))
    #expect(try table.int("b") == 1)
    #expect(try table.int("c") == 3)
    #expect(try table.int("d") == 1)
    // One that is missing fails when it is looked for.
    try table.checkReferences()
    let late = #expect(throws: FabfileError.self) { try table.value(for: "late") }
    #expect(late?.message == "!env_lazy none: there is no 'none' in this host's env")
    table.set("none", to: "some", origin: .code(file: "Fabfile.swift", line: 2))
    #expect(try table.value(for: "late") == ["some"])
  }

  @Test(
    "!env of nothing is found before a task begins (DF 42)",
    arguments: ["!env none", "[x, !env none]", "{k: !env none}", "!env b", "!env other"]
  )
  func missingAtTheBeginning(_ value: String) throws {
    let inventory = try inventory("env: {b: \(value), other: !env_lazy none}")
    let table = try inventory.environment(for: nil as String?)
    #expect(throws: FabfileError.self) { try table.checkReferences() }
  }

  @Test("!env sees the same host's env")
  func hostsEnv() throws {
    let inventory = try inventory(
      "env: {a: 1, b: !env a}\nhosts: {h: {env: {a: 2}}, g: {env: {c: !env b}}}"
    )
    #expect(try inventory.environment(for: "h").int("b") == 2)
    #expect(try inventory.environment(for: "g").int("c") == 1)
  }

  @Test(
    "!env without a value is an error with its place (TR-11)",
    arguments: [
      ("{b: !env usr}", "there is no 'usr' in this host's env", "did you mean user?"),
      ("{b: !env b}", "!env b stands for itself: b -> b", nil),
      ("{b: !env c, c: !env d, d: !env c}", "stands for itself: c -> d -> c", nil),
      ("{b: [!env c], c: {x: !env b}}", "stands for itself: b -> c -> b", nil),
    ] as [(String, String, String?)]
  )
  func missing(env: String, message: String, hint: String?) throws {
    let inventory = try inventory("env: {user: x}\nhosts: {h: {env: \(env)}}")
    let table = try inventory.environment(for: "h")
    let error = #expect(throws: FabfileError.self) { try table.value(for: "b") }
    #expect(error?.message.contains(message) == true, "\(error?.message ?? "")")
    #expect(error?.line == 2)
    #expect(error?.hint == hint)
  }

  @Test(
    "!env_os takes a variable, or what is given in case it is not set (TR-11)",
    arguments: [
      ("!env_os NAME", "value"), ("!env_os NAME=x", "value"), ("!env_os NONE=x", "x"),
      ("!env_os NONE=", ""), ("!env_os NONE=a=b", "a=b"), ("!env_os EMPTY", ""),
      ("!env_os 'NONE=x y'", "x y"),
    ]
  )
  func variables(text: String, value: String) throws {
    let inventory = try inventory(
      "env:\n  a: \(text)\n",
      environment: ["NAME": "value", "EMPTY": ""]
    )
    #expect(try inventory.environment(for: nil as String?).value(for: "a") == .string(value))
  }

  @Test("!env_os works where the file's structure needs text")
  func structure() throws {
    let inventory = try inventory(
      """
      hosts:
        a: !env_os HOST
        b: {address: !env_os ADDRESS, port: !env_os PORT, user: !env_os WHO=me}
      roles: {r: [!env_os TERM]}
      package: !path tasks
      """,
      environment: ["HOST": "u@x:1", "ADDRESS": "192.0.2.1", "PORT": "2222", "TERM": "b"]
    )
    #expect(inventory.inventoryHosts.map(\.address) == ["x", "192.0.2.1"])
    #expect(try inventory.environment(for: "b").int("port") == 2222)
    #expect(try inventory.environment(for: "b").string("user") == "me")
    #expect(try inventory.hosts(ofRole: "r").map(\.name) == ["b"])
    #expect(inventory.packageFolder == "/srv/site/tasks")
  }

  @Test(
    "!path starts at the file's folder",
    arguments: [
      ("x", "/srv/site/x"), ("./x/y", "/srv/site/x/y"), ("../x", "/srv/site/../x"), ("/x", "/x"),
      ("~", "/home/u"), ("~/x", "/home/u/x"), (".", "/srv/site"), ("'a b'", "/srv/site/a b"),
    ]
  )
  func paths(text: String, path: String) throws {
    let inventory = try inventory("env: {a: !path \(text)}")
    #expect(try inventory.environment(for: nil as String?).string("a") == path)
  }
}
