import Foundation
import NIOCore
import SwabTestSupport
import Synchronization
import Testing

@testable import SwabDocker

@Suite("Events")
struct EventTests {
  @Test("of a run arrive typed and in order (DE-96)")
  func run() async throws {
    let docker = try await sharedClient()
    let label = "swab-\(UUID().uuidString)"
    let events = try await docker.events(filters: ["type": "container", "label": "\(label)"])
    var spec = ContainerSpec.script("exit 3")
    spec.labels = [label: "ü"]
    var name = ""
    try await withContainer(spec, of: docker) {
      name = $0
      try await docker.start(name)
      _ = try await docker.wait(name)
    }
    var seen: [DockerEvent] = []
    for try await event in events {
      seen.append(event)
      if event.action == "destroy" { break }
    }
    #expect(seen.map(\.action) == ["create", "start", "die", "destroy"])
    #expect(seen.allSatisfy { $0.type == "container" && $0.name == name && $0.scope == "local" })
    #expect(seen.allSatisfy { $0.attributes[label] == "ü" && $0.actorID.count == 64 })
    #expect(seen.map(\.exitCode) == [nil, nil, 3, nil])
    #expect(seen.map(\.time) == seen.map(\.time).sorted())
    #expect(try #require(seen.first).time > DockerDate(seconds: 1_600_000_000))
    await docker.close()
  }

