import Foundation
import SwabTestSupport
import Testing

@Suite("an installed swab", .serialized)
struct LauncherInstallTests {
  @Test("make install puts it in place; it compiles and runs fabfiles after the checkout is gone")
  func withoutCheckout() async throws {
    try await withLauncherSandbox { sandbox in
      let prefix = sandbox.folder.path("prefix")
      let made = try await RunningProcess.run(
        "make",
        [
          "-C", LauncherSandbox.checkout, "install", "DESTDIR=", "PREFIX=\(prefix)",
          "STAGE=\(LauncherSandbox.stage)",
        ],
        environment: ["MAKEFLAGS": "", "MAKELEVEL": ""]
      )
      try #require(made.exitStatus == 0, "\(made.standardError)")
      #expect(!made.standardOutput.contains("swift build"))
      let swab = prefix + "/bin/swab"
      let documents = prefix + "/share/doc/swab/"
      for name in [
        "README.md", "CHANGELOG.md", "LICENSE", "docs/Reference.md", "docs/Tasks.md",
        "Examples/sample_task/Fabfile.swift",
      ] {
        #expect(FileManager.default.fileExists(atPath: documents + name), "\(name)")
      }
      // In a mount namespace of its own, the checkout is an empty folder.
      for arguments in ["--version", "list"] {
        let said = try await RunningProcess.run(
          "unshare",
          [
            "--mount", "sh", "-ec",
            "mount -t tmpfs none \"$0\"; cd \"$1\"; test -z \"$(ls \"$0\")\"; exec \"$2\" \"$3\"",
            LauncherSandbox.checkout, sandbox.project, swab, arguments,
          ],
          environment: sandbox.environment
        )
        #expect(said.exitStatus == 0, "\(said.standardError)")
        #expect(!said.standardOutput.isEmpty)
      }
    }
  }

  @Test("runs from another place after it was moved, and compiles anew there")
  func moved() async throws {
    try await withLauncherSandbox { sandbox in
      _ = try await LauncherSandbox.copy(to: sandbox.folder.path("before"))
      try FileManager.default.moveItem(
        atPath: sandbox.folder.path("before"),
        toPath: sandbox.folder.path("after")
      )
      let list = try await RunningProcess.run(
        sandbox.folder.path("after/bin/swab"),
        ["list"],
        environment: sandbox.environment,
        workingDirectory: sandbox.project
      )
      #expect(list.exitStatus == 0, "\(list.standardError)")
      #expect(list.standardOutput.contains("hello"))
    }
  }

  @Test("is found through a link, as from ~/bin")
  func link() async throws {
    try await withLauncherSandbox { sandbox in
      let link = sandbox.folder.path("swab")
      try FileManager.default.createSymbolicLink(
        atPath: link,
        withDestinationPath: LauncherSandbox.swab
      )
      let version = try await RunningProcess.run(
        link,
        ["--version"],
        environment: sandbox.environment
      )
      #expect(version.exitStatus == 0, "\(version.standardError)")
    }
  }

  @Test("says so if lib/swab is missing")
  func incomplete() async throws {
    try await withLauncherSandbox { sandbox in
      let swab = try await LauncherSandbox.copy(to: sandbox.folder.path("prefix"))
      try FileManager.default.removeItem(atPath: sandbox.folder.path("prefix/lib"))
      let version = try await RunningProcess.run(
        swab,
        ["--version"],
        environment: sandbox.environment
      )
      #expect(version.exitStatus == 70)
      #expect(
        version.standardError.contains("/lib/swab/swab-main is missing\nhint: bin/swab needs")
      )
    }
  }

  @Test("the launcher needs neither Swab nor Swift's libraries")
  func linksNothing() async throws {
    let libraries = try await RunningProcess.run("ldd", [LauncherSandbox.swab])
    #expect(libraries.exitStatus == 0)
    #expect(!libraries.standardOutput.lowercased().contains("swift"))
    #expect(!libraries.standardOutput.contains("Foundation"))
  }
}
