import SwabSSH
import SwabTestSupport
import Testing

@Suite("Commands")
struct CommandTests {
  @Test("output, errors and exit status come apart, and none of them is an error")
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
}
