import Foundation
import NIOCore
import NIOPosix
import SwabTestSupport
import Synchronization
import Testing

@testable import SwabDocker

@Suite("Copying an image")
struct ImageCopyTests {
  private static let mebibyte = 1 << 20

  /// Two engines beside the shared one.
  private static let others = Task {
    [try await DockerEngine.start(), try await DockerEngine.start()]
  }

  private static func targets() async throws -> [DockerClient] {
    try await others.value.map { try DockerClient(baseURL: "unix://\($0.socketPath)") }
  }

  private static func freshName() -> String { "swab-test-\(UUID().uuidString.lowercased()):1" }

  /// Lends an engine with a new image of such layers, and removes the image everywhere.
  private static func withImage(
    _ files: [[UInt8]],
    _ body: (_ source: DockerClient, _ name: String, _ targets: [DockerClient]) async throws -> Void
  ) async throws {
    let (source, targets) = (try await sharedClient(), try await targets())
    let archive = ImageArchive(freshName(), files: files)
    try await source.load(DockerUpload(archive.bytes))
    let result: Result<Void, any Error>
    do {
      result = .success(try await body(source, archive.name, targets))
    } catch {
      result = .failure(error)
    }
    for engine in [source] + targets {
      _ = try? await engine.removeImage(archive.name, force: true)
      await engine.close()
    }
    try result.get()
  }

  private static func id(_ name: String, on engine: DockerClient) async throws -> String {
    try await engine.inspectImage(name).id
  }

  @Test(
    "tells what was sent as docker's programs write sizes",
    arguments: [
      (0, "nothing sent, it was there"), (999, "999 B sent, 1 of 3 layers were there"),
      (1000, "1.0 kB sent, 1 of 3 layers were there"),
      (999_949, "999.9 kB sent, 1 of 3 layers were there"),
      (999_950, "1.0 MB sent, 1 of 3 layers were there"),
      (12_345_678, "12.3 MB sent, 1 of 3 layers were there"),
      (5_000_000_000_000_000, "5000.0 TB sent, 1 of 3 layers were there"),
    ]
  )
  func delivery(_ bytes: Int, _ text: String) {
    #expect("\(ImageDelivery(layerCount: 3, layersLeftOut: 1, bytesSent: bytes))" == text)
  }

