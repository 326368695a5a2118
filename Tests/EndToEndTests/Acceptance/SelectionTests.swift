import Foundation
import SwabTestSupport
import Testing

/// What is said before anything connects.
@Suite("Acceptance: selection and the command line")
struct SelectionTests {
  /// A call that runs nothing, and what is said of it.
  struct Refusal: Sendable, CustomTestStringConvertible {
    let words: [String]
    let status: Int32
    let message: String
    let hint: String

    var testDescription: String { words.joined(separator: " ") }
  }

  static let refusals = [
    Refusal(
      words: ["first", "frist", "-H", "h1"],
      status: 2,
      message: "there is no task 'frist'",
      hint: "did you mean first?"
    ),
    Refusal(
      words: ["first", "-H", "h1,h9"],
      status: 3,
      message: "there is no host 'h9' in fabfile.yml",
      hint: "did you mean h1?"
    ),
    Refusal(
      words: ["first", "-R", "wbe"],
      status: 2,
      message: "there is no role 'wbe' in fabfile.yml",
      hint: "did you mean web?"
    ),
    Refusal(
      words: ["first", "-H", "h[2-4]"],
      status: 3,
      message: "there is no host 'h4' (from 'h[2-4]') in fabfile.yml",
      hint: "did you mean h1?"
    ),
    Refusal(
      words: ["first"],
      status: 3,
      message: "task 'first' needs a host, and none is selected",
      hint: "select some: -H HOST or -R ROLE; or say it in the fabfile: .hosts(…), .roles(…)"
    ),
    Refusal(
      words: ["first", "-R", "web", "-x", "h1"],
      status: 3,
      message: "task 'first': every selected host is excluded",
      hint: "look at -x, exclude_hosts and .excludeHosts(…)"
    ),
  ]

  @Test("what can't be is refused, and nothing runs (TR-19, TR-20, TR-31)", arguments: refusals)
  func refused(_ refusal: Refusal) async throws {
    try await withBed { project, _ in
      let run = try await project.swab(["run"] + refusal.words)
      #expect(run.exitStatus == refusal.status, "\(run)")
      let told = run.errorLines.map { $0.replacingOccurrences(of: "\(project.path)/", with: "") }
      #expect(told == ["swab: \(refusal.message)", "hint: \(refusal.hint)"])
      #expect(run.lines.isEmpty)
    }
  }

  @Test("one endpoint under several spellings runs once, under the first (TR-14)")
  func spellings() async throws {
    try await withBed { project, bed in
      let address = bed.hosts[0].address
      let run = try await project.swab(
        "run",
        "first",
        "-H",
        "root@h1,h1,root@\(address),root@\(address):22"
      )
      #expect(run.exitStatus == 0, "\(run)")
      #expect(run.lines == ["[root@h1] first on root@h1"])
    }
  }

  @Test("swab hosts lists each host once, with its roles (TR-1)")
  func hosts() async throws {
    try await withBed { project, _ in
      let run = try await project.swab("hosts")
      #expect(run.exitStatus == 0, "\(run)")
      for (host, role) in [("h1", "web"), ("h2", "db"), ("h3", "db")] {
        let lines = run.lines.filter { $0.hasPrefix("\(host) ") }
        #expect(lines.count == 1, "\(run)")
        #expect(lines.first?.contains(role) == true, "\(run)")
      }
    }
  }

  @Test("a task without need of a host runs once, here, and says so (TR-20)")
  func localTask() async throws {
    try await withBed { project, _ in
      let run = try await project.swab("run", "local_task")
      #expect(run.exitStatus == 0, "\(run)")
      #expect(run.lines == ["host: none"])
      #expect(
        run.errorLines.first
          == "Task 'local_task' runs once, on this machine: no host is selected"
      )
    }
  }

  @Test("several words after -- are a program with arguments, one is shell text (TR-29)")
  func bareCommands() async throws {
    try await withBed { project, _ in
      let words = try await project.swab("run", "-H", "h1", "--", "echo", "a  b", "$HOME;", "-P")
      #expect(words.lines == ["[h1] out: a  b $HOME; -P"], "\(words)")
      let text = try await project.swab("run", "-H", "h1", "--", "echo a  b; echo $((1+1))")
      #expect(text.lines == ["[h1] out: a b", "[h1] out: 2"], "\(text)")
    }
  }
}
