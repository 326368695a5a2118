import Foundation
import SwabTestSupport
import Testing

/// `swab exec` as scripts use it.
@Suite("Acceptance: commands in containers", .testBed(.changing))
struct ExecTests {
  @Test("streams are the command's, byte for byte, and so is the exit status")
  func streams() async throws {
    try await withContainers { project, _, container in
      let script = #"printf 'a\377\033b'; echo no >&2; exit 3"#
      let run = try project.start(
        ["exec", "-H", "h1", container, "sh", "-c", script],
        shell: #"exec "$0" "$@" >\#(project.folder.path("out"))"#
      )
      let ended = try await Run(ended: run)
      #expect(ended.exitStatus == 3, "\(ended)")
      #expect(ended.standardError == "no\n")
      let out = FileManager.default.contents(atPath: project.folder.path("out"))
      #expect(out == Data([0x61, 0xff, 0x1b, 0x62]))
    }
  }

  @Test("standard input reaches the command and ends there; without -i it is empty")
  func input() async throws {
    try await withContainers { project, _, container in
      let piped = String(repeating: "0123456789abcde\n", count: 65_536)
      let count = try await project.swab(
        "exec",
        "-i",
        "-H",
        "h1",
        container,
        "sh",
        "-c",
        "wc -c; exit 4",
        standardInput: piped
      )
      #expect(count.exitStatus == 4, "\(count)")
      #expect(count.standardOutput == "1048576\n")
      // Piped to head, which goes away before it has read all.
      let head = ["exec", "-i", "-H", "h1", container, "head", "-n1"]
      let first = try await project.swab(head, standardInput: piped)
      #expect(first.exitStatus == 0, "\(first)")
      #expect(first.standardOutput == "0123456789abcde\n")
      let none = try await project.swab("exec", "-H", "h1", container, "cat", standardInput: "x")
      #expect(none.exitStatus == 0, "\(none)")
      #expect(none.standardOutput.isEmpty)
    }
  }

  @Test("user, folder, variables and privilege are docker's")
  func options() async throws {
    try await withContainers { project, _, container in
      let flags = ["-u", "12:34", "-w", "/tmp", "-e", "A=1 2", "-e", "FROM_HERE", "-e", "NOT_HERE"]
      let script = #"echo "$(id -u):$(id -g) $PWD $A $FROM_HERE ${NOT_HERE-unset}""#
      let run = try await project.swab(
        ["exec"] + flags + ["-H", "h1", container, "sh", "-c", script],
        environment: ["FROM_HERE": "there"]
      )
      #expect(run.standardOutput == "12:34 /tmp 1 2 there unset\n", "\(run)")
      // What follows the container is the command's, whatever it looks like.
      let words = try await project.swab(
        "exec",
        "-H",
        "h1",
        container,
        "echo",
        "-H",
        "h9",
        "--",
        "--help"
      )
      #expect(words.standardOutput == "-H h9 -- --help\n", "\(words)")
    }
  }

  @Test(
    "a signal ends it in the container, whoever it runs as; where that can't be, it is told",
    arguments: [([], true), (["-u", "4711"], true), ([], false)]
  )
  func ended(flags: [String], hasShell: Bool) async throws {
    try await withContainers { project, bed, container in
      if !hasShell { _ = try await bed.hosts[0].docker("exec", container, "rm", "/bin/sh") }
      let command = ["yes", "swab-\(project.mark)"]
      let run = try project.start(["exec"] + flags + ["-H", "h1", container] + command)
      try await run.waitForLine(containing: "swab-")
      let line = command.joined(separator: " ")
      #expect(try await bed.hosts[0].runs(line, in: container))
      run.send(signal: SIGTERM)
      let ended = try await Run(ended: run)
      #expect(ended.exitStatus == 130)
      let told = "[h1] warning: the command in '\(container)' could not be ended, and may run on"
      #expect(ended.errorLines.contains(told) == !hasShell, "\(ended.standardError)")
      guard hasShell else { return }
      try await eventually("the end of the command") {
        try await !bed.hosts[0].runs(line, in: container)
      }
    }
  }