  @Test("of the past are replayed, and end by themselves (DE-96)", arguments: [false, true])
  func replay(reconnects: Bool) async throws {
    let docker = try await sharedClient()
    let since = try await docker.currentTime()
    var name = ""
    try await withContainer(.script("true"), of: docker) {
      name = $0
      try await docker.start(name)
      _ = try await docker.wait(name)
    }
    let filters: DockerFilters = ["type": "container", "container": [.init([name])]]
    let events = try await docker.events(
      since: since,
      until: docker.currentTime(),
      filters: filters,
      reconnects: reconnects
    )
    var actions: [String] = []
    for try await event in events { actions.append(event.action) }
    #expect(actions.suffix(3) == ["start", "die", "destroy"])
    let error = await #expect(throws: DockerError.self) {
      try await docker.events(since: docker.currentTime(), until: since)
    }
    #expect(error?.isBadRequest == true)
    await docker.close()
  }

  @Test("have what follows a colon apart (DE-96)")
  func actions() throws {
    let texts = ["start", "health_status: healthy", "exec_create: sh -c echo a: b", "x:"]
    let events = texts.map { DockerEvent(raw: ["Action": .string($0)]) }
    #expect(events.map(\.action) == ["start", "health_status", "exec_create", "x"])
    #expect(events.map(\.actionDetail) == [nil, "healthy", "sh -c echo a: b", ""])
    #expect(events[0].time == DockerDate(seconds: 0))
    let times: JSONValue = ["time": 5, "timeNano": 5_000_000_007]
    #expect(DockerEvent(raw: times).time == DockerDate(seconds: 5, nanoseconds: 7))
  }

  /// The events of a chunked reply, each in a chunk of its own.
  private static func chunks(_ numbers: [Int], base: Int = 1_000_000_000_000) -> String {
    var text = "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n"
    for number in numbers {
      let time = base + number * 100_000_000
      let event = #"{"Type":"container","Action":"a\#(number)","timeNano":\#(time)}"#
      text += String(event.utf8.count + 1, radix: 16) + "\r\n\(event)\n\r\n"
    }
    return text
  }

  @Test("go on over broken connections, each event once (DE-96)")
  func reconnects() async throws {
    let number = Mutex(0)
    let engine = try await FakeEngine(version: "1.41") { request in
      if request.path.hasSuffix("/info") {
        return FakeEngine.json("200 OK", #"{"SystemTime":"1970-01-01T00:16:40Z"}"#)
      }
      return
        switch number.withLock({ number in
          number += 1
          return number
        })
      {
      case 1: .last(Self.chunks([]))
      // The fourth happened just before the third.
      case 2: .last(Self.chunks([1, 2, 4]))
      case 3: .last("")
      case 4: FakeEngine.json("503 Service Unavailable", #"{"message":"starting"}"#)
      case 5: .last(Self.chunks([1, 2, 4, 3, 5]))
      // Two of one moment, of which one was seen.
      case 6: .last(Self.chunks([4, 3, 5, 30]) + "0\r\n\r\n")
      default: .bytes(Self.chunks([30, 31]))
      }
    }
    let docker = try DockerClient(baseURL: engine.address)
    var iterator = try await docker.events(filters: ["type": "container"], reconnects: true)
      .makeAsyncIterator()
    var actions: [String] = []
    for _ in 0..<7 { actions.append(try await iterator.next()?.action ?? "") }
    #expect(actions == ["a1", "a2", "a4", "a3", "a5", "a30", "a31"])
    let asked = engine.lines.filter { $0.contains("/events") }
    let since = asked.map { $0.split { "?&".contains($0) }[1] }
    #expect(
      since == [
        "since=1000", "since=1000", "since=1000", "since=1000", "since=1000",
        "since=1000", "since=1002",
      ]
    )
    await docker.close()
    let error = await #expect(throws: DockerError.self) { _ = try await iterator.next() }
    #expect(error?.code == .closed)
    try await engine.stop()
  }

  @Test(
    "without reconnecting end with an error, however the connection ends (DE-96)",
    arguments: [
      "", "0\r\n\r\n",
    ]
  )
  func broken(_ end: String) async throws {
    let engine = try await FakeEngine(version: "1.41") { _ in .last(Self.chunks([1, 2]) + end) }
    let docker = try DockerClient(baseURL: engine.address)
    var actions: [String] = []
    let error = await #expect(throws: DockerError.self) {
      for try await event in try await docker.events() { actions.append(event.action) }
    }
    #expect(actions == ["a1", "a2"])
    #expect(error?.code == (end.isEmpty ? .connectionLost : .streamTruncated))
    #expect(error?.path == "/events")
    await docker.close()
    try await engine.stop()
  }

  @Test("that would be refused are not tried again")
  func refused() async throws {
    let engine = try await FakeEngine(version: "1.41") { request in
      request.path.hasSuffix("/info")
        ? FakeEngine.json("200 OK", #"{"SystemTime":"1970-01-01T00:16:40Z"}"#)
        : FakeEngine.json("400 Bad Request", #"{"message":"no"}"#)
    }
    let docker = try DockerClient(baseURL: engine.address)
    let error = await #expect(throws: DockerError.self) {
      try await docker.events(reconnects: true)
    }
    #expect(error?.isBadRequest == true)
    await docker.close()
    try await engine.stop()
  }

  @Test(
    "of newer engines are asked for as lines, and understood with separators",
    arguments: [
      ("1.41", ""), ("1.51", ""), ("1.52", "application/x-ndjson"),
      ("1.55", "application/x-ndjson"),
    ]
  )
  func media(_ version: String, _ accept: String) async throws {
    let body = "\u{1E}{\"Action\":\"a\"}\n\u{1E}{\"Action\":\"b\"}\n"
    let engine = try await FakeEngine(version: version) { _ in
      .bytes("HTTP/1.1 200 OK\r\nContent-Length: \(body.utf8.count)\r\n\r\n\(body)")
    }
    let docker = try DockerClient(baseURL: engine.address)
    var actions: [String] = []
    let events = try await docker.events(until: DockerDate(seconds: 1))
    for try await event in events { actions.append(event.action) }
    #expect(actions == ["a", "b"])
    let headers = engine.requests.last?.headers ?? []
    let lines = headers.filter { $0.lowercased().hasPrefix("accept:") }
    #expect(lines == (accept.isEmpty ? [] : ["Accept: \(accept)"]))
    await docker.close()
    try await engine.stop()
  }

  @Test("closed and cancelled ones free their connection, also while they reconnect")
  func closed() async throws {
    let docker = try await sharedClient()
    let events = try await docker.events(filters: ["label": "swab-nobody"], reconnects: true)
    let reader = Task { for try await _ in events {} }
    events.close()
    await #expect(throws: CancellationError.self) { try await reader.value }
    try await eventually("the connection is gone") {
      await docker.transport.openConnections() == 1
    }
    await docker.close()

    let engine = try await FakeEngine(version: "1.41") { request in
      request.path.hasSuffix("/info")
        ? FakeEngine.json("200 OK", #"{"SystemTime":"1970-01-01T00:16:40Z"}"#)
        : .last(Self.chunks([]))
    }
    let fake = try DockerClient(baseURL: engine.address)
    let broken = try await fake.events(reconnects: true)
    let task = Task { for try await _ in broken {} }
    try await eventually("it has connected again") {
      engine.lines.filter { $0.contains("/events") }.count > 2
    }
    task.cancel()
    await #expect(throws: CancellationError.self) { try await task.value }
    await fake.close()
    try await engine.stop()
  }

  @Test("a slow reader of them holds little (DE-96)")
  func backPressure() async throws {
    let text = Self.chunks(Array(1...30_000)) + "0\r\n\r\n"
    let engine = try await FakeEngine(version: "1.41") { _ in .bytes(text) }
    let docker = try DockerClient(baseURL: engine.address)
    let values = try await docker.values(DockerCall(.GET, "/events"))
    var count = 0
    while try await values.next() != nil {
      count += 1
      if count % 1000 == 0 { #expect(await values.body.bufferedBytes() < 1 << 20) }
    }
    #expect(count == 30_000)
    await docker.close()
    try await engine.stop()
  }
}
