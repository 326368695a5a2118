import Foundation
import SwabTestSupport
import Testing

@Suite("secrets in the environment")
struct SecretVariablesTests {
  /// What a task's command can see of swab's environment and its own goes to a file, since all that
  /// is shown is masked.
  private static let fabfile = """
    import Swab

    let fabfile = Fabfile {
      task("look", "Look at the environment", look)
    }

    func look() async throws {
      let file = try env.string("file")
      try await local("{ tr '\\\\0' '\\\\n' </proc/$PPID/environ; env; } >\\(quoted(file))")
      puts("api_token has \\(try env.string("api_token").count) letters")
      puts("password: \\(env["password"] == nil), sudo: \\(env["sudo_password"] == nil)")
      try await local("echo hunter-of-passwords hunter-of-sudo hunter-of-tokens")
    }

    """

  @Test("are gone before a task runs: from swab's own, in /proc too, and from its children's")
  func wiped() async throws {
    try await withLauncherSandbox(fabfile: Self.fabfile) { sandbox in
      let file = sandbox.folder.path("environments")
      let run = try await sandbox.run(
        "run",
        "look",
        "--set",
        "file=\(file)",
        environment: [
          "SWAB_PASSWORD": "hunter-of-passwords", "SWAB_SUDO_PASSWORD": "hunter-of-sudo",
          "SWAB_API_TOKEN": "hunter-of-tokens", "SWAB_SITE": "berlin",
        ]
      )
      #expect(run.exitStatus == 0, "\(run.standardError)")
      #expect(run.standardOutput.contains("api_token has 16 letters"))
      #expect(run.standardOutput.contains("password: true, sudo: true"))
      #expect(run.standardOutput.contains("•••• •••• ••••"))
      #expect(!(run.standardOutput + run.standardError).contains("hunter"))

      let seen = try sandbox.folder.read("environments")
      #expect(seen.components(separatedBy: "SWAB_SITE=berlin").count == 3, "\(seen)")
      #expect(!seen.contains("hunter"), "\(seen)")
    }
  }
}
