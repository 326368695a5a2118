import Foundation
import SwabTestSupport
import Testing

@testable import SwabDocker

@Suite("Images")
struct ImageTests {
  private static func name() -> String { "swab-test-\(UUID().uuidString.lowercased())" }

  @Test("get names and lose them, and go with the last (DE-78)")
  func names() async throws {
    let docker = try await sharedClient()
    let name = Self.name()
    try await docker.tag(DockerEngine.image, as: "localhost:5000/\(name)", tag: "v1")
    let image = "localhost:5000/\(name):v1"
    #expect(try await docker.images(name: image).count == 1)
    #expect(try await docker.inspectImage(DockerEngine.image).repoTags.contains(image))
    let removed = try await docker.removeImage(image)
    #expect(removed.compactMap(\.untagged).contains(image))
    #expect(removed.allSatisfy { $0.deleted == nil })
    let missing = await #expect(throws: DockerError.self) { try await docker.removeImage(image) }
    #expect(missing?.isNotFound == true)
    let untaggable = await #expect(throws: DockerError.self) {
      try await docker.tag("nosuch", as: name)
    }
    #expect(untaggable?.isNotFound == true)
    await docker.close()
  }

  @Test("in use are kept (DE-78)")
  func inUse() async throws {
    let docker = try await sharedClient()
    let name = Self.name()
    try await withContainer(.script("sleep 1000"), of: docker) { first in
      let id = try await docker.commit(first, ImageCommit(repository: name))
      var spec = ContainerSpec.script("sleep 1000")
      spec.image = id
      try await withContainer(spec, of: docker) { second in
        try await docker.start(second)
        let error = await #expect(throws: DockerError.self) { try await docker.removeImage(id) }
        #expect(error?.isConflict == true)
      }
      let removed = try await docker.removeImage(name)
      #expect(removed.compactMap(\.untagged) == ["\(name):latest"])
      #expect(removed.compactMap(\.deleted).first == id)
    }
    await docker.close()
  }

  @Test("tell how they were made")
  func history() async throws {
    let docker = try await sharedClient()
    let layers = try await docker.history(of: DockerEngine.image)
    #expect(layers.first?.tags.contains(DockerEngine.image) == true)
    #expect(layers.first?.created != nil)
    #expect(layers.reduce(0) { $0 + $1.size } > 0)
    await docker.close()
  }

  @Test("that nobody needs are removed")
  func prune() async throws {
    let docker = try await sharedClient()
    let label = Self.name()
    let filters: DockerFilters = ["label": .init([label])]
    try await withContainer(.script("true"), of: docker) { container in
      var commit = ImageCommit()
      commit.config["Labels"] = .texts([label: "1"])
      let nameless = try await docker.commit(container, commit)
      commit.repository = Self.name()
      commit.comment = "another"
      let named = try await docker.commit(container, commit)
      #expect(try await docker.pruneImages(filters: filters).removed == [nameless])
      let all = try await docker.pruneImages(all: true, filters: filters)
      #expect(all.removed.contains(named))
      #expect(all.reclaimedBytes != nil)
    }
    await docker.close()
  }

  @Test("are asked for at registries, through the engine")
  func registries() async throws {
    let distribution = """
      {"Descriptor":{"mediaType":"application/vnd.oci.image.index.v1+json","digest":"sha256:0f",
       "size":527},"Platforms":[{"os":"linux","architecture":"arm","variant":"v7"}]}
      """
    let found = #"[{"name":"busybox","star_count":7,"is_official":true,"description":"x"}]"#
    let engine = try await FakeEngine(version: "1.41") {
      FakeEngine.json("200 OK", $0.path.contains("/distribution/") ? distribution : found)
    }
    let docker = try DockerClient(baseURL: engine.address)
    let image = try await docker.inspectDistribution("registry.example:5000/team/app:v1")
    #expect(image.digest == "sha256:0f" && image.size == 527)
    #expect(image.mediaType == "application/vnd.oci.image.index.v1+json")
    #expect(image.platforms.map(\.description) == ["linux/arm/v7"])
    let results = try await docker.searchImages(
      "busy box",
      limit: 3,
      filters: ["is-official": true, "stars": 3]
    )
    #expect(results.map(\.name) == ["busybox"])
    #expect(results.first?.isOfficial == true && results.first?.starCount == 7)
    #expect(
      engine.requests.dropFirst().map(\.path) == [
        "/v1.41/distribution/registry.example:5000/team/app:v1/json",
        "/v1.41/images/search?term=busy%20box&limit=3&filters="
          + "%7B%22is-official%22:%5B%22true%22%5D,%22stars%22:%5B%223%22%5D%7D",
      ]
    )
    await docker.close()
    try await engine.stop()
  }

  @Test("are attested to by engines of today")
  func attestations() async throws {
    let statement = #"[{"PredicateType":"https://slsa.dev/provenance/v1","Statement":{"a":1}}]"#
    let engine = try await FakeEngine(version: "1.55") { _ in FakeEngine.json("200 OK", statement) }
    let docker = try DockerClient(baseURL: engine.address)
    let found = try await docker.attestations(of: "team/app:v1")
    #expect(found.first?["PredicateType"] == "https://slsa.dev/provenance/v1")
    _ = try await docker.attestations(
      of: "team/app:v1",
      platform: ImagePlatform(parsing: "linux/arm64"),
      types: ["https://slsa.dev/provenance/v1", "https://spdx.dev/Document"],
      statements: true
    )
    _ = try await docker.images(manifests: true, identity: true)
    let platform = "%7B%22os%22:%22linux%22,%22architecture%22:%22arm64%22%7D"
    let types = "&type=https://slsa.dev/provenance/v1&type=https://spdx.dev/Document"
    let path = "/v1.55/images/team/app:v1/attestations"
    let paths = engine.requests.dropFirst().map(\.path)
    #expect(paths.first == path)
    #expect(paths.dropFirst().first == "\(path)?platform=\(platform)\(types)&statement=1")
    #expect(paths.last == "/v1.55/images/json?manifests=1&identity=1")
    await docker.close()
    try await engine.stop()
  }

  @Test("on this engine, whose host has no way out, are not found at Docker Hub")
  func offline() async throws {
    let docker = try await sharedClient()
    let search = await #expect(throws: DockerError.self) {
      try await docker.searchImages("busybox")
    }
    #expect(search?.status == 500)
    let distribution = await #expect(throws: DockerError.self) {
      try await docker.inspectDistribution("127.0.0.1:9/nosuch")
    }
    #expect(distribution?.status != nil)
    await docker.close()
  }
}
