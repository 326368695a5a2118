import Foundation
import SwabTestSupport
import Testing

/// Tasks that remove whatever they find, on an engine where nobody else has anything.
@Suite("Acceptance: cleaning up")
struct CleanupTaskTests {
  private static func withEngine(
    _ env: String = "",
    _ body: (Project, DockerEngine) async throws -> Void
  ) async throws {
    let engine = try await DockerEngine.start()
    let yaml = "env:\n  docker_base_url: unix://\(engine.socketPath)\n\(env)"
    let result: Result<Void, any Error>
    do {
      try await Project.with(fabfile: yaml) { project in
        try await body(project, engine)
      }
      result = .success(())
    } catch {
      result = .failure(error)
    }
    try await engine.stop()
    try result.get()
  }

  @Test("tags in docker_keep_tags and in keep_tags are kept when old images are removed (DF 35)")
  func images() async throws {
    try await Self.withEngine("  docker_keep_tags: [local, live]\n") { project, engine in
      for name in ["web:live", "web:1", "web:2", "web:3"] { try await engine.makeImage(name) }
      let task = "docker.cleanup_images:remove_old=yes,keep_tags=2"
      let listed = try await project.swab("run", task + ",list_only=yes", "--local", "--json")
      #expect(listed.exitStatus == 0, "\(listed)")
      let ids = try #require(try listed.documents().first?["result"] as? [String])
      let old = try await engine.docker("images", "-q", "--no-trunc", "web:1")
      let older = try await engine.docker("images", "-q", "--no-trunc", "web:3")
      #expect(Set(ids) == Set(old + older))
      #expect(try await engine.tags().count == 5, "a list removes nothing")

      let run = try await project.swab("run", task, "--local")
      #expect(run.exitStatus == 0, "\(run)")
      #expect(run.lines.first == "Removed images:", "\(run)")
      #expect(Set(run.lines.dropFirst()) == Set(ids), "\(run)")
      #expect(try await engine.tags() == ["busybox:local", "web:2", "web:live"])
    }
  }

  @Test("ended containers are removed, all of them if asked; a list removes nothing (DF 36)")
  func containers() async throws {
    try await Self.withEngine { project, engine in
      let image = DockerEngine.image
      for name in ["ended", "kept"] {
        try await engine.docker("run", "--name", name, image, "true")
      }
      try await engine.docker("create", "--name", "initial", image, "true")
      let running = try await engine.docker("run", "-d", "--name", "running", image, "sleep", "617")
      let task = "docker.cleanup_containers:exclude=kept;other"
      let run = try await project.swab("run", task, "--local")
      #expect(run.exitStatus == 0, "\(run)")
      #expect(run.lines.map { $0.split(separator: " ").last } == ["containers:", "ended"])
      #expect(try await engine.names() == ["initial", "kept", "running"])

      // The other one that stays away may be misspelt; as a table shows it, its id is short.
      let told = "warning: exclude: there is no container 'other'"
      #expect(run.errorLines.filter { $0.contains("exclude") } == [told], "\(run)")
      let id = try await engine.docker("ps", "-aq", "--filter", "name=kept")[0]
      let short = try await project.swab(
        ["run", "docker.cleanup_containers:exclude=\(id)", "--local"]
      )
      #expect(short.lines == ["Removed containers:"], "\(short)")
      #expect(!short.standardError.contains("warning"), "\(short)")

      let all = "docker.remove_all_containers:stop_timeout=1"
      let listed = try await project.swab("run", all + ",list_only=yes", "--local", "--json")
      let result = try listed.documents().first?["result"] as? [[String: String]]
      #expect(result?.compactMap { $0["Name"] }.sorted() == ["initial", "kept", "running"])
      #expect(result?.contains { $0["Id"] == running[0] } == true, "\(listed)")
      #expect(try await engine.names() == ["initial", "kept", "running"])
      #expect(try await engine.docker("ps", "--format", "{{.Names}}") == ["running"])

      let removed = try await project.swab("run", all, "--local")
      #expect(removed.exitStatus == 0, "\(removed)")
      #expect(removed.lines.first == "Removed containers:" && removed.lines.count == 4)
      #expect(try await engine.names().isEmpty)
    }
  }

  @Test(
    "of several hosts, one may well be without a container that is to stay",
    .testBed(.counting)
  )
  func severalHosts() async throws {
    let bed = try TestBed.current()
    try await Project.with(fabfile: fabfile(for: bed)) { project in
      let run = try await project.swab(
        ["run", "docker.cleanup_containers:exclude=tools;nosuch,list_only=yes", "-H", "h1,h2"]
      )
      #expect(run.exitStatus == 0, "\(run)")
      #expect(!run.standardError.contains("warning"), "\(run)")
      let told = run.errorLines.filter { $0.contains("exclude: there is no container ") }
      #expect(
        told == [
          "[h1] docker: exclude: there is no container 'nosuch'",
          "[h2] docker: exclude: there is no container 'nosuch'",
          "[h2] docker: exclude: there is no container 'tools'",
        ]
      )
      try await expectClean(project)
    }
  }
}

extension DockerEngine {
  /// Makes an image of one layer more than the engine's own.
  fileprivate func makeImage(_ name: String) async throws {
    let container = try await docker("create", Self.image, "true")[0]
    try await docker("commit", "-c", "LABEL name=\(name)", container, name)
    try await docker("rm", container)
  }

  fileprivate func names() async throws -> [String] {
    try await docker("ps", "-a", "--format", "{{.Names}}").sorted()
  }

  fileprivate func tags() async throws -> [String] {
    try await docker("images", "--format", "{{.Repository}}:{{.Tag}}").sorted()
  }
}
