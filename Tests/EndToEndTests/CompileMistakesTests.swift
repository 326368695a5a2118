import Foundation
import SwabTestSupport
import Testing

@Suite("mistakes in a fabfile", .serialized)
struct CompileMistakesTests {
  /// Shared by all, since filling the compiler's module cache takes longer than a compile.
  static let cache = "\(LauncherSandbox.checkout)/.build/launcher-tests-cache"

  private func list(_ sandbox: LauncherSandbox) async throws -> RunningProcess {
    try await sandbox.run("list", environment: ["SWAB_CACHE": Self.cache])
  }

  @Test(
    "lead to their line, by the compiler's words or by a hint",
    arguments: CompileMistake.inTasks + CompileMistake.members + CompileMistake.aroundTasks
  )
  func leadsToTheLine(_ mistake: CompileMistake) async throws {
    try await withLauncherSandbox(fabfile: mistake.source) { sandbox in
      let list = try await list(sandbox)
      let shown = list.standardError
      #expect(list.exitStatus == 2, "\(shown)")
      #expect(list.standardOutput.isEmpty)

      let line = try #require(mistake.line)
      #expect(shown.contains("Fabfile.swift:\(line)"), "\(shown)")
      if let says = mistake.says {
        let prefix = "Fabfile.swift:\(line):"
        let messages = shown.split(separator: "\n").filter { $0.hasPrefix(prefix) }
        #expect(messages.contains { $0.contains("error: ") && $0.contains(says) }, "\(shown)")
      }
      let hints = shown.split(separator: "\n").filter { $0.hasPrefix("hint: ") }
      if let hint = mistake.hint?.replacing("LINE", with: "\(line)") {
        #expect(hints.contains { $0.contains(hint) }, "\(shown)")
      }
      #expect(shown.contains("\nswab: Fabfile.swift doesn't compile; nothing was run\n"))
    }
  }

  @Test("a forgotten import is named")
  func forgottenImport() async throws {
    let source = LauncherSandbox.hello.replacing("import Swab\n", with: "\n")
    try await withLauncherSandbox(fabfile: source) { sandbox in
      let list = try await list(sandbox)
      #expect(list.exitStatus == 2)
      #expect(list.standardError.contains("error: cannot find 'Fabfile' in scope"))
      #expect(
        list.standardError.hasSuffix("\nhint: Fabfile.swift doesn't begin with: import Swab\n")
      )
    }
  }

  @Test("a missing `let fabfile` is said with an example, and without the entry point's message")
  func noFabfile() async throws {
    let source = LauncherSandbox.hello.replacing("let fabfile", with: "let tasks")
    try await withLauncherSandbox(fabfile: source) { sandbox in
      let list = try await list(sandbox)
      #expect(list.exitStatus == 2)
      #expect(
        list.standardError.hasPrefix(
          "swab: there is no `let fabfile` in \(sandbox.project)/Fabfile.swift\nhint: "
        )
      )
      #expect(list.standardError.contains("let fabfile = Fabfile {"))
      #expect(!list.standardError.contains("SwabEntryPoint"))
    }
  }

  @Test("a `fabfile` of another type is said")
  func wrongType() async throws {
    let source = "import Swab\n\nlet fabfile = \"deploy\"\n"
    try await withLauncherSandbox(fabfile: source) { sandbox in
      let list = try await list(sandbox)
      #expect(list.exitStatus == 2)
      #expect(list.standardError.contains("/Fabfile.swift is a String, and has to be a Fabfile"))
    }
  }

  @Test("from another folder, the message says where the fabfile is")
  func otherFolder() async throws {
    try await withLauncherSandbox(fabfile: "import Swab\n\nlet fabfile = 1 +\n") { sandbox in
      let list = try await sandbox.run(
        "list",
        "-f",
        sandbox.project,
        in: sandbox.home,
        environment: ["SWAB_CACHE": Self.cache]
      )
      #expect(list.exitStatus == 2)
      #expect(
        list.standardError.contains("\nswab: Fabfile.swift in \(sandbox.project) doesn't compile")
      )
    }
  }

  @Test("beside an error, warnings and what follows from a name that isn't found are left out")
  func noise() async throws {
    let source = """
      import Swab

      let fabfile = Fabfile {
        task("a", "A", deploi)
      }
      func deploy(host: Host) async throws { let unused = 1 }

      """
    try await withLauncherSandbox(fabfile: source) { sandbox in
      let shown = try await list(sandbox).standardError
      #expect(shown.contains("Fabfile.swift:4:18: error: cannot find 'deploi' in scope"))
      for noise in ["warning:", "note:", "could not be inferred", "never used"] {
        #expect(!shown.contains(noise), "\(shown)")
      }
    }
  }

  @Test("warnings are shown, and stop nothing")
  func warnings() async throws {
    let source = LauncherSandbox.hello + "\nfunc f() { let unused = 1 }\n"
    try await withLauncherSandbox(fabfile: source) { sandbox in
      let list = try await sandbox.run("list")
      #expect(list.exitStatus == 0, "\(list.standardError)")
      #expect(list.standardError.contains("Fabfile.swift:7:"))
      #expect(list.standardError.contains("warning: "))
      let again = try await sandbox.run("list")
      #expect(again.standardError.isEmpty)
    }
  }
}
