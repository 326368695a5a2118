import Foundation
import NIOCore
import SwabTestSupport
import Synchronization
import Testing

@testable import SwabDocker

/// Who gives a stream up has its connection back, and the engine is through with it.
@Suite("Streams that are given up")
struct AbandonedStreamTests {
  /// A stream of an engine, of which there is more after the first piece.
  struct Source: Sendable, CustomTestStringConvertible {
    var testDescription: String
    /// Whether it goes on without an end, so that a reader is found waiting.
    var isEndless = true
    /// Whether it takes its connection over.
    ///
    /// Engine 20.10 only shuts its end of such a one down, and leaves closing it to its garbage
    /// collector.
    var isTakenOver = false
    var open: @Sendable (_ docker: DockerClient, _ container: String) async throws -> Pieces
  }

  private static let sources: [Source] = [
    Source(testDescription: "logs") { Pieces(try await $0.logs($1, follow: true)) },
    Source(testDescription: "attach", isTakenOver: true) { Pieces(try await $0.attach($1).output) },
    Source(testDescription: "attach by WebSocket", isTakenOver: true) {
      Pieces(try await $0.attachWebSocket($1))
    },
    Source(testDescription: "exec", isTakenOver: true) { docker, name in
      let spec = ExecSpec(["sh", "-c", "while :; do echo x; echo y >&2; sleep 0.05; done"])
      return Pieces(try await docker.execSession(name, spec).session.output)
    },
    Source(testDescription: "stats") { Pieces(try await $0.followStats($1)) },
    Source(testDescription: "events") { docker, name in
      let filters: DockerFilters = ["type": "container", "container": [.init([name])]]
      return Pieces(try await docker.events(since: DockerDate(seconds: 1), filters: filters))
    },
    Source(testDescription: "build") { docker, name in
      var spec = BuildSpec(.dockerfile("FROM \(DockerEngine.image)\nRUN sleep 1000 # \(name)\n"))
      spec.noCache = true
      return Pieces(try await docker.beginBuild(spec))
    },
    Source(testDescription: "export", isEndless: false) { Pieces(try await $0.export($1)) },
    Source(testDescription: "archive", isEndless: false) {
      Pieces(try await $0.archive($1, path: "/large").bytes)
    },
    Source(testDescription: "save", isEndless: false) { docker, _ in
      Pieces(try await docker.save(images: [DockerEngine.image]))
    },
  ]

  /// Lends a client with one idle connection, and a container that writes without an end.
  private func withWriter(_ body: (LonelyClient, String) async throws -> Void) async throws {
    let client = try await LonelyClient(of: DockerEngine.shared())
    let script =
      "head -c 4000000 /dev/zero >/large; while :; do echo x; echo y >&2; sleep 0.05; done"
    try await withContainer(.script(script), of: client.docker) { name in
      try await client.docker.start(name)
      for try await _ in try await client.docker.logs(name, follow: true) { break }
      try await expectOneConnection(client)
      try await body(client, name)
      _ = try? await client.docker.kill(name)
    }
    try await client.close()
  }

  private func expectOneConnection(
    _ client: LonelyClient,
    besidesTakenOver: Bool = false
  ) async throws {
    try await eventually("the client has no connection but the idle one") {
      await client.connections() == 1
    }
    guard !besidesTakenOver else { return }
    try await eventually("neither has the engine") { try await client.engineConnections() == 1 }
  }

  @Test("by leaving their loop free their connection, at both ends", arguments: sources)
  func left(_ source: Source) async throws {
    try await withWriter { client, name in
      do {
        let pieces = try await source.open(client.docker, name)
        #expect(try await pieces.next() != nil)
        #expect(await client.connections() == 2)
        #expect(try await client.engineConnections() == 2)
      }
      try await expectOneConnection(client, besidesTakenOver: source.isTakenOver)
    }
  }

  @Test("by cancelling their task free their connection, at both ends", arguments: sources)
  func cancelled(_ source: Source) async throws {
    try await withWriter { client, name in
      let (started, ready) = AsyncStream<Void>.makeStream()
      let reader = Task {
        defer { ready.finish() }
        let pieces = try await source.open(client.docker, name)
        #expect(try await pieces.next() != nil)
        ready.yield()
        // What has an end would come to it meanwhile; this ends when it is cancelled.
        if !source.isEndless { try? await Task.sleep(for: .seconds(1000)) }
        do {
          while try await pieces.next() != nil {}
          Issue.record("it has ended by itself")
        } catch is CancellationError {
          // It is still held here, and its connection is gone all the same.
          try await Task {
            try await expectOneConnection(client, besidesTakenOver: source.isTakenOver)
          }.value
        }
      }
      for await _ in started { break }
      #expect(try await client.engineConnections() == 2)
      reader.cancel()
      try await reader.value
    }
  }

  /// Something that takes an upload, of which it gets the beginning only.
  struct Taker: Sendable, CustomTestStringConvertible {
    var testDescription: String
    /// As of a stream.
    var isTakenOver = false
    var send: @Sendable (DockerClient, DockerUpload, String) async throws -> Void
  }

  private static let takers: [Taker] = [
    Taker(testDescription: "put archive") {
      try await $0.putArchive($2, path: "/tmp", $1)
    },
    Taker(testDescription: "build") { docker, upload, _ in
      try await docker.build(BuildSpec(.archive(upload)))
    },
    Taker(testDescription: "load") { docker, upload, _ in try await docker.load(upload) },
    Taker(testDescription: "import") { docker, upload, _ in
      try await docker.importImage(upload, ImageImport())
    },
    Taker(testDescription: "exec", isTakenOver: true) { docker, upload, name in
      _ = try await docker.exec(name, ["cat"], input: upload, endsWhenCancelled: true)
    },
  ]

  @Test(
    "while they are sent end their source, and free their connection at both ends",
    arguments: takers
  )
  func uploads(_ taker: Taker) async throws {
    try await withWriter { client, name in
      let (started, ready) = AsyncStream<Void>.makeStream()
      let isEnded = Mutex(false)
      let upload = DockerUpload(produce: { write in
        defer { isEnded.withLock { $0 = true } }
        try await write(TarWriter.header(of: TarEntry(.folder, path: "a/".utf8, mode: 0o755)))
        ready.yield()
        // There is no more until it is cancelled.
        try await Task.sleep(for: .seconds(1000))
      })
      let sender = Task {
        defer { ready.finish() }
        try await taker.send(client.docker, upload, name)
      }
      for await _ in started { break }
      #expect(await client.connections() == 2)
      sender.cancel()
      await #expect(throws: CancellationError.self) { try await sender.value }
      #expect(isEnded.withLock { $0 })
      try await expectOneConnection(client, besidesTakenOver: taker.isTakenOver)
    }
  }
}
