import Foundation
import NIOCore
import SwabSSH
import SwabTestSupport
import Synchronization
import Testing

@Suite("Commands", .serialized)
struct CommandTests {
  @Test("output, errors and exit status come apart, and none of them is an error (TR-48)")
  func statuses() async throws {
    try await withSSHServer { server in
      try await withConnection(to: server) { connection in
        for code in [0, 1, 3, 127, 255] {
          let result = try await connection.collect("echo out; echo err >&2; exit \(code)")
          #expect(result.text == "out\n")
          #expect(String(buffer: result.error) == "err\n")
          #expect(result.status.exitStatus == code)
          #expect(result.status.signal == nil)
        }
      }
    }
  }

  @Test("a command that a signal ended says which")
  func signals() async throws {
    try await withSSHServer { server in
      try await withConnection(to: server) { connection in
        for signal in ["TERM", "KILL", "HUP"] {
          let result = try await connection.collect("kill -\(signal) $$; sleep 100")
          #expect(result.status.signal == signal)
          #expect(result.status.exitStatus == nil)
        }
      }
    }
  }

  @Test("the exit status is waited for when output ends long before")
  func lateStatus() async throws {
    try await withSSHServer { server in
      try await withConnection(to: server) { connection in
        let result = try await connection.collect("exec >&- 2>&-; sleep 0.3; exit 7")
        #expect(result.status.exitStatus == 7)
      }
    }
  }

  @Test("the process id leads the command's process group")
  func processID() async throws {
    try await withSSHServer { server in
      try await withConnection(to: server) { connection in
        let result = try await connection.collect("ps -o pid=,pgid=,sid= -p $$; echo $$")
        let processID = try #require(result.status.processID)
        let numbers = result.text.split { " \n".contains($0) }.compactMap { Int($0) }
        #expect(numbers == Array(repeating: processID, count: 4))
      }
    }
  }

  @Test("standard input reaches the command, and its end does", arguments: [nil, 0, 3_000_000])
  func standardInput(count: Int?) async throws {
    try await withSSHServer { server in
      try await withConnection(to: server) { connection in
        var command = SSHCommand("wc -c")
        command.standardInput = count.map { [UInt8](repeating: 7, count: $0) }
        let result = try await connection.collect(command)
        #expect(result.text == "\(count ?? 0)\n")
      }
    }
  }

  @Test("a command that doesn't read its input ends all the same")
  func unreadInput() async throws {
    try await withSSHServer { server in
      try await withConnection(to: server) { connection in
        var command = SSHCommand("exit 4")
        command.standardInput = [UInt8](repeating: 7, count: 5_000_000)
        let result = try await connection.collect(command)
        #expect(result.status.exitStatus == 4)
      }
    }
  }

  @Test("with a terminal there is one")
  func terminal() async throws {
    try await withSSHServer { server in
      try await withConnection(to: server) { connection in
        var command = SSHCommand("tty >/dev/null && echo yes; echo err >&2")
        command.requestsPTY = true
        let result = try await connection.collect(command)
        #expect(result.text == "yes\r\nerr\r\n")
        #expect(result.error.readableBytes == 0)
        #expect(result.status.processID != nil)
      }
    }
  }

  @Test("20 MB on each stream arrive byte for byte")
  func bulk() async throws {
    try await withSSHServer { server in
      let bytes = (0..<20_000_000).map { UInt8(truncatingIfNeeded: $0 &* 31 &+ $0 >> 8) }
      let file = server.folder.path("bulk")
      try Data(bytes).write(to: URL(fileURLWithPath: file))
      try await withConnection(to: server) { connection in
        let result = try await connection.collect("cat \(file) & cat \(file) >&2; wait")
        #expect(result.output == ByteBuffer(bytes: bytes))
        #expect(result.error == ByteBuffer(bytes: bytes))
      }
    }
  }

  @Test("rekeying in the midst of it changes nothing")
  func rekeying() async throws {
    try await withSSHServer("RekeyLimit 1M") { server in
      try await withConnection(to: server) { connection in
        var command = SSHCommand("cat")
        command.standardInput = (0..<20_000_000).map { UInt8(truncatingIfNeeded: $0 >> 4) }
        let result = try await connection.collect(command)
        #expect(result.output == ByteBuffer(bytes: command.standardInput ?? []))
      }
    }
  }

