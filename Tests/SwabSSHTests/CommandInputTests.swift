import NIOCore
import SwabSSH
import SwabTestSupport
import Synchronization
import Testing

@Suite("What commands read, piece by piece", .serialized)
struct CommandInputTests {
  private struct NoMore: Error {}

  @Test("the pieces reach the command in order, and so does their end")
  func pieces() async throws {
    try await withSSHServer { server in
      try await withConnection(to: server) { connection in
        var command = SSHCommand("cksum")
        command.input = { write in
          for number in 0..<40 {
            try await write(ByteBuffer(repeating: UInt8(number), count: 100_000))
          }
        }
        let ours = try await connection.collect(command)
        let text =
          "for n in $(seq 0 39); do head -c 100000 /dev/zero | tr '\\0' "
          + "\"\\\\$(printf %03o $n)\"; done | cksum"
        #expect(ours.text == (try await connection.collect(text)).text)
      }
    }
  }

  @Test("a command that never reads holds its input up, and not its end")
  func unread() async throws {
    try await withSSHServer { server in
      try await withConnection(to: server) { connection in
        let fetched = Mutex(0)
        var command = SSHCommand("sleep 0.5; exit 4")
        command.input = { write in
          while true {
            try await write(ByteBuffer(repeating: 7, count: 100_000))
            fetched.withLock { $0 += 100_000 }
          }
        }
        let result = try await connection.collect(command)
        #expect(result.status.exitStatus == 4)
        // sshd's window of 2 MiB, what is held for it, and the pipe.
        #expect(fetched.withLock { $0 } < 4 << 20)
      }
    }
  }

  @Test("input that fails ends the command, and is what is thrown")
  func failure() async throws {
    try await withSSHServer { server in
      try await withConnection(to: server) { connection in
        var command = SSHCommand("exec sleep 617")
        command.input = { write in
          try await write(ByteBuffer(string: "x"))
          throw NoMore()
        }
        await #expect(throws: NoMore.self) { try await connection.collect(command) }
        #expect(server.commands.isEmpty)
      }
    }
  }

  @Test("who stops waiting ends the input as well")
  func cancellation() async throws {
    try await withSSHServer { server in
      try await withConnection(to: server) { connection in
        let isOver = Mutex(false)
        let task = Task {
          var command = SSHCommand("echo up; exec sleep 617")
          command.input = { write in
            defer { isOver.withLock { $0 = true } }
            while true { try await write(ByteBuffer(repeating: 7, count: 100_000)) }
          }
          _ = try await connection.collect(command)
        }
        try await eventually("the command runs") { !server.commands.isEmpty }
        task.cancel()
        let result = await task.result
        #expect(throws: (any Error).self) { try result.get() }
        #expect(isOver.withLock { $0 })
        #expect(server.commands.isEmpty)
      }
    }
  }

  @Test("input is waited for, while the command speaks")
  func conversation() async throws {
    try await withSSHServer { server in
      try await withConnection(to: server) { connection in
        let (lines, answers) = AsyncStream.makeStream(of: String.self)
        var command = SSHCommand("for n in 1 2 3; do read x; echo \"$n $x\"; done")
        command.input = { write in
          var word = "start"
          try await write(ByteBuffer(string: "\(word)\n"))
          for await line in lines {
            word = line.inOneWord
            try await write(ByteBuffer(string: "\(word)\n"))
          }
        }
        let output = Mutex("")
        let status = try await connection.execute(command) { chunk in
          guard case .standardOutput(let bytes) = chunk else { return }
          let text = String(buffer: bytes)
          output.withLock { $0 += text }
          answers.yield(text)
        }
        #expect(status.exitStatus == 0)
        #expect(output.withLock { $0 } == "1 start\n2 1-start\n3 2-1-start\n")
      }
    }
  }
}

extension String {
  /// The text in one word: its end of line gone, and blanks become dashes.
  fileprivate var inOneWord: String {
    String(self.filter { $0 != "\n" }.map { $0 == " " ? "-" : $0 })
  }
}
