import SwabSSH
import SwabTestSupport
import Testing

@testable import Swab

@Suite("Which hosts a task runs on")
struct SelectorTests {
  private static let file = """
    env:
      exclude_hosts: []
    hosts:
      h1: { address: 192.0.2.1, user: one }
      h2: deploy@192.0.2.2:2222
      h3: 192.0.2.3
      again: one@192.0.2.1:22
      other: { address: 192.0.2.1, user: one, env: { docker_base_url: "tcp://127.0.0.1:2375" } }
    roles:
      web: [h1, h2]
      db: { hosts: [h2, h3], env: { port: 2200 } }
      all: [web, db]
    """

  private func selector(
    hosts: [String]? = nil,
    roles: [String]? = nil,
    variables: Selector.Level = .init(),
    excluded: [String] = [],
    flags: String = "",
    file: String = Self.file,
    sshConfiguration: SSHConfiguration = SSHConfiguration()
  ) throws -> Selector {
    Selector(
      inventory: try Inventory.read(file.utf8, name: "fabfile.yml", folder: "/"),
      sshConfiguration: sshConfiguration,
      variables: EnvLayer(),
      flags: try EnvLayer.set(flags),
      commandLine: .flags(hosts: hosts ?? [], roles: roles ?? []),
      variableLevel: variables,
      excluded: excluded,
      person: Person(user: "me", home: "/home/me")
    )
  }

  private func names(
    _ selector: Selector,
    _ task: TaskDefinition = task("t") {},
    _ call: String = "t"
  ) throws -> [String] {
    let call = try TaskCall(parsing: call)
    return try selector.step(task, call, options: RunOptions()).targets.map(\.name)
  }

  @Test("-H runs exactly these hosts in this order (TR-15)")
  func listedOrder() throws {
    #expect(try names(selector(hosts: ["h2", "h1"])) == ["h2", "h1"])
  }

  @Test("levels are never merged: the first that names anything wins (TR-15)")
  func levels() throws {
    let own = task("t") {}.hosts("h3").roles("db")
    let variables = Selector.Level(hosts: ["h2"])
    #expect(try names(selector(hosts: ["h1"]), own) == ["h1"])
    #expect(try names(selector(hosts: ["h1"], variables: variables), own) == ["h1"])
    #expect(try names(selector(variables: variables), own) == ["h2"])
    #expect(try names(selector(), own) == ["h3", "h2"])
    #expect(try names(selector(hosts: ["h1"]), own, "t:hosts=h2;h3") == ["h2", "h3"])
    let configured = Self.file.replacing("exclude_hosts: []", with: "hosts: [h3]")
    #expect(try names(selector(file: configured)) == ["h3"])
    #expect(try names(selector(file: configured), own) == ["h3", "h2"])
  }

  @Test("-H and -R together give the ordered union (TR-16)")
  func union() throws {
    #expect(try names(selector(hosts: ["h3"], roles: ["web"])) == ["h3", "h1", "h2"])
    #expect(try names(selector(hosts: ["h2"], roles: ["all"])) == ["h2", "h1", "h3"])
  }

  @Test(
    "exclusions hold at every level (TR-17)",
    arguments: [
      (["h2"], [], "t", ["h1", "h3"]), ([], ["h2"], "t", ["h1", "h3"]),
      ([], [], "t:exclude_hosts=h2", ["h1", "h3"]), (["web"], [], "t", ["h3"]),
      (["h[1-2]"], [], "t", ["h3"]), (["deploy@192.0.2.2:2222"], [], "t", ["h1", "h3"]),
    ] as [([String], [String], String, [String])]
  )
  func exclusion(
    _ flag: [String],
    _ own: [String],
    _ call: String,
    _ expected: [String]
  ) throws {
    var definition = task("t") {}
    definition.excludedHosts = own
    for selected in [
      try selector(hosts: ["h1", "h2", "h3"], excluded: flag),
      try selector(roles: ["all"], excluded: flag),
    ] {
      #expect(try names(selected, definition, call) == expected)
    }
    definition.roles = ["all"]
    #expect(try names(selector(excluded: flag), definition, call) == expected)
    let configured = Self.file.replacing("exclude_hosts: []", with: "exclude_hosts: [h2]")
    #expect(try names(selector(roles: ["web"], file: configured)) == ["h1"])
  }

  @Test("one endpoint under two spellings runs once, under the first (TR-14)")
  func deduplication() throws {
    #expect(try names(selector(hosts: ["h1", "again", "one@192.0.2.1"])) == ["h1"])
    #expect(try names(selector(hosts: ["one@192.0.2.1:22", "h1"])) == ["one@192.0.2.1:22"])
    // Another engine on the same host is another target.
    #expect(try names(selector(hosts: ["h1", "other"])) == ["h1", "other"])
  }

