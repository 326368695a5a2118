import Foundation
import SwabTestSupport
import Testing

/// The main job, on the test bed's hosts.
@Suite("Fleet")
struct FleetTests {
  @Test(
    "each host's line tells its own engine's count, in the order given (TR-15)",
    .testBed(.counting),
    arguments: [
      ["-H", "h1,h2"], ["-H", "h2,h1"], ["-R", "web,db"], ["-R", "db,web", "-x", "h3"],
    ]
  )
  func serial(selection: [String]) async throws {
    let bed = try TestBed.current()
    try await Project.with(fabfile: fabfile(for: bed)) { project in
      try await project.compile()
      let run = try await project.swab(["run", "sample_task"] + selection)
      #expect(run.exitStatus == 0, "\(run)")
      let order =
        switch selection {
        case ["-H", "h1,h2"]: [0, 1]
        case ["-H", "h2,h1"]: [1, 0]
        case ["-R", "web,db"]: [0, 1, 2]
        default: [1, 0]
        }
      var expected: [String] = []
      for index in order {
        expected.append("[\(bed.hosts[index].name)] \(try await bed.hosts[index].counted())")
      }
      #expect(run.lines.filter { $0.contains("images=") } == expected)
      try await expectClean(project)
    }
  }

  @Test(
    "in parallel across roles, each line is right (TR-34)",
    .testBed(.counting),
    arguments: ["1", "2", "10"]
  )
  func parallel(poolSize: String) async throws {
    let bed = try TestBed.current()
    try await Project.with(fabfile: fabfile(for: bed)) { project in
      try await project.compile()
      let run = try await project.swab(
        "run",
        "sample_task",
        "-R",
        "web,db",
        "-P",
        "-z",
        poolSize
      )
      #expect(run.exitStatus == 0, "\(run)")
      for host in bed.hosts {
        let counted = try await host.counted()
        #expect(run.lines.contains("[\(host.name)] \(counted)"))
      }
      try await expectClean(project)
    }
  }

  @Test(
    "each way through the tunnel gives the same (DF-2)",
    .testBed(.counting),
    arguments: ["streamlocal", "socat", "dial-stdio"]
  )
  func tunnelMethods(method: String) async throws {
    let bed = try TestBed.current()
    let yaml = fabfile(for: bed, "docker_tunnel_method: \(method)", "socat_quiet: false")
    try await Project.with(fabfile: yaml) { project in
      try await project.compile()
      let run = try await project.swab("run", "sample_task", "-H", "h1,h2", "--show", "tunnels")
      #expect(run.exitStatus == 0, "\(run)")
      for host in bed.hosts.prefix(2) {
        let counted = try await host.counted()
        #expect(run.lines.contains("[\(host.name)] \(counted)"))
      }
      #expect(run.standardError.contains(method), "\(run)")
      let showsCommand = run.standardError.contains(
        "socat -t 1000000 STDIO,shut-close UNIX-CONNECT:/var/run/docker.sock"
      )
      #expect(showsCommand == (method == "socat"), "(DF-13)")
      try await expectClean(project)
    }
  }

  @Test("three hosts get three local ports, one after the other (DF-7)")
  func localPorts() async throws {
    let bed = try TestBed.current()
    try await Project.with(fabfile: fabfile(for: bed)) { project in
      try await project.compile()
      let run = try await project.swab(
        "run",
        "sample_task",
        "sample_task",
        "-H",
        "h1,h2,h3",
        "--show",
        "tunnels"
      )
      #expect(run.exitStatus == 0, "\(run)")
      for (number, host) in bed.hosts.enumerated() {
        let port = "127.0.0.1:\(project.tunnelPort + number)"
        let told = run.errorLines.filter { $0.contains(port) }
        #expect(told.count == 1, "one tunnel for both tasks (DF-9)")
        #expect(told.allSatisfy { $0.contains("[\(host.name)]") })
      }
      #expect(!run.standardError.contains("127.0.0.1:\(project.tunnelPort + 3)"))
      try await expectClean(project)
    }
  }

  @Test("tasks of one run share a host's connection (TR-35)")
  func sharedConnections() async throws {
    try await withSSHServer { server in
      try await Project.with(fabfile: fabfile(for: server)) { project in
        try await project.compile()
        try project.trust(server)
        let run = try await project.swab("run", "hello", "hello", "hello", "-H", "h1")
        #expect(run.exitStatus == 0, "\(run)")
        let logins = server.process.lines.filter { $0.contains("Accepted publickey") }
        #expect(logins.count == 1)
        try await expectClean(project, server)
      }
    }
  }

  @Test("a bare command runs on each host, and its exit status counts (TR-29)")
  func bareCommand() async throws {
    let bed = try TestBed.current()
    try await Project.with(fabfile: fabfile(for: bed)) { project in
      try await project.compile()
      let run = try await project.swab("run", "-H", "h1,h2", "--", "hostname")
      #expect(run.exitStatus == 0, "\(run)")
      #expect(run.lines == ["[h1] out: h1", "[h2] out: h2"])
      let failed = try await project.swab("run", "-P", "-H", "h1,h2", "--", "test $(hostname) = h1")
      #expect(failed.exitStatus == 1, "\(failed)")
      #expect(failed.standardError.contains("2 hosts: 1 ok, 1 failed"))
      try await expectClean(project)
    }
  }

  @Test("a reader that has seen enough ends the run quietly (TR-53)")
  func closedPipe() async throws {
    let bed = try TestBed.current()
    try await Project.with(fabfile: fabfile(for: bed)) { project in
      try await project.compile()
      let words = [try Checkout.swab(), "run", "flood", "-H", "h1"]
      let piped = try await RunningProcess.run(
        "sh",
        ["-c", "\(words.joined(separator: " ")) | head -n 1"],
        environment: [
          "HOME": project.home, "SWAB_CACHE": try Checkout.cache(),
          Project.variable: project.mark,
        ],
        workingDirectory: project.path
      )
      #expect(piped.standardOutput.split(separator: "\n").count == 1)
      #expect(!piped.standardError.contains("rror"), "\(piped.standardError)")
      try await expectClean(project)
    }
  }
}
