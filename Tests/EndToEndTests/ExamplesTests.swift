import Foundation
import SwabTestSupport
import Testing

/// The folders of Examples/, each run as its README line says.
@Suite("Examples", .serialized)
struct ExamplesTests {
  @Test("sample_task lists the images and containers of each host", .testBed(.counting))
  func sampleTask() async throws {
    let bed = try TestBed.current()
    try await Project.at("Examples/sample_task") { project in
      let run = try await project.example("run", "sample_task", "-H", "h1,h2")
      #expect(run.exitStatus == 0, "\(run)")
      for host in bed.hosts.prefix(2) {
        for tag in try await host.docker("image", "ls", "--format", "{{.Repository}}:{{.Tag}}") {
          #expect(run.lines.contains("[\(host.name)] image \(tag)"))
        }
        for name in try await host.docker("container", "ls", "--all", "--format", "{{.Names}}") {
          #expect(run.standardOutput.contains("[\(host.name)] container \(name): "))
        }
      }
      try await expectClean(project)
    }
  }

  @Test(
    "rollout replaces the container on the hosts of both roles, in parallel (TR-34)",
    .testBed(.changing)
  )
  func rollout() async throws {
    let bed = try TestBed.current()
    try await Project.at("Examples/rollout") { project in
      for _ in 1...2 {
        let run = try await project.example("run", "deploy", "-R", "web,db", "-P", "-z", "10")
        #expect(run.exitStatus == 0, "\(run)")
        for host in bed.hosts {
          #expect(run.lines.contains("[\(host.name)] app is running with busybox:local"))
        }
      }
      let commands = try await bed.hosts.asyncMap {
        try await $0.docker("container", "logs", "app")
      }
      #expect(commands == [["web"], ["web"], ["db"]])

      let missing = try await project.example("run", "deploy:tag=absent", "-R", "db")
      #expect(missing.exitStatus == 1, "\(missing)")
      #expect(missing.standardError.contains("busybox:absent"))

      let removed = try await project.example("run", "remove")
      #expect(removed.exitStatus == 0, "\(removed)")
      for host in bed.hosts {
        let names = try await host.docker("container", "ls", "--all", "--format", "{{.Names}}")
        #expect(!names.contains("app"))
      }
      try await expectClean(project)
    }
  }

  @Test("docker_clients compares two engines with no host selected", .testBed(.counting))
  func dockerClients() async throws {
    try await Project.at("Examples/docker_clients") { project in
      let run = try await project.example("run", "compare")
      #expect(run.exitStatus == 0, "\(run)")
      #expect(run.lines == ["only in staging: tools:1"])
      try await expectClean(project)
    }
  }

  @Test("collect reports the values that a task returned on each host", .testBed(.counting))
  func collect() async throws {
    try await Project.at("Examples/collect") { project in
      let run = try await project.example("run", "report")
      #expect(run.exitStatus == 0, "\(run)")
      let reports = run.lines.filter { $0.contains(" images, load ") }
      #expect(reports.count == 3)
      #expect(reports.first?.hasPrefix("h1: 2 images, load ") == true)
      try await expectClean(project)
    }
  }

  @Test("docker_client makes the twenty calls that docs/DockerClient.md shows")
  func dockerClient() async throws {
    let source = "\(Checkout.root)/Examples/docker_client/main.swift"
    let swab = URL(fileURLWithPath: try Checkout.swab())
    let library = swab.deletingLastPathComponent().appendingPathComponent("../lib/swab").path
    let engine = try await DockerEngine.shared()
    let registry = try await DockerRegistry.start(
      beside: engine,
      DockerRegistry.Options(hasAccounts: false)
    )
    let result: Result<RunningProcess, any Error>
    do {
      result = .success(
        try await withTemporaryFolder { folder in
          let compiled = try await RunningProcess.run(
            "swiftc",
            ["-swift-version", "6", "-I", library, "-L", library, "-lSwab"]
              + ["-Xlinker", "-rpath", "-Xlinker", library, source, "-o", folder.path("client")],
            workingDirectory: folder.path,
            within: .seconds(300)
          )
          #expect(compiled.exitStatus == 0, "\(compiled.standardError)")
          let usage = try await RunningProcess.run(folder.path("client"), [])
          #expect(usage.exitStatus == 2)
          return try await RunningProcess.run(
            folder.path("client"),
            ["unix://\(engine.socketPath)", registry.name],
            workingDirectory: folder.path
          )
        }
      )
    } catch {
      result = .failure(error)
    }
    try await registry.stop()
    let run = try result.get()
    #expect(run.exitStatus == 0, "\(run.standardOutput)\(run.standardError)")
    let lines = run.standardOutput.split(separator: "\n").map(String.init)
    #expect(lines.filter { $0.hasPrefix("==> ") }.count == 20)
    #expect(lines.contains("status 3, stdout 5"), "exec: \(lines)")
    #expect(lines.contains("loaded [\"swab-tour:1\"]"))
    #expect(lines.last?.contains("No such container: swab-tour") == true)

    // Each piece of code that the document shows is what ran here, and so is what it printed.
    let ran = try String(contentsOfFile: source, encoding: .utf8)
    let page = try String(contentsOfFile: "\(Checkout.root)/docs/DockerClient.md", encoding: .utf8)
    let sections = page.components(separatedBy: "\n## ").dropFirst().prefix(20)
    let printed = run.standardOutput.components(separatedBy: "\n==> ").dropFirst()
    for (section, printed) in zip(sections, printed) {
      let code = section.components(separatedBy: "```swift\n").dropFirst().first?
        .components(separatedBy: "```").first
      #expect(ran.contains(try #require(code)), "\(section.prefix(40))")
      let shown = section.components(separatedBy: "\n```\n").dropFirst(2).first ?? ""
      let output = printed.split(separator: "\n").dropFirst().joined(separator: "\n")
      #expect(Self.timeless(output) == Self.timeless(shown), "\(section.prefix(40))")
    }
  }

  /// The same for all runs: without digests, ids and numbers, which are another's each time.
  private static func timeless(_ output: String) -> String {
    output.trimmingCharacters(in: .newlines)
      .replacing(#/\b([0-9a-f]{64}|[0-9a-f]{12})\b/#, with: "ID")
      .replacing(#/[0-9]+/#, with: "0")
  }
}

extension Project {
  /// Runs swab in an example's folder, on whatever test bed these tests have.
  fileprivate func example(_ arguments: String...) async throws -> Run {
    try await swab(
      arguments,
      environment: ["SWAB_SSH_CONFIG_PATH": TestBed.current().sshConfig],
      within: .seconds(300)
    )
  }
}

extension Sequence {
  fileprivate func asyncMap<Value>(
    _ transform: (Element) async throws -> Value
  ) async rethrows -> [Value] {
    var values: [Value] = []
    for element in self { values.append(try await transform(element)) }
    return values
  }
}
