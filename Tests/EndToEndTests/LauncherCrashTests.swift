import SwabTestSupport
import Testing

@Suite("A fabfile that crashes")
struct LauncherCrashTests {
  @Test("names its line, and shows a screenful at most")
  func crash() async throws {
    let source = """
      import Swab

      let fabfile = Fabfile {
        task("crash", "Unwraps what isn't there", crash)
      }

      func crash() throws {
        puts("\\(env["nope"]!)")
      }

      """
    try await withLauncherSandbox(fabfile: source) { sandbox in
      let run = try await sandbox.run(
        "run",
        "crash",
        environment: ["SWAB_CACHE": CompileMistakesTests.cache]
      )
      #expect(run.exitStatus != 0)
      #expect(run.standardError.contains("Fabfile.swift:8: Fatal error: "))
      #expect(run.standardError.split(separator: "\n").count < 24, "\(run.standardError)")
    }
  }
}
