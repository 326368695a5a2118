import SwabDocker
import SwabTestSupport
import Testing

/// A client of the engine that all tests share.
func sharedClient(
  version: String? = nil,
  timeout: Duration = .seconds(60)
) async throws -> DockerClient {
  let engine = try await DockerEngine.shared()
  return try DockerClient(
    baseURL: "unix://\(engine.socketPath)",
    version: version,
    timeout: timeout
  )
}

@Suite("A real engine")
struct EngineTests {
  @Test("answers ping, version and info in typed form")
  func system() async throws {
    let docker = try await sharedClient()
    let ping = try await docker.ping()
    let version = try await docker.version()
    let info = try await docker.info()
    #expect(ping.apiVersion == version.apiVersion)
    #expect(ping.operatingSystem == "linux")
    #expect(version.version == info.serverVersion)
    #expect(info.imageCount >= 1)
    #expect(info.memoryBytes > 0)
    await docker.close()
  }

  @Test("lists its images and inspects one")
  func images() async throws {
    let docker = try await sharedClient()
    let image = try #require(try await docker.images(name: "busybox").first)
    #expect(image.repoTags == ["busybox:local"])
    #expect(try #require(image.created) > DockerDate(seconds: 1_000_000_000))
    let details = try await docker.inspectImage(DockerEngine.image)
    #expect(details.id == image.id)
    #expect(details.config?.environment == ["PATH=/bin"])
    #expect(try await docker.images(filters: ["label": "nobody=has"]).isEmpty)
    await docker.close()
  }

  @Test("has no container of that name (DE-15)")
  func missing() async throws {
    let docker = try await sharedClient()
    let error = await #expect(throws: DockerError.self) {
      try await docker.inspectContainer("nosuch")
    }
    #expect(error?.isNotFound == true)
    #expect(
      error?.description
        == "docker: GET /containers/nosuch/json: 404: No such container: nosuch"
    )
    await docker.close()
  }
}
