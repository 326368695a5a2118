import Foundation
import SwabTestSupport
import Testing

@testable import SwabDocker

@Suite("Stats")
struct StatsTests {
  private static let busy = ContainerSpec.script("while :; do :; done")

  @Test("are one sample, with and without what was before it (DE-97)")
  func sample() async throws {
    let docker = try await sharedClient()
    try await withContainer(Self.busy, of: docker) { name in
      let id = try await docker.inspectContainer(name).id
      try await docker.start(name)
      let stats = try await docker.stats(name)
      #expect(stats.id == id)
      #expect(stats.name == name)
      #expect(stats.time != nil)
      #expect(try #require(stats.cpuPercent) > 0)
      #expect(try #require(stats.memoryBytes) > 0)
      #expect(try #require(stats.memoryPercent) > 0)
      #expect(try #require(stats.memoryPercent) < 100)
      #expect(stats.processCount ?? 1 == 1)
      let once = try await docker.stats(name, once: true)
      #expect(once.time != nil)
      #expect(once.cpuPercent == nil)
      #expect(try #require(once.cpuPercent(since: stats)) > 0)
    }
    await docker.close()
  }

  @Test("show what docker stats shows (DE-97)")
  func commandLine() async throws {
    let docker = try await sharedClient()
    let socket = try await DockerEngine.shared().socketPath
    // Half a processor, whatever else the machine does.
    var spec = Self.busy
    spec.hostConfig.nanoCPUs = 500_000_000
    try await withContainer(spec, of: docker) { name in
      try await docker.start(name)
      // The first part of a second of its life isn't like the others.
      _ = try await docker.stats(name)
      async let ours = docker.stats(name)
      let theirs = try await RunningProcess.run(
        "docker",
        [
          "--host", "unix://\(socket)", "stats", "--no-stream", "--format",
          "{{.CPUPerc}} {{.MemUsage}} {{.PIDs}}", name,
        ]
      )
      let words = theirs.standardOutput.split { " %\n".contains($0) }.map(String.init)
      let stats = try await ours
      let percent = try #require(words.first.flatMap(Double.init), "\(theirs.standardError)")
      #expect(abs(try #require(stats.cpuPercent) - percent) < 20)
      #expect(percent > 5)
      #expect(words.last == String(stats.processCount ?? 1))
      #expect(words[1].hasSuffix("iB"))
    }
    await docker.close()
  }

  @Test("are followed until the container ends (DE-97)")
  func followed() async throws {
    let docker = try await sharedClient()
    try await withContainer(Self.busy, of: docker) { name in
      try await docker.start(name)
      var samples: [ContainerStats] = []
      for try await stats in try await docker.followStats(name) {
        samples.append(stats)
        if samples.count == 3 { try await docker.kill(name) }
      }
      #expect(samples.count >= 3)
      #expect(samples.allSatisfy { $0.time != nil })
      #expect(samples[0].cpuPercent == nil)
      let percent = try #require(samples[2].cpuPercent)
      #expect(percent > 0)
      #expect(samples[2].cpuPercent(since: samples[1]) == percent)
      try await eventually("the connection is gone") {
        await docker.transport.openConnections() == 1
      }
    }
    await docker.close()
  }