  @Test("what came before a failure is shown, also without the end of its line")
  func unfinished() async throws {
    let engine = try await DockerEngine.shared()
    let talk = ["sh", "-c", #"printf 'one\npart'; sleep 617"#]
    try await withSSHServer { server in
      let hosts = ["h1", "h2"].enumerated().map { index, name in
        // Another spelling of the socket makes another engine of it.
        let url = "unix://" + String(repeating: "/", count: index) + engine.socketPath
        return
          "  \(name): { address: \(server.address), user: \(server.user), port: \(server.port), "
          + "env: { docker_base_url: \"\(url)\" } }"
      }
      let login = "key_filename: \(server.clientKey), no_agent: true"
      let yaml = "env: { \(login) }\nhosts:\n\(hosts.joined(separator: "\n"))\n"
      try await Project.with(fabfile: yaml, tasks: "no Swift\n") { project in
        try project.trust(server)
        let name = "c-\(project.mark)"
        let container = ["run", "-d", "--init", "--network", "none", "--name", name]
        let started = try await RunningProcess.run(
          "docker",
          ["--host", "unix://\(engine.socketPath)"] + container + [DockerEngine.image] + talk
        )
        try #require(started.exitStatus == 0, "\(started.lines)")
        let run = try project.start(["exec", "-H", "h1,h2", name] + talk)
        for host in ["h1", "h2"] {
          try await run.waitForLine(containing: "[\(host)] one")
        }
        for session in ProcessTable.descendants(of: server.process.processID) {
          kill(session, SIGKILL)
        }
        let ended = try await Run(ended: run)
        let lines = ["[h1] one", "[h1] part (no newline)", "[h2] one", "[h2] part (no newline)"]
        #expect(ended.lines.sorted() == lines, "\(ended)")
        #expect(ended.exitStatus != 0)
        try await engine.docker("rm", "-f", name)
      }
    }
  }

  @Test("-d leaves the command alone")
  func detached() async throws {
    try await withContainers(on: ["h1", "h2"]) { project, bed, container in
      let run = try await project.swab("exec", "-d", "-H", "h1,h2", container, "sleep", "618")
      #expect(run.exitStatus == 0, "\(run)")
      #expect(run.standardOutput.isEmpty)
      for host in bed.hosts.prefix(2) {
        // An engine says that it runs a moment before it does.
        try await eventually("it runs") { try await host.runs("sleep 618", in: container) }
      }
      let missing = try await project.swab("exec", "-d", "-H", "h1", container, "nosuch")
      #expect(missing.exitStatus == 1, "\(missing)")
      #expect(missing.standardError.contains("nosuch"))
    }
  }

  @Test("several hosts run it at once, in whole lines with the host before each")
  func several() async throws {
    try await withContainers(on: ["h1", "h2", "h3"]) { project, _, container in
      let script = #"printf 'one \033[31m\n'; echo bad >&2; printf end; [ "$HOSTNAME" != x ]"#
      let run = try await project.swab(
        ["exec", "-H", "h1,h2,h3", container, "sh", "-c", script]
      )
      #expect(run.exitStatus == 0, "\(run)")
      let expected = ["h1", "h2", "h3"].flatMap {
        ["[\($0)] one \\x1b[31m", "[\($0)] end (no newline)"]
      }
      #expect(run.lines.sorted() == expected.sorted())
      #expect(run.errorLines.sorted() == ["[h1] bad", "[h2] bad", "[h3] bad"])
      // In one after another they would wait for each other for ever.
      let failing = try await project.swab("exec", "-H", "h1,h2", container, "sh", "-c", "exit 5")
      #expect(failing.exitStatus == 1, "\(failing)")
      let message = "'sh -c 'exit 5'' in '\(container)' gave exit status 5"
      #expect(failing.errorLines.contains("[h1] error: \(message)"), "\(failing)")
      #expect(failing.errorLines.last == "2 hosts: 2 failed")
    }
  }

  @Test("hosts that have no such container fail, and the others go on")
  func missingContainer() async throws {
    try await withContainers(on: ["h2"]) { project, _, container in
      for command in [["exec"], ["logs"]] {
        let words = command == ["exec"] ? ["echo", "here"] : []
        let run = try await project.swab(command + ["-H", "h1,h2,h3", container] + words)
        #expect(run.exitStatus == 1, "\(run)")
        #expect(run.lines == (command == ["exec"] ? ["[h2] here"] : []))
        for host in ["h1", "h3"] {
          let told = run.errorLines.filter { $0.hasPrefix("[\(host)] error: ") }
          #expect(told.count == 1, "\(run)")
          #expect(told.first?.hasSuffix("404: No such container: \(container)") == true, "\(run)")
        }
        #expect(run.errorLines.last == "3 hosts: 1 ok, 2 failed")
      }
    }
  }

  @Test("a command that isn't there has the status that docker gives")
  func missingCommand() async throws {
    try await withContainers { project, _, container in
      let run = try await project.swab("exec", "-H", "h1", container, "nosuch")
      #expect([126, 127].contains(run.exitStatus), "\(run)")
      #expect(run.standardOutput.contains("nosuch"))
    }
  }

  @Test(
    "mistakes are said before anything connects",
    arguments: [
      (["exec", "-H", "h1", "web"], 2, "no command is given to run in 'web'"),
      (["exec", "web", "ls"], 3, "swab exec needs a host, and none is selected"),
      (["exec"], 2, "missing expected argument '<container>'"),
      (["exec", "-it", "-H", "h1", "web", "sh"], 2, "-t gives the command this terminal, and"),
      (["exec", "-t", "-H", "h1", "web", "sh"], 2, "-t gives the command this terminal, and"),
      (["exec", "-i", "-H", "h1,h2", "web", "sh"], 2, "-i goes with one host, and 2 are selected"),
      (
        ["exec", "--detach-keys", "ctrl-ö", "-H", "h1", "web", "sh"], 2,
        "--detach-keys: 'ctrl-ö' is no key"
      ),
      (["exec", "-H", "h7", "web", "sh"], 3, "there is no host 'h7' in "),
      (["exec", "-y", "-H", "h1", "web", "sh"], 2, "unknown option '-y'"),
      (["logs", "-H", "h1"], 2, "missing expected argument '<container>'"),
      (["logs", "web"], 3, "swab logs needs a host, and none is selected"),
      (["logs", "--tail", "few", "-H", "h1", "web"], 2, "--tail is a number of lines or all"),
      (["logs", "--since", "soon", "-H", "h1", "web"], 2, "--since: 'soon' is no moment"),
      (["docker", "-H", "h1"], 2, "nothing is said to docker"),
      (["docker", "--", "ps"], 3, "swab docker needs a host, and none is selected"),
      (["tunnel"], 3, "swab tunnel needs a host, and none is selected"),
    ] as [([String], Int32, String)]
  )
  func mistakes(_ words: [String], _ status: Int32, _ message: String) async throws {
    let yaml = "hosts:\n  h1: me@192.0.2.1\n  h2: me@192.0.2.2\n"
    try await Project.with(fabfile: yaml, tasks: "no Swift\n") { project in
      let run = try await project.swab(words)
      #expect(run.exitStatus == status, "\(run)")
      #expect(run.standardError.hasPrefix("swab: \(message)"), "\(run)")
    }
  }

  @Test("-it on several hosts is refused, also at a terminal")
  func terminalForSeveral() async throws {
    try await Project.with(fabfile: "hosts:\n  h1: me@192.0.2.1\n  h2: me@192.0.2.2\n") { project in
      let words = ["exec", "-it", "-H", "h1,h2", "web", "sh"]
      let run = try await project.swab(words, terminal: true)
      #expect(run.exitStatus == 2, "\(run)")
      #expect(run.standardOutput.contains("swab: -it goes with one host, and 2 are selected"))
    }
  }
}
