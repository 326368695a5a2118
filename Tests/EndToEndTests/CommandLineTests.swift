import Foundation
import SwabTestSupport
import Testing

/// What the commands print, and that what they write works.
@Suite("The commands of swab")
struct CommandLineTests {
  @Test("what init writes runs at once: list, help, and its tasks on a real host")
  func initialFiles() async throws {
    try await withSSHServer { server in
      try await Project.with(fabfile: "", tasks: "") { project in
        for name in ["fabfile.yml", "Fabfile.swift"] {
          try FileManager.default.removeItem(atPath: "\(project.path)/\(name)")
        }
        try project.trust(server)
        let made = try await project.swab("init")
        #expect(made.exitStatus == 0, "\(made)")
        #expect(made.lines.prefix(2) == ["wrote fabfile.yml", "wrote Fabfile.swift"])

        let list = try await project.swab("list")
        #expect(
          list.lines == [
            "greet        Say something on each host",
            "sample_task  List images and containers of each host",
            "uptime       Load of each host",
          ],
          "\(list)"
        )
        #expect(list.standardError.isEmpty)
        let hosts = try await project.swab("hosts")
        #expect(hosts.lines == ["h1  \(NSUserName())@localhost:22  web"], "\(hosts)")

        let place = ["-H", server.hostString, "-i", server.clientKey, "--no-agent"]
        let run = try await project.swab(["run", "greet:name=you", "uptime"] + place)
        #expect(run.exitStatus == 0, "\(run)")
        #expect(run.lines.first == "[\(server.hostString)] out: hello, you")
        #expect(run.standardOutput.contains("load average"))

        let again = try await project.swab("init")
        #expect(again.exitStatus == 2)
        #expect(
          again.errorLines == [
            "swab: nothing is missing: fabfile.yml and the tasks are there already",
            "hint: swab init changes no file; to start anew, move them away",
          ]
        )
      }
    }
  }

  @Test(
    "where fabfile.yml is alone, that is said, and init writes the tasks beside it",
    arguments: [["list"], ["run", "restart:web1"], ["run"], ["help", "restart"], ["build"]]
  )
  func noTasks(_ words: [String]) async throws {
    try await Project.with(fabfile: "hosts: { web1: me@192.0.2.1 }\n", tasks: "") { project in
      try FileManager.default.removeItem(atPath: "\(project.path)/Fabfile.swift")
      let run = try await project.swab(words)
      #expect(run.exitStatus == 2)
      let said = "swab: there is no Fabfile.swift (or folder Fabfile/) beside "
      #expect(
        run.errorLines.first?.hasPrefix(said + project.path + "/fabfile.yml") == true,
        "\(run)"
      )
      let hint = "hint: tasks stand there; swab init writes what is missing"
      #expect(run.errorLines.dropFirst() == [hint], "\(run)")

      let made = try await project.swab("init")
      #expect(made.exitStatus == 0, "\(made)")
      #expect(made.lines.first == "wrote Fabfile.swift")
      #expect(!made.standardOutput.contains("fabfile.yml"))
      let hosts = try await project.swab("hosts")
      #expect(hosts.standardOutput.hasPrefix("web1  me@192.0.2.1:22"))
    }
  }

  @Test(
    "init writes no Fabfile.swift where tasks stand elsewhere",
    arguments: [("Fabfile", ""), ("tasks", "package: tasks\n")]
  )
  func tasksElsewhere(_ folder: String, _ yaml: String) async throws {
    try await Project.with(fabfile: yaml, tasks: "") { project in
      let manager = FileManager.default
      try manager.removeItem(atPath: "\(project.path)/Fabfile.swift")
      try manager.createDirectory(
        atPath: "\(project.path)/\(folder)",
        withIntermediateDirectories: true
      )
      let made = try await project.swab("init")
      #expect(made.exitStatus == 2)
      #expect(!manager.fileExists(atPath: "\(project.path)/Fabfile.swift"))
      #expect(made.errorLines.first?.hasPrefix("swab: nothing is missing") == true, "\(made)")
    }
  }

  private static let tasks = """
    import Swab

    let fabfile = Fabfile {
      task("deploy", "Roll out a tag", arguments: ["tag", "force=no"], deploy)
        .roles("web").hosts("h9").excludeHosts("h2").parallel(poolSize: 5).alias("ship").runsOnce()
      task("uptime") { (host: Host) in try await host.run("uptime") }.serial()
      namespace("db") {
        task("dump", "Dump it") { puts("dump") }
        namespace("replica") { task("check", "Check it") { puts("check") } }
      }
    }

    func deploy(host: Host, arguments: TaskArguments) {}

    """

  @Test(
    "list has three formats, by swab's and by Fabric's words",
    arguments: [
      (["list"], 0), (["-l"], 0), (["--list"], 0), (["list", "-F", "short"], 1),
      (["--shortlist"], 1), (["list", "-F", "nested"], 2), (["-l", "-Fnested"], 2),
    ]
  )
  func listFormats(_ arguments: [String], _ format: Int) async throws {
    let expected = [
      [
        "db.dump           Dump it", "db.replica.check  Check it",
        "deploy            Roll out a tag", "uptime",
      ],
      ["db.dump", "db.replica.check", "deploy", "uptime"],
      [
        "db:", "    dump  Dump it", "    replica:", "        check  Check it",
        "deploy  Roll out a tag", "uptime",
      ],
    ]
    try await Project.with(fabfile: "", tasks: Self.tasks) { project in
      let list = try await project.swab(arguments)
      #expect(list.exitStatus == 0, "\(list)")
      #expect(list.lines == expected[format])
    }
  }

  @Test("help TASK says how it is called, and where it runs")
  func taskHelp() async throws {
    try await Project.with(fabfile: "", tasks: Self.tasks) { project in
      for arguments in [["help", "deploy"], ["help", "ship"], ["-d", "deploy"]] {
        let help = try await project.swab(arguments)
        #expect(help.exitStatus == 0, "\(help)")
        #expect(
          help.standardOutput == """
            Roll out a tag

            usage: swab run deploy:tag,[force=no]
              tag  (required)
              force  (default: no)

            hosts: h9
            roles: web
            excluded: h2
            parallel, 5 at once
            once in a run
            also: ship
            declared at Fabfile.swift:4

            """
        )
      }
      let short = try await project.swab("help", "uptime")
      #expect(
        short.lines == [
          "usage: swab run uptime", "one host after another", "declared at Fabfile.swift:6",
        ]
      )
      let missing = try await project.swab("help", "deplyo")
      #expect(missing.exitStatus == 2)
      #expect(
        missing.errorLines == ["swab: there is no task 'deplyo'", "hint: did you mean deploy?"]
      )
    }
  }

  @Test("hosts --env shows where each value is from, and where roles disagree; no secrets (TR-97)")
  func hostEnvironment() async throws {
    let yaml = """
      env:
        docker_timeout: 20
        api_token: tok-123456
        url: https://tok-123456@example.org
      hosts:
        h1: { address: 192.0.2.1, user: deploy, env: { app: one } }
      roles:
        web: { hosts: [h1], env: { docker_timeout: 30, colour: red } }
        all: { hosts: [web], env: { colour: blue } }

      """
    try await Project.with(fabfile: yaml, tasks: "no Swift, which needs no compiling") { project in
      let shown = try await project.swab(
        ["hosts", "--env", "h1", "--set", "site=berlin", "-u", "me", "--port", "2222"],
        environment: [
          "SWAB_TIMEOUT": "7", "SWAB_DB_PASSWORD": "hunter2", "PWD": project.path,
        ]
      )
      #expect(shown.exitStatus == 0, "\(shown)")
      let rows = shown.lines.map { $0.split(separator: " ").joined(separator: " ") }
      for row in [
        "docker_timeout 30 (fabfile.yml:8)", "api_token •••• (fabfile.yml:3)",
        "url https://••••@example.org (fabfile.yml:4)", "app one (fabfile.yml:6)",
        "site berlin (--set site)", "user me (-u)", "port 2222 (--port)",
        "timeout 7 (SWAB_TIMEOUT)", "db_password •••• (SWAB_DB_PASSWORD)",
        "connection_attempts 1 (default)",
      ] {
        #expect(rows.contains(row), "\(row) in \(rows)")
      }
      let colour = try #require(rows.firstIndex { $0.hasPrefix("colour ") })
      #expect(rows[colour] == "colour red (fabfile.yml:8)")
      #expect(rows[colour + 1] == "! fabfile.yml:9 says blue")
      #expect(!shown.description.contains("tok-123456"))
      #expect(!shown.description.contains("hunter2"))
    }
  }

  @Test("every flag for connecting and running is taken, before or after the task")
  func flags() async throws {
    try await withSSHServer { server in
      let tasks = """
        import Swab

        let fabfile = Fabfile {
          task("look", "Look around") { (host: Host) in
            let terminal = try await host.run("test -t 1", quiet: true, okCodes: [0, 1])
            puts("\\(host.user)@\\(host.address):\\(host.port) terminal: \\(terminal.exitStatus == 0)")
            let keys = ["timeout", "command_timeout", "connection_attempts", "keepalive", "shell"]
            puts(try keys.map { try env.string($0) }.joined(separator: " "))
          }
        }

        """
      try await Project.with(fabfile: "", tasks: tasks) { project in
        try project.trust(server)
        let place = ["-H", "127.0.0.1", "-u", server.user, "--port", "\(server.port)"]
        let flags =
          place + [
            "-i", server.clientKey, "-a", "-k", "-r", "-t", "9", "-T", "19", "-n", "2",
            "--keepalive", "5", "--no-ssh-config", "--pty", "-s", "/bin/sh -c",
          ]
        let joined = [
          "-H127.0.0.1", "-u\(server.user)", "--port=\(server.port)", "-i\(server.clientKey)",
          "-ak",
          "-r", "-t9", "-T19", "-n2", "--keepalive=5", "--no-ssh-config", "--pty", "-s/bin/sh -c",
        ]
        for words in [
          ["run", "look"] + flags, ["run"] + flags + ["look"], flags + ["run", "look"],
          ["run", "look"] + joined, ["run"] + joined + ["look"],
        ] {
          let run = try await project.swab(words)
          #expect(run.exitStatus == 0, "\(run)")
          let place = "\(server.user)@127.0.0.1:\(server.port)"
          #expect(
            run.lines == [
              "[127.0.0.1] \(place) terminal: true", "[127.0.0.1] 9.0 19.0 2 5.0 /bin/sh -c",
            ],
            "\(run)"
          )
        }
        let unknown = try await project.swab(["run", "look", "-D"] + flags)
        #expect(unknown.exitStatus == 4, "\(unknown)")
        #expect(unknown.standardError.contains("host key is not known"), "\(unknown)")
      }
    }
  }

  @Test(
    "what is misspelt or isn't there is said in one form, before anything is connected (TR-27)",
    arguments: [
      (["run", "look", "--hots", "h1"], "unknown option '--hots'", "did you mean --hosts?"),
      (["rnu", "look"], "swab has no command 'rnu'", "did you mean swab run?"),
      (["look"], "swab has no command 'look'", "it is a task: swab run look"),
      (["-H", "h1", "look"], "swab has no command 'look'", "it is a task: swab run look"),
      (["-H", "h1"], "no command is named", "swab run -H HOST TASK"),
      (["-H", "h1", "--", "ls"], "no command is named", "swab run -H HOST -- COMMAND"),
      (["run", "loko", "-H", "h1"], "there is no task 'loko'", "did you mean look?"),
      (
        ["run", "look", "web1", "-H", "h1"], "there is no task 'web1'",
        "is it an argument of look? swab run look:web1"
      ),
      (
        ["run", "look:nmae=x", "-H", "h1"],
        "task 'look': unknown argument 'nmae'; did you mean name?", "usage: swab run look:[name=y]"
      ),
      (
        ["run", "docker.list_volumes", "docker.remove_all_containers:list_only=ture", "-H", "h1"],
        "task 'docker.remove_all_containers': argument 'list_only' must be yes or no, not 'ture'",
        "usage: swab run "
          + "docker.remove_all_containers:[stop_timeout=10],[raise_on_error=no],[list_only=no]"
      ),
      (["run", "look", "-R", "wbe"], "there is no role 'wbe' in fabfile.yml", "did you mean web?"),
    ]
  )
  func misspelt(_ words: [String], _ message: String, _ hint: String) async throws {
    let tasks = """
      import Swab

      let fabfile = Fabfile { task("look", "Look", arguments: ["name=y"], look) }

      func look(host: Host, arguments: TaskArguments) throws { puts(try arguments.string("nmae")) }

      """
    let yaml = "hosts:\n  h1: me@192.0.2.1\nroles:\n  web: [h1]\n"
    try await Project.with(fabfile: yaml, tasks: tasks) { project in
      let run = try await project.swab(
        words,
        environment: ["PWD": project.path]
      )
      #expect(run.exitStatus == 2, "\(run)")
      #expect(run.errorLines == ["swab: \(message)", "hint: \(hint)"])
      #expect(run.lines.isEmpty)
    }
  }

  @Test(
    "a password on the command line is refused and not repeated (TR-92)",
    arguments: [
      ["run", "-p", "hunter2", "hello", "-H", "h1"], ["run", "hello", "-phunter2"],
      ["run", "hello", "--set", "password=hunter2"], ["-p", "hunter2", "run", "hello"],
      ["run", "hello", "--sudo-password=hunter2"], ["run", "hello", "--pasword=hunter2"],
    ]
  )
  func passwords(_ words: [String]) async throws {
    try await Project.with(fabfile: "") { project in
      let run = try await project.swab(words)
      #expect(run.exitStatus == 2, "\(run)")
      #expect(!run.description.contains("hunter2"))
    }
  }
}
