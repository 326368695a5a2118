import Foundation
import SwabTestSupport
import Testing

@Suite("the cache of compiled fabfiles", .serialized)
struct LauncherCacheTests {
  @Test("an unchanged fabfile is not compiled again, a changed one is")
  func hitsAndMisses() async throws {
    try await withLauncherSandbox { sandbox in
      let compiler = try sandbox.countingCompiler()
      let environment = ["SWAB_SWIFTC": compiler.path]
      for _ in 0..<2 {
        let list = try await sandbox.run("list", environment: environment)
        #expect(list.exitStatus == 0, "\(list.standardError)")
        #expect(list.standardOutput.contains("hello"))
      }
      #expect(try compiler.calls() == 1)

      try sandbox.write(
        LauncherSandbox.hello.replacing("\"hello\"", with: "\"goodbye\""),
        to: "Fabfile.swift"
      )
      let list = try await sandbox.run("list", environment: environment)
      #expect(list.standardOutput.contains("goodbye"))
      #expect(try compiler.calls() == 2)
      #expect(try sandbox.entries().count == 2)
    }
  }

  @Test("the same sources elsewhere, and another fabfile.yml, need no compiler")
  func contentDecides() async throws {
    try await withLauncherSandbox { sandbox in
      let compiler = try sandbox.countingCompiler()
      let environment = ["SWAB_SWIFTC": compiler.path]
      _ = try await sandbox.run("list", environment: environment)
      try sandbox.folder.write(LauncherSandbox.hello, to: "home/copy/Fabfile.swift")
      try sandbox.folder.write("env:\n  user: deploy\n", to: "home/copy/fabfile.yml")
      let list = try await sandbox.run(
        "list",
        in: sandbox.folder.path("home/copy"),
        environment: environment
      )
      #expect(list.exitStatus == 0, "\(list.standardError)")
      #expect(try compiler.calls() == 1)
    }
  }

  @Test("a cache that was moved goes on compiling, and has what it had")
  func movedCache() async throws {
    try await withLauncherSandbox { sandbox in
      let compiler = try sandbox.countingCompiler()
      let places = ["before", "after"].map(sandbox.folder.path)
      var environment = ["SWAB_SWIFTC": compiler.path, "SWAB_CACHE": places[0]]
      _ = try await sandbox.run("list", environment: environment)
      try FileManager.default.moveItem(atPath: places[0], toPath: places[1])
      environment["SWAB_CACHE"] = places[1]
      let kept = try await sandbox.run("list", environment: environment)
      #expect(kept.exitStatus == 0, "\(kept.standardError)")
      #expect(try compiler.calls() == 1)
      let changed = LauncherSandbox.hello.replacing("\"hello\"", with: "\"goodbye\"")
      try sandbox.write(changed, to: "Fabfile.swift")
      let list = try await sandbox.run("list", environment: environment)
      #expect(list.exitStatus == 0, "\(list.standardError)")
      #expect(list.standardOutput.contains("goodbye"))
    }
  }

  @Test("another compiler compiles again")
  func compilerDecides() async throws {
    try await withLauncherSandbox { sandbox in
      _ = try await sandbox.run("build")
      let compiler = try sandbox.countingCompiler()
      _ = try await sandbox.run("build", environment: ["SWAB_SWIFTC": compiler.path])
      #expect(try compiler.calls() == 1)
      #expect(try sandbox.entries().count == 2)
    }
  }

