import SwabSSH
import SwabTestSupport
import Synchronization
import Testing

@Suite("Commands that are ended early", .serialized)
struct EndingTests {
  struct Case: Sendable, CustomTestStringConvertible {
    var maxSessions: Int
    var requestsPTY: Bool
    var ignoresTERM: Bool
    var testDescription: String {
      "MaxSessions \(maxSessions)\(requestsPTY ? ", pty" : "")\(ignoresTERM ? ", ignores TERM" : "")"
    }

    static let all = [1, 10].flatMap { sessions in
      [false, true].flatMap { pty in
        [false, true].map { Case(maxSessions: sessions, requestsPTY: pty, ignoresTERM: $0) }
      }
    }
  }

  @Test("a timeout ends the remote process and its children (TR-51)", arguments: Case.all)
  func timeout(_ test: Case) async throws {
    try await withSSHServer("MaxSessions \(test.maxSessions)") { server in
      let change = { (options: inout SSHConnectionOptions) in
        options.killGrace = .milliseconds(500)
      }
      try await withConnection(to: server, change: change) { connection in
        let trap = test.ignoresTERM ? "trap '' TERM; " : ""
        var command = SSHCommand("\(trap)echo started; sleep 1000 & sleep 1001; true")
        command.requestsPTY = test.requestsPTY
        command.timeout = .seconds(3)
        let output = Gathering()
        let error = try await sshError {
          _ = try await connection.execute(command) { await output.add($0) }
        }
        #expect(error.code == .commandTimedOut)
        #expect(
          error.description == """
            h1: the command was ended after 3 s
            hint: give it more time with a higher command timeout
            """
        )
        #expect(await output.result.text.hasPrefix("started"))
        try await eventually("nothing is left") {
          !server.commands.contains { ProcessTable.commandLine(of: $0).contains("sleep") }
        }
        // The connection is as good as before, the place of the command included.
        #expect(try await connection.collect("echo again").text == "again\n")
      }
    }
  }

  @Test("cancelling the task ends the remote process before it returns", arguments: [1, 10])
  func cancellation(maxSessions: Int) async throws {
    try await withSSHServer("MaxSessions \(maxSessions)") { server in
      try await withConnection(to: server) { connection in
        let started = AsyncStream.makeStream(of: Void.self)
        let task = Task {
          defer { started.continuation.finish() }
          return try await connection.execute(SSHCommand("echo started; sleep 1000; true")) { _ in
            started.continuation.yield()
          }
        }
        for await _ in started.stream { break }
        #expect(!server.commands.isEmpty)
        task.cancel()
        let error = try await sshError { _ = try await task.value }
        #expect(error.code == .cancelled)
        try await eventually("nothing is left") { server.commands.isEmpty }
      }
    }
  }

  @Test("cancelling many at once ends them all", arguments: [3, 10])
  func cancellationOfMany(maxSessions: Int) async throws {
    try await withSSHServer("MaxSessions \(maxSessions)") { server in
      try await withConnection(to: server) { connection in
        let tasks = (0..<20).map { _ in
          Task { try await connection.collect("sleep 1000; true") }
        }
        try await eventually("as many run as may") { server.commands.count == 2 * maxSessions }
        for task in tasks { task.cancel() }
        for task in tasks {
          let error = try await sshError { _ = try await task.value }
          #expect(error.code == .cancelled)
        }
        try await eventually("nothing is left") { server.commands.isEmpty }
      }
    }
  }

  @Test("a task that is cancelled from the start runs nothing")
  func cancelledBefore() async throws {
    try await withSSHServer { server in
      try await withConnection(to: server) { connection in
        let task = Task {
          withUnsafeCurrentTask { $0?.cancel() }
          return try await connection.collect("sleep 1000; true")
        }
        let error = try await sshError { _ = try await task.value }
        #expect(error.code == .cancelled)
        try await eventually("nothing is left") { server.commands.isEmpty }
      }
    }
  }

  @Test("a reader that throws ends the command, and its own error is thrown")
  func throwingReader() async throws {
    struct Enough: Error {}
    try await withSSHServer { server in
      try await withConnection(to: server) { connection in
        await #expect(throws: Enough.self) {
          _ = try await connection.execute(SSHCommand("yes")) { _ in throw Enough() }
        }
        try await eventually("nothing is left") { server.commands.isEmpty }
      }
    }
  }
}
