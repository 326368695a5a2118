import Foundation
import NIOCore
import SwabSSH
import SwabTestSupport
import Testing

@Suite("Connections that go", .serialized)
struct ConnectionLossTests {
  @Test("sshd killed in mid-command: an error, for all that wait, and nothing is run again")
  func killed() async throws {
    try await withSSHServer { server in
      let file = server.folder.path("runs")
      try await withConnection(to: server) { connection in
        let tasks = (0..<5).map { _ in
          Task { try await connection.collect("echo x >>\(file); sleep 1000; true") }
        }
        try await eventually("all run") { server.commands.count == 10 }
        for process in ProcessTable.descendants(of: server.process.processID)
        where ProcessTable.commandLine(of: process).hasPrefix("sshd:") {
          kill(process, SIGKILL)
        }
        for task in tasks {
          let error = try await sshError { _ = try await task.value }
          #expect(error.code == .connectionLost)
          #expect(error.description == "h1: the connection was lost: the server closed it")
        }
        try await connection.closeFuture.get()
        #expect(!connection.isOpen)
        #expect(try server.folder.read("runs") == "x\nx\nx\nx\nx\n")
      }
    }
  }

  @Test("a stopped sshd is noticed by its silence")
  func stopped() async throws {
    try await withSSHServer { server in
      try await withConnection(
        to: server,
        change: {
          $0.keepaliveInterval = .seconds(2)
          $0.keepaliveCount = 2
        }
      ) { connection in
        _ = try await connection.collect("true")
        let family = ProcessTable.descendants(of: server.process.processID)
        for process in family { kill(process, SIGSTOP) }
        let error = try await sshError { _ = try await connection.collect("true") }
        #expect(error.code == .connectionLost)
        #expect(error.message.hasPrefix("the connection was lost: the server has been silent for"))
        for process in family { kill(process, SIGCONT) }
      }
    }
  }

  @Test("a command's timeout also counts while the server is stopped")
  func timeoutWhileStopped() async throws {
    try await withSSHServer { server in
      let change = { (options: inout SSHConnectionOptions) in
        options.keepaliveInterval = nil
        options.killGrace = .milliseconds(200)
        options.connectTimeout = .seconds(1)
      }
      try await withConnection(to: server, change: change) { connection in
        let family = ProcessTable.descendants(of: server.process.processID)
        for process in family { kill(process, SIGSTOP) }
        var command = SSHCommand("true")
        command.timeout = .seconds(1)
        let error = try await sshError { [command] in _ = try await connection.collect(command) }
        #expect(error.code == .commandTimedOut)
        for process in family { kill(process, SIGCONT) }
      }
    }
  }

  @Test("an idle connection lives on: the server answers, and nothing else happens")
  func keepalive() async throws {
    try await withSSHServer("LogLevel DEBUG1") { server in
      let change = { (options: inout SSHConnectionOptions) in
        options.keepaliveInterval = .seconds(2)
        options.keepaliveCount = 3
      }
      try await withConnection(to: server, change: change) { connection in
        _ = try await connection.collect("true")
        // More questions than may go unanswered.
        try await eventually("it was asked five times") {
          server.process.lines.count { $0.contains("rtype keepalive@") } >= 5
        }
        #expect(connection.isOpen)
        #expect(try await connection.collect("echo on").text == "on\n")
      }
    }
  }

  @Test("closing ends what is under way, and can be repeated")
  func closing() async throws {
    try await withSSHServer { server in
      try await withConnection(to: server) { connection in
        let task = Task { try await connection.collect("sleep 1000; true") }
        try await eventually("it runs") { !server.commands.isEmpty }
        await connection.close()
        await connection.close()
        let error = try await sshError { _ = try await task.value }
        #expect(error.description == "h1: the connection was closed")
      }
    }
  }
}
