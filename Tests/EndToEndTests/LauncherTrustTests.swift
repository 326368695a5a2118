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

  @Test(
    "a package that others could have written is refused, before any of it is compiled",
    arguments: [
      Case(command: "chmod o+w tasks", says: "everybody can write to the folder @/tasks;"),
      Case(
        command: "chmod o+w tasks/Package.swift",
        says: "everybody can write to @/tasks/Package.swift;"
      ),
      Case(
        command: "chmod o+w tasks/Sources",
        says: "everybody can write to the folder @/tasks/Sources;"
      ),
      Case(
        command: "chmod o+w tasks/Sources/fabfile",
        says: "everybody can write to the folder @/tasks/Sources/fabfile;"
      ),
      Case(
        command: "chmod o+w tasks/Sources/fabfile/main.swift",
        says: "everybody can write to @/tasks/Sources/fabfile/main.swift;"
      ),
      Case(
        command: "chgrp daemon tasks/Sources/fabfile; chmod g+w tasks/Sources/fabfile",
        says: "the group daemon can write to the folder @/tasks/Sources/fabfile;"
      ),
      Case(
        command: "chown daemon tasks/Sources/fabfile/main.swift",
        says: "@/tasks/Sources/fabfile/main.swift belongs to daemon,"
      ),
      Case(
        command: "mv tasks/Sources ../s; ln -s ../../s tasks/Sources; chmod o+w ../s/fabfile",
        says: "everybody can write to the folder @/tasks/Sources/fabfile;"
      ),
      Case(
        command: "mkdir -m 777 tasks/.build",
        says: "everybody can write to the folder @/tasks/.build;"
      ),
      Case(command: "chown daemon tasks", says: "@/tasks belongs to daemon,"),
      Case(
        command: "mkdir -m 777 ../o; mv tasks ../o; echo 'package: ../o/tasks' >fabfile.yml",
        says: "everybody can write to the folder @/../o, and put something else in the place of"
      ),
      Case(
        command: "mkdir -m 777 ../o; mv tasks ../o; ln -s ../o/tasks tasks",
        says: "everybody can write to the folder @/../o;"
      ),
    ]
  )
  func packageRefused(_ example: Case) async throws {
    try await withLauncherSandbox(fabfile: nil) { sandbox in
      try sandbox.write("package: tasks\n", to: "fabfile.yml")
      // The manifest would say so if it were run.
      try sandbox.write("#error(\"compiled\")\n", to: "tasks/Package.swift")
      try sandbox.write("", to: "tasks/Sources/fabfile/main.swift")
      let made = try await RunningProcess.run(
        "sh",
        ["-ec", example.command],
        workingDirectory: sandbox.project
      )
      #expect(made.exitStatus == 0, "\(made.standardError)")
      let build = try await sandbox.run("build")
      let says = example.says.replacing("@/..", with: sandbox.home)
        .replacing("@", with: sandbox.project)
      #expect(build.exitStatus == 2)
      #expect(build.standardError.hasPrefix("swab: \(says)"), "\(build.standardError)")
      #expect(build.standardError.contains("\nhint: "))
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
