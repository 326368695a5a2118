import Foundation
import SwabTestSupport
import Testing

/// Images that tasks build.
@Suite("Acceptance: builds")
struct BuildTaskTests {
  private static let tasks = #"""
    import Swab

    let fabfile = Fabfile {
      task("plain", "Build of a Dockerfile's text", plain)
      task("file", "Build of a Dockerfile that was put together", file)
      task("missing", "Build of a folder that isn't there", missing)
    }

    func plain() async throws {
      let spec = BuildSpec(.dockerfile("FROM busybox:local\nRUN exit 3\n"))
      puts("built \(try await dockerFabric().build(spec) ?? "nothing")")
    }

    func file() async throws {
      var file = DockerFile("busybox:local")
      try file.run("exit 3")
      let docker = try dockerFabric()
      puts("built \(try await docker.buildFromFile(file, tag: "swab-test-never") ?? "nothing")")
    }

    func missing() async throws {
      let spec = BuildSpec(.folder("/nosuch"))
      puts("built \(try await dockerFabric().build(spec) ?? "nothing")")
    }
    """#

  @Test("a failed build fails the task, or only warns (DF 24)")
  func failures() async throws {
    let engine = try await DockerEngine.shared()
    let yaml = "env: { docker_base_url: 'unix://\(engine.socketPath)' }"
    try await Project.with(fabfile: yaml, tasks: Self.tasks) { project in
      for task in ["plain", "file"] {
        let failed = try await project.swab(["run", task])
        #expect(failed.exitStatus == 1 && failed.lines.isEmpty, "\(failed)")
        #expect(failed.standardError.contains("docker: POST /build"), "\(failed)")
        #expect(failed.standardError.contains("in Step 2/2 : RUN exit 3"), "\(failed)")
        let warned = try await project.swab(["run", task, "-w"])
        #expect(warned.exitStatus == 0 && warned.lines == ["built nothing"], "\(warned)")
        #expect(warned.standardError.contains("warning: docker: POST /build"), "\(warned)")
      }
      // What can't even be sent is another matter.
      let missing = try await project.swab(["run", "missing", "-w"])
      #expect(missing.exitStatus == 1 && missing.standardError.contains("/nosuch"), "\(missing)")
    }
  }
}
