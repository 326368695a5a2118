import Foundation
import SwabTestSupport
import Testing

/// The tasks under `docker.` that come with swab.
@Suite("Acceptance: built-in tasks")
struct BuiltInTaskTests {
  @Test("they need no fabfile, and don't clutter the list of its tasks")
  func listing() async throws {
    try await withTemporaryFolder { folder in
      let bare = try await Project.bare(folder) { project in
        try await project.swab("list", "docker")
      }
      #expect(bare.exitStatus == 0, "\(bare)")
      #expect(bare.lines.contains { $0.hasPrefix("docker.list_containers ") })
    }
    try await Project.with(fabfile: "hosts:\n  h1: me@192.0.2.1\n") { project in
      let listed = try await project.swab("list")
      #expect(!listed.standardOutput.contains("docker."), "\(listed)")
      let help = try await project.swab("help", "docker.list_containers")
      #expect(
        help.standardOutput == """
          List containers

          usage: swab run docker.list_containers:[list_all=yes],[short_image=yes],[full_ids=no],[full_cmd=no]
            list_all  (default: yes)
            short_image  (default: yes)
            full_ids  (default: no)
            full_cmd  (default: no)

          comes with swab

          """
      )
      let other = try await project.swab("list", "dockr")
      #expect(other.exitStatus == 2)
      #expect(other.errorLines.last == "hint: did you mean docker?", "\(other)")
      let near = try await project.swab("run", "docker.list_containrs", "-H", "h1")
      #expect(near.errorLines.last == "hint: did you mean docker.list_containers?", "\(near)")
    }
  }

  @Test("without hosts they all refuse, and never find this machine's engine by themselves")
  func noHosts() async throws {
    try await withTemporaryFolder { folder in
      // Whatever reaches the engine leaves a line.
      let socket = folder.path("engine.sock")
      let engine = try RunningProcess(
        "socat",
        ["UNIX-LISTEN:\(socket),fork", "SYSTEM:echo asked >>\(folder.path("log"))"]
      )
      try await eventually("the engine listens") {
        FileManager.default.fileExists(atPath: socket)
      }
      let yaml = "env:\n  docker_base_url: unix://\(socket)\n"
      try await Project.with(fabfile: yaml) { project in
        let listed = try await project.swab("list", "docker")
        let names = listed.lines.compactMap { $0.split(separator: " ").first }
          .filter { $0.hasPrefix("docker.") }.map(String.init)
        #expect(names.contains("docker.cleanup_images") && names.count > 15, "\(listed)")
        for name in names {
          let call = try await project.call(of: name)
          let environment = ["DOCKER_HOST": "unix://\(socket)"]
          let run = try await project.swab(["run", call], environment: environment)
          #expect(run.exitStatus == 3, "\(run)")
          #expect(
            run.standardError == """
              swab: task '\(name)' needs a host, and none is selected
              hint: select some: -H HOST or -R ROLE; --local is for this machine's Docker Engine

              """
          )
          let both = try await project.swab("run", call, "--local", "-H", "h1")
          #expect(both.exitStatus == 2, "\(both)")
          #expect(both.standardError.contains("--local means this machine, and hosts are selected"))
        }
        #expect(!FileManager.default.fileExists(atPath: folder.path("log")))
        // The log is one that would tell.
        let asked = try await project.swab("run", "docker.version", "--local")
        #expect(asked.exitStatus == 1, "\(asked)")
        try await eventually("a line of the log") {
          FileManager.default.fileExists(atPath: folder.path("log"))
        }
      }
      await engine.stop()
    }
  }

  /// Lends a project for which Docker's own settings lead to a port, by that variable.
  private func withOtherEngine(
    by variable: String,
    _ body: (_ project: Project, _ port: Int, _ environment: [String: String?]) async throws -> Void
  ) async throws {
    let port = try await freePort()
    try await Project.with(fabfile: "{}\n") { project in
      let url = "tcp://127.0.0.1:\(port)"
      let folder = project.folder.path("docker")
      if variable == "DOCKER_CONTEXT" {
        let made = try await RunningProcess.run(
          "docker",
          ["context", "create", "prod", "--docker", "host=\(url)"],
          environment: ["DOCKER_CONFIG": folder]
        )
        try #require(made.exitStatus == 0, "\(made.lines)")
      }
      let choice = variable == "DOCKER_HOST" ? url : "prod"
      try await body(project, port, ["DOCKER_CONFIG": folder, variable: choice])
    }
  }

  @Test(
    "--local removes nothing where only DOCKER_HOST or a context says that the engine is here",
    arguments: [("DOCKER_HOST", "DOCKER_HOST"), ("DOCKER_CONTEXT", "context 'prod'")],
    ["cleanup_containers", "cleanup_images:list_only=yes", "remove_all_containers"]
  )
  func otherEngine(choice: (variable: String, origin: String), task: String) async throws {
    try await withOtherEngine(by: choice.variable) { project, port, environment in
      let listener = try RunningProcess(
        "socat",
        ["-d", "-d", "TCP-LISTEN:\(port),bind=127.0.0.1,reuseaddr,fork", "EXEC:true"]
      )
      try await eventually("somebody listens") { try await listeningPorts().contains(port) }
      let words = ["run", "docker.\(task)", "--local"]
      let run = try await project.swab(words, environment: environment)
      await listener.stop()
      #expect(run.exitStatus == 1, "\(run)")
      let told =
        "--local would mean the Docker Engine at tcp://127.0.0.1:\(port), by \(choice.origin),"
      #expect(run.errorLines.contains { $0.hasPrefix("error: ") && $0.contains(told) }, "\(run)")
      #expect(run.errorLines.contains { $0.hasPrefix("hint: if it is meant, select its host: -H") })
      #expect(!listener.standardError.contains("accepting connection"))
    }
  }

  @Test(
    "--local says which engine it is, where that isn't at a socket",
    arguments: [("DOCKER_HOST", "DOCKER_HOST"), ("DOCKER_CONTEXT", "context 'prod'")]
  )
  func namedEngine(choice: (variable: String, origin: String)) async throws {
    let engine = try await DockerEngine.shared()
    try await withOtherEngine(by: choice.variable) { project, port, environment in
      let way = try RunningProcess(
        "socat",
        ["TCP-LISTEN:\(port),bind=127.0.0.1,reuseaddr,fork", "UNIX-CONNECT:\(engine.socketPath)"]
      )
      try await eventually("somebody listens") { try await listeningPorts().contains(port) }
      let words = ["run", "docker.list_images", "docker.version", "--local"]
      let run = try await project.swab(words, environment: environment)
      await way.stop()
      #expect(run.exitStatus == 0, "\(run)")
      let line = "this machine's Docker Engine is tcp://127.0.0.1:\(port) (\(choice.origin))"
      #expect(run.errorLines.filter { $0 == line }.count == 1, "\(run)")
    }
  }

  @Test("--local takes a socket of this machine from DOCKER_HOST without a word")
  func socketOfDockerHost() async throws {
    let engine = try await DockerEngine.start()
    try await engine.docker("create", "--name", "initial", DockerEngine.image, "true")
    try await Project.with(fabfile: "{}\n") { project in
      let run = try await project.swab(
        ["run", "docker.cleanup_containers:include_initial=yes", "--local"],
        environment: ["DOCKER_HOST": "unix://\(engine.socketPath)"]
      )
      #expect(run.exitStatus == 0, "\(run)")
      #expect(run.lines.last?.hasSuffix("  initial") == true, "\(run)")
      #expect(!run.standardError.contains("Docker Engine is"), "\(run)")
    }
    try await engine.stop()
  }

  @Test("--local asks this machine's engine, whatever the file selects")
  func local() async throws {
    let engine = try await DockerEngine.shared()
    let yaml = """
      env: { docker_base_url: "unix://\(engine.socketPath)", hosts: [h1] }
      hosts: { h1: me@192.0.2.1 }

      """
    try await Project.with(fabfile: yaml) { project in
      let run = try await project.swab("run", "docker.list_images", "--local")
      #expect(run.exitStatus == 0, "\(run)")
      #expect(run.lines.contains { $0.contains("  busybox:local") }, "\(run)")
      let json = try await project.swab("run", "docker.version", "--local", "--json")
      let document = try #require(try json.documents().first)
      #expect(document["host"] is NSNull)
      #expect((document["result"] as? [String: Any])?["Version"] is String)
    }
  }

  @Test(
    "tables show a block for each container, cut as Docker-Fabric's, or in full (DF 33)",
    .testBed(.changing)
  )
  func containers() async throws {
    let command = ["sleep", "617000", "617000", "617000", "617000"]
    try await withBed { project, bed in
      let name = "c-\(project.mark)"
      let host = bed.hosts[0]
      let id = try await host.docker(
        ["run", "-d", "--init", "-p", "127.0.0.1:34517:80", "-p", "34518:81/udp", "--expose", "82"]
          + ["--name", name, "busybox:local"] + command
      )[0]
      let tables = try await project.swab("run", "docker.list_containers", "-H", "h1")
      let full = try await project.swab(
        "run",
        "docker.list_containers:full_ids=yes,full_cmd=yes,list_all=no",
        "-H",
        "h1"
      )
      let idle = try await project.swab("run", "docker.list_containers", "-H", "h2,h3", "-P")
      let json = try await project.swab("run", "docker.list_containers", "-H", "h1,h2", "--json")
      _ = try await host.docker("rm", "-f", name)

      // One host's lines are its own.
      #expect(tables.standardOutput.hasPrefix("\nId "), "\(tables)")
      let header = tables.lines[0].split(separator: " ").map(String.init)
      #expect(header == ["Id", "Names", "Image", "Command", "Ports", "Status", "Created"])
      let row = try #require(tables.lines.first { $0.hasPrefix(id.prefix(12)) })
      #expect(!row.contains(id))
      for text in [" \(name) ", " busybox:local ", " sleep 617000 617000 6170… ", " Up "] {
        #expect(row.contains(text), "\(text) in \(row)")
      }
      #expect(!row.contains("617000 617000 617000"))
      #expect(row.contains(#/ \d{4}-\d\d-\d\dT\d\d:\d\d:\d\d$/#))
      for port in ["127.0.0.1:34517->80/tcp", "0.0.0.0:34518->81/udp", "82/tcp"] {
        #expect(tables.lines.contains { $0.contains(port) }, "\(tables)")
      }
      let ports = tables.lines.filter { $0.contains("34518->81") || $0.contains("82/tcp") }
      #expect(ports.contains { $0.hasPrefix("      ") }, "further ports have lines of their own")

      let whole = try #require(full.lines.first { $0.hasPrefix(id) }, "\(full)")
      #expect(whole.contains(command.joined(separator: " ")))
      #expect(!full.lines.contains { $0.contains("idle") })

      #expect(idle.lines.contains { $0.hasPrefix("[h2] ") && $0.contains("idle") }, "\(idle)")
      #expect(idle.lines.contains { $0.hasPrefix("[h3] ") && $0.contains("idle") }, "\(idle)")

      let documents = try json.documents()
      #expect(documents.compactMap { $0["host"] as? String } == ["h1", "h2"])
      #expect(documents.allSatisfy { $0["task"] as? String == "docker.list_containers" })
      let listed = try #require(documents[0]["result"] as? [[String: Any]])
      #expect(listed.contains { $0["Id"] as? String == id && $0["SizeRw"] == nil })
    }
  }

  @Test(
    "images and networks and volumes are listed; with no volumes there is the header alone (DF 34)",
    .testBed(.changing)
  )
  func otherListings() async throws {
    try await withBed { project, bed in
      let images = try await project.swab("run", "docker.list_images", "-H", "h1")
      let header = images.lines[0].split(separator: " ").map(String.init)
      #expect(header == ["Id", "RepoTags", "ParentId", "Created", "VirtualSize", "Size"])
      let id = try await bed.hosts[0].docker("image", "ls", "-q", "tools:1")[0]
      #expect(images.lines.contains { $0.hasPrefix("\(id)  tools:1 ") }, "\(images)")
      let full = try await project.swab("run", "docker.list_images:full_ids=yes", "-H", "h1")
      #expect(full.lines.contains { $0.hasPrefix("sha256:\(id)") }, "\(full)")

      let networks = try await project.swab("run", "docker.list_networks", "-H", "h1")
      #expect(networks.lines[0].split(separator: " ") == ["Id", "Name", "Driver", "Scope"])
      let bridge = networks.lines.first { $0.contains("  bridge") }
      #expect(bridge?.split(separator: " ").dropFirst() == ["bridge", "bridge", "local"])

      let none = try await project.swab("run", "docker.list_volumes", "-H", "h3")
      #expect(none.standardOutput == "\nName  Driver\n", "\(none)")
      _ = try await bed.hosts[2].docker("volume", "create", "v-\(project.mark)")
      let volumes = try await project.swab("run", "docker.list_volumes", "-H", "h3")
      _ = try await bed.hosts[2].docker("volume", "rm", "v-\(project.mark)")
      #expect(
        volumes.lines.contains { $0.split(separator: " ") == ["v-\(project.mark)", "local"] }
      )
    }
  }

  @Test("version has an aligned line for each entry (DF 32); info too")
  func version() async throws {
    try await withBed { project, bed in
      let release = try await bed.hosts[0].docker("version", "-f", "{{.Server.Version}}")[0]
      let version = try await project.swab("run", "docker.version", "-H", "h1")
      let line = try #require(version.lines.first { $0.hasPrefix("Version: ") })
      #expect(line.hasSuffix(" \(release)"))
      let values = version.lines.map { line in
        line.count - line.drop { $0 != ":" }.dropFirst().drop { $0 == " " }.count
      }
      let longest = version.lines.map { $0.prefix { $0 != ":" }.count }.max() ?? 0
      #expect(Set(values) == [longest + 2], "\(version)")
      let info = try await project.swab("run", "docker.info", "-H", "h2", "--json")
      let result = try info.documents().first?["result"] as? [String: Any]
      #expect(result?["Name"] as? String == "h2")
      #expect(
        try await project.swab("run", "docker.info", "-H", "h2").lines.contains {
          $0.hasPrefix("Name: ") && $0.hasSuffix(" h2")
        }
      )
    }
  }

  @Test("addresses of the host, and an interface that isn't there")
  func addresses() async throws {
    try await withBed { project, bed in
      let own = bed.hosts[0].address
      let ip = try await project.swab("run", "docker.get_ip:eth0", "-H", "h1")
      #expect(ip.standardOutput == "\(own)\n", "\(ip)")
      let both = try await project.swab("run", "docker.get_ip:eth0", "-H", "h1,h2")
      #expect(both.lines == ["[h1] \(own)", "[h2] \(bed.hosts[1].address)"])
      let six = try await project.swab("run", "docker.get_ipv6:lo,expand=yes", "-H", "h1")
      #expect(six.standardOutput == "0000:0000:0000:0000:0000:0000:0000:0001\n", "\(six)")
      let bridge = try await project.swab("run", "docker.get_ip", "-H", "h1", "--json")
      let result = try bridge.documents().first?["result"] as? [String: String]
      #expect(result?["interface"] == "docker0")
      #expect(result?["address"]?.hasPrefix("172.") == true, "\(bridge)")
      let none = try await project.swab("run", "docker.get_ip:nosuch0", "-H", "h1")
      #expect(none.exitStatus == 1, "\(none)")
      #expect(none.errorLines.contains("[h1] error: there is no network interface 'nosuch0'"))
      #expect(none.errorLines.contains { $0.hasPrefix("[h1] hint: there are: lo, eth0") })
    }
  }

  // Alone, since it would end the socat of another test.
  @Test(
    "reset_socat ends the host's socat, and does nothing where there is none (DF 38)",
    .testBed(.alone)
  )
  func resetSocat() async throws {
    try await withBed { project, bed in
      let none = try await project.swab("run", "docker.reset_socat", "-H", "h3")
      #expect(none.exitStatus == 0, "\(none)")
      #expect(none.standardOutput == "no socat is running\n")
      let socat = try RunningProcess(
        "nsenter",
        ["-t", "\(bed.hosts[2].process)", "-a", "socat", "TCP-LISTEN:4711,fork", "EXEC:true"]
      )
      try await eventually("socat listens") {
        let listed = try await RunningProcess.run(
          "nsenter",
          ["-t", "\(bed.hosts[2].process)", "-n", "ss", "-Htln", "sport = :4711"]
        )
        return !listed.standardOutput.isEmpty
      }
      let run = try await project.swab("run", "docker.reset_socat", "-H", "h3")
      #expect(run.exitStatus == 0, "\(run)")
      #expect(run.standardOutput.hasPrefix("ended socat "))
      try await eventually("the end of socat") { socat.exitStatus != nil }
    }
  }

  @Test(
    "reset_socat finds socat with busybox's programs, and ends none that it may not (DF 38)",
    .testBed(.alone)
  )
  func resetSocatOfOthers() async throws {
    let bed = try TestBed.current()
    let process = bed.hosts[2].process
    func onHost(_ command: String) async throws {
      let run = try await RunningProcess.run(
        "nsenter",
        ["-t", "\(process)", "-a", "sh", "-c", command]
      )
      try #require(run.exitStatus == 0, "\(run.lines)")
    }
    let yaml = fabfile(for: bed, users: ["h3": "guest"])
    try await Project.with(fabfile: yaml) { project in
      let folder = "/run/busybox-\(project.mark)"
      let links = ["ps", "pidof", "pgrep"].map { "ln -s \"$(command -v busybox)\" \(folder)/\($0)" }
      try await onHost("mkdir \(folder) && \(links.joined(separator: " && "))")
      let socat = try RunningProcess(
        "nsenter",
        ["-t", "\(process)", "-a", "socat", "TCP-LISTEN:4712,fork", "EXEC:true"]
      )
      try await eventually("socat listens") {
        let listed = try await RunningProcess.run(
          "nsenter",
          ["-t", "\(process)", "-n", "ss", "-Htln", "sport = :4712"]
        )
        return !listed.standardOutput.isEmpty
      }
      let words = ["run", "docker.reset_socat", "-H"]
      let path = ["--set", "path=\(folder),path_behavior=prepend"]
      let refused = try await project.swab(words + ["h3"] + path)
      #expect(refused.exitStatus == 1, "\(refused)")
      let told = refused.errorLines.first { $0.hasPrefix("[h3] error: socat ") }
      #expect(told?.contains(" was not ended: ") == true, "\(refused)")
      #expect(refused.errorLines.contains { $0.contains("use_sudo=yes") }, "\(refused)")
      let warned = try await project.swab(words + ["h3", "-w"] + path)
      #expect(warned.exitStatus == 0, "\(warned)")
      #expect(warned.errorLines.contains { $0.hasPrefix("[h3] warning: socat ") }, "\(warned)")
      #expect(!warned.standardOutput.contains("ended"), "\(warned)")
      #expect(socat.exitStatus == nil)
      let ended = try await project.swab(words + ["root@h3"] + path)
      #expect(ended.exitStatus == 0, "\(ended)")
      #expect(ended.standardOutput.hasPrefix("ended socat "), "\(ended)")
      try await eventually("the end of socat") { socat.exitStatus != nil }
      try await onHost("rm -r \(folder)")
    }
  }

  @Test("tables fit the terminal", .testBed(.changing), arguments: ["h1", "h1,h2"])
  func narrow(hosts: String) async throws {
    let columns = 80
    let talk = ["sh", "-c", "echo one\nsleep 617000"]
    let names = hosts.split(separator: ",").map(String.init)
    try await withContainers(on: names, running: talk, tasks: Project.tasks) { project, _, _ in
      try await project.compile()
      try await Screen.with(project, columns: columns, rows: 100) { screen in
        let containers = try await table("list_containers", of: hosts, on: screen)
        expectTable(containers, with: "Names", of: names.count, within: columns)
        let images = try await table("list_images", of: hosts, on: screen)
        expectTable(images, with: "RepoTags", of: names.count, within: columns)
      }
    }
  }

  /// What a screen shows when a task has listed something; what the terminal has wrapped is one line.
  private func table(
    _ task: String,
    of hosts: String,
    on screen: Screen
  ) async throws -> [String] {
    try await screen.entersSwab("run docker.\(task) -H \(hosts) --hide status,running")
    // Not yet where it is typed.
    try await screen.enters("echo end o'f' \(task)")
    try await screen.sees("end of \(task)")
    return try await screen.shows().split(separator: "\n").map(String.init)
      .filter { !$0.contains("run docker.") }
  }

  private func expectTable(
    _ lines: [String],
    with title: String,
    of hosts: Int,
    within columns: Int,
    sourceLocation: SourceLocation = #_sourceLocation
  ) {
    #expect(lines.allSatisfy { $0.count <= columns }, "\(lines)", sourceLocation: sourceLocation)
    let headers = lines.filter { $0.contains(" \(title) ") && $0.contains(" Created") }
    #expect(headers.count == hosts, "\(lines)", sourceLocation: sourceLocation)
    let row = #/^(\[h\d\] )?[0-9a-f]{12} .* \d{4}-\d\d-\d\d/#
    let rows = lines.count { $0.contains(row) }
    #expect(rows >= 2 * hosts, "\(lines)", sourceLocation: sourceLocation)
  }

  @Test("a fabfile's own task of the name wins, beside the others")
  func ownNamespace() async throws {
    let tasks = """
      import Swab

      let fabfile = Fabfile {
        namespace("docker") {
          task("list_images", "Ours") { puts("ours") }
          task("count", "Count by a built-in task") {
            let outcomes = try await execute("docker.list_volumes", hosts: ["h2"])
            puts("\\(try outcomes.values(as: JSONValue.self).map { $0.value.array?.count ?? -1 })")
          }
          task("forgetful", "Forget the host") { try await execute("docker.list_volumes") }
        }
      }

      """
    let bed = try TestBed.current()
    try await Project.with(fabfile: fabfile(for: bed), tasks: tasks) { project in
      try await project.compile()
      let own = try await project.swab("run", "docker.list_images")
      #expect(own.standardOutput == "ours\n", "\(own)")
      let listed = try await project.swab("list", "docker")
      #expect(listed.lines.contains { $0.hasSuffix("  Ours") })
      #expect(listed.lines.contains { $0.hasPrefix("docker.list_volumes ") })
      #expect(
        try await project.swab("help", "docker.list_images").lines.last?.hasPrefix("declared at ")
          == true
      )
      let count = try await project.swab("run", "docker.count")
      #expect(count.lines.last == "[0]", "\(count)")
      let forgetful = try await project.swab("run", "docker.forgetful")
      #expect(forgetful.exitStatus == 1, "\(forgetful)")
      #expect(forgetful.standardError.contains("'docker.list_volumes' needs a host, and none is"))
      let json = try await project.swab("run", "docker.list_images", "--json")
      #expect(json.exitStatus == 2, "\(json)")
      #expect(
        json.standardError.hasPrefix("swab: --json: task 'docker.list_images' prints what it")
      )
      try await expectClean(project)
    }
  }
}

extension Run {
  /// The lines of standard output as JSON.
  func documents() throws -> [[String: Any]] {
    try lines.map { line in
      let value = try JSONSerialization.jsonObject(with: Data(line.utf8))
      guard let object = value as? [String: Any] else {
        throw TestSupportError("no object: \(line)")
      }
      return object
    }
  }
}

extension Project {
  /// A call of a built-in task, with something for each argument that it can't do without.
  fileprivate func call(of task: String) async throws -> String {
    let help = try await swab("help", task)
    let usage = help.lines.first { $0.hasPrefix("usage: ") }
    let words = usage?.split(separator: ":").last?.split(separator: ",") ?? []
    let needed = words.filter { !$0.contains("[") && !$0.contains(" ") }
    return needed.isEmpty ? task : "\(task):" + needed.map { "\($0)=x" }.joined(separator: ",")
  }
}