  @Test(
    "a term that matches nothing is an error that names it (TR-19)",
    arguments: [
      (["h1", "h9"], [], Swab.ExitStatus.noHost, "there is no host 'h9' in fabfile.yml"),
      ([], ["wbe"], .usage, "there is no role 'wbe' in fabfile.yml\nhint: did you mean web?"),
    ] as [([String], [String], Swab.ExitStatus, String)]
  )
  func noMatch(
    _ hosts: [String],
    _ roles: [String],
    _ status: Swab.ExitStatus,
    _ message: String
  ) throws {
    let error = try #require(throws: UsageError.self) {
      try names(selector(hosts: hosts, roles: roles))
    }
    #expect(error.exitStatus == status)
    #expect(error.message.hasPrefix(message))
  }

  @Test("%p in ssh_config is the port of the host string, of env, or of default_port")
  func portToken() async throws {
    try await withTemporaryFolder { folder in
      let path = try folder.write("UserKnownHostsFile ~/kh_%p", to: "config")
      let configuration = try SSHConfiguration.load(path: path, home: folder.path)
      let file = "env: { default_port: 23 }\nhosts:\n  h1: { address: a, port: 2200 }\n"
      let selector = try selector(file: file, sshConfiguration: configuration)
      for (name, port) in [("h1:2222", 2222), ("h1", 2200), ("192.0.2.9", 23)] {
        let target = try selector.target(named: name)
        #expect(target.endpoint.port == port)
        #expect(target.ssh.userKnownHostsFiles == ["/home/me/kh_\(port)"])
      }
    }
  }

  @Test("a task's own host that is not there is told with the line that declares it (TR-19)")
  func declaredHost() throws {
    for definition in [task("t") {}.hosts("h9"), task("t") {}.roles("wbe")] {
      let error = try #require(throws: UsageError.self) {
        try names(try selector(), definition, "t")
      }
      #expect(error.message.hasPrefix("task 't' (SelectorTests.swift:"), "\(error)")
      #expect(error.message.contains("): there is no "), "\(error)")
    }
  }

  @Test("everything excluded is an error, never a local run")
  func nothingLeft() throws {
    let error = try #require(throws: UsageError.self) {
      try names(selector(hosts: ["h1"], excluded: ["h1"]))
    }
    #expect(error.exitStatus == .noHost)
  }

  @Test(
    "a list that was given empty is an error, never the next level (TR-19, TR-20)",
    arguments: [
      ([""], nil, nil, "t", "-H"), ([","], nil, nil, "t", "-H"), (nil, [""], nil, "t", "-R"),
      (["h1"], [" , "], nil, "t", "-R"), ([""], ["web"], nil, "t", "-H"),
      (nil, nil, nil, "t:hosts=", "hosts="), (["h1"], nil, nil, "t:role=", "roles="),
      (nil, nil, nil, "t:hosts=h1,roles=;", "roles="), (nil, nil, ",", "t", "SWAB_HOSTS"),
    ] as [([String]?, [String]?, String?, String, String)]
  )
  func emptyList(
    _ hosts: [String]?,
    _ roles: [String]?,
    _ variable: String?,
    _ call: String,
    _ name: String
  ) throws {
    let variables = Selector.Level.variables(variable.map { ["SWAB_HOSTS": $0] } ?? [:])
    let selector = try selector(hosts: hosts, roles: roles, variables: variables)
    for definition in [task("t") {}, task("t") {}.hosts("h3")] {
      let error = try #require(throws: UsageError.self) { try names(selector, definition, call) }
      #expect(error.message == "task 't': \(name) was given an empty list")
      #expect(error.exitStatus == .noHost)
    }
  }

  @Test("an empty variable is as good as none, and so is an empty list of the file")
  func unsetLists() throws {
    let own = task("t") {}.hosts("h3")
    let empty = Selector.Level.variables(["SWAB_HOSTS": "", "SWAB_ROLES": ""])
    #expect(!empty.isGiven)
    #expect(try names(selector(variables: empty), own) == ["h3"])
    let file = Self.file.replacing("exclude_hosts: []", with: "hosts: []\n  roles: []")
    #expect(try names(selector(file: file)) == [])
    let error = try #require(throws: UsageError.self) {
      try names(selector(flags: "hosts=", file: file))
    }
    #expect(error.message == "task 't': --set hosts was given an empty list")
  }

  @Test(
    "--set sets hosts, roles and exclude_hosts like any other key (TR-30)",
    arguments: [
      ("hosts=h2", ["h2"]), ("hosts=h1\\,h2", ["h1", "h2"]), ("roles=web", ["h1", "h2"]),
      ("roles=all,exclude_hosts=h1\\,h3", ["h2"]), ("hosts=h[1-3],exclude_hosts=web", ["h3"]),
    ]
  )
  func setKeys(_ flags: String, _ expected: [String]) throws {
    #expect(try names(selector(flags: flags)) == expected)
    // The levels above --set still win.
    #expect(try names(selector(flags: flags), task("t") {}.hosts("me@h9")) == ["me@h9"])
  }

  private func nested(
    _ selector: Selector,
    _ definition: TaskDefinition = task("t") {},
    hosts: [String]? = nil,
    roles: [String]? = nil,
    on current: String?
  ) throws -> [String]? {
    var call = TaskCall(name: "t")
    call.hosts = hosts
    call.roles = roles
    let target = try current.map { try selector.target(named: $0) }
    return try selector.step(definition, call, current: target, options: RunOptions())?.targets
      .map(\.name)
  }

  @Test("execute on a host: what the call says, then the task, then this host (TR-38)")
  func nestedOnHost() throws {
    let file = Self.file.replacing("exclude_hosts: []", with: "hosts: [h3]")
    let selector = try selector(
      hosts: ["h1", "h2"],
      variables: .variables(["SWAB_HOSTS": "h2,h3"]),
      file: file
    )
    #expect(try nested(selector, on: "h1") == ["h1"])
    #expect(try nested(selector, task("t") {}.roles("db"), on: "h1") == ["h2", "h3"])
    #expect(try nested(selector, task("t") {}.roles("db"), hosts: ["h2"], on: "h1") == ["h2"])
    #expect(try nested(selector, roles: ["web"], on: "h3") == ["h1", "h2"])
  }

  @Test("execute without a host goes on to SWAB_HOSTS and env, but not to -H")
  func nestedWithoutHost() throws {
    let file = Self.file.replacing("exclude_hosts: []", with: "hosts: [h3]")
    #expect(try nested(selector(hosts: ["h1"], file: file), on: nil) == ["h3"])
    let variables = Selector.Level(hosts: ["h2"])
    #expect(try nested(selector(variables: variables, file: file), on: nil) == ["h2"])
    #expect(try nested(selector(), on: nil) == [])
  }

  @Test("execute with empty lists runs nowhere, whatever the levels below say")
  func nestedNowhere() throws {
    let selector = try selector(variables: Selector.Level(hosts: ["h2"]))
    let own = task("t") {}.hosts("h3")
    for current in ["h1", nil] {
      #expect(try nested(selector, own, hosts: [], on: current) == nil)
      #expect(try nested(selector, own, roles: [], on: current) == nil)
      #expect(try nested(selector, own, hosts: [], roles: [], on: current) == nil)
      #expect(try nested(selector, own, hosts: [], roles: ["web"], on: current) == ["h1", "h2"])
    }
  }

  @Test("a task that takes a host needs one; another runs once, locally")
  func noSelection() throws {
    let needsHost = task("t") { (_: Host) in }
    let error = try #require(throws: UsageError.self) { try names(selector(), needsHost) }
    #expect(error.exitStatus == .noHost)
    #expect(try names(selector()) == [])
  }

  @Test("a task sees its host's roles and the one it was selected through (TR-24)")
  func roles() throws {
    let targets = try selector(hosts: ["h3"], roles: ["web"]).targets(
      of: Selector.Level(hosts: ["h3"], roles: ["web"])
    )
    #expect(targets.map(\.roles) == [["db", "all"], ["web", "all"], ["web", "db", "all"]])
    #expect(targets.map(\.selectedRole) == [nil, "web", "web"])
  }

  @Test("user and port: what is written, then flags, host, roles, defaults (TR-13)")
  func endpoints() throws {
    func endpoint(_ term: String, _ flags: String = "") throws -> String {
      "\(try selector(flags: flags).target(named: term).endpoint)"
    }
    #expect(try endpoint("h1") == "one@192.0.2.1:22")
    #expect(try endpoint("root@h1") == "root@192.0.2.1:22")
    #expect(try endpoint("h1:99") == "one@192.0.2.1:99")
    #expect(try endpoint("h1", "user=x") == "x@192.0.2.1:22")
    #expect(try endpoint("root@h1", "user=x") == "root@192.0.2.1:22")
    #expect(try endpoint("h2") == "deploy@192.0.2.2:2222")
    #expect(try endpoint("h3") == "me@192.0.2.3:2200")
    #expect(try endpoint("192.0.2.9") == "me@192.0.2.9:22")
    #expect(try endpoint("u@[::1]:2222") == "u@[::1]:2222")
  }
}