  @Test("of a container that doesn't run are none, and end when it is removed (DE-97)")
  func notRunning() async throws {
    let docker = try await sharedClient()
    try await withContainer(Self.busy, of: docker) { name in
      let stats = try await docker.stats(name)
      #expect(stats.time == nil)
      #expect(stats.cpuPercent == nil)
      var count = 0
      for try await _ in try await docker.followStats(name) { count += 1 }
      #expect(count == 0)
    }
    let removed = try await docker.createContainer(Self.busy).id
    try await docker.start(removed)
    for try await _ in try await docker.followStats(removed) {
      try await docker.removeContainer(removed, force: true)
    }
    let missing = await #expect(throws: DockerError.self) {
      try await docker.followStats(removed)
    }
    #expect(missing?.isNotFound == true)
    await docker.close()
  }

  @Test("abandoned and cancelled ones free their connection")
  func abandoned() async throws {
    let docker = try await sharedClient()
    try await withContainer(Self.busy, of: docker) { name in
      try await docker.start(name)
      for try await _ in try await docker.followStats(name) { break }
      let (started, ready) = AsyncStream<Void>.makeStream()
      let reader = Task {
        defer { ready.finish() }
        for try await _ in try await docker.followStats(name) { ready.yield() }
      }
      for await _ in started { break }
      reader.cancel()
      await #expect(throws: CancellationError.self) { try await reader.value }
      try await eventually("the connections are gone") {
        await docker.transport.openConnections() == 1
      }
    }
    await docker.close()
  }

  struct Sample: Sendable, CustomTestStringConvertible {
    var testDescription: String
    var text: String
    var cpu: Double?
    var memory: Int?
    var disk: (read: Int, written: Int)
  }

  @Test(
    "are computed as docker stats does, whatever the engine and its control groups",
    arguments: [
      Sample(
        testDescription: "version 1",
        text: """
          {"read":"2026-11-23T20:02:02.5Z","cpu_stats":{"cpu_usage":{"total_usage":300,\
          "percpu_usage":[1,2,0,0]},"system_cpu_usage":2000,"online_cpus":2},\
          "precpu_stats":{"cpu_usage":{"total_usage":100},"system_cpu_usage":1000},\
          "memory_stats":{"usage":1000,"limit":4000,"stats":{"cache":900,"total_inactive_file":400,\
          "inactive_file":1}},"blkio_stats":{"io_service_bytes_recursive":[\
          {"major":8,"op":"Read","value":5},{"major":8,"op":"Write","value":7},\
          {"major":9,"op":"Read","value":1},{"major":8,"op":"Total","value":12}]}}
          """,
        cpu: 40,
        memory: 600,
        disk: (6, 7)
      ),
      Sample(
        testDescription: "version 2",
        text: """
          {"read":"2026-11-23T20:02:02.5Z","cpu_stats":{"cpu_usage":{"total_usage":1500},\
          "system_cpu_usage":2000,"online_cpus":4},\
          "precpu_stats":{"cpu_usage":{"total_usage":1000},"system_cpu_usage":1000},\
          "memory_stats":{"usage":1000,"limit":4000,"stats":{"inactive_file":300}},\
          "blkio_stats":{"io_service_bytes_recursive":[{"op":"read","value":5},\
          {"op":"write","value":7}]}}
          """,
        cpu: 200,
        memory: 700,
        disk: (5, 7)
      ),
      Sample(
        testDescription: "more cached than used, and no time between",
        text: """
          {"cpu_stats":{"cpu_usage":{"total_usage":5,"percpu_usage":[5]},"system_cpu_usage":9},\
          "precpu_stats":{"cpu_usage":{"total_usage":5},"system_cpu_usage":9},\
          "memory_stats":{"usage":10,"stats":{"inactive_file":11}},\
          "blkio_stats":{"io_service_bytes_recursive":null}}
          """,
        cpu: 0,
        memory: 10,
        disk: (0, 0)
      ),
      Sample(
        testDescription: "nothing",
        text:
          #"{"read":"0001-01-01T00:00:00Z","memory_stats":{},"cpu_stats":{"cpu_usage":{"total_usage":0}}}"#,
        disk: (0, 0)
      ),
    ]
  )
  func computed(_ sample: Sample) throws {
    let stats = ContainerStats(raw: try JSONValue(parsing: sample.text))
    #expect(stats.cpuPercent == sample.cpu)
    #expect(stats.memoryBytes == sample.memory)
    #expect(stats.readBytes == sample.disk.read)
    #expect(stats.writtenBytes == sample.disk.written)
    let limit = stats.memoryLimit.map(Double.init)
    #expect(stats.memoryPercent == limit.map { Double(sample.memory ?? 0) / $0 * 100 })
  }
}
