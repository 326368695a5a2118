import Foundation
import SwabSSH
import Testing

@testable import Swab

@Suite("errors of fabfile.yml")
struct InventoryErrorTests {
  private static let levels =
    "status, aborts, warnings, running, stdout, stderr, user, tunnels, debug, exceptions, all, "
    + "commands, everything or output"

  @Test(
    "a mistake names file, line and column, shows the line, and says what to do (TR-3, TR-4, TR-6)",
    arguments: [
      ("hosst: {}", "1:1: the file has no key 'hosst'", "did you mean hosts?"),
      (
        "dockerclients: {}", "1:1: the file has no key 'dockerclients'",
        "did you mean docker_clients?"
      ),
      (
        "banana: 1", "1:1: the file has no key 'banana'",
        "the keys are env, hosts, roles, docker_clients, package"
      ),
      ("hosts:\n  h: {adress: x}", "2:7: a host has no key 'adress'", "did you mean address?"),
      ("hosts:\n  h: {evn: {}}", "2:7: a host has no key 'evn'", "did you mean env?"),
      ("roles:\n  r: {host: [h]}", "2:7: a role has no key 'host'", "did you mean hosts?"),
      (
        "docker_clients:\n  c: {fabric_hst: h}", "2:7: a Docker client has no key 'fabric_hst'",
        "did you mean fabric_host?"
      ),
      ("- a", "1:1: the file is to be a mapping, not a list", nil),
      ("just text", "1:1: the file is to be a mapping, not 'just text'", nil),
      ("env: 5", "1:6: env is to be a mapping, not '5'", nil),
      ("hosts: [h1]", "1:8: hosts is to be a mapping, not a list", nil),
      ("roles: [h1]", "1:8: roles is to be a mapping, not a list", nil),
      ("docker_clients: x", "1:17: docker_clients is to be a mapping, not 'x'", nil),
      ("hosts:\n  h: [x]", "2:6: a host is to be text, not a list", nil),
      ("hosts:\n  h: {address: [x]}", "2:16: 'address' is to be text, not a list", nil),
      ("hosts:\n  h: {port: ssh}", "2:13: 'port' is to be a whole number, not 'ssh'", nil),
      ("hosts:\n  h: {port: 0}", "2:13: 'port' takes a port from 1 to 65535, not '0'", nil),
      ("hosts:\n  h: {port: 65536}", "2:13: 'port' takes a port from 1 to 65535, not '65536'", nil),
      ("hosts:\n  h: {port: 22.5}", "2:13: 'port' is to be a whole number, not '22.5'", nil),
      ("hosts:\n  h: {port: 022}", "2:13: 'port' is to be a whole number, not '022'", nil),
      ("hosts:\n  h: x:0", "2:6: 'x:0': a port is a number from 1 to 65535, not '0'", nil),
      (
        "hosts:\n  h: {address: 'u@x'}", "2:16: the address 'u@x' has more than a host",
        "use user: and port:"
      ),
      ("hosts:\n  h: {user: ''}", "2:13: the user is empty", nil),
      (
        "hosts:\n  h: {user: a, env: {user: b}}",
        "2:13: 'user' is there twice, in env and beside it", "keep one of the two"
      ),
      ("hosts:\n  u@h: x", "2:3: the host's name 'u@h' has more than a host", "write web1: u@h"),
      ("hosts:\n  'a b': x", "2:3: 'a b' is not a host string", "write [user@]host[:port]"),
      ("hosts:\n  h: {interfaces: {eth0: x}}", "2:26: 'x' is not an IP address", nil),
      (
        "hosts:\n  h: a\n  h: b", "3:3: 'h' on line 3 is already there on line 2",
        "keep one of the two"
      ),
      ("hosts:\n  h1: a\n  h[1-2]:", "3:3: the host 'h1' is already there on line 2", nil),
      (
        "hosts:\n  h[3-1]:", "2:3: 'h[3-1]' counts backwards: [3-1]",
        "a range is written web[01-20], db[1,3] or [1-9/4]"
      ),
      ("hosts:\n  h[1-2]: x", "2:11: 'x' stands for 1 hosts, the name for 2", nil),
      (
        "hosts:\n  h[1-2]: {address: 'x[1-3]'}",
        "2:21: 'x[1-3]' stands for 3 hosts, the name for 2", nil
      ),
      (
        "roles:\n  r: [\"h[1-\"]", "2:7: 'h[1-' has no ] to its [",
        "a range is written web[01-20], db[1,3] or [1-9/4]"
      ),
      ("roles:\n  r: [h:0]", "2:7: 'h:0': a port is a number from 1 to 65535, not '0'", nil),
      ("roles:\n  r: [[h]]", "2:7: a host of a role is to be text, not a list", nil),
      ("roles:\n  r: ['']", "2:7: a host string is empty", nil),
      ("roles:\n  r: [h, ~]", "2:10: a host of a role is to be text, not nothing", nil),
      ("roles:\n  r: {hosts: {h: 1}}", "2:14: the hosts of a role are a list, not a mapping", nil),
      ("roles:\n  r: {env: [x]}", "2:12: env is to be a mapping, not a list", nil),
      ("roles:\n  'a,b': [h]", "2:3: 'a,b' can't be the name of a role", nil),
      (
        "roles:\n  a: [b]\n  b: [c]\n  c: [a]", "4:7: a role is within itself: a -> b -> c -> a",
        nil
      ),
      ("roles:\n  a: [h, a]", "2:10: a role is within itself: a -> a", nil),
      ("roles:\n  x: [a]\n  a: [b]\n  b: [a]", "4:7: a role is within itself: a -> b -> a", nil),
      (
        "hosts: {b: }\nroles:\n  b: [h]\n  a: [b]", "4:7: 'b' is a host and a role",
        "rename one of the two, or write b:22 for the host"
      ),
      ("env:\n  port: 0", "2:9: 'port' takes a port from 1 to 65535, not '0'", nil),
      (
        "env:\n  timeout: soon",
        "2:12: 'timeout' takes a number of seconds up to 1000000000, not 'soon'", nil
      ),
      ("env:\n  parallel: maybe", "2:13: 'parallel' takes true or false, not 'maybe'", nil),
      (
        "env:\n  docker_tunnel_local_port: 70000",
        "2:29: 'docker_tunnel_local_port' takes a port from 1 to 65535, not '70000'", nil
      ),
      (
        "env:\n  strict_host_key_checking: never",
        "2:29: 'strict_host_key_checking' takes ask, yes, accept-new or no, not 'never'", nil
      ),
      ("env:\n  password: [x]", "2:13: 'password' takes text", nil),
      ("env:\n  hosts: {a: 1}", "2:10: 'hosts' takes a list of text, not a mapping", nil),
      (
        "env:\n  hide: [stdout, bogus]",
        "2:18: 'hide' takes a list of \(Self.levels), not 'bogus'", nil
      ),
      (
        "env:\n  show: tunels", "2:9: 'show' takes a list of \(Self.levels), not 'tunels'",
        "did you mean tunnels?"
      ),
      (
        "env:\n  ok_ret_codes: [0, zero]",
        "2:21: 'ok_ret_codes' takes a list of exit statuses from 0 to 255, not 'zero'", nil
      ),
      (
        "env:\n  ok_ret_codes: 256",
        "2:17: 'ok_ret_codes' takes a list of exit statuses from 0 to 255, not '256'", nil
      ),
      (
        "hosts:\n  h: {env: {docker_timeout: 9999999999999999999999999}}",
        "2:29: 'docker_timeout' takes a number of seconds up to 1000000000, "
          + "not '9999999999999999999999999'", nil
      ),
      (
        "env:\n  keepalive: -1",
        "2:14: 'keepalive' takes a number of seconds up to 1000000000, not '-1'", nil
      ),
      ("roles: {r: {env: {port: x}}}", "1:25: 'port' takes a port from 1 to 65535, not 'x'", nil),
      (
        "env:\n  a: !env_os NONE", "2:6: the variable NONE is not set",
        "set it, or give a default: !env_os NONE=default"
      ),
      ("env:\n  a: !env_os", "2:6: !env_os is followed by the name of a variable", nil),
      ("env:\n  a: !env", "2:6: !env is followed by the name of a key", nil),
      ("env:\n  a: !path", "2:6: !path is followed by a path", nil),
      (
        "env:\n  a: !path ~root/x", "2:6: the home folders of others (~root/x) are not looked up",
        nil
      ),
      ("env:\n  a: !env [b]", "2:6: !env takes text, not a list", nil),
      ("env:\n  a: !evn b", "2:6: there is no tag !evn", "did you mean !env?"),
      (
        "env:\n  a: !banana b", "2:6: there is no tag !banana",
        "the tags are !env, !env_lazy, !env_os, !path"
      ),
      (
        "env:\n  a: !!python/x b", "2:6: there is no tag !!python/x",
        "the tags are !env, !env_lazy, !env_os, !path"
      ),
      ("env:\n  a: !!int x", "2:6: 'x' doesn't fit the tag before it", nil),
      (
        "hosts:\n  h: !env a", "2:6: a host can't be !env",
        "!env works within env, and for the settings of docker_clients"
      ),
      (
        "docker_clients:\n  c: {timeout: soon}",
        "2:16: 'timeout' takes a number of seconds up to 1000000000, not 'soon'", nil
      ),
      (
        "docker_clients:\n  c: {tunnel_local_port: 0}",
        "2:26: 'tunnel_local_port' takes a port from 1 to 65535, not '0'", nil
      ),
      (
        "docker_clients:\n  c: {fabric_host: 'h:0'}",
        "2:20: 'h:0': a port is a number from 1 to 65535, not '0'", nil
      ),
      (
        "docker_clients:\n  c: {interfaces: [x]}",
        "2:19: interfaces is to be a mapping, not a list", nil
      ),
      ("package: [x]", "1:10: package is to be text, not a list", nil),
      (
        "roles: {web: [web[01-20]]}",
        "1:18: did not find expected ',' or ']' while parsing a flow sequence",
        "inside [ ] and { }, a range is written in quotes: \"web[01-20]\""
      ),
    ] as [(String, String, String?)]
  )
  func mistakes(text: String, message: String, hint: String?) throws {
    let error = #expect(throws: FabfileError.self) { try inventory(text) }
    let shown = try #require(error)
    let lines = shown.description.split(separator: "\n", omittingEmptySubsequences: false)
    #expect(lines.first.map(String.init) == "fabfile.yml:\(message)")
    #expect(shown.hint == hint)
    #expect(shown.kind == .usage)
    let line = try #require(shown.line)
    let column = try #require(shown.column)
    let source = text.split(separator: "\n", omittingEmptySubsequences: false)[line - 1]
    if !text.contains("password") { #expect(shown.sourceLine == String(source)) }
    #expect(lines[2] == String(repeating: " ", count: column - 1) + "^")
  }

  @Test(
    "what holds for the whole run is refused in the env of a host or a role",
    arguments: [
      "parallel", "pool_size", "skip_bad_hosts", "skip_unknown_tasks", "eagerly_disconnect",
      "hide", "show", "output_prefix", "max_startups", "hosts", "roles", "exclude_hosts",
      "ssh_config_path", "use_ssh_config",
    ]
  )
  func wholeRun(key: String) throws {
    for text in ["hosts: {h: {env: {\(key): 1}}}", "roles: {r: {env: {\(key): 1}}}"] {
      let error = try #require(throws: FabfileError.self) { try inventory(text) }
      #expect(
        error.description == """
          fabfile.yml:1:19: '\(key)' holds for the whole run, not for a host or a role
          \(text)
                            ^
          hint: put it under env:, at the top of the file
          """
      )
    }
  }

