import SwabTestSupport
import Testing

@testable import SwabDocker

@Suite("Transfers from and to registries that are given up")
struct AbandonedTransferTests {
  enum Transfer: Sendable, CaseIterable { case pull, push }

  enum End: Sendable, CaseIterable {
    /// The loop is left, and nobody holds the stream.
    case left
    /// The task is cancelled while it waits.
    case cancelled
  }

  /// A registry beside the engine that gives the beginning of each layer, and takes a layer without
  /// ever saying that it has it.
  private func hangingRegistry(_ bed: RegistryBed) async throws -> FakeRegistry {
    let files = FakeRegistry.files(of: bed.open)
    return try await FakeRegistry(beside: bed.engine) { request in
      if request.method == .POST, request.path.hasSuffix("/blobs/uploads/") {
        let place = "\(request.path)1"
        let headers = [("Location", place), ("Docker-Upload-UUID", "1"), ("Range", "0-0")]
        return .answer(.init(status: .accepted, headers: .init(headers)))
      }
      if request.method == .PATCH { return .silence }
      if request.method == .HEAD, request.path.contains("/blobs/") { return .unknown }
      let reply = try files(request)
      guard case .answer(let answer) = reply, answer.body.count > 1 << 20 else { return reply }
      return .stuck(answer, after: 1 << 19)
    }
  }

  @Test(
    "end at the client and at the engine",
    arguments: Transfer.allCases,
    End.allCases
  )
  func given(_ transfer: Transfer, up end: End) async throws {
    let bed = try await RegistryBed.shared()
    let name = RegistryBed.repository(at: bed.open.name)
    let maker = try bed.client()
    try await RegistryBed.publish(maker, name, mebibytes: 2)
    let registry = try await hangingRegistry(bed)
    let image = "\(registry.name)\(name.dropFirst(bed.open.name.count))"
    let client = try await LonelyClient(of: bed.engine)
    if transfer == .push { try await RegistryBed.makeImage(maker, ["\(image):v1"], mebibytes: 2) }

    let (hanging, continuation) = AsyncStream<Void>.makeStream()
    let reader = Task {
      let progress =
        transfer == .pull
        ? try await client.docker.beginPull("\(image):v1")
        : try await client.docker.beginPush("\(image):v1")
      var messages = progress.makeAsyncIterator()
      // Whatever happens to it, it is no longer waited for.
      defer { continuation.finish() }
      _ = try await messages.next()
      // An engine pushes several layers at once.
      try await eventually("the registry hangs") { registry.waiting > 0 }
      #expect(try await client.engineConnections() == 2)
      continuation.finish()
      if end == .cancelled { while try await messages.next() != nil {} }
    }
    for await _ in hanging {}
    if end == .cancelled {
      reader.cancel()
      await #expect(throws: CancellationError.self) { try await reader.value }
    } else {
      try await reader.value
    }
    try await eventually("the client has no connection but the idle one") {
      await client.connections() == 1
    }
    try await eventually("neither has the engine") { try await client.engineConnections() == 1 }

    // Engine 20.10 may go on waiting for a registry that says nothing; once that one has gone it has
    // nothing in hand that would keep it from doing the same where it can be done.
    try await registry.stop()
    if transfer == .push {
      try await maker.tag("\(image):v1", as: name, tag: "v2")
      #expect(try await maker.push("\(name):v2").name == "\(name):v2")
      #expect(try await maker.isPublished("\(name):v2"))
    } else {
      #expect(try await maker.pull("\(name):v1").isNew)
    }
    try await client.close()
    await maker.close()
  }
}
