import Foundation
import NIOCore
import SwabTestSupport
import Synchronization
import Testing

@testable import SwabDocker

/// Who reads or takes nothing has the other side wait, and nobody's memory fills.
@Suite("A side that stands still")
struct SlowReaderTests {
  /// What the sockets in between may hold; all else is for the other side to keep.
  private static let bound = 1 << 20
  private static let large = 16 << 20

  /// A stream of an engine, that has far more to give than is taken of it.
  struct Source: Sendable, CustomTestStringConvertible {
    var testDescription: String
    /// The container that it is of.
    var spec = ContainerSpec.script("sleep 1000")
    /// Whether that has to have ended before.
    var hasEnded = false
    /// How much it gives, at least.
    var total: Int
    var open: @Sendable (_ docker: DockerClient, _ container: String) async throws -> Pieces

    static let output = SlowReaderTests.large
    static let files = ContainerSpec.script("head -c \(output) /dev/zero >/zeros")
    /// Writes what nobody keeps.
    static let writer: ContainerSpec = {
      var spec = ContainerSpec.script("head -c \(output) /dev/zero")
      spec.hostConfig.logDriver = LogDriver("none")
      return spec
    }()
  }

  private static let streams: [Source] = [
    Source(
      testDescription: "logs",
      spec: .script("head -c \(8 << 20) /dev/zero | tr '\\0' x"),
      hasEnded: true,
      total: 8 << 20
    ) { Pieces(try await $0.logs($1)) },
    Source(testDescription: "attach", spec: Source.writer, total: large) { docker, name in
      let session = try await docker.attach(name)
      try await docker.start(name)
      return Pieces(session.output)
    },
    Source(testDescription: "attach by WebSocket", spec: Source.writer, total: large) {
      let socket = try await $0.attachWebSocket($1)
      try await $0.start($1)
      return Pieces(socket, of: socket.source.body, size: \.count)
    },
    Source(testDescription: "exec", total: large) { docker, name in
      try await docker.start(name)
      let spec = ExecSpec(["head", "-c", "\(large)", "/dev/zero"])
      return Pieces(try await docker.execSession(name, spec).session.output)
    },
    Source(testDescription: "export", spec: Source.files, hasEnded: true, total: large) {
      Pieces(try await $0.export($1))
    },
    Source(testDescription: "archive", spec: Source.files, hasEnded: true, total: large) {
      Pieces(try await $0.archive($1, path: "/zeros").bytes)
    },
    Source(testDescription: "save", spec: Source.files, hasEnded: true, total: large) {
      let commit = ImageCommit(repository: $1.lowercased(), tag: "x")
      return Pieces(try await $0.save(images: [$0.commit($1, commit)]))
    },
    Source(testDescription: "build", total: 3 << 20) { docker, name in
      let text = "FROM \(DockerEngine.image)\nRUN head -c \(3 << 20) /dev/zero | tr '\\0' x\n"
      var spec = BuildSpec(.dockerfile("\(text)LABEL name=\(name)\n"))
      spec.noCache = true
      let build = try await docker.beginBuild(spec)
      return Pieces(build) { $0.stream?.utf8.count ?? 0 }
    },
  ]

  @Test("of whatever stream waits to be read, all of it (DE-61, DE-63)", arguments: streams)
  func reader(_ source: Source) async throws {
    let direct = try await sharedClient()
    let relay = try await Relay(to: DockerEngine.shared().socketPath)
    let docker = try DockerClient(baseURL: relay.address)
    try await withContainer(source.spec, of: direct) { name in
      if source.hasEnded {
        try await direct.start(name)
        #expect(try await direct.wait(name).exitCode == 0)
      }
      let pieces = try await source.open(docker, name)
      let count = try await readAll(of: pieces, by: docker, through: relay)
      #expect(count >= source.total && count < source.total + 8 << 20)
      _ = try? await direct.removeImage("\(name.lowercased()):x")
    }
    await docker.close()
    await direct.close()
    try await relay.stop()
  }

  /// Reads a piece, stands still until nothing moves any more, and reads the rest.
  private func readAll(
    of pieces: Pieces,
    by docker: DockerClient,
    through relay: Relay
  ) async throws -> Int {
    var count = try #require(try await pieces.next())
    let watcher = try await watcher(beside: docker)
    try await eventually("the engine is held up") {
      let taken = relay.bytesFromEngine
      // Whatever the client were to do, it would have done by then.
      for _ in 0..<20 { try await watcher.ping() }
      return try await relay.isHeldUp() && relay.bytesFromEngine == taken
    }
    await watcher.close()
    #expect(relay.bytesFromEngine < Self.bound)
    #expect(await pieces.buffered() < 1 << 17)
    while let size = try await pieces.next() { count += size }
    return count
  }

  /// A client on the same event loop as another, past the relay.
  private func watcher(beside docker: DockerClient) async throws -> DockerClient {
    let path = try await DockerEngine.shared().socketPath
    return try DockerClient(
      address: DockerAddress(parsing: path),
      eventLoop: docker.transport.eventLoop
    )
  }

  /// Streams of which no real engine gives much at once.
  private static let valueStreams: [(String, @Sendable (DockerClient) async throws -> Pieces)] = [
    ("events", { Pieces(try await $0.events(until: DockerDate(seconds: 1))) }),
    ("stats", { Pieces(try await $0.followStats("x")) }),
    ("pull", { Pieces(try await $0.beginPull("x:1")) }),
    ("push", { Pieces(try await $0.beginPush("x:1")) }),
    ("load", { Pieces(try await $0.beginLoad(DockerUpload([1]))) }),
  ]

