import Foundation
import SwabTestSupport
import Testing

@Suite("how fabfile.yml is found", .serialized)
struct LauncherSearchTests {
  @Test("from the working directory upwards (TR-2)")
  func upwards() async throws {
    try await withLauncherSandbox { sandbox in
      let below = sandbox.project + "/a/b"
      try FileManager.default.createDirectory(atPath: below, withIntermediateDirectories: true)
      let build = try await sandbox.run("build", in: below)
      #expect(build.exitStatus == 0, "\(build.standardError)")
    }
  }

  @Test("the search ends at the home folder")
  func homeFolder() async throws {
    try await withLauncherSandbox { sandbox in
      // The one above the home folder is somebody else's.
      try sandbox.folder.write("", to: "fabfile.yml")
      try FileManager.default.removeItem(atPath: sandbox.project + "/fabfile.yml")
      try FileManager.default.removeItem(atPath: sandbox.project + "/Fabfile.swift")
      let none = try await sandbox.run("build")
      #expect(none.exitStatus == 2)
      #expect(none.standardError.contains("no fabfile.yml here or in the folders above"))

      try sandbox.folder.write("", to: "home/fabfile.yml")
      try sandbox.folder.write(LauncherSandbox.hello, to: "home/Fabfile.swift")
      let atHome = try await sandbox.run("build")
      #expect(atHome.exitStatus == 0, "\(atHome.standardError)")
    }
  }

  @Test("the search ends at the border of a file system")
  func fileSystemBorder() async throws {
    try await withLauncherSandbox { sandbox in
      let border = sandbox.project + "/mounted"
      try FileManager.default.createDirectory(atPath: border, withIntermediateDirectories: true)
      // The mount is seen by nobody else and ends with the shell.
      let build = try await RunningProcess.run(
        "unshare",
        [
          "--mount", "sh", "-c",
          "mount -t tmpfs none '\(border)' && mkdir '\(border)/a' && cd '\(border)/a' && exec \"$0\" build",
          LauncherSandbox.swab,
        ],
        environment: sandbox.environment
      )
      #expect(build.exitStatus == 2)
      #expect(build.standardError.contains("no fabfile.yml here or in the folders above"))
    }
  }

  @Test(
    "-f names the file or its folder, and ends the search (TR-2)",
    arguments: [
      ["-f", "../project/fabfile.yml"], ["-f=../project"], ["--fabfile=../project/fabfile.yml"],
      ["--fabfile", "~/project/fabfile.yml"], ["-f", "~/project"], ["-f../project"],
    ]
  )
  func named(option: [String]) async throws {
    try await withLauncherSandbox { sandbox in
      try sandbox.folder.write("", to: "home/other/fabfile.yml")
      let build = try await RunningProcess.run(
        LauncherSandbox.swab,
        ["build"] + option,
        environment: sandbox.environment,
        workingDirectory: sandbox.folder.path("home/other")
      )
      #expect(build.exitStatus == 0, "\(build.standardError)")
    }
  }

