import Foundation
import SwabTestSupport
import Testing

@testable import SwabDocker

@Suite("Images as files")
struct ImageFileTests {
  private static func name() -> String { "swab-test-\(UUID().uuidString.lowercased())" }

  /// Lends new images of the shared engine, of which each holds a file of its own name.
  private func withImages(
    _ count: Int,
    _ body: (DockerClient, [String]) async throws -> Void
  ) async throws {
    let docker = try await sharedClient()
    var images: [String] = []
    for _ in 0..<count {
      let name = Self.name()
      try await withContainer(.script("echo \(name) >/\(name)"), of: docker) { container in
        try await docker.start(container)
        _ = try await docker.wait(container)
        try await docker.commit(container, ImageCommit(repository: name, tag: "v1"))
      }
      images.append("\(name):v1")
    }
    try await body(docker, images)
    for image in images { try await docker.removeImage(image) }
    await docker.close()
  }

  @Test("are the same after save and load, one and several (DE-76)", arguments: 1...2)
  func roundTrip(_ count: Int) async throws {
    try await withImages(count) { docker, images in
      let ids = try await ids(of: images, docker)
      let archive = try await docker.save(images: images).collect(upTo: 64 << 20)
      for image in images { try await docker.removeImage(image) }
      let loaded = try await docker.load(DockerUpload(archive))
      #expect(loaded.names.sorted() == images.sorted())
      #expect(loaded.ids.isEmpty)
      #expect(try await self.ids(of: images, docker) == ids)
    }
  }

  private func ids(of images: [String], _ docker: DockerClient) async throws -> [String] {
    var ids: [String] = []
    for image in images { ids.append(try await docker.inspectImage(image).id) }
    return ids
  }

  @Test("have no name if they went by their id (DE-76)")
  func byID() async throws {
    try await withImages(1) { docker, images in
      let id = try await docker.inspectImage(images[0]).id
      let loaded = try await docker.load(DockerUpload(docker.save(images: [id])))
      #expect(loaded.names.isEmpty)
      #expect(loaded.ids == [id])
    }
  }

  @Test("tell of each layer while they are loaded")
  func progress() async throws {
    try await withImages(1) { docker, images in
      let archive = try await docker.save(images: images).collect(upTo: 64 << 20)
      try await docker.removeImage(images[0])
      var messages: [ProgressMessage] = []
      for try await message in try await docker.beginLoad(DockerUpload(archive)) {
        messages.append(message)
      }
      #expect(messages.contains { $0.status == "Loading layer" && $0.current ?? 0 > 0 })
      #expect(messages.last?.stream == "Loaded image: \(images[0])\n")
    }
  }

  @Test(
    "that are none are refused, though the status is 200 (DE-76)",
    arguments: [10_000, 5, 0]
  )
  func garbage(_ count: Int) async throws {
    let docker = try await sharedClient()
    let error = await #expect(throws: DockerError.self) {
      try await docker.load(DockerUpload([UInt8](repeating: 0x78, count: count)))
    }
    #expect(error?.path == "/images/load")
    #expect(error?.code == .streamFailed || error?.code == .streamTruncated)
    try await docker.ping()
    await docker.close()
  }

  @Test("that aren't there cannot be saved")
  func missing() async throws {
    let docker = try await sharedClient()
    for images in [["nosuch"], [DockerEngine.image, "nosuch"]] {
      let error = await #expect(throws: DockerError.self) {
        try await docker.save(images: images)
      }
      #expect(error?.isNotFound == true)
    }
    for images in [[], [""], ["x", "../y"]] as [[String]] {
      let error = await #expect(throws: DockerError.self) { try await docker.save(images: images) }
      #expect(error?.code == .invalidArgument)
    }
    let platform = try ImagePlatform(parsing: "linux/amd64")
    let error = await #expect(throws: DockerError.self) {
      try await docker.save(images: [DockerEngine.image], platform: platform)
    }
    #expect(error?.code == .requiresAPIVersion)
    await docker.close()
  }

  @Test("are imported with changes (DE-77)")
  func imported() async throws {
    let docker = try await sharedClient()
    let name = Self.name()
    var options = ImageImport(repository: name, tag: "v1")
    options.message = "by hand"
    options.changes = ["CMD [\"/bin/true\"]", "ENV A=b", "LABEL größe=ü"]
    let id = try await docker.importImage(UploadTests.tar("zeros", bytes: 1000), options)
    #expect(id.hasPrefix("sha256:"))
    let image = try await docker.inspectImage("\(name):v1")
    #expect(image.id == id)
    #expect(image.raw["Config"]?["Cmd"] == ["/bin/true"])
    #expect(image.raw["Config"]?["Env"] == ["A=b"])
    #expect(image.raw["Config"]?["Labels"] == ["größe": "ü"])
    #expect(try await docker.history(of: id).first?.comment == "by hand")
    try await docker.removeImage(id, force: true)
    await docker.close()
  }

  @Test("are imported from another container's files, from a file and from a URL (DE-77)")
  func sources() async throws {
    let docker = try await sharedClient()
    try await withTemporaryFolder { folder in
      try await withContainer(.script("echo here >/mark"), of: docker) { name in
        try await docker.start(name)
        _ = try await docker.wait(name)
        let id = try await docker.importImage(DockerUpload(docker.export(name)))
        var spec = ContainerSpec.script("cat /mark")
        spec.image = id
        #expect(try await docker.run(spec).output == "here\n")
        let archive = try await docker.export(name).collect(upTo: 64 << 20)
        let path = folder.path("files.tar")
        try Data(archive).write(to: URL(fileURLWithPath: path))
        let other = try await docker.importImage(.file(path))
        #expect(try await docker.inspectImage(other).raw["RootFS"] != nil)
        try await docker.removeImage(id)
        try await docker.removeImage(other)
      }
    }
    let engine = try await FakeEngine(version: "1.41") { _ in
      FakeEngine.json("200 OK", "{\"status\":\"sha256:1\"}\r\n")
    }
    let fake = try DockerClient(baseURL: engine.address)
    var options = ImageImport(repository: "r/x")
    options.changes = ["ENV A=b", "ENV C=d"]
    options.platform = try ImagePlatform(parsing: "linux/arm64")
    let id = try await fake.importImage(fromURL: "https://files.example/x.tar", options)
    #expect(id == "sha256:1")
    #expect(
      engine.lines.last
        == "POST /v1.41/images/create?fromSrc=https://files.example/x.tar&repo=r/x"
        + "&changes=ENV%20A%3Db&changes=ENV%20C%3Dd&platform=linux/arm64 HTTP/1.1"
    )
    await fake.close()
    try await engine.stop()
    await docker.close()
  }

  @Test("are not imported from what is no archive (DE-77)")
  func noArchive() async throws {
    let docker = try await sharedClient()
    let error = await #expect(throws: DockerError.self) {
      try await docker.importImage(DockerUpload(Array("garbage".utf8)))
    }
    #expect(error?.code == .engineFailed || error?.code == .streamFailed)
    await docker.close()
  }
}
