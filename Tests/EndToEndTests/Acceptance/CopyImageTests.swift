import Foundation
import SwabTestSupport
import Testing

/// Images that go from engine to engine, with no registry.
@Suite("Acceptance: docker.copy_image", .testBed(.changing))
struct CopyImageTests {
  /// Lends an image that h1 has, and nobody else anything of: neither its name nor its layer.
  private static func withImage(
    fabfile yaml: ((TestBed) -> String)? = nil,
    tasks: String = "",
    _ body: (_ project: Project, _ bed: TestBed, _ image: String) async throws -> Void
  ) async throws {
    let bed = try TestBed.current()
    let text = yaml?(bed) ?? fabfile(for: bed)
    let tasks = "import Swab\n\nlet fabfile = Fabfile {\(tasks)}\n"
    try await Project.with(fabfile: text, tasks: tasks) { project in
      let image = "c-\(project.mark.lowercased()):1"
      // What can't be packed, so that what is sent is its size.
      let archive = project.folder.path("root.tar")
      let made = try await RunningProcess.run(
        "sh",
        ["-c", "cd $0 && head -c 2000000 /dev/urandom >noise && tar -cf root.tar noise"]
          + [project.folder.path]
      )
      try #require(made.exitStatus == 0, "\(made.standardError)")
      _ = try await bed.hosts[0].docker("import", archive, image)
      let result: Result<Void, any Error>
      do {
        result = .success(try await body(project, bed, image))
      } catch {
        result = .failure(error)
      }
      for host in bed.hosts { _ = try? await host.docker("rmi", image) }
      try result.get()
      try await expectClean(project)
    }
  }

  private static func id(_ image: String, on host: TestBed.Host) async throws -> String {
    try await host.docker("image", "inspect", "-f", "{{.Id}}", image)[0]
  }

