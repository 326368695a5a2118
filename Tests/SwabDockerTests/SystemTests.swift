import SwabTestSupport
import Testing

@testable import SwabDocker

/// What engines say of themselves, today's and those of the future (DE-98).
@Suite("An engine's view of itself (DE-98)")
struct SystemTests {
  @Test("reads on this engine")
  func today() async throws {
    let docker = try await sharedClient()
    try await withContainer(.script("echo written >/file"), of: docker) { name in
      try await docker.start(name)
      try await docker.wait(name)
      let volume = try await docker.createVolume(VolumeSpec("\(name)-v"))
      let usage = try await docker.diskUsage()
      #expect(usage.images.contains { $0.repoTags.contains(DockerEngine.image) })
      #expect(try #require(usage.layerBytes) > 500_000)
      let container = try #require(usage.containers.first { $0.name == name })
      #expect(container.writtenBytes == 8)
      #expect(usage.containerBytes >= 8)
      let measured = try #require(usage.volumes.first { $0.name == volume.name })
      #expect(measured.size == 0 && measured.referenceCount == 0)
      #expect(usage.volumeBytes >= 0 && usage.buildCacheBytes >= 0)
      try await docker.removeVolume(volume.name)
      let kinds = await dockerError { try await docker.diskUsage(of: [.image]) }
      #expect(kinds?.code == .requiresAPIVersion)
    }
    let (info, version) = (try await docker.info(), try await docker.version())
    #expect(info.id.isEmpty == false && info.serverVersion == version.version)
    #expect(info.storageDriver.isEmpty == false && info.processorCount > 0)
    #expect(info.kernelVersion == version.kernelVersion && info.architecture == "x86_64")
    #expect(version.architecture == "amd64" && version.operatingSystem == "linux")
    #expect(version.minimumAPIVersion == "1.12" && version.apiVersion == "1.41")
    await docker.close()
  }

  /// What an engine of API 1.53 answers: the lists of older ones are gone.
  private static let newer = """
    {"ImageUsage":{"ActiveCount":1,"TotalCount":2,"Reclaimable":70,"TotalSize":100,
      "Items":[{"Id":"sha256:0f","RepoTags":["web:1"],"RepoDigests":[],"Created":1795464122,
        "Size":100,"SharedSize":30,"Containers":1,"Descriptor":{"digest":"sha256:0f"}}]},
     "ContainerUsage":{"ActiveCount":1,"TotalCount":1,"TotalSize":7,
      "Items":[{"Id":"c1","Names":["/web"],"Image":"web:1","State":"running","SizeRw":7,
        "Health":{"Status":"healthy"}}]},
     "VolumeUsage":{"TotalCount":1,"Reclaimable":20,"TotalSize":20,
      "Items":[{"Name":"data","Driver":"local","UsageData":{"Size":20,"RefCount":-1}}]},
     "BuildCacheUsage":{"TotalCount":1,"Reclaimable":5,"TotalSize":5,
      "Items":[{"ID":"b1","Type":"regular","Description":"RUN make","InUse":false,"Shared":true,
        "Size":5,"CreatedAt":"2026-11-23T20:02:02.5Z","LastUsedAt":null,"UsageCount":3}]}}
    """

  @Test("reads on a newer one, with lists and without")
  func newer() async throws {
    let engine = try await FakeEngine(version: "1.53") { request in
      let verbose = request.path.contains("verbose=1")
      let brief = #"{"ImagesUsage":{"TotalSize":9},"VolumesUsage":{"TotalSize":8}}"#
      return FakeEngine.json("200 OK", verbose ? Self.newer : brief)
    }
    let docker = try DockerClient(baseURL: engine.address)
    let usage = try await docker.diskUsage(of: [.volume, .image])
    #expect(engine.lines.last == "GET /v1.53/system/df?type=image&type=volume&verbose=1 HTTP/1.1")
    #expect(usage.images.first?.repoTags == ["web:1"] && usage.images.first?.sharedBytes == 30)
    #expect(usage.containers.first?.name == "web" && usage.containers.first?.writtenBytes == 7)
    #expect(usage.volumes.first?.size == 20 && usage.volumes.first?.referenceCount == nil)
    let cached = try #require(usage.buildCache.first)
    #expect(cached.type == "regular" && cached.isShared && !cached.isInUse)
    #expect(cached.created?.nanoseconds == 500_000_000 && cached.lastUsed == nil)
    #expect(usage.layerBytes == 100 && usage.containerBytes == 7)
    #expect(usage.volumeBytes == 20 && usage.buildCacheBytes == 5)
    let brief = try await docker.diskUsage(verbose: false)
    #expect(brief.layerBytes == 9 && brief.volumeBytes == 8 && brief.images.isEmpty)
    await docker.close()
    try await engine.stop()
  }

  @Test("reads in a ping however a proxy writes it")
  func ping() async throws {
    let names = ["Api-Version", "Ostype", "Builder-Version", "Swarm"]
    for names in [names, names.map { $0.lowercased() }, names.map { $0.uppercased() }] {
      let values = ["1.44", "linux", "2", "active/manager"]
      let headers = zip(names, values).map { "\($0): \($1)\r\n" }.joined()
      let engine = try await FakeEngine { _ in
        .bytes("HTTP/1.1 200 OK\r\n\(headers)Content-Length: 2\r\n\r\nOK")
      }
      let docker = try DockerClient(baseURL: engine.address, version: "1.44")
      let reply = try await docker.ping()
      #expect(reply.apiVersion == "1.44" && reply.operatingSystem == "linux")
      #expect(reply.builderVersion == "2" && reply.swarmState == "active/manager")
      #expect(PingReply(raw: ["api-version": ""]).apiVersion == nil)
      #expect(PingReply(raw: [:]).swarmState == nil)
      await docker.close()
      try await engine.stop()
    }
  }

  @Test("reads where a newer one says less, and says it otherwise")
  func newerSelf() {
    let info = EngineInfo(raw: [
      "ID": "2b9f", "Name": "h1", "ServerVersion": "29.7.2", "Containers": 3,
      "ContainersRunning": 2, "ContainersPaused": 0, "ContainersStopped": 1, "Images": 4,
      "Driver": "overlayfs", "NCPU": 2, "MemTotal": 1024, "Labels": nil, "Warnings": nil,
      "FirewallBackend": ["Driver": "nftables"], "DiscoveredDevices": [],
      "NRI": ["Info": []], "Containerd": ["Address": "/run/containerd/containerd.sock"],
      "Swarm": ["NodeID": "", "LocalNodeState": "inactive", "ControlAvailable": false],
    ])
    #expect(info.serverVersion == "29.7.2" && info.storageDriver == "overlayfs")
    #expect(info.labels.isEmpty && info.warnings.isEmpty && info.swarmNodeID == nil)
    #expect(info.raw["FirewallBackend"]?["Driver"] == "nftables")
    let version = EngineVersion(raw: [
      "Platform": ["Name": "Docker Engine - Community"], "Version": "29.7.2",
      "ApiVersion": "1.55", "MinAPIVersion": "1.40", "Os": "linux", "Arch": "amd64",
    ])
    #expect(version.apiVersion == "1.55" && version.minimumAPIVersion == "1.40")
    #expect(version.kernelVersion == nil)
  }
}
