import Foundation
import SwabTestSupport
import Testing

@Suite("abort in a fabfile", .serialized)
struct LauncherAbortTests {
  /// The C library's `abort()` comes with Foundation.
  static let imports = ["", "import Foundation\n"]
  static let calls = ["try abort()", #"try abort("no more")"#]

  /// A function that waits for nothing, one that does, and both kinds of closures.
  private static func source(_ imports: String, _ call: String) -> String {
    """
    \(imports)import Swab

    let fabfile = Fabfile {
      task("plain", "P", plain)
      task("waiting", "W", waiting)
      task("closure", "C") { \(call) }
      task("some", "S") { (host: Host) in
        if host.name == "h1" { \(call) }
        return try await local("true").stdout
      }
    }

    func plain() throws { \(call) }

    func waiting() async throws {
      try await local("true")
      \(call)
    }

    """
  }

  @Test("ends the task, not swab, in all kinds of bodies", arguments: imports, calls)
  func fails(_ imports: String, _ call: String) async throws {
    try await withLauncherSandbox(fabfile: Self.source(imports, call)) { sandbox in
      for task in ["plain", "waiting", "closure"] {
        let run = try await sandbox.run(
          "run",
          task,
          environment: ["SWAB_CACHE": CompileMistakesTests.cache]
        )
        let reason = call.contains("no more") ? "no more" : "the task gave up"
        #expect(run.exitStatus == 1, "\(run.standardError)")
        #expect(run.standardError.contains("error: \(reason)\n"), "\(run.standardError)")
        #expect(run.standardError.contains("1 failed"), "\(run.standardError)")
        #expect(!run.standardError.contains("warning: "), "\(run.standardError)")
      }
    }
  }

  @Test("is never the C library's in a package with a main of its own: Swab.abort() is swab's")
  func package() async throws {
    try await withTemporaryFolder { folder in
      let library = LauncherSandbox.stage + "/lib/swab"
      for (call, compiles) in [
        ("abort()", false), ("try abort()", false), ("try Swab.abort()", true),
      ] {
        for effects in ["throws", "async throws"] {
          let file = try folder.write(
            "import Foundation\nimport Swab\n\nfunc giveUp() \(effects) { \(call) }\n",
            to: "GiveUp.swift"
          )
          let compiled = try await RunningProcess.run(
            "swiftc",
            [
              "-typecheck", "-parse-as-library", "-swift-version", "6", "-I", library,
              "-module-cache-path", CompileMistakesTests.cache + "/modules", file,
            ]
          )
          #expect((compiled.exitStatus == 0) == compiles, "\(call): \(compiled.standardError)")
        }
      }
    }
  }
}