  @Test(
    "another Swab library compiles again",
    arguments: ["Swab.swiftmodule", "SwabDocker.swiftmodule", "libSwab.so"]
  )
  func libraryDecides(_ file: String) async throws {
    try await withLauncherSandbox { sandbox in
      let swab = try await LauncherSandbox.copy(to: sandbox.folder.path("prefix"))
      let compiler = try sandbox.countingCompiler()
      func build() async throws -> RunningProcess {
        try await RunningProcess.run(
          swab,
          ["build"],
          environment: sandbox.environment.merging(["SWAB_SWIFTC": compiler.path]) { $1 },
          workingDirectory: sandbox.project
        )
      }
      for _ in 0..<2 { #expect(try await build().exitStatus == 0) }
      #expect(try compiler.calls() == 1)
      // As an update in place has it: same size, later.
      try FileManager.default.setAttributes(
        [.modificationDate: Date(timeIntervalSinceNow: 1)],
        ofItemAtPath: sandbox.folder.path("prefix/lib/swab/\(file)")
      )
      for _ in 0..<2 { #expect(try await build().exitStatus == 0) }
      #expect(try compiler.calls() == 2)
    }
  }

  @Test("ten starts at once compile once, and all work")
  func parallelStarts() async throws {
    try await withLauncherSandbox { sandbox in
      let compiler = try sandbox.countingCompiler()
      let lists = try (0..<10).map { _ in
        try sandbox.start(["list"], environment: ["SWAB_SWIFTC": compiler.path])
      }
      for list in lists {
        #expect(try await list.waitForExit() == 0, "\(list.standardError)")
        #expect(list.standardOutput.contains("hello"))
      }
      #expect(try compiler.calls() == 1)
      #expect(
        try FileManager.default.contentsOfDirectory(
          atPath: sandbox.cache + "/temporary"
        ).isEmpty
      )
    }
  }

  @Test("a failed compile leaves the old entry alone, and no rubbish")
  func failedCompile() async throws {
    try await withLauncherSandbox { sandbox in
      _ = try await sandbox.run("build")
      let before = try sandbox.entries()
      try sandbox.write(LauncherSandbox.hello + "}", to: "Fabfile.swift")
      let broken = try await sandbox.run("list")
      #expect(broken.exitStatus == 2)
      #expect(broken.standardOutput.isEmpty)
      #expect(try sandbox.entries() == before)
      #expect(
        try FileManager.default.contentsOfDirectory(
          atPath: sandbox.cache + "/temporary"
        ).isEmpty
      )

      try sandbox.write(LauncherSandbox.hello, to: "Fabfile.swift")
      let build = try await sandbox.run("build")
      #expect(build.standardOutput.hasPrefix("up to date: \(sandbox.cache)/entries/"))
    }
  }

  @Test("build says what it did, and where the result is")
  func build() async throws {
    try await withLauncherSandbox { sandbox in
      let first = try await sandbox.run("build")
      #expect(first.exitStatus == 0, "\(first.standardError)")
      #expect(first.standardOutput.hasPrefix("compiled: \(sandbox.cache)/entries/"))
      let second = try await sandbox.run("build")
      #expect(second.standardOutput.hasPrefix("up to date: \(sandbox.cache)/entries/"))
      let path = try #require(second.standardOutput.split(separator: " ").last)
      let executable = path.trimmingCharacters(in: .newlines)
      #expect(FileManager.default.isExecutableFile(atPath: executable))
    }
  }

  @Test("all files in Fabfile/ are compiled together")
  func severalFiles() async throws {
    try await withLauncherSandbox(fabfile: nil) { sandbox in
      try sandbox.write(
        """
        import Swab

        let fabfile = Fabfile {
          task("deploy", "Roll out", deploy)
        }

        """,
        to: "Fabfile/Tasks.swift"
      )
      try sandbox.write(
        "import Swab\n\nfunc deploy() async throws { puts(\"deploying\") }\n",
        to: "Fabfile/Deploy.swift"
      )
      let list = try await sandbox.run("list")
      #expect(list.exitStatus == 0, "\(list.standardError)")
      #expect(list.standardOutput.contains("deploy"))
    }
  }

  @Test("old entries go when another is made; those in use stay")
  func pruning() async throws {
    try await withLauncherSandbox { sandbox in
      _ = try await sandbox.run("build")
      let used = try sandbox.entries()
      let day: TimeInterval = 86_400
      // Twenty-five of the last week, one of two months ago.
      for index in 1...26 {
        let name = "home/.cache/swab/entries/old\(index)"
        try sandbox.folder.write("", to: "\(name)/fabfile")
        let age = index == 26 ? 60 * day : 2 * day + Double(index) * 3_600
        try FileManager.default.setAttributes(
          [.modificationDate: Date(timeIntervalSinceNow: -age)],
          ofItemAtPath: sandbox.folder.path(name)
        )
      }
      try sandbox.write(LauncherSandbox.hello + "// changed\n", to: "Fabfile.swift")
      _ = try await sandbox.run("build")
      let left = try sandbox.entries()
      #expect(left.count == 20)
      #expect(left.contains(try #require(used.first)))
      #expect(left.contains("old1"))
      #expect(!left.contains("old25"))
      #expect(!left.contains("old26"))
    }
  }

