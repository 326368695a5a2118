import Foundation
import SwabTestSupport
import Testing

@Suite("Bad days: while a command runs")
struct RunningTests {
  @Test("sshd killed in mid-command: the host is lost, and the run ends (TR-63)")
  func serverKilled() async throws {
    try await withSSHServer { server in
      try await Project.with(fabfile: fabfile(for: server)) { project in
        try await project.compile()
        try project.trust(server)
        let run = try project.start(["run", "nap", "-H", "h1"])
        try await run.waitForLine(containing: "out: napping")
        let start = ContinuousClock.now
        for process in ProcessTable.descendants(of: server.process.processID)
        where ProcessTable.commandLine(of: process).contains("sshd") {
          kill(process, SIGKILL)
        }
        try await run.waitForExit(within: ceiling())
        Run(run, since: start).expectFailure(
          status: 4,
          state: "unreachable",
          message: "run 'echo napping; sleep 617': the connection was lost: the server closed it",
          hint: "the command may still be running there; it was not started again"
        )
        for command in server.commands { kill(command, SIGKILL) }
        try await expectClean(project, server)
      }
    }
  }

  @Test("sshd stopped in mid-command: keepalive finds it in interval × count (TR-63)")
  func serverStopped() async throws {
    try await withSSHServer { server in
      try await Project.with(fabfile: fabfile(for: server, "keepalive: 1")) { project in
        try await project.compile()
        try project.trust(server)
        let run = try project.start(["run", "nap", "-H", "h1"])
        try await run.waitForLine(containing: "out: napping")
        let start = ContinuousClock.now
        let daemons = ProcessTable.descendants(of: server.process.processID)
          .filter { ProcessTable.commandLine(of: $0).contains("sshd") }
        for process in daemons { kill(process, SIGSTOP) }
        // Silence of 3 × 2 s, since libssh2 takes 1 s for 2.
        try await run.waitForExit(within: ceiling(.seconds(6)))
        #expect(run.exitStatus == 4, "\(run.lines)")
        let lost =
          "[h1] error: run 'echo napping; sleep 617': the connection was lost: "
          + "the server has been silent for "
        #expect(run.lines.contains { $0.hasPrefix(lost) }, "\(run.lines)")
        #expect(ContinuousClock.now - start >= .seconds(4))
        for process in daemons { kill(process, SIGCONT) }
        for command in server.commands { kill(command, SIGKILL) }
        try await expectClean(project, server)
      }
    }
  }

  @Test("Ctrl-C ends the command on the host, says what was done, and gives 130 (TR-53)")
  func interrupted() async throws {
    try await withSSHServer { server in
      try await Project.with(fabfile: fabfile(for: server)) { project in
        try await project.compile()
        try project.trust(server)
        let run = try project.start(["run", "nap", "-H", "h1"])
        try await run.waitForLine(containing: "out: napping")
        let start = ContinuousClock.now
        run.send(signal: SIGINT)
        // TERM is enough for sleep; KILL would follow after 5 s.
        try await run.waitForExit(within: ceiling(.seconds(5)))
        let ended = Run(run, since: start)
        #expect(ended.exitStatus == 130, "\(ended)")
        #expect(
          ended.errorLines.contains(
            "interrupted: ending what runs on the hosts; once more exits at once"
          )
        )
        #expect(ended.errorLines.last == "1 host: 1 cancelled")
        try await expectClean(project, server)
      }
    }
  }

  @Test("a timeout ends the command on the host (TR-51)")
  func timedOut() async throws {
    try await withSSHServer { server in
      try await Project.with(fabfile: fabfile(for: server, "command_timeout: 1")) { project in
        try await project.compile()
        try project.trust(server)
        let run = try await project.swab("run", "nap", "-H", "h1")
        run.expectFailure(
          status: 1,
          state: "timed out",
          message: "run 'echo napping; sleep 617' took longer than its timeout of 1 s; "
            + "it was ended on the host",
          hint: "a longer -T, command_timeout, or run(…, timeout:)"
        )
        #expect(run.elapsed < ceiling(.seconds(6)))
        try await expectClean(project, server)
      }
    }
  }

  @Test("200 MB of output pass through, in whole lines, without being held in memory (TR-81)")
  func flood() async throws {
    try await withSSHServer { server in
      try await Project.with(fabfile: fabfile(for: server)) { project in
        try await project.compile()
        try project.trust(server)
        let run = try project.start(["run", "flood", "-H", "h1"])
        var peak = 0
        try await eventually("the end of the flood", within: .seconds(300)) {
          peak = max(peak, project.processes.map(residentBytes).max() ?? 0)
          return run.exitStatus != nil
        }
        try await run.waitForExit()
        #expect(run.exitStatus == 0, "\(run.standardError.suffix(2000))")
        #expect(peak < 100_000_000)
        let line = "[h1] out: " + String(repeating: "x", count: 99)
        let printed = run.standardOutput.split(separator: "\n")
        #expect(printed.filter { $0 == line }.count == 2_000_000)
        try await expectClean(project, server)
      }
    }
  }

  @Test("more output than is collected is an error that says so, not a cut")
  func tooMuchToCollect() async throws {
    try await withSSHServer { server in
      try await Project.with(fabfile: fabfile(for: server)) { project in
        try await project.compile()
        try project.trust(server)
        let run = try await project.swab("run", "gather", "-H", "h1")
        run.expectFailure(
          status: 1,
          state: "failed",
          message:
            "run 'yes | head -c 200000000': it gave more than 64 MiB, which is the limit for "
            + "collecting output",
          hint: "run(…, collecting: nil) shows output without collecting it; "
            + "or redirect it to a file"
        )
        try await expectClean(project, server)
      }
    }
  }

  @Test(
    "a login shell that greets does not get into a command's output (TR-66)",
    .testBed(.counting)
  )
  func talkativeShell() async throws {
    let bed = try TestBed.current()
    let yaml = fabfile(for: bed, users: ["h3": "talker"])
    try await Project.with(fabfile: yaml) { project in
      let run = try await project.swab("run", "hello", "-H", "h3")
      #expect(run.exitStatus == 0, "\(run)")
      #expect(run.lines.contains("[h3] hello from talker"))
      #expect(!run.standardOutput.contains("Welcome"))
      let listed = try await project.swab("run", "sample_task", "-H", "h3")
      #expect(listed.exitStatus == 0, "\(listed)")
      let counted = try await bed.hosts[2].counted()
      #expect(listed.lines.contains("[h3] \(counted)"))
      try await expectClean(project)
    }
  }
}

/// The memory of a process that lies in RAM.
private func residentBytes(_ process: Int32) -> Int {
  let text = try? String(contentsOfFile: "/proc/\(process)/statm", encoding: .utf8)
  let pages = text?.split(separator: " ").dropFirst().first.flatMap { Int($0) } ?? 0
  return pages * Int(sysconf(Int32(_SC_PAGESIZE)))
}
