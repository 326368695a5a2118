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

  @Test(
    "without hosts they refuse, and never find this machine's engine by themselves",
    arguments: [
      "list_containers", "version", "reset_socat", "cleanup_containers", "cleanup_images",
      "remove_all_containers",
    ]
  )
  func noHosts(name: String) async throws {
    let engine = try await DockerEngine.shared()
    let yaml = "env:\n  docker_base_url: unix://\(engine.socketPath)\n"
    try await Project.with(fabfile: yaml) { project in
      let run = try await project.swab("run", "docker.\(name)")
      #expect(run.exitStatus == 3, "\(run)")
      #expect(
        run.standardError == """
          swab: task 'docker.\(name)' needs a host, and none is selected
          hint: select some: -H HOST or -R ROLE; --local is for this machine's Docker Engine

          """
      )
      let both = try await project.swab("run", "docker.\(name)", "--local", "-H", "h1")
      #expect(both.exitStatus == 2, "\(both)")
      #expect(both.standardError.contains("--local means this machine, and hosts are selected"))
    }
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
      for text in [" \(name) ", " busybox:local ", " sleep 617000 617000 61700 ", " Up "] {
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
      none.expectFailure(
        status: 1,
        state: "failed",
        message: "there is no network interface 'nosuch0'",
        hint: "the interfaces are listed by: ip link"
      )
    }
  }

  @Test("reset_socat ends the host's socat, and does nothing where there is none (DF 38)")
  func resetSocat() async throws {
    try await withBed { project, bed in
      let none = try await project.swab("run", "docker.reset_socat", "-H", "h3")
      #expect(none.exitStatus == 0, "\(none)")
      #expect(none.standardOutput == "no socat is running\n")
      let socat = try RunningProcess(
        "nsenter",
        ["-t", "\(bed.hosts[2].process)", "-a", "socat", "TCP-LISTEN:4711,fork", "EXEC:true"]
      )
      try await eventually("socat listens", within: ceiling()) {
        let listed = try await RunningProcess.run(
          "nsenter",
          ["-t", "\(bed.hosts[2].process)", "-n", "ss", "-Htln", "sport = :4711"]
        )
        return !listed.standardOutput.isEmpty
      }
      let run = try await project.swab("run", "docker.reset_socat", "-H", "h3")
      #expect(run.exitStatus == 0, "\(run)")
      #expect(run.standardOutput.hasPrefix("ended socat "))
      try await eventually("the end of socat", within: ceiling()) { socat.exitStatus != nil }
    }
  }

  @Test("tables fit the terminal", .testBed(.changing))
  func narrow() async throws {
    // As narrow as can be with the columns that aren't wrapped.
    let columns = 84
    let long = ["sleep", "617000", "617000"]
    try await withContainers(running: long, tasks: Project.tasks) { project, _, _ in
      try await project.compile()
      try await Screen.with(project, columns: columns, rows: 60) { screen in
        try await screen.entersSwab("run docker.list_containers -H h1 --hide status")
        try await screen.sees(Screen.prompt, times: 2)
        let shown = try await screen.shows().split(separator: "\n").map(String.init)
        let start = try #require(shown.firstIndex { $0.hasPrefix("Id ") })
        let header = shown[start]
        #expect(header.hasSuffix("Created"))
        #expect(shown[start...].allSatisfy { $0.count <= columns }, "\(shown)")
        let row = try #require(shown.first { $0.contains("  idle") })
        // Its last column stands in the same line, and under its title.
        let column = header.count - "Created".count
        let date = String(row.dropFirst(column))
        #expect(date.contains(#/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d$/#), "\(shown)")
      }
    }
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
