import Foundation
import SwabTestSupport
import Testing

@testable import SwabDocker

@Suite("Volumes")
struct VolumeTests {
  private static func name() -> String { "swab-test-\(UUID().uuidString)" }

  @Test("are made once, and removed unless a container has them (DE-94)")
  func lifecycle() async throws {
    let docker = try await sharedClient()
    var spec = VolumeSpec(Self.name())
    let name = try #require(spec.name)
    spec.labels = ["x": name]
    let made = try await docker.createVolume(spec)
    #expect(made.name == name && made.labels == spec.labels && !made.isAnonymous)
    #expect(made.driver == "local" && made.scope == "local" && made.created != nil)
    // Making it again is no failure, and makes nothing.
    #expect(try await docker.createVolume(spec).created == made.created)
    let listed = try await docker.volumes(filters: ["label": "x=\(name)"])
    #expect(listed.map(\.name) == [name])
    var user = ContainerSpec.script("sleep 1000")
    user.hostConfig.mounts = [Mount(.volume(name: name), at: "/data", isReadOnly: true)]
    try await withContainer(user, of: docker) { container in
      let mount = try #require(try await docker.inspectContainer(container).mounts.first)
      #expect(mount.name == name && mount.destination == "/data" && !mount.isWritable)
      let error = await #expect(throws: DockerError.self) {
        try await docker.removeVolume(name, force: true)
      }
      #expect(error?.isConflict == true)
    }
    try await docker.removeVolume(name)
    let gone = await #expect(throws: DockerError.self) { try await docker.removeVolume(name) }
    #expect(gone?.isNotFound == true)
    // The engine takes no offence only if it is asked not to.
    try await docker.removeVolume(name, force: true)
    await #expect(throws: DockerError.self) { try await docker.inspectVolume(name) }
    await docker.close()
  }

  @Test("that nobody has are removed, if nobody named them (DE-95)")
  func pruneOld() async throws {
    let docker = try await sharedClient(version: "1.41")
    let label = Self.name()
    var spec = VolumeSpec()
    spec.labels = [label: "1"]
    let anonymous = try await docker.createVolume(spec)
    #expect(anonymous.isAnonymous)
    spec.labels["keep"] = "yes"
    let kept = try await docker.createVolume(spec)
    spec.name = Self.name()
    let named = try await docker.createVolume(spec)
    let filters: DockerFilters = ["label": "\(label)=1"]
    var picky = filters
    picky["label!"] = "keep=yes"
    #expect(try await docker.pruneVolumes(filters: picky).removed == [anonymous.name])
    #expect(try await docker.pruneVolumes(filters: filters).removed == [kept.name])
    #expect(try await docker.pruneVolumes(filters: filters).removed.isEmpty)
    let report = try await docker.pruneVolumes(all: true, filters: filters)
    #expect(report.removed == [named.name])
    #expect(report.reclaimedBytes == 0)
    await docker.close()
  }

  @Test("of a swarm are changed, if that is of their newest version")
  func update() async throws {
    let engine = try await FakeEngine(version: "1.42") { request in
      request.path.contains("version=7")
        ? FakeEngine.json("500 Oh", #"{"message":"rpc error: update out of sequence"}"#)
        : FakeEngine.json("200 OK", "")
    }
    let docker = try DockerClient(baseURL: engine.address)
    var spec = JSONObject()
    spec["Availability"] = "drain"
    try await docker.updateVolume("data ü", version: 8, spec)
    let request = try #require(engine.requests.last)
    #expect(request.line == "PUT /v1.42/volumes/data%20%C3%BC?version=8 HTTP/1.1")
    #expect(try JSONValue(parsing: request.body) == ["Spec": ["Availability": "drain"]])
    #expect(request.headers.contains("Content-Type: application/json"))
    let stale = await dockerError { try await docker.updateVolume("data", version: 7, spec) }
    #expect(stale?.isStaleVersion == true)
    await docker.close()
    try await engine.stop()
  }

  @Test("are chosen by newer engines themselves (DE-95)")
  func pruneNew() async throws {
    let engine = try await FakeEngine(version: "1.42") { _ in
      FakeEngine.json("200 OK", #"{"VolumesDeleted":["a"],"SpaceReclaimed":7}"#)
    }
    let docker = try DockerClient(baseURL: engine.address)
    #expect(try await docker.pruneVolumes().removed == ["a"])
    #expect(try await docker.pruneVolumes(all: true).reclaimedBytes == 7)
    let paths = engine.requests.map(\.path).filter { $0 != "/_ping" }
    #expect(
      paths == [
        "/v1.42/volumes/prune", "/v1.42/volumes/prune?filters=%7B%22all%22:%5B%22true%22%5D%7D",
      ]
    )
    await docker.close()
    try await engine.stop()
  }
}
