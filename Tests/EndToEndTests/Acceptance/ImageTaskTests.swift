import Foundation
import SwabTestSupport
import Testing

/// The tasks under `docker.` that bring images from one place to another.
@Suite("Acceptance: built-in tasks for images")
struct ImageTaskTests {
  @Test("load_image has a time of its own, for as long as nothing moves (DF 37)")
  func load() async throws {
    try await withEngines("docker_timeout: 10") { project, engines in
      let tar = project.folder.path("image.tar")
      _ = try await engines[0].docker("tag", DockerEngine.image, "team/app:1")
      _ = try await engines[0].docker("save", "-o", tar, "team/app:1")
      let fifo = project.folder.path("fifo")
      try #require(mkfifo(fifo, 0o600) == 0)
      // Longer than any request may take, and then the rest.
      let feeder = try RunningProcess(
        "sh",
        ["-c", "{ head -c 5000 \(tar); sleep 12; tail -c +5001 \(tar); } >\(fifo)"]
      )
      let run = try await project.swab(
        ["run", "docker.load_image:$FIFO", "-H", "h2"],
        environment: ["FIFO": fifo]
      )
      try await feeder.waitForExit()
      #expect(run.exitStatus == 0, "\(run)")
      #expect(run.lines == ["loaded team/app:1"])
      #expect(try await engines[1].docker("image", "ls", "-q", "team/app:1").count == 1)

      let idler = try RunningProcess("sh", ["-c", "{ head -c 5000 \(tar); sleep 5; } >\(fifo)"])
      let stuck = try await project.swab("run", "docker.load_image:\(fifo),timeout=1", "-H", "h2")
      try await idler.waitForExit()
      stuck.expectFailure(
        status: 1,
        host: "h2",
        state: "timed out",
        message: "load_image: nothing moved for 1 s",
        hint: "a longer time is its argument: timeout=SECONDS"
      )
      let missing = try await project.swab("run", "docker.load_image:/nosuch.tar", "-H", "h2")
      #expect(missing.exitStatus == 1, "\(missing)")
      #expect(missing.standardError.contains("/nosuch.tar"))
    }
  }

  @Test("copy_image sends an image from the first host to the others, and each says what it got")
  func copy() async throws {
    try await withEngines { project, engines in
      _ = try await engines[0].docker("tag", DockerEngine.image, "team/app:2")
      let run = try await project.swab("run", "docker.copy_image:team/app:2", "-H", "h1,h2", "-P")
      #expect(run.exitStatus == 0, "\(run)")
      #expect(run.lines.contains("[h1] it is the source"))
      // The other engine has the same image under another name, or sends for its layers.
      #expect(run.lines.contains { $0.hasPrefix("[h2] ") && $0.contains("sent") }, "\(run)")
      let ids = [
        try await engines[0].docker("image", "ls", "-q", "--no-trunc", "team/app:2"),
        try await engines[1].docker("image", "ls", "-q", "--no-trunc", "team/app:2"),
      ]
      #expect(ids[0] == ids[1])
      let json = try await project.swab(
        "run",
        "docker.copy_image:team/app:2,source=h1",
        "-H",
        "h2",
        "--json"
      )
      let result = try json.documents().first?["result"] as? [String: Int]
      #expect(result?["bytes_sent"] == 0, "\(json)")
      let alone = try await project.swab("run", "docker.copy_image:team/app:2", "-H", "h1")
      #expect(alone.exitStatus == 1, "\(alone)")
      #expect(alone.standardError.contains("there is no host to send the image to"))
      let none = try await project.swab("run", "docker.copy_image:team/nosuch:2", "-H", "h1,h2")
      #expect(none.exitStatus == 1, "\(none)")
      #expect(none.standardError.contains("No such image"), "\(none)")
    }
  }