  @Test("rekeying changes nothing while several channels are busy both ways")
  func rekeyingWithChannels() async throws {
    try await withSSHServer("RekeyLimit 256K") { server in
      try await withConnection(to: server) { connection in
        try await withThrowingTaskGroup { group in
          for number in 0..<6 {
            group.addTask {
              var command = SSHCommand("cat")
              let input = (0..<4_000_000).map { UInt8(truncatingIfNeeded: $0 >> 3 &+ number) }
              command.standardInput = input
              let result = try await connection.collect(command)
              #expect(result.output == ByteBuffer(bytes: input))
            }
            group.addTask {
              for _ in 0..<20 {
                let result = try await connection.collect("echo x")
                #expect(result.text == "x\n")
              }
            }
          }
          try await group.waitForAll()
        }
      }
    }
  }

  @Test("what nobody reads stays on the host")
  func backPressure() async throws {
    try await withSSHServer { server in
      let file = server.folder.path("progress")
      try await withConnection(to: server) { connection in
        let seen = Mutex(0)
        // Says after each MiB how far it came.
        let text = """
          n=0; while [ $n -lt 40 ]; do head -c 1048576 /dev/zero; n=$((n+1)); echo $n >\(file); done
          """
        let status = try await connection.execute(SSHCommand(text)) { chunk in
          guard case .standardOutput(let bytes) = chunk else { return }
          let first = seen.withLock { seen in
            defer { seen += bytes.readableBytes }
            return seen == 0
          }
          guard first else { return }
          // Waits until the host has come to a stop, that is, as long as it still gets on.
          var last = ""
          try await eventually("the command stands still") {
            let before = last
            try await Task.sleep(for: .milliseconds(300))
            last = (try? String(contentsOfFile: file, encoding: .utf8)) ?? ""
            return last == before
          }
          let reached = Int(last.trimmingCharacters(in: .newlines)) ?? 0
          // Our window, sshd's buffers, a pipe.
          #expect(reached < 8)
        }
        #expect(status.exitStatus == 0)
        #expect(seen.withLock { $0 } == 40 * 1_048_576)
      }
    }
  }

  @Test("a hundred commands at once share the sessions that there are", arguments: [10, 3, 1])
  func manyAtOnce(maxSessions: Int) async throws {
    try await withSSHServer("MaxSessions \(maxSessions)") { server in
      try await withConnection(to: server) { connection in
        let results = try await withThrowingTaskGroup(of: (Int, Collected).self) { group in
          for number in 0..<100 {
            group.addTask {
              (number, try await connection.collect("echo \(number); exit \(number)"))
            }
          }
          return try await group.reduce(into: [Int: Collected]()) { $0[$1.0] = $1.1 }
        }
        for number in 0..<100 {
          #expect(results[number]?.text == "\(number)\n")
          #expect(results[number]?.status.exitStatus == number)
        }
      }
    }
  }

  @Test(
    "any text means the same under any login shell",
    arguments: ["/bin/sh", "/bin/bash", "/usr/bin/zsh", "/usr/bin/fish", "/usr/bin/tcsh"]
  )
  func loginShells(shell: String) async throws {
    let forced =
      "ForceCommand echo Welcome to this host; exec \(shell) -c \"$SSH_ORIGINAL_COMMAND\""
    try await withSSHServer(forced) { server in
      try await withConnection(to: server) { connection in
        for text in Self.words {
          let inner = text.replacingOccurrences(of: "'", with: "'\\''", options: .literal)
          let quoted = "'\(inner)'"
          let result = try await connection.collect("printf '%s|' \(quoted) $((1+1)); echo \"$0\"")
          #expect(result.text == "\(text)|2|/bin/sh\n")
        }
        let result = try await connection.collect("cat <<E\n$((2+3))\nE\n# '\"\\ !\nexit 9")
        #expect(result.text == "5\n")
        #expect(result.status.exitStatus == 9)
      }
    }
  }

  static let words = [
    "plain", "it's", "a \"b\" c", "back\\slash", "\\\\two", "end\\", "bang!", "!!", "new\nline",
    "über",
    "100%", "%s %d", "$HOME `id`", "a\tb", "~", "*", "\\'", "#x", "; & |", "{a,b}", "^x^y",
    // Accents for what stands before them, be it a quote.
    "a'\u{301}b", "\u{301}; exit 1;",
  ]

  @Test("an account that may not log in says so")
  func refusedByShell() async throws {
    try await withSSHServer("ForceCommand echo This account is not available.; exit 1") { server in
      try await withConnection(to: server) { connection in
        let result = try await connection.collect("true")
        #expect(result.text == "This account is not available.\n")
        #expect(result.status.exitStatus == 1)
        #expect(result.status.processID == nil)
      }
    }
  }
}