  @Test("a file that -f names and that isn't there is an error")
  func missing() async throws {
    try await withLauncherSandbox { sandbox in
      let list = try await sandbox.run("list", "-f", "nowhere.yml")
      #expect(list.exitStatus == 2)
      #expect(
        list.standardError == """
          swab: can't read nowhere.yml: No such file or directory
          hint: -f takes the path of a fabfile.yml, or of the folder it is in

          """
      )
    }
  }

  @Test("-f after -- belongs to the remote command")
  func afterDashes() async throws {
    try await withLauncherSandbox { sandbox in
      let list = try await sandbox.run("build", "--", "-f", "nowhere.yml")
      #expect(list.exitStatus == 0, "\(list.standardError)")
    }
  }

  @Test(
    "help, version and init work without a fabfile, a working one, and a compiler (TR-32)",
    arguments: [nil, "this is no Swift"],
    [
      ["--version"], ["-V"], ["help"], ["--help"], ["-h"], ["run", "--help"], ["help", "run"],
      ["help", "list"], ["init"],
    ]
  )
  func independent(fabfile: String?, arguments: [String]) async throws {
    try await withLauncherSandbox(fabfile: fabfile) { sandbox in
      let empty = sandbox.folder.path("home/empty")
      try FileManager.default.createDirectory(atPath: empty, withIntermediateDirectories: true)
      let said = try await RunningProcess.run(
        LauncherSandbox.swab,
        arguments,
        environment: sandbox.environment.merging(["SWAB_SWIFTC": "/nowhere"]) { $1 },
        // init writes where there is nothing yet; a broken fabfile may lie above.
        workingDirectory: fabfile == nil || arguments == ["init"] ? empty : sandbox.project
      )
      #expect(said.exitStatus == 0, "\(arguments): \(said.standardError)")
      #expect(!said.standardOutput.isEmpty)
    }
  }

  @Test(
    "where there is no fabfile, that is said, and not that a task is missing",
    arguments: [
      ["help", "deploy"], ["run", "deploy"], ["run"], ["list"], ["-l"], ["run", "-H", "h1", "--"],
    ]
  )
  func noFabfile(_ arguments: [String]) async throws {
    try await withLauncherSandbox { sandbox in
      let said = try await RunningProcess.run(
        LauncherSandbox.swab,
        arguments,
        environment: sandbox.environment,
        workingDirectory: sandbox.home
      )
      #expect(said.exitStatus == 2)
      #expect(
        said.standardError == """
          swab: there is no fabfile.yml in this folder or above it
          hint: swab init makes one; swab run -H HOST -- COMMAND needs none

          """
      )
    }
  }

  @Test("without a fabfile a misspelt task of those that come with swab gets the nearest name")
  func misspeltBuiltIn() async throws {
    try await withLauncherSandbox { sandbox in
      let said = try await RunningProcess.run(
        LauncherSandbox.swab,
        ["run", "docker.list_conts", "-H", "h1"],
        environment: sandbox.environment,
        workingDirectory: sandbox.home
      )
      #expect(said.exitStatus == 2)
      #expect(
        said.standardError == """
          swab: there is no task 'docker.list_conts'
          hint: did you mean docker.list_containers?

          """
      )
    }
  }

  @Test("-- with nothing after it leaves the default task to run")
  func nothingAfterDashes() async throws {
    let source = LauncherSandbox.hello.replacing("\") }", with: "\") }.default()")
    try await withLauncherSandbox(fabfile: source) { sandbox in
      let run = try await sandbox.run("run", "--")
      #expect(run.exitStatus == 0, "\(run.standardError)")
      #expect(run.standardOutput == "hello\n")
    }
  }

  @Test("without a compiler, what to install is said")
  func noCompiler() async throws {
    try await withLauncherSandbox { sandbox in
      let list = try await sandbox.run("list", environment: ["SWAB_SWIFTC": "/nowhere/swiftc"])
      #expect(list.exitStatus == 2)
      #expect(
        list.standardError == """
          swab: SWAB_SWIFTC names /nowhere/swiftc, which is no program that can be run
          hint: unset it to use the swiftc in your path

          """
      )
    }
  }

  @Test("Fabfile.swift without fabfile.yml is not overlooked")
  func tasksAlone() async throws {
    try await withLauncherSandbox { sandbox in
      try FileManager.default.removeItem(atPath: sandbox.project + "/fabfile.yml")
      let list = try await sandbox.run("list")
      #expect(list.exitStatus == 2)
      #expect(
        list.standardError.hasPrefix(
          "swab: \(sandbox.project)/Fabfile.swift has no fabfile.yml beside it\nhint: "
        )
      )
    }
  }

  @Test("two places for the tasks are refused, and so is a main.swift")
  func ambiguity() async throws {
    try await withLauncherSandbox { sandbox in
      try sandbox.write("", to: "Fabfile/main.swift")
      let both = try await sandbox.run("list")
      #expect(both.exitStatus == 2)
      #expect(both.standardError.contains("there is both"))

      try FileManager.default.removeItem(atPath: sandbox.project + "/Fabfile.swift")
      let main = try await sandbox.run("list")
      #expect(main.exitStatus == 2)
      #expect(main.standardError.contains("main.swift can't be called so"))
      #expect(main.standardError.contains("hint: rename it"))
    }
  }
}