  @Test("sends all to engines that have nothing, and the image is the same")
  func everything() async throws {
    try await Self.withImage([ImageArchive.noise(Self.mebibyte), ImageArchive.noise(4096)]) {
      source,
      name,
      targets in
      let id = try await Self.id(name, on: source)
      for outcome in try await source.copyImage(name, to: targets) {
        let delivery = try outcome.get()
        #expect(delivery.layerCount == 2)
        #expect(delivery.layersLeftOut == 0)
        #expect((Self.mebibyte..<Self.mebibyte + 20_000).contains(delivery.bytesSent))
      }
      for target in targets { #expect(try await Self.id(name, on: target) == id) }
    }
  }

  @Test("reads it once from the source, however many engines get it")
  func once() async throws {
    try await Self.withImage([ImageArchive.noise(Self.mebibyte)]) { source, name, targets in
      let since = try await source.currentTime()
      for outcome in try await source.copyImage(name, to: targets) { _ = try outcome.get() }
      let id = try await Self.id(name, on: source)
      let events = try await source.events(
        since: since,
        until: source.currentTime(),
        filters: ["type": "image", "event": "save"]
      )
      var count = 0
      for try await event in events where event.actorID == id { count += 1 }
      #expect(count == 1)
    }
  }

  @Test("sends it to all at once, and each piece of it only as it is read")
  func atOnce() async throws {
    try await Self.withImage([ImageArchive.noise(40 * Self.mebibyte)]) { source, name, _ in
      var engines: [SwallowingEngine] = []
      for _ in 1...3 { engines.append(try await SwallowingEngine(.hangs(after: Self.mebibyte))) }
      let clients = try engines.map { try DockerClient(baseURL: $0.address) }
      let task = Task { try await source.copyImage(name, to: clients) }
      // Each has got its part, though none has all of it, nor ever will.
      for engine in engines { await engine.hung() }
      task.cancel()
      await #expect(throws: CancellationError.self) { try await task.value }
      for client in clients { await client.close() }
      for engine in engines { try await engine.stop() }
    }
  }

  @Test("leaves out the layers that an engine has, for each its own")
  func layersLeftOut() async throws {
    let files = [Self.mebibyte, Self.mebibyte / 2, Self.mebibyte / 4].map(ImageArchive.noise)
    try await Self.withImage(files) { source, name, targets in
      let base = ImageArchive(Self.freshName(), files: Array(files[..<2]))
      try await targets[1].load(DockerUpload(base.bytes))
      let deliveries = try await source.copyImage(name, to: targets).map { try $0.get() }
      #expect(deliveries.map(\.layersLeftOut) == [0, 2])
      #expect(deliveries[0].bytesSent > Self.mebibyte * 7 / 4)
      let expected = Self.mebibyte / 4..<Self.mebibyte / 4 + 20_000
      #expect(expected.contains(deliveries[1].bytesSent))
      let id = try await Self.id(name, on: source)
      for target in targets { #expect(try await Self.id(name, on: target) == id) }
      try await targets[1].removeImage(base.name)
    }
  }

  @Test("sends nothing to an engine that has the image, but tells it the name")
  func wholeImage() async throws {
    try await Self.withImage([ImageArchive.noise(4096)]) { source, name, targets in
      _ = try await source.copyImage(name, to: [targets[0]])
      let other = Self.freshName()
      let colon = try #require(other.lastIndex(of: ":"))
      try await source.tag(name, as: String(other[..<colon]), tag: "1")
      let outcomes = try await source.copyImage(other, to: targets)
      #expect(try outcomes[0].get() == ImageDelivery(layerCount: 1, layersLeftOut: 1, bytesSent: 0))
      #expect("\(try outcomes[0].get())" == "nothing sent, it was there")
      #expect(try outcomes[1].get().bytesSent > 4096)
      for target in targets {
        #expect(try await Self.id(other, on: target) == Self.id(name, on: source))
      }
      for engine in [source] + targets { try await engine.removeImage(other) }
    }
  }

  @Test("sends an image whose layers are partly the same")
  func repeatedLayers() async throws {
    let file = ImageArchive.noise(4096)
    try await Self.withImage([file, ImageArchive.noise(8192), file]) { source, name, targets in
      let base = ImageArchive(Self.freshName(), files: [file])
      try await targets[0].load(DockerUpload(base.bytes))
      let outcomes = try await source.copyImage(name, to: targets)
      // What is there twice is sent, since its second place is a link to the first.
      #expect(try outcomes.map { try $0.get().layersLeftOut } == [0, 0])
      let id = try await Self.id(name, on: source)
      for target in targets { #expect(try await Self.id(name, on: target) == id) }
      try await targets[0].removeImage(base.name)
    }
  }

  @Test("takes an id for what it is, and a name without a tag for the latest")
  func names() async throws {
    try await Self.withImage([ImageArchive.noise(4096)]) { source, name, targets in
      let repository = String(name.dropLast(2))
      let id = try await Self.id(name, on: source)
      let shortID = String(id.dropFirst(7).prefix(12))
      #expect(try await source.copyImage(shortID, to: [targets[0]])[0].get().bytesSent > 4096)
      #expect(try await targets[0].inspectImage(id).repoTags == [])
      await #expect(throws: DockerError.self) {
        try await source.copyImage(repository, to: targets)
      }
      try await source.tag(name, as: repository, tag: "latest")
      _ = try await source.copyImage(repository, to: targets)
      for target in targets {
        #expect(try await target.inspectImage(id).repoTags == [repository + ":latest"])
        try await target.removeImage(repository)
      }
      try await source.removeImage(repository)
    }
  }

  @Test("takes a name for a name, also if it looks like the beginning of the id")
  func hexadecimalName() async throws {
    try await Self.withImage([ImageArchive.noise(4096)]) { source, name, targets in
      let id = try await Self.id(name, on: source)
      let short = String(id.dropFirst(7).prefix(6))
      try await source.tag(name, as: short, tag: "latest")
      _ = try await source.copyImage(short, to: [targets[0]])[0].get()
      #expect(try await targets[0].inspectImage(id).repoTags == ["\(short):latest"])
      for engine in [source, targets[0]] { try await engine.removeImage("\(short):latest") }
    }
  }

  @Test("fails before anything is sent if there is no such image")
  func noImage() async throws {
    let source = try await sharedClient()
    let target = try await FakeEngine(version: "1.41") { _ in .silence }
    let client = try DockerClient(baseURL: target.address)
    let error = await #expect(throws: DockerError.self) {
      try await source.copyImage("nosuch:1", to: [client])
    }
    #expect(error?.isNotFound == true)
    #expect(target.requests.isEmpty)
    for engine in [source, client] { await engine.close() }
    try await target.stop()
  }

  @Test(
    "leaves out nothing for engines that keep images in containerd",
    arguments: [
      (#"{"DriverStatus":[["driver-type","io.containerd.snapshotter.v1"]]}"#, true),
      (#"{"DriverStatus":[["Backing Filesystem","extfs"],["Native Overlay Diff","true"]]}"#, false),
      (#"{"DriverStatus":[["x"],[],null]}"#, false),
      (#"{"DriverStatus":null}"#, false),
      ("{}", false),
    ]
  )
  func containerd(_ info: String, _ expected: Bool) throws {
    #expect(EngineInfo(raw: try JSONValue(parsing: info)).keepsImagesInContainerd == expected)
  }

  @Test("goes on without an engine that can't be reached")
  func unreachable() async throws {
    try await Self.withImage([ImageArchive.noise(4096)]) { source, name, targets in
      let gone = try DockerClient(baseURL: "unix:///tmp/no-such-socket")
      let outcomes = try await source.copyImage(name, to: [gone] + targets)
      let error = #expect(throws: DockerError.self) { try outcomes[0].get() }
      #expect(error?.code == .connectionFailed)
      for outcome in outcomes[1...] { #expect(try outcome.get().bytesSent > 4096) }
    }
  }

  @Test("goes on without an engine that dies midway")
  func dying() async throws {
    try await Self.withImage([ImageArchive.noise(40 * Self.mebibyte)]) { source, name, targets in
      let engine = try await SwallowingEngine(.dies(after: 10 * Self.mebibyte))
      let dying = try DockerClient(baseURL: engine.address)
      let outcomes = try await source.copyImage(name, to: [dying] + targets)
      let error = #expect(throws: DockerError.self) { try outcomes[0].get() }
      #expect(error?.code == .connectionLost)
      for outcome in outcomes[1...] { #expect(try outcome.get().bytesSent > 40 * Self.mebibyte) }
      await dying.close()
      try await engine.stop()
    }
  }

  @Test("goes on without an engine that hangs", arguments: [0, 100, 30 * mebibyte])
  func hanging(after count: Int) async throws {
    try await Self.withImage([ImageArchive.noise(40 * Self.mebibyte)]) { source, name, targets in
      let engine = try await SwallowingEngine(.hangs(after: count))
      let address = try DockerAddress(parsing: engine.address)
      let hanging = try DockerClient(address: address, host: "h9")
      var options = ImageCopyOptions()
      options.patience = .seconds(12)
      let outcomes = try await source.copyImage(name, to: [hanging] + targets, options)
      let error = #expect(throws: DockerError.self) { try outcomes[0].get() }
      #expect(error?.isTimeout == true)
      #expect(error?.host == "h9")
      #expect(error?.message == "the engine has taken nothing and said nothing for 12 s")
      for outcome in outcomes[1...] { #expect(try outcome.get().bytesSent > 40 * Self.mebibyte) }
      #expect(await hanging.transport.openConnections() <= 2)
      await hanging.close()
      try await engine.stop()
    }
  }

  @Test("goes on without an engine that has no space left")
  func noSpace() async throws {
    try await Self.withImage([ImageArchive.noise(20 * Self.mebibyte)]) { source, name, targets in
      let engine = try await DockerEngine.start()
      let folder = engine.folder.path("data/tmp")
      // The engine has a mount namespace of its own.
      let inside = ["--mount", "--target", "\(try engine.processID)"]
      try await RunningProcess.run(
        "/usr/bin/nsenter",
        inside + ["mount", "-t", "tmpfs", "-o", "size=4m", "tmpfs", folder]
      )
      let full = try DockerClient(baseURL: "unix://\(engine.socketPath)")
      let outcomes = try await source.copyImage(name, to: [full] + targets)
      let error = #expect(throws: DockerError.self) { try outcomes[0].get() }
      #expect(error?.message.contains("no space left on device") == true)
      for outcome in outcomes[1...] { #expect(try outcome.get().bytesSent > 20 * Self.mebibyte) }
      await full.close()
      try await RunningProcess.run("/usr/bin/nsenter", inside + ["umount", folder])
      try await engine.stop()
    }
  }

  @Test("sends layers that are gone since an engine was asked")
  func layersGone() async throws {
    let files = [Self.mebibyte, 4096].map(ImageArchive.noise)
    try await Self.withImage(files) { source, name, targets in
      let base = ImageArchive(Self.freshName(), files: Array(files[..<1]))
      try await targets[0].load(DockerUpload(base.bytes))
      // Asked for the image it is to save when the target has been asked for its own.
      let late = InterruptedAPI(source, before: 2) { try await targets[0].removeImage(base.name) }
      let outcome = try await late.copyImage(name, to: [targets[0]])[0].get()
      #expect(outcome.layersLeftOut == 0)
      #expect(outcome.bytesSent > Self.mebibyte)
      #expect(try await Self.id(name, on: targets[0]) == Self.id(name, on: source))
    }
  }

  @Test("ends with the error of the source, and nobody gets a part")
  func sourceFails() async throws {
    let (source, targets) = (try await sharedClient(), try await Self.targets())
    let id = "sha256:" + String(repeating: "a", count: 64)
    let archive = ImageArchive(Self.freshName(), files: [ImageArchive.noise(4096)])
    let part = String(decoding: archive.bytes.prefix(600).map { min($0, 0x7F) }, as: UTF8.self)
    let engine = try await FakeEngine(version: "1.41") { request in
      request.path.hasSuffix("/get")
        ? .last("HTTP/1.1 200 OK\r\nContent-Length: 9000\r\n\r\n\(part)")
        : FakeEngine.json("200 OK", #"{"Id":"\#(id)","RootFS":{"Layers":["\#(id)"]}}"#)
    }
    let broken = try DockerClient(baseURL: engine.address)
    let error = await #expect(throws: DockerError.self) {
      try await broken.copyImage(archive.name, to: targets)
    }
    #expect(error?.code == .connectionLost || error?.code == .invalidArchive, "\(error as Any)")
    for target in targets {
      #expect(try await target.images(name: archive.name).isEmpty)
      await target.close()
    }
    for client in [source, broken] { await client.close() }
    try await engine.stop()
  }

  @Test("ends everywhere when the task is cancelled")
  func cancelled() async throws {
    try await Self.withImage([ImageArchive.noise(40 * Self.mebibyte)]) { source, name, targets in
      let engine = try await SwallowingEngine(.hangs(after: Self.mebibyte))
      let hanging = try DockerClient(baseURL: engine.address)
      let task = Task { try await source.copyImage(name, to: [hanging] + targets) }
      await engine.hung()
      task.cancel()
      await #expect(throws: CancellationError.self) { try await task.value }
      for target in targets { #expect(try await target.images(name: name).isEmpty) }
      await hanging.close()
      try await engine.stop()
    }
  }
}
