import Foundation
import SwabTestSupport
import Testing

@testable import SwabDocker

@Suite("Commands in containers")
struct ExecTests {
  @Test("are prepared and looked at (DE-19)")
  func create() async throws {
    let docker = try await sharedClient()
    try await withContainer(.script("sleep 1000"), of: docker) { name in
      var spec = ExecSpec(["/bin/sh", "-c", "exit 3"])
      spec.environment = ["A": "b"]
      spec.user = "1000"
      spec.workingDirectory = "/tmp"
      spec.hasTerminal = true
      spec.attachesStandardInput = true
      let stopped = await #expect(throws: DockerError.self) {
        try await docker.createExec(name, spec)
      }
      #expect(stopped?.isConflict == true)
      try await docker.start(name)
      let id = try await docker.createExec("/" + name, spec)
      let exec = try await docker.inspectExec(id)
      #expect(exec.id == id)
      #expect(try await docker.inspectContainer(name).id == exec.containerID)
      #expect(!exec.isRunning && exec.exitCode == nil && exec.processID == nil)
      #expect(exec.hasTerminal && exec.opensStandardInput)
      #expect(exec.user == "1000")
      #expect(exec.command == ["/bin/sh", "-c", "exit 3"])
      let early = await #expect(throws: DockerError.self) {
        try await docker.resizeExec(id, to: TerminalSize(columns: 80, rows: 24))
      }
      #expect(early?.status == 500)
      let empty = await #expect(throws: DockerError.self) {
        try await docker.createExec(name, ExecSpec([]))
      }
      #expect(empty?.isBadRequest == true)
      try await docker.pause(name)
      let paused = await #expect(throws: DockerError.self) {
        try await docker.createExec(name, spec)
      }
      #expect(paused?.isConflict == true)
      try await docker.unpause(name)
    }
    let unknown = await #expect(throws: DockerError.self) { try await docker.inspectExec("0f") }
    #expect(unknown?.isNotFound == true)
    await docker.close()
  }
}
