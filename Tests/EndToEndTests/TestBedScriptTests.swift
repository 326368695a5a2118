import Foundation
import SwabTestSupport
import Testing

@Suite("Scripts/testbed")
struct TestBedScriptTests {
  private func testbed(_ arguments: [String]) async throws -> RunningProcess {
    try await RunningProcess.run(
      "\(Checkout.root)/Scripts/testbed",
      arguments,
      // An engine that is there already is as good for this as a new one.
      environment: [
        "SWAB_TESTBED_ENGINE": "shared", "DOCKER_HOST": TestBed.current().hosts[0].engine,
      ]
    )
  }

  @Test(
    "removes no folder that it did not make",
    arguments: [["down"], ["up", "1"]],
    ["touch bed/mine", "mkdir bed/mode", "echo mine >bed/mode", "rmdir bed; mkdir x; ln -s x bed"]
  )
  func foreignFolder(_ command: [String], _ preparation: String) async throws {
    try await withTemporaryFolder { folder in
      func shell(_ text: String) async throws -> String {
        let shell = try await RunningProcess.run(
          "sh",
          ["-ec", text],
          workingDirectory: folder.path
        )
        try #require(shell.exitStatus == 0, "\(shell.standardError)")
        return shell.standardOutput
      }
      let before = try await shell("mkdir bed; \(preparation); ls -lR")
      let bed = folder.path("bed")
      let refused = try await testbed(command + [bed])
      #expect(refused.exitStatus == 1)
      #expect(
        refused.standardError
          == "testbed: \(bed) is no test bed, and would be removed with all that is in it\n"
      )
      #expect(try await shell("ls -lR") == before)
    }
  }

  @Test(
    "an empty folder is taken; a bed that is up stays up if as many hosts are asked for or more"
  )
  func upAndDown() async throws {
    try await withTemporaryFolder { folder in
      let bed = folder.path("bed")
      try FileManager.default.createDirectory(atPath: bed, withIntermediateDirectories: true)
      let up = try await testbed(["up", "2", bed])
      #expect(up.exitStatus == 0, "\(up.standardError)")
      for (count, status, said) in [
        ("1", Int32(0), "testbed: already up in \(bed): h1 h2\n"),
        ("2", 0, "testbed: already up in \(bed): h1 h2\n"),
        (
          "3", 1,
          "testbed: a smaller test bed is up in \(bed) (h1 h2); first: Scripts/testbed down\n"
        ),
      ] {
        let again = try await testbed(["up", count, bed])
        #expect(again.exitStatus == status)
        #expect(again.standardOutput + again.standardError == said)
      }
      let still = try await testbed(["status", bed])
      #expect(still.exitStatus == 0, "\(still.standardOutput)")
      let down = try await testbed(["down", bed])
      #expect(down.exitStatus == 0, "\(down.standardError)")
      #expect(!FileManager.default.fileExists(atPath: bed))
    }
  }
}