  @Test(
    "an image is saved to a packed file of this machine, and loaded from it by another host",
    .testBed(.changing)
  )
  func saveAndLoad() async throws {
    let bed = try TestBed.current()
    try await Project.with(fabfile: fabfile(for: bed)) { project in
      let image = "my/c-\(project.mark.lowercased()):1"
      let (first, second) = (bed.hosts[0], bed.hosts[1])
      // Of its own, so that no other test's name for it keeps it on the host.
      let container = try await first.docker("create", "tools:1", "true")[0]
      _ = try await first.docker("commit", "-m", project.mark, container, image)
      _ = try await first.docker("rm", container)
      let result: Result<Void, any Error>
      do {
        let saved = try await project.swab("run", "docker.save_image:\(image)", "-H", "h1")
        #expect(saved.exitStatus == 0, "\(saved)")
        let file = image.replacingOccurrences(of: "/", with: "_") + ".tar.gz"
        #expect(saved.standardOutput == "\(file)\n", "\(saved)")
        let packed = try Data(contentsOf: URL(fileURLWithPath: "\(project.path)/\(file)"))
        #expect(packed.prefix(2) == Data([0x1f, 0x8b]))

        let plain = try await project.swab("run", "docker.save_image:\(image),a.tar", "-H", "h1,h2")
        #expect(plain.standardOutput == "[h1] a.tar\n", "once in a run: \(plain)")
        let archive = try Data(contentsOf: URL(fileURLWithPath: "\(project.path)/a.tar"))
        #expect(archive.count > packed.count && archive[257..<262] == Data("ustar".utf8))

        let loaded = try await project.swab(
          "run",
          "docker.load_image:\(file)",
          "-H",
          "h2",
          "--json"
        )
        #expect(loaded.exitStatus == 0, "\(loaded)")
        #expect(try loaded.documents().first?["result"] as? [String] == [image])
        let ids = try await second.docker("image", "inspect", "-f", "{{.Id}}", image)
        #expect(try await first.docker("image", "inspect", "-f", "{{.Id}}", image) == ids)

        let missing = try await project.swab("run", "docker.save_image:nosuch:1,b.tar", "-H", "h1")
        #expect(missing.exitStatus == 1, "\(missing)")
        #expect(!FileManager.default.fileExists(atPath: "\(project.path)/b.tar"))
        result = .success(())
      } catch {
        result = .failure(error)
      }
      for host in [first, second] { _ = try? await host.docker("rmi", image) }
      try result.get()
      try await expectClean(project)
    }
  }

  @Test("a login lasts for the rest of the run, in which an image is sent and fetched (DF 21)")
  func registry() async throws {
    let engine = try await DockerEngine.shared()
    let registry = try await DockerRegistry.start(beside: engine)
    let name = "\(registry.name)/t-\(UUID().uuidString.lowercased())"
    try await engine.docker("tag", DockerEngine.image, "\(name):1")
    let yaml = "env:\n  docker_base_url: unix://\(engine.socketPath)\n"
    let result: Result<Void, any Error>
    do {
      try await Project.with(fabfile: yaml) { project in
        let environment: [String: String?] = [
          "SWAB_DOCKER_REGISTRY_USER": DockerRegistry.user,
          "SWAB_DOCKER_REGISTRY_PASSWORD": DockerRegistry.password,
        ]
        let login = "docker.login:\(registry.name)"
        let tasks = [login, "docker.push_image:\(name),tag=1", "docker.pull_image:\(name),tag=1"]
        let run = try await project.swab(["run"] + tasks + ["--local"], environment: environment)
        #expect(run.exitStatus == 0, "\(run)")
        #expect(run.lines.count == 3 && run.lines.first == "Login Succeeded", "\(run)")
        #expect(run.lines.contains { $0.hasPrefix("\(name):1: sha256:") }, "\(run)")
        #expect(run.lines.last == "\(name):1: it was there", "\(run)")
        #expect(!"\(run)".contains(DockerRegistry.password))

        let without = try await project.swab(
          ["run", "docker.pull_image:\(name),tag=1", "--local", "--json"]
        )
        #expect(without.exitStatus == 1, "\(without)")
        try await engine.docker("rmi", "\(name):1")
        let json = try await project.swab(
          ["run", login, "docker.pull_image:\(name),tag=1", "--local", "--json"],
          environment: environment
        )
        let pulled = try json.documents().last?["result"] as? [String: Any]
        #expect(pulled?["name"] as? String == "\(name):1", "\(json)")
        #expect((pulled?["digest"] as? String)?.hasPrefix("sha256:") == true, "\(json)")
      }
      result = .success(())
    } catch {
      result = .failure(error)
    }
    _ = try? await engine.docker("rmi", "\(name):1")
    try await registry.stop()
    try result.get()
  }

  /// Lends a project with two hosts, each with an engine of its own.
  private func withEngines(
    _ env: String = "x: 1",
    _ body: (Project, [DockerEngine]) async throws -> Void
  ) async throws {
    let engines = [try await DockerEngine.start(), try await DockerEngine.start()]
    try await withSSHServer { server in
      let hosts = engines.enumerated().map { index, engine in
        "  h\(index + 1): { address: \(server.address), user: \(server.user), port: \(server.port), "
          + "env: { docker_base_url: \"unix://\(engine.socketPath)\" } }"
      }
      let yaml = """
        env: { key_filename: \(server.clientKey), no_agent: true, \(env) }
        hosts:
        \(hosts.joined(separator: "\n"))

        """
      try await Project.with(fabfile: yaml) { project in
        try project.trust(server)
        try await body(project, engines)
        try await expectClean(project, server)
      }
    }
    for engine in engines { try await engine.stop() }
  }
}
