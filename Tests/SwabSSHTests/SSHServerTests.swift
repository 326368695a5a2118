import SwabTestSupport
import Testing

@Suite("The sshd of the tests")
struct SSHServerTests {
  @Test("it takes its client key and leaves nothing behind")
  func lifetime() async throws {
    let (port, folder) = try await withSSHServer { server in
      let ssh = try await RunningProcess.run(
        "ssh",
        [
          "-F", "none", "-i", server.clientKey, "-p", "\(server.port)",
          "-o", "StrictHostKeyChecking=no", "-o", "UserKnownHostsFile=/dev/null",
          "\(server.user)@\(server.address)", "sleep 1000 >/dev/null 2>&1 & echo $SWAB_TEST_SERVER",
        ]
      )
      #expect(ssh.standardOutput == server.mark + "\n")
      #expect(server.commands.count == 1)
      return (server.port, server.folder.path)
    }
    let listing = try await RunningProcess.run("ss", ["-Hltn", "sport = :\(port)"])
    #expect(listing.standardOutput.isEmpty)
    let found = try await RunningProcess.run("ls", [folder])
    #expect(found.exitStatus != 0)
  }
}
