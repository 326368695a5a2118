import Foundation
import NIOCore
import NIOPosix
import SwabDocker
import SwabTestSupport
import Testing

/// A client of the engine that all tests share.
func sharedClient(
  version: String? = nil,
  timeout: Duration = .seconds(300)
) async throws -> DockerClient {
  let engine = try await DockerEngine.shared()
  return try DockerClient(
    baseURL: "unix://\(engine.socketPath)",
    version: version,
    timeout: timeout
  )
}

/// Lets the current thread, and no other, use files as the user nobody.
func becomeNobody() throws {
  typealias SetUser = @convention(c) (uid_t) -> CInt
  // Swift's view of glibc leaves this function out.
  let symbol = try #require(dlsym(nil, "setfsuid"))
  _ = unsafeBitCast(symbol, to: SetUser.self)(65534)
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
    #expect(image.repoTags.contains("busybox:local"))
    #expect(try #require(image.created) > DockerDate(seconds: 1_000_000_000))
    let details = try await docker.inspectImage(DockerEngine.image)
    #expect(details.id == image.id)
    #expect(details.config?.environment == ["PATH=/bin"])
    #expect(try await docker.images(filters: ["label": "nobody=has"]).isEmpty)
    await docker.close()
  }

  @Test("is reached by each form of its address (DE-1)")
  func addresses() async throws {
    let path = try await DockerEngine.shared().socketPath
    let id = try await sharedClient().info().id
    let encoded = path.split(separator: "/").map { "%2F" + $0 }.joined()
    for address in [path, "unix:\(path)", "http+unix://\(encoded)", "http+unix://\(path)"] {
      let docker = try DockerClient(baseURL: address)
      #expect(try await docker.info().id == id)
      await docker.close()
    }
  }

  @Test("says that its socket is forbidden, which is not that it is missing (DE-2)")
  func forbidden() async throws {
    let path = try await DockerEngine.shared().socketPath
    // Root may use any socket, so the one thread that connects becomes somebody else.
    let group = MultiThreadedEventLoopGroup(numberOfThreads: 1)
    let loop = group.next()
    try await loop.submit { try becomeNobody() }.get()
    let docker = try DockerClient(address: DockerAddress(parsing: path), eventLoop: loop)
    let error = await #expect(throws: DockerError.self) { try await docker.images() }
    #expect(error?.code == .permissionDenied)
    #expect(error?.message == "connecting to \(path) failed: Permission denied")
    #expect(error?.hint?.contains("'docker'") == true)
    await docker.close()
    try await group.shutdownGracefully()
  }

  @Test("leaves nothing behind when it ends")
  func nothingLeft() async throws {
    let engine = try await DockerEngine.start()
    let docker = try DockerClient(baseURL: engine.socketPath)
    let sleeper = try await docker.createContainer(
      ContainerSpec(image: DockerEngine.image, command: ["sleep", "1000"])
    )
    try await docker.start(sleeper.id)
    let process = try #require(try await docker.inspectContainer(sleeper.id).state.processID)
    let involved = {
      ProcessTable.all().filter { ProcessTable.commandLine(of: $0).contains(engine.folder.path) }
    }
    // The shell, dockerd, containerd, and the shim of the container.
    #expect(involved().count >= 4)
    try await engine.stop()
    await docker.close()
    #expect(involved().isEmpty)
    #expect(!ProcessTable.isRunning(Int32(process)))
    #expect(!FileManager.default.fileExists(atPath: engine.folder.path))
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