  @Test("the cache folder is private, and refused if others can write to it")
  func privateFolder() async throws {
    try await withLauncherSandbox { sandbox in
      _ = try await sandbox.run("build")
      let attributes = try FileManager.default.attributesOfItem(atPath: sandbox.cache)
      #expect(attributes[.posixPermissions] as? Int == 0o700)

      for mode in [0o777, 0o720, 0o702] {
        try FileManager.default.setAttributes(
          [.posixPermissions: mode],
          ofItemAtPath: sandbox.cache
        )
        let list = try await sandbox.run("list")
        #expect(list.exitStatus == 2)
        #expect(
          list.standardError.hasPrefix(
            "swab: others can write to the cache folder \(sandbox.cache), and change what swab runs"
          )
        )
        #expect(list.standardError.contains("hint: chmod 700 \(sandbox.cache)"))
      }
    }
  }

  @Test(
    "a cache folder that somebody else could exchange is refused",
    arguments: [
      ("mkdir -m 777 o", "everybody can write to the folder @/o,"),
      ("mkdir -m 777 o; mkdir -m 700 o/cache", "everybody can write to the folder @/o,"),
      (
        "mkdir -p o/cache; chgrp daemon o; chmod 775 o",
        "the group daemon can write to the folder @/o,"
      ),
      ("mkdir -m 1777 o; chown daemon o", "daemon can write to the folder @/o,"),
      ("mkdir -p p/cache; chmod 777 p; ln -s p o", "everybody can write to the folder @/p,"),
      (
        "mkdir -p p/x o; chmod 777 p; chmod 700 p/x; ln -s ../p/x o/cache",
        "everybody can write to the folder @/p,"
      ),
      (
        "mkdir -p o/cache; chown daemon o/cache",
        "the cache folder @/o/cache belongs to somebody else,"
      ),
      (
        "mkdir -p x o/cache; chmod -R 700 o; ln -s ../../x o/cache/entries",
        "@/o/cache/entries is no folder,"
      ),
    ]
  )
  func exchangeable(_ command: String, _ says: String) async throws {
    try await withLauncherSandbox { sandbox in
      let made = try await RunningProcess.run(
        "sh",
        ["-ec", command],
        workingDirectory: sandbox.home
      )
      #expect(made.exitStatus == 0, "\(made.standardError)")
      let compiler = try sandbox.countingCompiler()
      let list = try await sandbox.run(
        "list",
        environment: ["SWAB_CACHE": sandbox.home + "/o/cache", "SWAB_SWIFTC": compiler.path]
      )
      #expect(list.exitStatus == 2)
      let expected = "swab: " + says.replacing("@", with: sandbox.home)
      #expect(list.standardError.hasPrefix(expected), "\(list.standardError)")
      #expect(list.standardError.contains("\nhint: "))
      #expect(try compiler.calls() == 0)
    }
  }

  @Test(
    "a cache folder in a place like /tmp is fine, and so is a link to one of yours",
    arguments: ["mkdir -m 1777 o", "mkdir -m 700 p; mkdir o; ln -s ../p o/cache"]
  )
  func notExchangeable(_ command: String) async throws {
    try await withLauncherSandbox { sandbox in
      let made = try await RunningProcess.run(
        "sh",
        ["-ec", command],
        workingDirectory: sandbox.home
      )
      #expect(made.exitStatus == 0, "\(made.standardError)")
      let list = try await sandbox.run(
        "list",
        environment: ["SWAB_CACHE": sandbox.home + "/o/cache"]
      )
      #expect(list.exitStatus == 0, "\(list.standardError)")
    }
  }
}