  @Test(
    "of a stream of values waits to be read, all of it (DE-96)",
    arguments: valueStreams.indices
  )
  func ofValues(_ index: Int) async throws {
    let total = 2000
    let filling = String(repeating: "x", count: 1000)
    // What proves that a thing is done is in each of them.
    let value =
      #"{"status":"Status: \#(filling)","stream":"Loaded image: x","aux":{"Digest":"d"},"#
      + #""timeNano":5,"read":"2026-11-23T20:02:02.5Z"}"#
    let chunk = "\(String(value.utf8.count, radix: 16))\r\n\(value)\r\n"
    let text =
      "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n"
      + String(repeating: chunk, count: total) + "0\r\n\r\n"
    let engine = try await FakeEngine(version: "1.41") { request in
      // The end of an upload is no request.
      request.path.isEmpty ? .silence : .bytes(text)
    }
    let relay = try await Relay(to: String(engine.address.dropFirst("unix://".count)))
    let docker = try DockerClient(baseURL: relay.address)
    let pieces = try await Self.valueStreams[index].1(docker)
    #expect(try await readAll(of: pieces, by: docker, through: relay) == total)
    await docker.close()
    try await relay.stop()
    try await engine.stop()
  }

  // MARK: - Uploads

  /// An upload that counts what was fetched of it.
  private final class Counted: Sendable {
    private let count = Atomic(0)

    var bytes: Int { count.load(ordering: .relaxed) }

    func upload(_ upload: DockerUpload) -> DockerUpload {
      DockerUpload(produce: { write in
        try await upload.produce { piece in
          self.count.add(piece.readableBytes, ordering: .relaxed)
          try await write(piece)
        }
      })
    }
  }

  /// Something that takes an upload, and what is sent by it.
  struct Taker: Sendable, CustomTestStringConvertible {
    typealias Upload = @Sendable (DockerUpload) -> DockerUpload

    var testDescription: String
    /// The container that it is about.
    var spec = ContainerSpec.script("true")
    /// Sends it by the client, counted so, about the container.
    var send: @Sendable (DockerClient, Upload, String) async throws -> Void
  }

  private static let takers: [Taker] = [
    Taker(testDescription: "put archive") { docker, counted, name in
      try await docker.putArchive(name, path: "/tmp", counted(UploadTests.tar("z", bytes: large)))
      #expect(try await docker.stat(name, path: "/tmp/z").size == large)
    },
    Taker(testDescription: "import") { docker, counted, name in
      let tar = counted(UploadTests.tar("z", bytes: large))
      let id = try await docker.importImage(
        tar,
        ImageImport(repository: name.lowercased(), tag: "x")
      )
      #expect(try await docker.inspectImage("\(name.lowercased()):x").id == id)
    },
    Taker(testDescription: "load", spec: Source.files) { docker, counted, name in
      let direct = try await sharedClient()
      try await direct.commit(name, ImageCommit(repository: name.lowercased(), tag: "x"))
      // This one is held up as well.
      let images = counted(DockerUpload(try await direct.save(images: ["\(name.lowercased()):x"])))
      #expect(try await docker.load(images).names == ["\(name.lowercased()):x"])
      await direct.close()
    },
    Taker(testDescription: "build") { docker, counted, name in
      try await withTemporaryFolder { folder in
        try folder.write("FROM \(DockerEngine.image)\nCOPY large /\n", to: "Dockerfile")
        try folder.write(String(repeating: "x", count: large), to: "large")
        let tar = DockerUpload.tar([.tree(TarTree(place: folder.path, path: ""))])
        try await docker.build(BuildSpec(.archive(counted(tar)), tags: ["\(name.lowercased()):x"]))
      }
    },
  ]

  @Test("of an upload is waited for, and gets all of it (DE-63, DE-80)", arguments: takers)
  func taker(_ taker: Taker) async throws {
    let direct = try await sharedClient()
    let relay = try await Relay(to: DockerEngine.shared().socketPath, takingFromClients: 1 << 16)
    let docker = try DockerClient(baseURL: relay.address)
    try await withContainer(taker.spec, of: direct) { name in
      try await direct.start(name)
      #expect(try await direct.wait(name).exitCode == 0)
      let counted = Counted()
      let sending = Task { try await taker.send(docker, { counted.upload($0) }, name) }
      let watcher = try await watcher(beside: docker)
      try await eventually("the upload stands still") {
        let fetched = counted.bytes
        for _ in 0..<20 { try await watcher.ping() }
        return fetched > 1 << 16 && counted.bytes == fetched
      }
      await watcher.close()
      #expect(counted.bytes < Self.bound)
      relay.goOn()
      try await sending.value
      #expect(counted.bytes > Self.large)
      _ = try? await direct.removeImage("\(name.lowercased()):x")
    }
    await docker.close()
    await direct.close()
    try await relay.stop()
  }

  @Test("is a process that reads nothing: its input waits, and goes on with it (DE-54)")
  func process() async throws {
    let docker = try await sharedClient()
    try await withContainer(.script("sleep 1000"), of: docker) { name in
      try await docker.start(name)
      let counted = Counted()
      let input = counted.upload(
        DockerUpload(produce: { write in
          for _ in 0..<256 { try await write(ByteBuffer(repeating: 0, count: 1 << 16)) }
        })
      )
      let script = "until [ -e /tmp/go ]; do usleep 10000; done; wc -c"
      let running = Task {
        try await docker.exec(name, ["sh", "-c", script], input: input)
      }
      try await eventually("the input stands still") {
        let fetched = counted.bytes
        for _ in 0..<20 { try await docker.ping() }
        return fetched > 0 && counted.bytes == fetched
      }
      #expect(counted.bytes < 2 * Self.bound)
      _ = try await docker.exec(name, ["touch", "/tmp/go"])
      #expect(try await running.value.output == "\(256 << 16)\n")
    }
    await docker.close()
  }
}
