import SwabTestSupport
import Testing

@testable import SwabDocker

/// An engine that doesn't know a condition ignores it, and removes everything.
@Suite("Conditions for removing what nobody uses")
struct PruneTests {
  typealias Prune = @Sendable (DockerClient, DockerFilters) async throws -> Void

  private static let calls: [String: Prune] = [
    "containers": { try await $0.pruneContainers(filters: $1) },
    "images": { try await $0.pruneImages(filters: $1) },
    "networks": { try await $0.pruneNetworks(filters: $1) },
    "volumes": { try await $0.pruneVolumes(all: true, filters: $1) },
  ]

  @Test(
    "go only to engines that heed them",
    arguments: [
      ("containers", "until", 28), ("containers", "label", 29), ("containers", "label!", 29),
      ("containers", "name", 30), ("images", "until", 28), ("images", "label", 29),
      ("images", "label!", 29), ("images", "reference", 30), ("networks", "until", 28),
      ("networks", "label", 29), ("networks", "label!", 29), ("networks", "driver", 30),
      ("volumes", "label", 29), ("volumes", "label!", 29), ("volumes", "until", 30),
      ("volumes", "all", 42),
    ]
  )
  func gates(_ kind: String, _ filter: String, _ minor: Int) async throws {
    let prune = try #require(Self.calls[kind])
    let engine = try await FakeEngine { _ in FakeEngine.json("200 OK", "{}") }
    let filters = DockerFilters([filter: "x"])
    let old = try DockerClient(baseURL: engine.address, version: "1.\(minor - 1)")
    let error = await dockerError { try await prune(old, filters) }
    #expect(error?.code == .requiresAPIVersion)
    #expect(
      error?.message == "the filter '\(filter)' for pruning \(kind) needs API 1.\(minor), "
        + "and 1.\(minor - 1) is spoken here"
    )
    #expect(engine.lines.isEmpty)
    let new = try DockerClient(baseURL: engine.address, version: "1.\(minor)")
    try await prune(new, filters)
    let name = PathEncoding.query([("filters", "{\"\(filter)\":")])
    let prefix = "POST /v1.\(minor)/\(kind)/prune\(name)"
    #expect(engine.lines.count == 1 && engine.lines.first?.hasPrefix(prefix) == true)
    await old.close()
    await new.close()
    try await engine.stop()
  }

  @Test("are there from the beginning for images that nobody named")
  func dangling() async throws {
    let engine = try await FakeEngine { _ in FakeEngine.json("200 OK", "{}") }
    let docker = try DockerClient(baseURL: engine.address, version: "1.25")
    try await docker.pruneImages(all: true)
    #expect(
      engine.requests.map(\.path) == [
        "/v1.25/images/prune?filters=%7B%22dangling%22:%5B%22false%22%5D%7D"
      ]
    )
    await docker.close()
    try await engine.stop()
  }

  @Test(
    "without values are refused, since everything meets them",
    arguments: ["containers", "images", "networks", "volumes", "anonymous"],
    ["1.41", "1.42"]
  )
  func empty(_ kind: String, _ version: String) async throws {
    let engine = try await FakeEngine { _ in FakeEngine.json("200 OK", "{}") }
    let docker = try DockerClient(baseURL: engine.address, version: version)
    let prune = Self.calls[kind] ?? { try await $0.pruneVolumes(filters: $1) }
    for filter in ["label", "label!", "until"] {
      let filters = DockerFilters(["other": "x", filter: .init([])])
      let error = await dockerError { try await prune(docker, filters) }
      #expect(error?.code == .invalidArgument)
      #expect(
        error?.message == "the filter '\(filter)' has no values, and would remove everything"
      )
    }
    #expect(engine.lines.isEmpty)
    await docker.close()
    try await engine.stop()
  }
}
