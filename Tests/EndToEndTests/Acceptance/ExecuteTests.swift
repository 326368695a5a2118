import Foundation
import SwabTestSupport
import Testing

/// Tasks that call tasks, and what the summary makes of it all.
@Suite("Acceptance: execute and the summary")
struct ExecuteTests {
  private static let tasks = """
    import Swab

    let fabfile = Fabfile {
      task("nothing", "Do nothing") { (host: Host) in }
      task("boom", "Fail", boom)
      task("boom_all", "Return outcomes with failures") {
        try await execute("boom", hosts: ["h1", "h2"])
      }
      task("boom_seen", "Look at outcomes with failures") {
        puts("failed: \\(try await execute("boom", hosts: ["h1", "h2"]).failures.count)")
      }
      task("here_once", "Run once, without a host") { puts("ran here") }.runsOnce()
      task("endless", "Call itself") { try await execute("endless") }.runsOnce()
      task("outer", "Run a command while another task runs here", outer)
      task("inner", "Wait until the other command runs", inner)
      task("parts", "Look at local commands", parts)
      task("child_fails", "Cancel one of two who wait for a connection", childFails)
    }

    func boom(host: Host) throws { try abort("no luck on \\(host.name)") }

    func outer(host: Host) async throws {
      let file = try env.string("file")
      async let slow = host.run("touch \\(file); until test -e \\(file).go; do sleep 0.05; done; echo whole")
      try await execute("inner").requireSuccess()
      _ = try await host.run("touch \\(file).go")
      puts(try await slow.stdout)
    }

    func inner(host: Host) async throws {
      _ = try await host.run("until test -e \\(try env.string("file")); do sleep 0.05; done")
    }

    func parts() async throws {
      puts("signal \\(try await local("kill -TERM $$", warnOnly: true).signal ?? "none")")
      puts("first\\r\\nsecond")
      _ = try await local("exec yes a lot", collecting: 5)
    }

    func childFails(host: Host) async throws {
      struct Unlucky: Error {}
      let other = Task { try await host.run("echo still there").stdout }
      do {
        try await withThrowingTaskGroup(of: Void.self) { group in
          group.addTask { _ = try await host.run("true") }
          group.addTask {
            // By then, both wait for the login, which the server holds up until the file is there.
            for _ in 0..<5 { _ = try await local("true", quiet: true) }
            throw Unlucky()
          }
          for try await _ in group {}
        }
      } catch let error as Unlucky {
        puts("\\(error)")
      }
      _ = try await local("touch \\(try env.string("file"))")
      puts(try await other.value)
    }

    """

  private func withProject(
    _ server: SSHServer? = nil,
    _ env: String...,
    body: (Project) async throws -> Void
  ) async throws {
    let place = server.map { "\($0.user)@127.0.0.1:\($0.port)" } ?? "127.0.0.1"
    let login = server.map { ["key_filename: \($0.clientKey)", "no_agent: true"] } ?? []
    let yaml = """
      env:
        \((login + ["site: here"] + env).joined(separator: "\n  "))
      hosts:
        h1: \(place)
        h2: 127.0.0.2
        "n[01-20]":

      """
    try await Project.with(fabfile: yaml, tasks: Self.tasks) { project in
      if let server { try project.trust(server) }
      try await project.compile()
      try await body(project)
    }
  }

  @Test("a task that returns outcomes with failures fails, and names hosts and reasons (TR-38)")
  func returnedFailures() async throws {
    try await withProject { project in
      let run = try await project.swab("run", "boom_all")
      #expect(run.exitStatus == 1, "\(run)")
      let told =
        "task 'boom' did not return on every host: h1 (failed: no luck on h1), "
        + "h2 (not attempted: 'h1' failed before)"
      #expect(run.errorLines.contains("error: \(told)"), "\(run)")
      #expect(run.errorLines.last == "this machine: 1 failed")
      let seen = try await project.swab("run", "boom_seen")
      #expect(seen.exitStatus == 0, "\(seen)")
      #expect(seen.lines == ["failed: 2"])
    }
  }

  @Test("a task that runs once does so without a host, too, and can't wait for itself (TR-37)")
  func once() async throws {
    try await withProject { project in
      let twice = try await project.swab("run", "here_once", "here_once")
      #expect(twice.exitStatus == 0, "\(twice)")
      #expect(twice.lines == ["ran here"])
      let endless = try await project.swab("run", "endless")
      #expect(endless.exitStatus == 1, "\(endless)")
      let told = "error: task 'endless' runs once, and would have to wait for its own end"
      #expect(endless.errorLines.contains(told), "\(endless)")
    }
  }

  @Test("hosts in parallel are begun, and said to be, in their order (TR-34)")
  func startOrder() async throws {
    try await withProject { project in
      let run = try await project.swab("run", "nothing", "-H", "n[01-20]", "-P")
      #expect(run.exitStatus == 0, "\(run)")
      let hosts = (1...20).map { $0 < 10 ? "n0\($0)" : "n\($0)" }
      let started = run.errorLines.filter { $0.contains("Executing") }
      #expect(started == hosts.map { "[\($0)] Executing task 'nothing'" })
    }
  }

