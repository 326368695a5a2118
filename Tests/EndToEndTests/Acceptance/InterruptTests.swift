import Foundation
import SwabTestSupport
import Testing

/// Ctrl-C, signals, questions: what a person at a terminal does.
@Suite("Acceptance: a person at the terminal")
struct InterruptTests {
  @Test("Ctrl-C at the terminal cancels once, shows the table, and gives 130 (TR-53)")
  func once() async throws {
    try await withBed { project, _ in
      let person = try Person(["run", "nap", "-H", "h1,h2,h3", "-P", "-z", "2"], of: project)
      try await person.sees("[h1]", "out: napping")
      try await person.sees("[h2]", "out: napping")
      person.types("\u{3}")
      let ended = try await person.leaves(within: ceiling(.seconds(5)))
      #expect(ended.exitStatus == 130, "\(ended)")
      #expect(ended.standardOutput.contains("3 hosts: 2 cancelled, 1 not attempted"), "\(ended)")
    }
  }

  @Test("Ctrl-C twice ends it at once, whatever a task is doing (TR-53)")
  func twice() async throws {
    try await withBed { project, _ in
      let person = try Person(["run", "stubborn", "-H", "h1"], of: project)
      try await person.sees("stubborn")
      person.types("\u{3}")
      try await person.sees("interrupted: ")
      // Within a fifth of a second, two signals are one.
      try await Task.sleep(for: .milliseconds(300))
      person.types("\u{3}")
      let ended = try await person.leaves(within: ceiling())
      #expect(ended.exitStatus == 130, "\(ended)")
      #expect(!ended.standardOutput.contains("1 host:"))
    }
  }

  @Test("SIGTERM is as good as Ctrl-C (TR-53)")
  func terminated() async throws {
    try await withBed { project, _ in
      let run = try project.start(["run", "nap", "first", "-H", "h1,h2"])
      try await run.waitForLine(containing: "out: napping")
      run.send(signal: SIGTERM)
      let ended = try await Run(ended: run, within: ceiling(.seconds(5)))
      #expect(ended.exitStatus == 130, "\(ended)")
      #expect(ended.errorLines.last == "2 hosts: 1 cancelled, 1 not attempted")
      // h1 did not fail, so it is not what kept h2 from its turn.
      let row = ended.errorLines.first { $0.hasPrefix("h2  not attempted") }
      #expect(row?.hasSuffix("nap: the run was interrupted") == true, "\(ended)")
    }
  }

  @Test("SIGQUIT ends it at once, and is no crash")
  func quit() async throws {
    try await withBed { project, _ in
      let run = try project.start(["run", "stubborn", "-H", "h1"])
      try await run.waitForLine(containing: "stubborn")
      run.send(signal: SIGQUIT)
      let ended = try await Run(ended: run, within: ceiling(.seconds(5)))
      #expect(ended.exitStatus == 128 + SIGQUIT, "\(ended)")
      #expect(!ended.standardError.contains("rash"), "\(ended)")
    }
  }

  @Test("Ctrl-C at a question leaves the terminal as it was (TR-53)")
  func question() async throws {
    try await withPasswordServer { project, server in
      let person = try Person(["run", "first", "nap", "-H", "h1"], of: project, showing: "stty -g")
      try await person.sees("Password for ")
      let ended = try await person.leaves(within: ceiling()) { person.types("\u{3}") }
      let settings = ended.lines.map { $0.filter { !$0.isWhitespace } }.filter {
        $0.split(separator: ":").count > 20
      }
      #expect(settings.count == 2, "\(ended)")
      #expect(Set(settings).count == 1, "\(ended)")
      try await expectClean(project, server)
    }
  }

  @Test("a new host key is asked about at the terminal, and then known; a no is an error (TR-57)")
  func newHostKey() async throws {
    try await withSSHServer { server in
      try await Project.with(fabfile: fabfile(for: server)) { project in
        try await project.compile()
        let question = "\(server.port)) is new, and shows the "
        let refusing = try Person(["run", "hello", "-H", "h1"], of: project)
        try await refusing.sees(question, "Trust it? (yes/no)")
        refusing.types("no\n")
        let refused = try await refusing.leaves(within: ceiling(.seconds(3)))
        #expect(refused.exitStatus == 4, "\(refused)")
        #expect(try project.folder.read("home/.ssh/known_hosts").isEmpty)

        let person = try Person(["run", "hello", "-H", "h1"], of: project)
        try await person.sees(question, "Trust it? (yes/no)")
        // Whatever else is said, the question is asked again.
        person.types("maybe\n")
        try await person.sees("Trust it? (yes/no)", times: 2)
        person.types("yes\n")
        let run = try await person.leaves(within: ceiling(.seconds(3)))
        #expect(run.exitStatus == 0, "\(run)")
        #expect(run.standardOutput.contains("hello from \(server.user)"))
        // By ssh's own reading: the system's ssh_config may want the names hashed.
        let place = "[127.0.0.1]:\(server.port)"
        let file = project.folder.path("home/.ssh/known_hosts")
        let found = try await RunningProcess.run("ssh-keygen", ["-F", place, "-f", file])
        #expect(found.standardOutput.contains(try server.hostKey()), "\(found.standardOutput)")

        let again = try Person(["run", "hello", "-H", "h1"], of: project)
        let known = try await again.leaves(within: ceiling(.seconds(3)))
        #expect(known.exitStatus == 0, "\(known)")
        #expect(!known.standardOutput.contains("Trust it?"))
        try await expectClean(project, server)
      }
    }
  }

