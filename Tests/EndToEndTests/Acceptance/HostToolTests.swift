import Foundation
import SwabTestSupport
import Testing

/// What there is for hosts beside `run`.
@Suite("Acceptance: tools for hosts")
struct HostToolTests {
  /// Lends a project with those tasks on the test bed.
  private func withTools(
    _ env: [String] = [],
    _ body: (Project, TestBed) async throws -> Void
  ) async throws {
    let bed = try TestBed.current()
    let yaml = """
      docker_clients:
        first: { fabric_host: h1, interfaces: { private: 192.0.2.1 } }
        second: { fabric_host: h2, interfaces: { private: 192.0.2.2 } }
        third: { fabric_host: h3 }

      """
    let text = fabfile(for: bed, env) + yaml
    try await Project.with(fabfile: text, tasks: Project.hostTools) { project in
      try await project.compile()
      try await body(project, bed)
      try await expectClean(project)
    }
  }

  @Test("files and folders of a host are looked at, and temporary ones are always removed")
  func files() async throws {
    try await withTools { project, _ in
      let run = try await project.swab("run", "files", "-H", "h1")
      #expect(run.exitStatus == 0, "\(run)")
      #expect(
        run.lines.filter { $0.hasPrefix("[h1] ") && !$0.contains("out: ") } == [
          #"[h1] ["true", "false", "nothing"]"#, "[h1] a+b", "[h1] a", "[h1] nothing",
          "[h1] h1: run 'exit 4' gave exit status 4", "[h1] 750", "[h1] nobody",
          "[h1] left: false false", "[h1] still here",
        ],
        "\(run)"
      )
      let warnings = run.errorLines.filter { $0.contains("warning: ") }
      #expect(warnings == ["[h1] warning: run 'rm -r -- /nosuch' gave exit status 1"])
    }
  }

  @Test("addresses of a host are those that ip tells")
  func network() async throws {
    try await withTools { project, bed in
      let run = try await project.swab("run", "network", "-H", "h1")
      #expect(run.exitStatus == 0, "\(run)")
      let full = "0000:0000:0000:0000:0000:0000:0000:0001"
      #expect(run.lines.prefix(2) == ["[h1] \(bed.hosts[0].address)", "[h1] \(full)"])
      #expect(run.description.contains("there is no network interface 'nosuch0'"))
      #expect(run.description.contains("hint: there are: lo, eth0"))
    }
  }

  @Test("users are added with their groups, and an id that differs is an error (DF 43)")
  func users() async throws {
    try await withTools { project, _ in
      let run = try await project.swab("run", "users", "-H", "h1")
      #expect(run.exitStatus == 0, "\(run)")
      let said = run.lines.filter {
        $0.hasPrefix("[h1] ") && !$0.contains("out: ") && !$0.contains("hint: ")
      }
      #expect(
        said == [
          "[h1] new user 4711", "[h1] same user 4711",
          #"[h1] groups ["adm", "swabapp", "www-data"]"#,
          "[h1] h1: user 'swabapp' has the id 4711, not 4712",
          "[h1] any user 4711", "[h1] new group 4713", "[h1] same group 4713",
          "[h1] h1: group 'swabgroup' has the id 4713, not 4714",
          "[h1] nobody true []", "[h1] no group true", "[h1] outside true",
        ],
        "\(run)"
      )
      // Only the group that was missing is added.
      let assigned = run.errorLines.filter { $0.contains("usermod") && $0.contains("-aG") }
      #expect(assigned.count == 1 && assigned[0].contains("-aG www-data swabapp"), "\(run)")
    }
  }

  @Test("commands run as root or another user, on the host that is meant")
  func elevated() async throws {
    try await withTools { project, _ in
      let run = try await project.swab("run", "elevated", "-H", "h1")
      #expect(run.exitStatus == 0, "\(run)")
      let said = run.lines.filter { !$0.contains("out: ") }
      #expect(
        said == [
          "[h1] root+fed", "[h1] guest", "[h1] /run/home/guest", "[h1] 5", "[h1] root",
          "[h1] h2",
        ],
        "\(run)"
      )
      #expect(run.errorLines.contains("[h1] sudo: id -un; cat"), "\(run)")
      #expect(run.errorLines.contains("[h1] warning: sudo 'exit 5' gave exit status 5"))
      #expect(run.errorLines.contains("[h2] sudo: hostname"))
    }
  }

  @Test("roles of a host, and the addresses of a role's hosts, are told")
  func roles() async throws {
    try await withTools { project, _ in
      let run = try await project.swab("run", "roles", "-H", "h1")
      #expect(run.exitStatus == 0, "\(run)")
      #expect(
        run.lines == [
          #"[h1] ["web"]"#, #"[h1] ["192.0.2.1"]"#, #"[h1] ["192.0.2.2"]"#, "[h1] no such role",
        ]
      )
    }
  }

  @Test("!env is what it was when the task began, and !env_lazy what it is (DF 42)")
  func moments() async throws {
    let env = [
      "tag: one", "early: !env tag", "late: !env_lazy tag", "missing: !env_lazy nosuch",
    ]
    try await withTools(env) { project, _ in
      let run = try await project.swab("run", "moments", "-H", "h1")
      #expect(run.lines == ["[h1] one 2", "[h1] missing"], "\(run)")
    }
    try await withTools(["early: !env nosuch"]) { project, _ in
      let run = try await project.swab("run", "roles", "-H", "h1")
      #expect(run.exitStatus == 2, "\(run)")
      #expect(run.description.contains("!env nosuch: there is no 'nosuch' in this host's env"))
      #expect(run.lines.isEmpty)
    }
  }
}