  @Test(
    "a host or role that env selects and that isn't there is told with its place (TR-19)",
    arguments: [
      ("hosts: [nope]", "2:10: there is no host 'nope' in fabfile.yml"),
      ("roles: [nope]", "2:10: there is no role 'nope' in fabfile.yml"),
      ("exclude_hosts: [nope]", "2:18: there is no host 'nope' in fabfile.yml"),
    ]
  )
  func selection(line: String, message: String) throws {
    let text = "env:\n  \(line)\nhosts: {h: }"
    let selector = Selector(
      inventory: try inventory(text),
      sshConfiguration: SSHConfiguration(),
      variables: EnvLayer(),
      flags: EnvLayer(),
      commandLine: Selector.Level(hosts: line.hasPrefix("exclude") ? ["h"] : nil),
      variableLevel: Selector.Level(),
      excluded: [],
      person: Person(user: "me", home: "/")
    )
    let error = try #require(throws: UsageError.self) {
      try selector.step(task("t") {}, TaskCall(name: "t"), options: RunOptions())
    }
    #expect(error.message.hasPrefix("fabfile.yml:\(message)\n  \(line)\n"))
  }

  @Test(
    "x- keys are nobody's business, and anchors in them work (TR-3)",
    arguments: [
      "x-anything: [1, {2: 3}]\nhosts: {h: {x-note: 1}}\nroles: {r: {hosts: [h], x-y: 1}}",
      "x-base: &base {env: {a: 1}}\nhosts: {h: *base}\nroles: {r: [h]}",
      "x-base: &base {env: {a: 1}}\nhosts: {h: {<<: *base, port: 22}}\nroles: {r: [h]}",
      "x-: 1\nx-tags: !unknown [!env_os NONE]\nhosts: {h: }\nroles: {r: h}",
    ]
  )
  func extras(text: String) throws {
    let inventory = try inventory(text)
    #expect(inventory.inventoryHosts.map(\.name) == ["h"])
    #expect(inventory.inventoryHosts.map(\.roles) == [["r"]])
  }

  @Test(
    "an empty file is an empty inventory",
    arguments: [
      "", "# nothing yet\n", "---\n", "{}", "env:\nhosts:\nroles:\ndocker_clients:\n", "\u{FEFF}",
      "\r\n",
    ]
  )
  func empty(text: String) throws {
    let inventory = try inventory(text)
    #expect(inventory.inventoryHosts.isEmpty)
    #expect(inventory.roles.isEmpty)
  }

  @Test("a file that can't be read is an error that says why (TR-1)")
  func unreadable() throws {
    let folder = FileManager.default.temporaryDirectory.path
    for (path, reason) in [
      ("\(folder)/no-such-fabfile.yml", "No such file or directory"), (folder, "Is a directory"),
      ("/etc/passwd/fabfile.yml", "Not a directory"),
    ] {
      let error = #expect(throws: FabfileError.self) {
        try Inventory.load(path: path, environment: [:])
      }
      #expect(error?.description == "\(path): can't be read: \(reason)")
    }
  }

  @Test("a file is read from where it lies, and named as asked (TR-1)")
  func load() throws {
    let folder = FileManager.default.temporaryDirectory
      .appendingPathComponent("swab-inventory-\(UUID().uuidString)")
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    defer { try? FileManager.default.removeItem(at: folder) }
    let file = folder.appendingPathComponent("fabfile.yml")
    try "env: {a: !path x}\nhosts: {h: }\n".write(to: file, atomically: true, encoding: .utf8)
    let inventory = try Inventory.load(path: file.path, name: "fabfile.yml", environment: [:])
    #expect(inventory.folder == folder.path)
    let table = try inventory.environment(for: "h")
    #expect(try table.string("a") == folder.path + "/x")
    #expect(table.entry(for: "a")?.origin.description == "fabfile.yml:1")
  }

  @Test("no error writes control sequences to a terminal")
  func controlSequences() throws {
    for text in ["roles: {r: [\"h\\e[31m\"]}", "hosts: {\"\\e[31m\": x}", "\"\\e]0;\": 1"] {
      let error = #expect(throws: FabfileError.self) { try inventory(text) }
      #expect(try !#require(error).description.contains("\u{1B}"))
    }
  }

  @Test("a key that is almost one of swab's is a warning")
  func warnings() throws {
    let inventory = try inventory(
      "env:\n  docker_timeuot: 5\n  my_own: 1\nhosts: {\"h[1-9]\": {env: {pool_sise: 3}}}"
    )
    #expect(
      inventory.warnings.map(\.description) == [
        "fabfile.yml:2:3: swab reads no key 'docker_timeuot'\n  docker_timeuot: 5\n"
          + "  ^\nhint: did you mean docker_timeout?",
        "fabfile.yml:4:26: swab reads no key 'pool_sise'\n"
          + "hosts: {\"h[1-9]\": {env: {pool_sise: 3}}}\n"
          + "                         ^\nhint: did you mean pool_size?",
      ]
    )
  }

  @Test(
    "no error shows the value of a secret key, under whichever key it is read",
    arguments: [
      "env: {db_password: &p hunter2, docker_timeout: *p}",
      "env: {x: &p hunter2, db_password: *p, docker_timeout: *p}",
      "env:\n  docker_timeout: hunter2\n  db_password: hunter2",
      "env: {db_password:\n hunter2, docker_timeout: x}",
      "env: {db_password: &p hunter2}\nhosts: {h: {port: *p}}",
      "env: {db_password: &p hunter2}\nroles: {r: {env: {hide: [*p]}}}",
      "env: {db_password: &p hunter2}\ndocker_clients: {c: {timeout: *p}}",
      "env: {docker_timeout: !env_os DB_TOKEN}",
      "env: {db_password: [&p hunter2]}\nbanana: *p",
    ]
  )
  func secrets(text: String) throws {
    let error = try #require(throws: FabfileError.self) {
      try inventory(text, environment: ["DB_TOKEN": "hunter2"])
    }
    #expect(!error.description.contains("hunter2"), "\(error)")
  }

  @Test("a role may be called like a secret; its hosts are none")
  func namedLikeSecrets() throws {
    for text in ["roles: {auth: ['web1:0']}", "hosts: {auth: 'web1:0'}"] {
      let error = try #require(throws: FabfileError.self) { try inventory(text) }
      #expect(error.message == "'web1:0': a port is a number from 1 to 65535, not '0'")
    }
  }

  @Test(
    "a key of Fabric's env that stands elsewhere here is a warning that says where",
    arguments: [
      ("roledefs", "roles stand under roles:, at the top of the file"),
      ("docker_clients", "docker_clients: stands at the top of the file, beside env:"),
      ("key", "key_filename names key files"), ("exclude", "exclude_hosts leaves hosts out"),
      ("passwords", "each host has its own under hosts: env: { password: … }"),
    ]
  )
  func moved(key: String, hint: String) throws {
    let inventory = try inventory("env: {\(key): {}}")
    #expect(inventory.warnings.map(\.message) == ["swab reads no key '\(key)' in env"])
    #expect(inventory.warnings.map(\.hint) == [hint])
    #expect(inventory.warnings.map(\.column) == [7])
  }

  @Test(
    "variables and --set that are almost a key of swab's are a warning, free ones are not",
    arguments: [
      (["SWAB_DOCKER_TIMOUT": "3"], "", "SWAB_DOCKER_TIMOUT: swab reads no key 'docker_timout'"),
      (["SWAB_HOST": "h1"], "", "SWAB_HOST: swab reads no key 'host'"),
      (["SWAB_PASWORD": "x"], "", "SWAB_PASWORD: swab reads no key 'pasword'"),
      (["SWAB_CACH": "x"], "", "SWAB_CACH: swab reads no key 'cach'"),
      (["SWAB_ROLEDEFS": "x"], "", "SWAB_ROLEDEFS: swab reads no key 'roledefs' in env"),
      ([:], "docker_timout=3", "--set docker_timout: swab reads no key 'docker_timout'"),
      ([:], "docker_timeout=3,site=x,tag=1,my_own=2", nil), ([:], "hostt=x", nil),
      (["SWAB_SITE": "x", "SWAB_DOCKER_TIMEOUT": "3", "SWAB_CACHE": "c"], "", nil),
    ] as [([String: String], String, String?)]
  )
  func warningsOfLayers(
    _ variables: [String: String],
    _ flags: String,
    _ message: String?
  ) throws {
    // What the file has is the project's own.
    let inventory = try inventory("env: {site: here}\nroles: {r: {env: {hostt: 1}}}")
    let layers = [try EnvLayer.variables(from: variables), try EnvLayer.set(flags)]
    let warnings = inventory.warnings(about: layers)
    #expect(warnings.map(\.message) == [message].compactMap { $0 })
    for warning in warnings { #expect(warning.hint != nil) }
  }
}
