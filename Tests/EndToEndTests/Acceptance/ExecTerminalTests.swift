import Foundation
import SwabTestSupport
import Testing

/// `swab exec -it` as a person at a terminal sees it.
@Suite("Acceptance: a container at the terminal", .testBed(.changing))
struct ExecTerminalTests {
  @Test("a shell in a container has keys, size and exit status, and leaves the terminal as it was")
  func shell() async throws {
    try await withContainers { project, _, container in
      try await Screen.with(project) { screen in
        let before = try await screen.settings(project)
        try await screen.entersSwab("exec -it -e PS1=inside'> ' -H h1 \(container) sh")
        try await screen.sees("inside> ")
        // Echoed once, by the shell in the container.
        try await screen.enters("echo $((6 * 7)) in $0")
        try await screen.sees("42 in sh")
        // The size comes after the start, and changes whenever that gets there.
        let fits = { (size: String, word: String) in
          try await screen.enters(
            "until [ \"$(stty size)\" = '\(size)' ]; do sleep 0.1; done; echo \(word)"
          )
          try await screen.sees("\n\(word)")
        }
        try await fits("30 90", "wide")
        try await screen.resizes(columns: 70, rows: 20)
        try await fits("20 70", "narrow")
        try await screen.enters("sleep 617")
        try await screen.presses("C-c")
        try await screen.sees("^C")
        try await screen.enters("echo still $((1 + 1))")
        try await screen.sees("still 2")
        try await screen.enters("exit 7")
        try await screen.sees(Screen.prompt, times: 4)
        try await screen.enters("echo status $?")
        try await screen.sees("status 7")
        #expect(try await screen.settings(project) == before)
      }
    }
  }

  @Test(
    "the keys to go away leave the command running",
    arguments: ["", "--detach-keys ctrl-x,y "]
  )
  func detaching(flags: String) async throws {
    try await withContainers { project, bed, container in
      try await Screen.with(project) { screen in
        let before = try await screen.settings(project)
        let command = "sh -c 'echo here; exec sleep 618'"
        try await screen.entersSwab("exec -it \(flags)-H h1 \(container) \(command)")
        try await screen.sees("\nhere")
        if flags.isEmpty {
          try await screen.presses("C-p", "C-q")
        } else {
          try await screen.presses("C-x", "y")
        }
        try await screen.sees("the command runs on in '\(container)'")
        try await screen.sees(Screen.prompt, times: 4)
        try await screen.enters("echo status $?")
        try await screen.sees("status 0")
        #expect(try await screen.settings(project) == before)
        #expect(try await bed.hosts[0].runs("sleep 618", in: container))
      }
    }
  }

  @Test(
    "a signal leaves the terminal as it was, and ends the command if there is time for it",
    arguments: [SIGTERM, SIGHUP, SIGINT, SIGQUIT]
  )
  func signals(_ number: Int32) async throws {
    try await withContainers { project, bed, container in
      try await Screen.with(project) { screen in
        let before = try await screen.settings(project)
        let command = "sh -c 'echo here; sleep 618'"
        try await screen.entersSwab("exec -it -H h1 \(container) \(command)")
        try await screen.sees("\nhere")
        let swab = try #require(
          project.processes.first {
            ProcessTable.commandLine(of: $0).contains("exec -it -H h1 \(container)")
          }
        )
        kill(swab, number)
        try await screen.sees(Screen.prompt, times: 4)
        #expect(try await screen.settings(project) == before)
        // This one ends a program at once.
        guard number != SIGQUIT else { return }
        try await eventually("the end of the command") {
          try await !bed.hosts[0].runs("sleep 618", in: container)
        }
        try await screen.enters("clear; echo status $?")
        try await screen.sees("status ")
      }
    }
  }

  @Test("a signal gives the terminal back at once, also where the host is lost")
  func lostHost() async throws {
    let engine = try await DockerEngine.shared()
    try await withSSHServer { server in
      // Nothing but what ends the command bounds that.
      let yaml = fabfile(
        for: server,
        "docker_base_url: unix://\(engine.socketPath)",
        "docker_timeout: 3600",
        "keepalive: 0"
      )
      try await Project.with(fabfile: yaml, tasks: "no Swift\n") { project in
        try project.trust(server)
        let name = "c-\(project.mark)"
        let container = ["--init", "--network", "none", "--name", name, DockerEngine.image]
        let started = try await RunningProcess.run(
          "docker",
          ["--host", "unix://\(engine.socketPath)", "run", "-d"] + container + ["sleep", "617"]
        )
        try #require(started.exitStatus == 0, "\(started.lines)")
        try await Screen.with(project) { screen in
          let before = try await screen.settings(project)
          try await screen.entersSwab("exec -it -H h1 \(name) sh -c 'echo here; sleep 618'")
          try await screen.sees("\nhere")
          let swab = try #require(
            project.processes.first {
              ProcessTable.commandLine(of: $0).contains("exec -it -H h1 \(name)")
            }
          )
          let terminal = try FileManager.default.destinationOfSymbolicLink(
            atPath: "/proc/\(swab)/fd/0"
          )
          let sessions = ProcessTable.descendants(of: server.process.processID)
          for session in sessions { kill(session, SIGSTOP) }
          kill(swab, SIGTERM)
          // While it still tries to end the command.
          try await eventually("the terminal is as it was") {
            let shown = try await RunningProcess.run("stty", ["-F", terminal, "-a"])
            let isCooked = shown.standardOutput.contains(" icanon")
            return isCooked && ProcessTable.isRunning(swab)
          }
          try await screen.sees("could not be ended, and may run on")
          try await screen.sees(Screen.prompt, times: 4)
          #expect(try await screen.settings(project) == before)
          for session in sessions { kill(session, SIGCONT) }
        }
        try await engine.docker("rm", "-f", name)
        try await expectClean(project, server)
      }
    }
  }

  @Test("Ctrl-C without a terminal for the command ends it in the container (TR-53)")
  func interrupted() async throws {
    try await withContainers(on: ["h1", "h2"]) { project, bed, container in
      try await Screen.with(project) { screen in
        let command = "sh -c 'echo here; sleep 618'"
        try await screen.entersSwab("exec -H h1,h2 \(container) \(command)")
        try await screen.sees("[h1] here")
        try await screen.sees("[h2] here")
        try await screen.presses("C-c")
        try await screen.sees("interrupted: ending the command in the container")
        try await screen.sees(Screen.prompt, times: 2)
        try await screen.enters("echo status $?")
        try await screen.sees("status 130")
        for host in bed.hosts.prefix(2) {
          try await eventually("the end of the command") {
            try await !host.runs("sleep 618", in: container)
          }
        }
      }
    }
  }

  @Test(
    "Ctrl-C is how following logs ends, quietly",
    arguments: [("h1", ["\none", "\ntwo"]), ("h1,h2", ["[h1] one", "[h1] two", "[h2] two"])]
  )
  func logs(hosts: String, lines: [String]) async throws {
    let talk = ["sh", "-c", "echo one; echo two >&2; sleep 617"]
    try await withContainers(on: ["h1", "h2"], running: talk) { project, _, container in
      try await Screen.with(project) { screen in
        try await screen.entersSwab("logs -f -H \(hosts) \(container)")
        for line in lines { try await screen.sees(line) }
        try await screen.presses("C-c")
        try await screen.sees(Screen.prompt, times: 2)
        try await screen.enters("echo status $?")
        try await screen.sees("status 130")
        let shown = try await screen.shows()
        #expect(!shown.contains("interrupted") && !shown.contains("error"), "\(shown)")
      }
    }
  }
}
