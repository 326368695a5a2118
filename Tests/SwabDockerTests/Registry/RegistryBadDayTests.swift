import Foundation
import SwabTestSupport
import Synchronization
import Testing

@testable import SwabDocker

@Suite("Registries on a bad day")
struct RegistryBadDayTests {
  /// An image whose files a fake registry may give: its path, such as `/team/app`.
  private static func publish(_ bed: RegistryBed, mebibytes: Int = 1) async throws -> String {
    let docker = try bed.client()
    let name = RegistryBed.repository(at: bed.open.name)
    try await RegistryBed.publish(docker, name, mebibytes: mebibytes)
    await docker.close()
    return String(name.dropFirst(bed.open.name.count))
  }

  @Test(
    "that refuse or fail are quoted, and their refusals understood",
    arguments: [
      (401, "UNAUTHORIZED", "who are you", DockerError.Code.unauthorized),
      (429, "TOOMANYREQUESTS", "you have reached your limit", .rateLimited),
      (500, "UNKNOWN", "out of order", .engineFailed),
      (503, "UNAVAILABLE", "back soon", .engineFailed),
    ]
  )
  func refusing(_ status: Int, _ code: String, _ text: String, _ kind: DockerError.Code)
    async throws
  {
    let bed = try await RegistryBed.shared()
    let registry = try await FakeRegistry(beside: bed.engine) { request in
      request.path == "/v2/"
        ? .answer(.init()) : .error(.init(statusCode: status), code, text)
    }
    let docker = try bed.client()
    let name = "\(registry.name)/team/app:v1"
    let pull = await #expect(throws: DockerError.self) { try await docker.pull(name) }
    #expect(pull?.code == kind, "\(pull.map { "\($0)" } ?? "")")
    try await docker.tag(DockerEngine.image, as: "\(registry.name)/team/app", tag: "v1")
    let distribution = await #expect(throws: DockerError.self) {
      try await docker.inspectDistribution(name)
    }
    #expect(distribution?.code == kind || status == 503)
    try await docker.removeImage(name)
    try await registry.stop()
    await docker.close()
  }

  @Test("that refuse a push say so within an answer that is no failure")
  func refusingPush() async throws {
    let bed = try await RegistryBed.shared()
    let registry = try await FakeRegistry(beside: bed.engine) { request in
      request.path == "/v2/" ? .answer(.init()) : .error(.unauthorized, "UNAUTHORIZED", "go away")
    }
    let docker = try bed.client()
    let name = "\(registry.name)/team/app"
    try await docker.tag(DockerEngine.image, as: name, tag: "v1")
    let error = await #expect(throws: DockerError.self) { try await docker.push(name, tag: "v1") }
    #expect(error?.isUnauthorized == true && error?.status == nil)
    try await docker.removeImage("\(name):v1")
    try await registry.stop()
    await docker.close()
  }

  @Test("that say nothing are waited for as long as one likes, and not longer", arguments: [0, 1])
  func silent(_ stage: Int) async throws {
    let bed = try await RegistryBed.shared()
    let registry = try await FakeRegistry(beside: bed.engine) { request in
      request.path == "/v2/" && stage > 0 ? .answer(.init()) : .silence
    }
    // No request as a whole may take so long, and a pull has no such limit.
    let docker = try DockerClient(
      baseURL: "unix://\(bed.engine.socketPath)",
      timeout: .seconds(4),
      registryLogins: .none()
    )
    let pull = Task { try await docker.pull("\(registry.name)/team/app:v1") }
    try await eventually("the registry is asked") {
      registry.requests.contains { stage == 0 || $0.path != "/v2/" }
    }
    try await docker.timersFired(within: .seconds(4))
    #expect(registry.waiting == 1)
    pull.cancel()
    // The engine itself goes on to wait for what it has asked.
    await #expect(throws: CancellationError.self) { try await pull.value }
    try await docker.ping()
    await docker.close()
    try await registry.stop()
  }

  @Test("that break off within a layer are no success, and may be asked again")
  func breakingOff() async throws {
    let bed = try await RegistryBed.shared()
    let path = try await Self.publish(bed, mebibytes: 4)
    let isWell = Atomic(false)
    let files = FakeRegistry.files(of: bed.open)
    let registry = try await FakeRegistry(beside: bed.engine) { request in
      let reply = try files(request)
      guard case .answer(let answer) = reply, answer.body.count > 1 << 21,
        !isWell.load(ordering: .relaxed)
      else { return reply }
      // The engine asks for the rest, once.
      return request.headers["Range"].isEmpty ? .broken(answer, after: 1 << 20) : .hangUp
    }
    let docker = try bed.client()
    let image = "\(registry.name)\(path):v1"
    let error = await #expect(throws: DockerError.self) { try await docker.pull(image) }
    #expect(error?.code == .streamFailed)
    #expect(error?.message.contains("EOF") == true, "\(error?.message ?? "")")
    isWell.store(true, ordering: .relaxed)
    #expect(try await docker.pull(image).isNew)
    try await docker.removeImage(image)
    try await registry.stop()
    await docker.close()
  }

  @Test("that get stuck within a layer are left when the pull is cancelled")
  func stuck() async throws {
    let bed = try await RegistryBed.shared()
    let path = try await Self.publish(bed, mebibytes: 4)
    let files = FakeRegistry.files(of: bed.open)
    let registry = try await FakeRegistry(beside: bed.engine) { request in
      let reply = try files(request)
      guard case .answer(let answer) = reply, answer.body.count > 1 << 21 else { return reply }
      return .stuck(answer, after: 1 << 20)
    }
    let docker = try bed.client()
    let (took, some) = AsyncStream.makeStream(of: Void.self)
    let pull = Task {
      defer { some.finish() }
      for try await message in try await docker.beginPull("\(registry.name)\(path):v1")
      where message.current ?? 0 > 0 {
        some.yield()
      }
    }
    for await _ in took { break }
    pull.cancel()
    await #expect(throws: CancellationError.self) { try await pull.value }
    // Engine 20.10 finds out when it has a piece of the layer in hand, and not while it waits for one.
    try await eventually("the engine gives up, too") {
      registry.trickle()
      return registry.waiting == 0
    }
    try await registry.stop()
    await docker.close()
  }

  @Test("see an engine restarted while it pulls: the pull fails, and the next one succeeds")
  func engineRestarted() async throws {
    let bed = try await RegistryBed.shared()
    let path = try await Self.publish(bed, mebibytes: 4)
    let engine = try await DockerEngine.start()
    let isWell = Atomic(false)
    let files = FakeRegistry.files(of: bed.open)
    let registry = try await FakeRegistry(beside: engine) { request in
      let reply = try files(request)
      guard case .answer(let answer) = reply, answer.body.count > 1 << 21,
        !isWell.load(ordering: .relaxed)
      else { return reply }
      return .stuck(answer, after: 1 << 20)
    }
    let docker = try RegistryBed.client(of: engine, .none())
    let image = "\(registry.name)\(path):v1"
    var messages = try await docker.beginPull(image).makeAsyncIterator()
    while let message = try await messages.next(), message.current ?? 0 == 0 {}
    let restart = Task { try await engine.restart() }
    let error = await #expect(throws: DockerError.self) {
      while try await messages.next() != nil {}
    }
    let codes: [DockerError.Code] = [.connectionLost, .streamTruncated, .streamFailed]
    #expect(error.map { codes.contains($0.code) } == true, "\(error.map { "\($0)" } ?? "")")
    try await restart.value
    isWell.store(true, ordering: .relaxed)
    #expect(try await docker.pull(image).isNew)
    await docker.close()
    try await registry.stop()
    try await engine.stop()
  }
}
