import SwabTestSupport
import Testing

/// Which level decides about hosts; nothing here connects to any.
@Suite("Acceptance: levels of the selection")
struct SelectionLevelTests {
  private static let yaml = """
    env:
      site: here
    hosts:
      h1: 192.0.2.1
      h2: 192.0.2.2
      h3: { address: 192.0.2.3, interfaces: { private: 10.0.0.3 } }
    roles:
      web: [h1, h2]

    """

  static let tasks = #"""
    import Swab

    let fabfile = Fabfile {
      task("where", "Print the host", place)
      task("own", "Print the host", place).hosts("h3")
      task("nobody", "Run a task nowhere") {
        puts("outcomes: \(try await execute("own", hosts: []).count)")
      }
      task("nested", "Run a task here") { (host: Host) in _ = try await execute("where") }
      task("login", "Print a secret", arguments: ["user", "api_token"], login)
      task("private", "Print an interface") { (host: Host) in
        puts(host.interfaces["private"] ?? "none")
      }
      task("missing", "Read what is not there", missing)
    }

    func place() { puts("ran on \(currentHost?.name ?? "none")") }

    func login(host: Host, arguments: TaskArguments) throws {
      puts("token \(try arguments.string("api_token")) of \(try arguments.string("user"))")
    }

    func missing() throws {
      puts(try env.string("site"))
      puts(try env.string("sites"))
    }
    """#

  private func withProject(_ body: (Project) async throws -> Void) async throws {
    try await Project.with(fabfile: Self.yaml, tasks: Self.tasks) { project in
      try await project.compile()
      try await body(project)
    }
  }

  @Test("a list of hosts that is given empty is an error, and runs nowhere (TR-19, TR-20)")
  func emptyLists() async throws {
    let rows = [
      (["run", "own", "-H", ""], "task 'own': -H"),
      (["run", "where", "-H", ""], "task 'where': -H"),
      (["run", "where", "-H", ","], "task 'where': -H"),
      (["run", "where", "-R", ""], "task 'where': -R"),
      (["run", "where", "-H", "h1", "-R", ""], "task 'where': -R"),
      (["run", "own:hosts="], "task 'own': hosts="), (["run", "own:role="], "task 'own': roles="),
      (["run", "-H", "", "--", "true"], "the command after --: -H"),
      (["hosts", "-H", ""], "swab hosts: -H"),
    ]
    try await withProject { project in
      for (words, name) in rows {
        let run = try await project.swab(words)
        #expect(run.exitStatus == 3, "\(words): \(run)")
        #expect(run.errorLines.first == "swab: \(name) was given an empty list", "\(run)")
        #expect(run.lines.isEmpty, "\(run)")
      }
      let unset = try await project.swab(["run", "own"], environment: ["SWAB_HOSTS": ""])
      #expect(unset.lines == ["[h3] ran on h3"], "\(unset)")
    }
  }

  @Test("execute with an empty list runs nowhere, and gives no outcomes")
  func nowhere() async throws {
    try await withProject { project in
      let run = try await project.swab(["run", "nobody"], environment: ["SWAB_ROLES": ""])
      #expect(run.exitStatus == 0, "\(run)")
      #expect(run.lines == ["outcomes: 0"], "\(run)")
      #expect(!run.standardError.contains("Executing task 'own'"), "\(run)")
    }
  }

  @Test("execute on a host runs on that host, whatever is selected for the run (TR-38)")
  func nested() async throws {
    try await withProject { project in
      let environment = ["SWAB_HOSTS": "h2,h1"]
      for words in [["run", "nested"], ["run", "nested", "--set", "hosts=h3"]] {
        let run = try await project.swab(words, environment: environment)
        #expect(run.exitStatus == 0, "\(run)")
        #expect(run.lines == ["[h2] ran on h2", "[h1] ran on h1"], "\(run)")
      }
    }
  }

  @Test("--set sets hosts, roles and exclude_hosts like any other key (TR-30)")
  func setKeys() async throws {
    let rows = [
      ("hosts=h2", ["[h2] ran on h2"]), ("roles=web,exclude_hosts=h1", ["[h2] ran on h2"]),
    ]
    try await withProject { project in
      for (flags, lines) in rows {
        let run = try await project.swab("run", "where", "--set", flags)
        #expect(run.lines == lines, "\(run)")
      }
    }
  }

  @Test("a key that env doesn't have is an error with the line that asks for it")
  func missing() async throws {
    try await withProject { project in
      let run = try await project.swab("run", "missing", "-H", "h1")
      #expect(run.exitStatus == 1, "\(run)")
      #expect(run.errorLines.contains("[h1] error: Fabfile.swift:25: env has no 'sites'"), "\(run)")
      #expect(run.errorLines.contains("[h1] hint: did you mean site?"), "\(run)")
    }
  }

  @Test(
    "a number that is no time a run could last is an error, not a crash",
    arguments: [
      ["-t", "1e300"], ["-T", "inf"], ["--keepalive", "nan"],
      ["--set", "timeout=9999999999999999999999999"],
    ]
  )
  func seconds(words: [String]) async throws {
    try await withProject { project in
      let run = try await project.swab(["run", "where", "-H", "h1"] + words)
      #expect(run.exitStatus == 2, "\(run)")
      let first = run.errorLines.first ?? ""
      #expect(first.hasPrefix("swab: \(words[0]): '"), "\(run)")
      #expect(first.contains("takes a number of seconds up to 1000000000, not '"), "\(run)")
    }
  }

  @Test("an argument that is called like a secret is never shown")
  func secretArgument() async throws {
    try await withProject { project in
      let run = try await project.swab("run", "login:api_token=hunter2,user=me", "-H", "h1")
      #expect(run.lines == ["[h1] token •••• of me"], "\(run)")
      let refused = try await project.swab("run", "login:api_token=hunter2,me", "-H", "h1")
      #expect(refused.exitStatus == 2, "\(refused)")
      #expect(!refused.standardError.contains("hunter2"), "\(refused)")
    }
  }

  @Test("no error before the run shows a secret of the file, even where it stands by mistake")
  func secretInError() async throws {
    let yaml = "env: { db_password: hunter2 }\nhosts: { h1: }\n"
    try await Project.with(fabfile: yaml, tasks: Self.tasks) { project in
      try await project.compile()
      for words in [["run", "where", "-H", "hunter2"], ["hosts", "-R", "hunter2"]] {
        let run = try await project.swab(words)
        #expect(run.standardError.contains("'••••'"), "\(run)")
        #expect(!run.standardError.contains("hunter2"), "\(run)")
      }
    }
  }

  @Test("a task reads the interfaces of its host")
  func interfaces() async throws {
    try await withProject { project in
      let run = try await project.swab("run", "private", "-H", "h3,h1")
      #expect(run.lines == ["[h3] 10.0.0.3", "[h1] none"], "\(run)")
    }
  }

  @Test("misspelt settings are a warning, from wherever they come")
  func misspelt() async throws {
    let yaml = "env: { docker_tunel_method: socat }\nhosts: { h1: }\n"
    try await Project.with(fabfile: yaml, tasks: Self.tasks) { project in
      try await project.compile()
      for words in [["run", "where"], ["hosts"]] {
        let run = try await project.swab(
          words + ["-H", "h1", "--set", "docker_timout=3"],
          environment: ["SWAB_POOL_SISE": "3"]
        )
        #expect(run.exitStatus == 0, "\(run)")
        let told = run.errorLines.filter { $0.contains("swab reads no key") }
          .map { $0.replacing("\(project.path)/", with: "") }
        #expect(
          told == [
            "warning: fabfile.yml:1:8: swab reads no key 'docker_tunel_method'",
            "warning: SWAB_POOL_SISE: swab reads no key 'pool_sise'",
            "warning: --set docker_timout: swab reads no key 'docker_timout'",
          ],
          "\(run)"
        )
      }
    }
  }
}
