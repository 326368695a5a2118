import Foundation
import SwabTestSupport
import Testing

/// In which order, how many at once, and what becomes of the rest when one fails.
@Suite("Acceptance: execution")
struct ExecutionTests {
  @Test("tasks run in order, on the hosts as listed, the same one twice (TR-28, TR-33)")
  func order() async throws {
    try await withBed { project, _ in
      let run = try await project.swab("run", "first", "say:1", "say:2", "say:1", "-H", "h3,h1")
      #expect(run.exitStatus == 0, "\(run)")
      #expect(
        run.lines == [
          "[h3] first on h3", "[h1] first on h1", "[h3] 1", "[h1] 1", "[h3] 2", "[h1] 2",
          "[h3] 1", "[h1] 1",
        ]
      )
      #expect(run.errorLines.last == "2 hosts: 2 ok")
    }
  }

  @Test(
    "never more bodies at once than the pool allows, nor fewer than it could (TR-34)",
    arguments: [("1", 1), ("2", 2), ("3", 3), ("50", 3), ("0", 3)]
  )
  func poolSize(size: String, most: Int) async throws {
    try await withBed { project, _ in
      let run = try await project.swab(
        "run",
        "count:width=\(most),total=3",
        "most",
        "-H",
        "h3,h1,h2",
        "-P",
        "-z",
        size
      )
      #expect(run.exitStatus == 0, "\(run)")
      #expect(run.lines.filter { $0.hasSuffix("most at once: \(most)") }.count == 3, "\(run)")
    }
  }

  @Test(
    "-z wins over the pool size of a task, in both directions (TR-30, TR-34)",
    arguments: [(["-z", "1"], 1), (["--set", "pool_size=2"], 2), (["-z", "0"], 3), ([], 3)]
      as [([String], Int)]
  )
  func poolOfTask(flags: [String], most: Int) async throws {
    try await withBed("pool_size: 1") { project, _ in
      let words = ["run", "pooled:width=\(most),total=3", "most", "-H", "h3,h1,h2"]
      let run = try await project.swab(words + flags)
      #expect(run.exitStatus == 0, "\(run)")
      #expect(run.lines.filter { $0.hasSuffix("most at once: \(most)") }.count == 3, "\(run)")
    }
  }

  @Test("a serial task is serial also under -P (TR-36)")
  func serialTask() async throws {
    try await withBed { project, _ in
      let run = try await project.swab("run", "ordered", "most", "-H", "h1,h2,h3", "-P")
      #expect(run.lines.filter { $0.hasSuffix("most at once: 1") }.count == 3, "\(run)")
      let started = ["h1", "h2", "h3"].map { "[\($0)] Executing task 'ordered'" }
      #expect(Array(run.errorLines.prefix(3)) == started, "\(run)")
    }
  }

  @Test("three tasks on five hosts are five logins (TR-35)", arguments: [true, false])
  func logins(isParallel: Bool) async throws {
    try await withSSHServer(address: "0.0.0.0") { server in
      let hosts = (1...5).map { "  n\($0): \(server.user)@127.0.7.\($0):\(server.port)" }
      let yaml = """
        env: { key_filename: \(server.clientKey), no_agent: true, strict_host_key_checking: no }
        hosts:
        \(hosts.joined(separator: "\n"))

        """
      try await Project.with(fabfile: yaml, tasks: Project.acceptanceTasks) { project in
        try await project.compile()
        let words = ["run", "bytes", "name", "codes", "-H", "n[1-5]"] + (isParallel ? ["-P"] : [])
        let run = try await project.swab(words)
        #expect(run.exitStatus == 0, "\(run)")
        let logins = server.process.lines.filter { $0.contains("Accepted publickey") }
        #expect(logins.count == 5)
        try await expectClean(project, server)
      }
    }
  }

  @Test("execute runs other hosts at pool size 1, and a task that runs once (TR-37, TR-38)")
  func execute() async throws {
    try await withBed { project, _ in
      let run = try await project.swab("run", "outer", "once", "-H", "h1", "-P", "-z", "1")
      #expect(run.exitStatus == 0, "\(run)")
      #expect(run.lines == ["[h1] once: ran on h1", "[h1] h2: h2", "[h1] h3: h3"])
      #expect(run.errorLines.filter { $0.contains("Executing task 'once'") }.count == 1)
    }
  }

  @Test("no host sees another's change of env (TR-39)")
  func environments() async throws {
    try await withBed("colour: plain") { project, _ in
      let together = try await project.swab(
        "run",
        "paint:count=3",
        "colour",
        "-H",
        "h1,h2,h3",
        "-P"
      )
      let oneByOne = try await project.swab("run", "paint:count=1", "colour", "-H", "h1,h2,h3")
      for run in [together, oneByOne] {
        #expect(run.exitStatus == 0, "\(run)")
        for host in ["h1", "h2", "h3"] {
          #expect(run.lines.contains("[\(host)] plain, then painted by \(host)"), "\(run)")
          #expect(run.lines.contains("[\(host)] colour plain"), "\(run)")
        }
      }
    }
  }

  @Test("when one fails in parallel, those that run end, and no others start (TR-43, TR-88)")
  func parallelFailure() async throws {
    try await withBed { project, _ in
      let file = project.folder.path("news")
      let run = try project.start([
        "run", "slow_and_bad:file=\(file)", "first", "-H", "h1,h2,h3", "-P", "-z", "2",
      ])
      try await run.waitForLine(containing: "h2 gives up", within: .seconds(60))
      try project.folder.write("", to: "news.go")
      let ended = try await Run(ended: run)
      #expect(ended.exitStatus == 1, "\(ended)")
      #expect(ended.lines == ["[h1] ended"])
      let rows = ended.errorLines.suffix(4)
      let later = "h1  not attempted  first: task 'slow_and_bad' failed on 'h2' before"
      #expect(rows.contains(later), "\(ended)")
      let failed = rows.filter { $0.hasPrefix("h2  failed         ") }
      #expect(failed.map { $0.hasSuffix("  slow_and_bad: h2 gives up") } == [true], "\(ended)")
      #expect(rows.contains("h3  not attempted  slow_and_bad: 'h2' failed before"), "\(ended)")
      #expect(!ended.standardError.contains("Executing task 'first'"))
      #expect(ended.errorLines.last == "3 hosts: 1 failed, 2 not attempted", "\(ended)")
    }
  }

  @Test("--keep-going starts the others, and further tasks where none failed (TR-43)")
  func keepGoing() async throws {
    try await withBed { project, _ in
      let run = try await project.swab("run", "throws", "first", "-H", "h1,h2,h3", "--keep-going")
      #expect(run.exitStatus == 1, "\(run)")
      #expect(run.lines == ["[h1] fine", "[h3] fine", "[h1] first on h1", "[h3] first on h3"])
      #expect(run.errorLines.last == "3 hosts: 2 ok, 1 failed")
    }
  }

  @Test("an error of Swift fails only its host, with type and message (TR-56)")
  func swiftError() async throws {
    try await withBed { project, _ in
      let run = try await project.swab("run", "throws", "-H", "h1,h2,h3", "-P")
      #expect(run.exitStatus == 1, "\(run)")
      #expect(run.errorLines.contains("[h2] error: Unlucky: Unlucky(number: 13)"))
      #expect(Set(run.lines) == ["[h1] fine", "[h3] fine"])
      #expect(run.errorLines.last == "3 hosts: 2 ok, 1 failed")
    }
  }

  @Test("with one bad host of three, the error says it all, and good results stay (TR-49)")
  func oneBadHost() async throws {
    try await withBed { project, _ in
      let run = try await project.swab("run", "picky:bad=h2", "-H", "h1,h2,h3", "-P")
      #expect(run.exitStatus == 1, "\(run)")
      #expect(Set(run.lines) == ["[h1] good", "[h3] good"])
      let command = "if [ $(hostname) = h2 ]; then echo no such thing >&2; exit 3; fi"
      let rows = Array(run.errorLines.suffix(3))
      #expect(rows[0].hasPrefix("h2  failed         "), "\(run)")
      #expect(rows[0].hasSuffix("  picky: run '\(command)' gave exit status 3"), "\(run)")
      #expect(rows[1] == "    no such thing")
      #expect(rows[2] == "3 hosts: 2 ok, 1 failed")
    }
  }

  @Test("failed and unreachable is 1, and skipping what is unreachable can be asked for (TR-50)")
  func unreachableAndFailed() async throws {
    let bed = try TestBed.current()
    let port = try await freePort()
    try await withBed { project, _ in
      let gone = "root@\(bed.hosts[0].address):\(port)"
      let both = try await project.swab("run", "fail", "-H", "h1,\(gone)", "-P", "--keep-going")
      #expect(both.exitStatus == 1, "\(both)")
      #expect(both.errorLines.last == "2 hosts: 1 failed, 1 unreachable")
      let skipped = try await project.swab("run", "name", "-H", "\(gone),h1", "--skip-bad-hosts")
      #expect(skipped.exitStatus == 0, "\(skipped)")
      #expect(
        skipped.errorLines.last
          == "2 hosts: 1 ok, 1 unreachable (skipped, as --skip-bad-hosts says)"
      )
    }
  }
}

/// Lends a project with the acceptance tasks, compiled, on the test bed's hosts.
func withBed(
  _ env: String...,
  more yaml: String = "",
  _ body: (Project, TestBed) async throws -> Void
) async throws {
  let bed = try TestBed.current()
  let text = fabfile(for: bed, env) + yaml
  try await Project.with(fabfile: text, tasks: Project.acceptanceTasks) { project in
    try await project.compile()
    try await body(project, bed)
    try await expectClean(project)
  }
}