  @Test("a password is asked for three times, and then that host alone has failed (TR-55)")
  func threeQuestions() async throws {
    try await withPasswordServer { project, server in
      let person = try Person(["run", "nap", "-H", "h1"], of: project)
      for number in 1...3 {
        try await person.sees("Password for ", times: number)
        person.types("wrong\(number)\n")
      }
      let ended = try await person.leaves(within: ceiling(.seconds(10)))
      #expect(ended.exitStatus == 4, "\(ended)")
      #expect(ended.standardOutput.components(separatedBy: "Password for ").count == 4)
      #expect(ended.standardOutput.contains("password (refused 3 times)"))
      #expect(ended.standardOutput.contains("1 host: 1 authentication failed"))
      #expect(!ended.standardOutput.contains("wrong"))
      try await expectClean(project, server)
    }
  }

  @Test("without a terminal, and at the end of input, a question is an error (TR-55)")
  func nobodyThere() async throws {
    try await withPasswordServer { project, server in
      let run = try await project.swab("run", "nap", "-H", "h1")
      #expect(run.exitStatus == 4, "\(run)")
      #expect(run.errorLines.last == "1 host: 1 authentication failed")
      let asked = try await project.swab("run", "nap", "-H", "h1", "--ask-password")
      #expect(asked.exitStatus == 2, "\(asked)")
      #expect(
        asked.standardError.contains(
          "there is no terminal to ask at: Password for all hosts of this run:"
        ),
        "\(asked)"
      )
      let person = try Person(["run", "nap", "-H", "h1"], of: project)
      try await person.sees("Password for ")
      person.types("\u{4}")
      let ended = try await person.leaves(within: ceiling())
      #expect(ended.standardOutput.contains("no answer to: Password for"), "\(ended)")
      #expect(ended.exitStatus != 0)
      try await expectClean(project, server)
    }
  }

  /// Lends a project whose host takes passwords only, and none that we know.
  private func withPasswordServer(
    _ body: (Project, SSHServer) async throws -> Void
  ) async throws {
    try await withSSHServer("PasswordAuthentication yes\nPubkeyAuthentication no") { server in
      let yaml = """
        env: { no_agent: true, no_keys: true, timeout: 60 }
        hosts:
          h1: \(server.hostString)

        """
      try await Project.with(fabfile: yaml, tasks: Project.acceptanceTasks) { project in
        try project.trust(server)
        try await project.compile()
        try await body(project, server)
      }
    }
  }
}

/// Somebody at a terminal, in which swab runs.
struct Person {
  private let process: RunningProcess
  private let keyboard: FileHandle
  private let start = ContinuousClock.now

  /// Starts swab in a terminal of its own.
  ///
  /// What `command` says runs in the same terminal before and after.
  init(_ arguments: [String], of project: Project, showing command: String = ":") throws {
    let fifo = project.folder.path("keyboard-\(UUID().uuidString.prefix(8))")
    guard mkfifo(fifo, 0o600) == 0 else { throw TestSupportError("no fifo: \(errno)") }
    // For both directions, so that neither side waits for the other to open it.
    guard let keyboard = FileHandle(forUpdatingAtPath: fifo) else {
      throw TestSupportError("the fifo can't be opened")
    }
    self.keyboard = keyboard
    process = try project.start(arguments, keyboard: fifo, showing: command)
  }

  func types(_ text: String) { try? keyboard.write(contentsOf: Data(text.utf8)) }

  /// Waits for a line with all of these texts, or for so many of them.
  func sees(_ texts: String..., times: Int = 1) async throws {
    try await eventually("\(texts) at the terminal") {
      let lines = process.standardOutput.components(separatedBy: .newlines)
      let found = lines.filter { line in texts.allSatisfy { line.contains($0) } }
      if found.count < times, process.exitStatus != nil {
        throw TestSupportError("ended without \(texts): \(process.standardOutput)")
      }
      return found.count >= times
    }
  }

  /// Waits for the end, doing something again and again until then.
  func leaves(within limit: Duration, _ action: () -> Void = {}) async throws -> Run {
    var next = ContinuousClock.now
    try await eventually("the end of swab", within: limit) {
      if ContinuousClock.now >= next {
        action()
        next = ContinuousClock.now + .milliseconds(400)
      }
      return process.exitStatus != nil
    }
    try await process.waitForExit()
    keyboard.closeFile()
    return Run(process, since: start)
  }
}
