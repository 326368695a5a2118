import Foundation
import SwabTestSupport
import Testing

@Suite("whose fabfiles are run", .serialized)
struct LauncherTrustTests {
  /// What is done to a file or folder of the project, and what is said then.
  struct Case: Sendable, CustomTestStringConvertible {
    var command: String
    var says: String
    var testDescription: String { command }
  }

  @Test(
    "a fabfile that others could have written is refused",
    arguments: [
      Case(command: "chmod o+w fabfile.yml", says: "everybody can write to @/fabfile.yml;"),
      Case(command: "chmod o+w Fabfile.swift", says: "everybody can write to @/Fabfile.swift;"),
      Case(command: "chmod 757 .", says: "everybody can write to the folder @;"),
      Case(command: "chmod 1777 .", says: "everybody can write to the folder @;"),
      Case(
        command: "chgrp daemon fabfile.yml; chmod g+w fabfile.yml",
        says: "the group daemon can write to @/fabfile.yml;"
      ),
      Case(
        command: "chgrp daemon .; chmod g+w .",
        says: "the group daemon can write to the folder @;"
      ),
      Case(command: "chown daemon fabfile.yml", says: "@/fabfile.yml belongs to daemon,"),
      Case(command: "chown daemon Fabfile.swift", says: "@/Fabfile.swift belongs to daemon,"),
      Case(command: "chown daemon .", says: "@ belongs to daemon,"),
      Case(
        command: "mkdir d; mv Fabfile.swift d/x; ln -s d/x Fabfile.swift; chmod o+w d/x",
        says: "everybody can write to @/Fabfile.swift;"
      ),
      Case(
        command: "mkdir d; mv Fabfile.swift d/x; ln -s d/x Fabfile.swift; chmod o+w d",
        says: "everybody can write to the folder @/d;"
      ),
      Case(
        command: "mkdir Fabfile; mv Fabfile.swift Fabfile/a.swift; chmod o+w Fabfile",
        says: "everybody can write to the folder @/Fabfile;"
      ),
      Case(
        command: "mkdir Fabfile; mv Fabfile.swift Fabfile/a.swift; chmod o+w Fabfile/a.swift",
        says: "everybody can write to @/Fabfile/a.swift;"
      ),
    ]
  )
  func refused(_ example: Case) async throws {
    try await withLauncherSandbox { sandbox in
      let made = try await RunningProcess.run(
        "sh",
        ["-ec", example.command],
        workingDirectory: sandbox.project
      )
      #expect(made.exitStatus == 0, "\(made.standardError)")
      let build = try await sandbox.run("build")
      let says = example.says.replacing("@", with: sandbox.project)
      #expect(build.exitStatus == 2)
      #expect(build.standardError.hasPrefix("swab: \(says)"), "\(build.standardError)")
      #expect(build.standardError.contains("\nhint: "))
      #expect(!FileManager.default.fileExists(atPath: sandbox.cache))
    }
  }

  @Test("a link to a file in a folder of yours is followed")
  func link() async throws {
    try await withLauncherSandbox { sandbox in
      let made = try await RunningProcess.run(
        "sh",
        ["-ec", "mkdir d; mv Fabfile.swift d/x; ln -s d/x Fabfile.swift"],
        workingDirectory: sandbox.project
      )
      #expect(made.exitStatus == 0, "\(made.standardError)")
      let build = try await sandbox.run("build")
      #expect(build.exitStatus == 0, "\(build.standardError)")
    }
  }
}