  @Test("an image goes from one host to all the others, and nothing is sent twice")
  func betweenHosts() async throws {
    try await Self.withImage { project, bed, image in
      let task = "docker.copy_image:\(image),source=h1"
      let first = try await project.swab("run", task, "-H", "h1,h2,h3")
      #expect(first.exitStatus == 0, "\(first)")
      #expect(first.lines.contains("[h1] it is the source"))
      for host in ["h2", "h3"] {
        let line = first.lines.first { $0.hasPrefix("[\(host)] ") }
        let expected = #/\[h.\] \d\.\d MB sent, 0 of 1 layers were there/#
        #expect(line?.wholeMatch(of: expected) != nil, "\(first)")
      }
      let id = try await Self.id(image, on: bed.hosts[0])
      for host in bed.hosts { #expect(try await Self.id(image, on: host) == id) }

      let second = try await project.swab("run", task, "-H", "h2,h3", "--json")
      #expect(second.exitStatus == 0, "\(second)")
      let results = try second.documents().compactMap { $0["result"] as? [String: Int] }
      let nothing = ["layers": 1, "layers_left_out": 1, "bytes_sent": 0]
      #expect(results == [nothing, nothing])
    }
  }

  /// With one more host, that nobody reaches.
  private static func withGone(_ bed: TestBed) -> String {
    fabfile(for: bed).replacingOccurrences(
      of: "hosts:\n",
      with: "hosts:\n  gone: { address: \(bed.hosts[1].address), port: 9 }\n"
    )
  }

  /// A task that fails on h1.
  private static let build = """

      task("build", "Make the image anew") { (host: Host) in
        if host.name == "h1" { try abort("it doesn't compile") }
      }

    """

  private static func has(_ image: String, _ host: TestBed.Host) async throws -> Bool {
    try await !host.docker("image", "ls", "-q", image).isEmpty
  }

  @Test(
    "where the first host has failed, no other one's image is sent, or saved, in place of its",
    arguments: ["docker.copy_image:IMAGE", "docker.save_image:IMAGE,a.tar"]
  )
  func failedSource(task: String) async throws {
    try await Self.withImage(fabfile: Self.withGone, tasks: Self.build) { project, bed, image in
      // What h2 calls so is an old one.
      _ = try await bed.hosts[1].docker("tag", "busybox:local", image)
      let call = task.replacing("IMAGE", with: image)
      let failed = try await project.swab(
        ["run", "build", call, "-H", "h1,h2,h3", "--keep-going"]
      )
      let skipped = try await project.swab(
        ["run", "docker.version", call, "-H", "gone,h2,h3", "--skip-bad-hosts"]
      )
      for (run, first) in [(failed, "h1"), (skipped, "gone")] {
        #expect(run.exitStatus == 1, "\(run)")
        for host in ["h2", "h3"] {
          let row = run.errorLines.first {
            $0.split(separator: " ").prefix(2) == [host[...], "failed"]
          }
          #expect(row?.contains("'\(first)' failed before") == true, "\(run)")
        }
      }
      #expect(try await !Self.has(image, bed.hosts[2]))
      #expect(!FileManager.default.fileExists(atPath: "\(project.path)/a.tar"))
    }
  }

  @Test("a source that is named is none any more once it has failed")
  func failedNamedSource() async throws {
    try await Self.withImage(tasks: Self.build) { project, bed, image in
      let run = try await project.swab(
        ["run", "build:hosts=h1", "docker.copy_image:\(image),source=h1", "-H", "h2,h3"]
          + ["--keep-going"]
      )
      #expect(run.exitStatus == 1, "\(run)")
      let told = "error: the source 'h1' failed before, and no other host takes its place"
      #expect(run.errorLines.filter { $0.hasSuffix(told) }.count == 2, "\(run)")
      #expect(try await !Self.has(image, bed.hosts[2]))
    }
  }

  @Test(
    "a first host that can't be reached is unreachable alone: to the others, it has failed",
    arguments: ["docker.copy_image:IMAGE", "docker.save_image:IMAGE,a.tar"],
    [[], ["--skip-bad-hosts"]]
  )
  func unreachableSource(task: String, flags: [String]) async throws {
    try await Self.withImage(fabfile: Self.withGone) { project, _, image in
      let run = try await project.swab(
        ["run", task.replacing("IMAGE", with: image), "docker.version", "-H", "gone,h2,h3"] + flags
      )
      #expect(run.exitStatus == 1, "\(run)")
      let counts = "3 hosts: 2 failed, 1 unreachable"
      #expect(run.errorLines.last?.hasPrefix(counts) == true, "\(run)")
      for host in ["h2", "h3"] {
        let row = run.errorLines.first {
          $0.split(separator: " ").prefix(2) == [host[...], "failed"]
        }
        let told = task.contains("copy") ? "the source 'gone' failed: " : "and failed on 'gone': "
        #expect(row?.contains(told) == true, "\(run)")
      }
    }
  }

  @Test("a host that can't be reached fails alone")
  func unreachable() async throws {
    try await Self.withImage(fabfile: Self.withGone) { project, bed, image in
      let run = try await project.swab(
        "run",
        "docker.copy_image:\(image),source=h1",
        "-H",
        "gone,h2"
      )
      #expect(run.exitStatus != 0, "\(run)")
      #expect(run.errorLines.contains { $0.hasPrefix("gone  unreachable  ") }, "\(run)")
      #expect(run.errorLines.contains { $0.hasPrefix("h2    ok  ") }, "\(run)")
      #expect(
        try await Self.id(image, on: bed.hosts[1]) == Self.id(image, on: bed.hosts[0])
      )
    }
  }

  @Test("this machine's engine can be the source, if it is called by its name")
  func fromHere() async throws {
    let yaml: (TestBed) -> String = { bed in
      """
      env:
        ssh_config_path: \(bed.sshConfig)
        no_agent: true
        docker_base_url: \(bed.hosts[0].engine)
      hosts:
        h2: { env: { docker_base_url: "unix:///var/run/docker.sock" } }

      """
    }
    try await Self.withImage(fabfile: yaml) { project, bed, image in
      let run = try await project.swab("run", "docker.copy_image:\(image),local", "-H", "h2")
      #expect(run.exitStatus == 0, "\(run)")
      #expect(
        try await Self.id(image, on: bed.hosts[1]) == Self.id(image, on: bed.hosts[0])
      )
    }
  }

  @Test("without an image or somebody to send it to nothing is done")
  func mistakes() async throws {
    try await Self.withImage { project, _, image in
      let noHost = try await project.swab("run", "docker.copy_image:\(image),h1", "-H", "h1")
      #expect(noHost.exitStatus != 0, "\(noHost)")
      #expect(noHost.standardError.contains("there is no host to send the image to"))
      let noImage = try await project.swab("run", "docker.copy_image:nosuch:1,h1", "-H", "h2,h3")
      #expect(noImage.exitStatus == 1, "\(noImage)")
      let told = noImage.errorLines.filter { $0.contains("error: ") }
      #expect(told.count == 2, "\(noImage)")
      let start = "error: the source 'h1' failed: docker: "
      #expect(told.allSatisfy { $0.contains(start) && $0.contains("No such image") }, "\(noImage)")
    }
  }
}
