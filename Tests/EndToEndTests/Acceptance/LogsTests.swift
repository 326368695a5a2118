import Foundation
import SwabTestSupport
import Testing

/// `swab logs` as scripts use it.
@Suite("Acceptance: logs of containers", .testBed(.changing))
struct LogsTests {
  private static let talk = [
    "sh", "-c", #"printf 'one\n\033[32mtwo\033[0m\n'; echo three >&2; printf 'no end'"#,
  ]

  @Test("one host's output is handed on as it is, to the stream it was written to")
  func single() async throws {
    try await withContainers(running: Self.talk) { project, bed, container in
      try await eventually("all of it is in the log") {
        try await bed.hosts[0].docker("logs", container).contains("no end")
      }
      let run = try await project.swab("logs", "-H", "h1", container)
      #expect(run.exitStatus == 0, "\(run)")
      #expect(run.standardOutput == "one\n\u{1b}[32mtwo\u{1b}[0m\nno end")
      #expect(run.standardError == "three\n")
      let last = try await project.swab("logs", "-n1", "-H", "h1", container)
      #expect(last.standardOutput == "no end")
      let none = try await project.swab("logs", "--since", "2100-01-01", "-H", "h1", container)
      #expect(none.standardOutput.isEmpty && none.exitStatus == 0, "\(none)")
      let all = try await project.swab(
        "logs",
        "--since",
        "1h",
        "--until",
        "2100-01-01T00:00:00Z",
        "-t",
        "-H",
        "h1",
        container
      )
      let first = try #require(all.lines.first)
      #expect(first.hasSuffix("Z one") && first.count == "2026-11-23T20:22:26.745046977Z one".count)
    }
  }

  @Test("several hosts' lines stay whole, with the host before each")
  func several() async throws {
    let talk = [
      "sh", "-c", "for i in $(seq 2000); do echo \"line $i $(hostname)\"; done; sleep 617",
    ]
    try await withContainers(on: ["h1", "h2", "h3"], running: talk) { project, bed, container in
      for host in bed.hosts {
        try await eventually("all of it is in the log") {
          try await host.docker("logs", "-n1", container).first?.hasPrefix("line 2000 ") == true
        }
      }
      let run = try await project.swab("logs", "-H", "h1,h2,h3", container)
      #expect(run.exitStatus == 0, "\(run.standardError)")
      #expect(run.lines.count == 6000)
      for host in ["h1", "h2", "h3"] {
        let own = run.lines.filter { $0.hasPrefix("[\(host)] line ") }
        let numbers = own.compactMap { Int($0.split(separator: " ")[2]) }
        #expect(numbers == Array(1...2000))
        // Each container has a name of its own, so none got another's line.
        #expect(Set(own.compactMap { $0.split(separator: " ").last }).count == 1)
      }
      let times = try await project.swab("logs", "-t", "-n1", "-R", "web,db", container)
      #expect(times.lines.count == 3, "\(times)")
      #expect(times.lines.allSatisfy { $0.contains("Z line 2000 ") }, "\(times)")
    }
  }

  @Test("carriage returns at the ends of lines are no part of them", arguments: [[], ["-t"]])
  func carriageReturns(flags: [String]) async throws {
    let talk = ["sh", "-c", #"printf 'one\r\n10%%\r20%%\r\nthree\n'; sleep 617"#]
    try await withContainers(on: ["h1", "h2"], running: talk) { project, bed, container in
      for host in bed.hosts.prefix(2) {
        try await eventually("all of it is in the log") {
          try await host.docker("logs", container).contains { $0.contains("three") }
        }
      }
      let run = try await project.swab(["logs"] + flags + ["-H", "h1,h2", container])
      for host in ["h1", "h2"] {
        let own = run.lines.filter { $0.hasPrefix("[\(host)] ") }
          .map { flags.isEmpty ? $0 : "[\(host)] " + ($0.split(separator: " ").last ?? "") }
        #expect(own == ["one", "20%", "three"].map { "[\(host)] \($0)" }, "\(run)")
      }
    }
  }

  @Test("following goes on until the container ends, and shows lines as they come")
  func following() async throws {
    let talk = ["sh", "-c", "echo one; until [ -e /go ]; do sleep 0.1; done; echo two"]
    try await withContainers(running: talk) { project, bed, container in
      let run = try project.start(["logs", "-f", "-R", "web", container])
      try await run.waitForLine(containing: "one")
      #expect(run.standardOutput == "one\n")
      _ = try await bed.hosts[0].docker("exec", container, "touch", "/go")
      let ended = try await Run(ended: run)
      #expect(ended.exitStatus == 0, "\(ended)")
      #expect(ended.standardOutput == "one\ntwo\n")
    }
  }

  @Test("a reader that goes away ends it (TR-53)")
  func closedPipe() async throws {
    let talk = ["sh", "-c", "while true; do echo again; sleep 0.05; done"]
    try await withContainers(on: ["h1", "h2"], running: talk) { project, _, container in
      let run = try project.start(
        ["logs", "-f", "-H", "h1,h2", container],
        shell: #"{ "$0" "$@"; echo "status $?" >&2; } | head -n 3"#
      )
      let ended = try await Run(ended: run)
      #expect(ended.lines.count == 3, "\(ended)")
      #expect(ended.errorLines == ["status 141"], "\(ended)")
    }
  }

  @Test("secrets of env are hidden in logs")
  func secrets() async throws {
    let talk = ["sh", "-c", "echo password=hunter2secret; sleep 617"]
    try await withContainers(running: talk, env: ["db_password: hunter2secret"]) {
      project,
      bed,
      container in
      try await eventually("it is in the log") {
        try await !bed.hosts[0].docker("logs", container).isEmpty
      }
      let run = try await project.swab("logs", "-H", "h1", container)
      #expect(run.standardOutput == "password=••••\n", "\(run)")
    }
  }
}
