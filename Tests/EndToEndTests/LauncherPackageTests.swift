import Foundation
import SwabTestSupport
import Testing

@Suite("tasks in a package of their own", .serialized)
struct LauncherPackageTests {
  @Test("the key package names a package, which is built and run")
  func package() async throws {
    try await withLauncherSandbox(fabfile: nil) { sandbox in
      try sandbox.write("package: tasks  # for more than Swab\n", to: "fabfile.yml")
      try sandbox.write(
        """
        // swift-tools-version: 6.2
        import PackageDescription

        let swab = Context.environment["SWAB_LIBRARY"] ?? "/usr/local/lib/swab"

        let package = Package(
          name: "tasks",
          targets: [
            .executableTarget(
              name: "fabfile",
              swiftSettings: [.unsafeFlags(["-I", swab])],
              linkerSettings: [
                .unsafeFlags(["-L", swab, "-lSwab", "-Xlinker", "-rpath", "-Xlinker", swab])
              ])
          ])

        """,
        to: "tasks/Package.swift"
      )
      try sandbox.write(
        LauncherSandbox.hello + "\nawait swabMain(fabfile)\n",
        to: "tasks/Sources/fabfile/main.swift"
      )
      let build = try await sandbox.run("build")
      #expect(build.exitStatus == 0, "\(build.standardError)")
      #expect(build.standardOutput.hasPrefix("compiled: \(sandbox.project)/tasks/.build/"))
      let list = try await sandbox.run("list")
      #expect(list.exitStatus == 0, "\(list.standardError)")
      #expect(list.standardOutput.contains("hello"))

      try sandbox.write("let fabfile = 1 +\n", to: "tasks/Sources/fabfile/main.swift")
      let broken = try await sandbox.run("list")
      #expect(broken.exitStatus == 2)
      #expect(broken.standardError.contains("main.swift:2:"))
      #expect(
        broken.standardError.contains("swab: the package \(sandbox.project)/tasks doesn't build")
      )
    }
  }

  @Test("a folder without Package.swift is no package, and one place for tasks is enough")
  func mistakes() async throws {
    try await withLauncherSandbox { sandbox in
      try sandbox.write("package: \"tasks\"\n", to: "fabfile.yml")
      let missing = try await sandbox.run("list")
      #expect(missing.exitStatus == 2)
      #expect(missing.standardError.contains("package: tasks has no Package.swift\nhint: "))

      try sandbox.write("", to: "tasks/Package.swift")
      let both = try await sandbox.run("list")
      #expect(both.exitStatus == 2)
      #expect(both.standardError.contains("names a package, and there is"))
    }
  }
}