  @Test("one host under two spellings is one, and left alone once it failed (TR-88)")
  func spellings() async throws {
    try await withProject { project in
      let name = NSUserName()
      let both = try await project.swab("run", "nothing:hosts=h1", "nothing:hosts=\(name)@h1")
      #expect(both.errorLines.last == "1 host: 1 ok", "\(both)")
      let failed = try await project.swab(
        "run",
        "boom:hosts=h1",
        "nothing:hosts=\(name)@h1",
        "--keep-going"
      )
      #expect(!failed.standardError.contains("Executing task 'nothing'"), "\(failed)")
      #expect(failed.errorLines.last == "1 host: 1 failed", "\(failed)")
      let mixed = try await project.swab("run", "here_once", "nothing:hosts=\"h1;h2\"")
      #expect(mixed.errorLines.last == "2 hosts: 2 ok; this machine: 1 ok", "\(mixed)")
    }
  }

  @Test("the summary has the last lines of stderr and the duration, also of a bare command (TR-88)")
  func lastLines() async throws {
    try await withSSHServer { server in
      try await withProject(server) { project in
        let command = "for i in 1 2 3 4; do echo why $i >&2; done; exit 3"
        for more in [[], ["--hide", "stderr"]] {
          let run = try await project.swab(["run", "-H", "h1"] + more + ["--", command])
          #expect(run.exitStatus == 1, "\(run)")
          let rows = run.errorLines.suffix(5)
          #expect(rows.dropFirst() == ["    why 2", "    why 3", "    why 4", "1 host: 1 failed"])
          let row = /h1  failed {9}[0-9.]+ m?s  run '.*' gave exit status 3/
          #expect(rows.first?.wholeMatch(of: row) != nil, "\(run)")
        }
        try await expectClean(project, server)
      }
    }
  }

  @Test("-e leaves a connection that the calling task still uses (TR-35)")
  func eagerly() async throws {
    try await withSSHServer { server in
      try await withProject(server, "file: \(server.folder.path("begun"))") { project in
        let run = try await project.swab("run", "outer", "nothing", "-H", "h1", "-e")
        #expect(run.exitStatus == 0, "\(run)")
        #expect(run.lines.last == "[h1] whole", "\(run)")
        try await expectClean(project, server)
      }
    }
  }

  @Test("a task's own cancellation doesn't reach others who wait for the connection")
  func sharedConnecting() async throws {
    try await withTemporaryFolder { folder in
      let file = folder.path("go")
      let keys = folder.path("keys")
      let slowLogin = """
        AuthorizedKeysFile none
        AuthorizedKeysCommand /bin/sh -c "until test -e \(file); do sleep 0.05; done; cat \(keys)"
        AuthorizedKeysCommandUser \(NSUserName())
        """
      try await withSSHServer(slowLogin) { server in
        try folder.write(server.folder.read("authorized_keys"), to: "keys")
        try await withProject(server, "file: \(file)") { project in
          let run = try await project.swab("run", "child_fails", "-H", "h1")
          #expect(run.exitStatus == 0, "\(run)")
          #expect(run.lines.first == "[h1] Unlucky()", "\(run)")
          #expect(run.lines.last == "[h1] still there", "\(run)")
          try await expectClean(project, server)
        }
      }
    }
  }

  @Test("local tells signals by name, and its limit by size")
  func localParts() async throws {
    try await withProject { project in
      let run = try await project.swab("run", "parts")
      #expect(run.exitStatus == 1, "\(run)")
      #expect(run.lines.prefix(3) == ["signal TERM", "first", "second"], "\(run)")
      let told =
        "local 'exec yes a lot': it gave more than 5 bytes, which is the limit for collecting output"
      #expect(run.standardError.contains(told), "\(run)")
      #expect(run.standardError.contains("hint: local(…, collecting: nil)"), "\(run)")
    }
  }

  @Test("what was ignored at the start is: under nohup, swab outlives its terminal (TR-53)")
  func ignoredSignals() async throws {
    try await withSSHServer { server in
      try await withProject(server) { project in
        let file = server.folder.path("go")
        let command = "echo napping; until test -e \(file); do sleep 0.05; done; echo awake"
        let run = try project.start(
          ["run", "-H", "h1", "--", command],
          shell: #"trap "" HUP INT; exec "$0" "$@""#
        )
        try await run.waitForLine(containing: "out: napping")
        run.send(signal: SIGHUP)
        run.send(signal: SIGINT)
        try server.folder.write("", to: "go")
        let ended = try await Run(ended: run)
        #expect(ended.exitStatus == 0, "\(ended)")
        #expect(ended.lines.last == "[h1] out: awake", "\(ended)")
        try await expectClean(project, server)
      }
    }
  }

  @Test("closed standard streams don't become those of connections")
  func closedStreams() async throws {
    try await withSSHServer { server in
      try await withProject(server) { project in
        let file = project.folder.path("said")
        let run = try project.start(
          ["run", "-H", "h1", "--", "echo hello; echo hello >\(file)"],
          shell: #"exec "$0" "$@" <&- >&- 2>&-"#
        )
        let ended = try await Run(ended: run)
        #expect(ended.exitStatus == 0, "\(ended)")
        #expect(try project.folder.read("said") == "hello\n")
        try await expectClean(project, server)
      }
    }
  }
}
