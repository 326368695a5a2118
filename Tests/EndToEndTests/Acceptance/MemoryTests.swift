import Foundation
import SwabTestSupport
import Testing

/// What swab holds of what passes through it, seen in a process of its own.
@Suite("Acceptance: memory", .testBed(.changing))
struct MemoryTests {
  /// Each step sends or fetches 256 MiB, and then tells the most that the process has ever held.
  private static let tasks = #"""
    import Swab

    let fabfile = Fabfile {
      task("large", "Pass large things", arguments: ["container", "folder"], large)
    }

    func large(host: Host, arguments: TaskArguments) async throws {
      let docker = try dockerFabric()
      let container = try arguments.string("container")
      let folder = try arguments.string("folder")
      for compression in [ArchiveCompression.none, .gzip] {
        var files = try DockerContext(compression: compression)
        try files.add(folder, as: "")
        files.finalize()
        try await docker.putArchive(container, path: "/tmp", files.upload)
        try await told(compression == .none ? "sent" : "packed and sent")
      }
      var count = 0
      for try await piece in try await docker.archive(container, path: "/tmp/large").bytes {
        count += piece.count
      }
      try await told("fetched \(count >> 20) MiB")
      count = try await withThrowingTaskGroup(of: Int.self) { group in
        for _ in 0..<2 {
          group.addTask {
            let spec = ExecSpec(["head", "-c", "\(128 << 20)", "/dev/zero"])
            var count = 0
            for try await frame in try await docker.execSession(container, spec).session.output {
              count += frame.bytes.count
            }
            return count
          }
        }
        return try await group.reduce(0, +)
      }
      try await told("read \(count >> 20) MiB")
      let id = try await docker.build(BuildSpec(.folder(folder), tags: [container.lowercased()]))
      try await told("built")
      _ = try await docker.removeImage(id ?? "")
    }

    func told(_ step: String) async throws {
      let status = try await local("cat /proc/$PPID/status", quiet: true).stdout
      let peak = status.split(separator: "\n").first { $0.hasPrefix("VmHWM:") } ?? ""
      puts("\(step): \(peak.filter(\.isNumber))")
    }

    """#

  @Test("what is sent, fetched, packed, read and built is not held (DE-61, DE-63, DE-80)")
  func large() async throws {
    try await withContainers(tasks: Self.tasks) { project, _, container in
      try project.folder.write("FROM busybox:local\nCOPY large /\n", to: "tree/Dockerfile")
      let tree = project.folder.path("tree")
      let filled = try await RunningProcess.run(
        "sh",
        ["-c", "head -c \(256 << 20) /dev/zero | tr '\\0' x >\"$0\"/large", tree]
      )
      try #require(filled.exitStatus == 0)
      let run = try await project.swab(
        "run",
        "large:container=\(container),folder=\(tree)",
        "-H",
        "h1"
      )
      #expect(run.exitStatus == 0, "\(run)")
      let told = run.lines.map { $0.split(separator: ": ").map(String.init) }
      let steps = ["sent", "packed and sent", "fetched 256 MiB", "read 256 MiB", "built"]
      #expect(told.map(\.first) == steps.map { "[h1] \($0)" }, "\(run)")
      for step in told { #expect((1..<100_000).contains(Int(step.last ?? "") ?? 0), "\(step)") }
    }
  }
}
