import Foundation
import SwabTestSupport
import Synchronization
import Testing

@testable import SwabDocker

/// Leads to an engine, and notes what is reported.
final class NotingClient: DockerAPI {
  private let docker: DockerClient
  private let lines = Mutex<[String]>([])

  init(_ docker: DockerClient) {
    self.docker = docker
  }

  var reports: [String] { lines.withLock { $0 } }

  func engine() async throws -> DockerClient {
    docker
  }

  func report(_ message: String) {
    lines.withLock { $0.append(message) }
  }
}

/// What removes whatever it finds needs an engine where nobody else has anything, and one test at a
/// time.
@Suite("Cleaning up", .serialized)
struct CleanupTests {
  private static let engine = Task.detached { try await DockerEngine.start() }

  /// Lends an engine with nothing but its image, and leaves it so.
  private func withEngine(_ body: (NotingClient) async throws -> Void) async throws {
    let docker = try DockerClient(baseURL: try await Self.engine.value.socketPath)
    try await body(NotingClient(docker))
    for container in try await docker.containers(all: true) {
      try await docker.removeContainer(container.id, force: true)
    }
    for image in try await docker.images() where image.repoTags != [DockerEngine.image] {
      try await docker.removeImage(image.id, force: true)
    }
    #expect(try await docker.images(all: true).count == 1)
    await docker.close()
  }

  private func makeContainers(_ docker: NotingClient) async throws {
    for name in ["ended", "kept", "initial", "running", "paused"] {
      let script = name == "ended" || name == "kept" ? "exit 1" : "sleep 1000"
      try await docker.createContainer(.script(script), name: name)
      if name != "initial" { try await docker.start(name) }
    }
    for name in ["ended", "kept"] { try await docker.wait(name) }
    try await docker.pause("paused")
  }

  @Test("removes containers that have ended, and others only if asked to (DF 61)")
  func containers() async throws {
    try await withEngine { docker in
      try await makeContainers(docker)
      let listed = try await docker.cleanupContainers(
        includesInitial: true,
        exclude: ["kept"],
        listOnly: true
      )
      #expect(listed.map(\.name).sorted() == ["ended", "initial"])
      #expect(try await docker.containerNames().count == 5)
      #expect(try await docker.cleanupContainers(exclude: ["kept"]).map(\.name) == ["ended"])
      let rest = try await docker.containerNames()
      #expect(rest == ["kept", "initial", "running", "paused"])
      let initial = try await docker.cleanupContainers(includesInitial: true)
      #expect(initial.map(\.name).sorted() == ["initial", "kept"])
      #expect(docker.reports.first == "creating container ended from \(DockerEngine.image)")
      #expect(docker.reports.contains("generating list of stopped containers"))
    }
  }

  @Test("keeps containers by the beginning of their ids, and reports what is no container's")
  func excluded() async throws {
    try await withEngine { docker in
      try await makeContainers(docker)
      let id = try await docker.inspectContainer("ended").id
      for term in [id, String(id.prefix(12)), id.prefix(4).uppercased(), "/ended"] {
        let listed = try await docker.cleanupContainers(exclude: [term], listOnly: true)
        #expect(listed.map(\.name) == ["kept"], "\(term)")
      }
      #expect(!docker.reports.contains { $0.hasSuffix("to exclude") })
      // Three digits are the beginning of anything.
      let terms: Set<String> = [String(id.prefix(3)), "running", "endd", id + "0"]
      let listed = try await docker.cleanupContainers(exclude: terms, listOnly: true)
      #expect(listed.map(\.name).sorted() == ["ended", "kept"])
      let told = docker.reports.filter { $0.hasSuffix("to exclude") }
      let unknown = [String(id.prefix(3)), "endd", id + "0"].sorted()
      #expect(told == unknown.map { "there is no container '\($0)' to exclude" })
      #expect(try await docker.containerNames().count == 5)
    }
  }

  @Test("lists all containers without removing one, or stops and removes them (DF 36)")
  func everything() async throws {
    try await withEngine { docker in
      try await makeContainers(docker)
      let listed = try await docker.removeAllContainers(listOnly: true)
      #expect(listed.stopped.map(\.name).sorted() == ["paused", "running"])
      #expect(listed.removed.count == 5)
      #expect(try await docker.containerNames().count == 5)
      #expect(try await docker.inspectContainer("running").state.isRunning)
      let done = try await docker.removeAllContainers(stopTimeout: .seconds(1))
      #expect(Set(done.stopped) == Set(listed.stopped))
      #expect(Set(done.removed) == Set(listed.removed))
      #expect(try await docker.containerNames().isEmpty)
    }
  }

  @Test("keeps images that are used, named, or built on (DF 62)")
  func images() async throws {
    try await withEngine { docker in
      // base <- middle <- top, of which only one has a name; and one that stands alone.
      let base = try await image(docker, on: DockerEngine.image, "a")
      let middle = try await image(docker, on: base, "b")
      let top = try await image(docker, on: middle, "c", named: "top:1")
      let alone = try await image(docker, on: DockerEngine.image, "d")
      let used = try await image(docker, on: DockerEngine.image, "e")
      try await docker.createContainer(ContainerSpec(image: used), name: "user")
      #expect(try await docker.cleanupImages(listOnly: true) == [alone])
      #expect(try await docker.cleanupImages() == [alone])
      // Without its name nothing keeps the chain, which goes from its end.
      try await docker.tag(top, as: "top", tag: "2")
      let old = try await docker.cleanupImages(
        removesOld: true,
        keepTags: ["local"],
        listOnly: true
      )
      #expect(old == [top, middle, base])
      for keep in ["2", "top:1"] {
        let kept = try await docker.cleanupImages(removesOld: true, keepTags: [keep, "local"])
        #expect(kept.isEmpty)
      }
      #expect(
        try await docker.imageTags() == ["top:1": top, "top:2": top].merging(local(docker)) { $1 }
      )
      let removed = try await docker.cleanupImages(removesOld: true, keepTags: ["local"])
      #expect(removed == [top, middle, base])
      #expect(try await docker.inspectImage(used).id == used)
    }
  }

  private func local(_ docker: NotingClient) async throws -> [String: String] {
    [DockerEngine.image: try await docker.inspectImage(DockerEngine.image).id]
  }

  /// Makes an image of another one and a file.
  private func image(
    _ docker: NotingClient,
    on base: String,
    _ file: String,
    named name: String? = nil
  ) async throws -> String {
    let spec = ContainerSpec(image: base, command: ["/bin/touch", "/\(file)"])
    let container = try await docker.createContainer(spec).id
    try await docker.start(container)
    try await docker.wait(container)
    let parts = try name.map { try ImageReference(parsing: $0) }
    let commit = ImageCommit(repository: parts?.repository, tag: parts?.tag)
    let id = try await docker.commit(container, commit)
    try await docker.removeContainer(container)
    return id
  }

  @Test("goes on where it fails, or tells what it has done (DF 63)")
  func failures() async throws {
    try await withEngine { docker in
      let first = try await image(docker, on: DockerEngine.image, "a", named: "first:1")
      let second = try await image(docker, on: DockerEngine.image, "b", named: "second:1")
      // The engine objects as the name is a container's, though the container is of another image.
      try await docker.createContainer(ContainerSpec(image: "second:1"), name: "user")
      let images = { [first, second] }
      let going = try await docker.removeEach(images(), \.self, false) { id in
        try await docker.removeImage(id)
      }
      #expect(going == [first])
      #expect(docker.reports.last?.hasPrefix("\(second) was not removed: conflict:") == true)
      let third = try await image(docker, on: DockerEngine.image, "c", named: "third:1")
      let error = await dockerError {
        try await docker.removeEach([third, "nosuch", second, first], \.self, true) { id in
          try await docker.removeImage(id)
        }
      }
      #expect(error?.isConflict == true && error?.completed == [third])
      #expect(error?.message.hasSuffix("; done before that: \(third)") == true)
    }
  }

  @Test("is silent on what isn't there, unless that is asked for (DF 60)")
  func missing() async throws {
    try await withEngine { docker in
      #expect(try await docker.removeContainer(ifPresent: "nosuch") == false)
      #expect(try await docker.removeImage(ifPresent: "nosuch").isEmpty)
      let container = await dockerError { try await docker.removeContainer("nosuch") }
      #expect(container?.isNotFound == true)
      let image = await dockerError { try await docker.removeImage("nosuch") }
      #expect(image?.isNotFound == true)
      try await docker.createContainer(.script("sleep 1000"), name: "web")
      try await docker.start("web")
      let running = await dockerError { try await docker.removeContainer(ifPresent: "web") }
      #expect(running?.isConflict == true)
      #expect(try await docker.removeContainer(ifPresent: "web", force: true))
    }
  }

  @Test("of an engine that has gone is an error, whatever is wanted")
  func gone() async throws {
    let engine = try await FakeEngine(version: "1.41") { request in
      guard request.line.hasPrefix("GET") else { return .last("") }
      return FakeEngine.json("200 OK", #"[{"Id":"c1","Names":["/a"],"State":"exited"}]"#)
    }
    let docker = try DockerClient(baseURL: engine.address)
    let error = await dockerError { try await docker.cleanupContainers() }
    #expect(error?.code == .connectionLost)
    await docker.close()
    try await engine.stop()
  }

  @Test("stops containers at the same time, and tells which were not")
  func stopping() async throws {
    let names = (0..<40).map { "c\($0)" }
    let engine = try await FakeEngine(version: "1.41") { request in
      if request.line.hasPrefix("GET") {
        let list = names.map { #"{"Id":"\#($0)","Names":["/\#($0)"],"State":"running"}"# }
        return FakeEngine.json("200 OK", "[\(list.joined(separator: ","))]")
      }
      guard request.path.contains("/c7") else {
        return FakeEngine.json("204 No Content", "")
      }
      return FakeEngine.json("500 Oh", #"{"message":"it will not"}"#)
    }
    let docker = NotingClient(try DockerClient(baseURL: engine.address))
    let result = try await docker.removeAllContainers(stopTimeout: .seconds(1))
    #expect(result.stopped.map(\.name) == names.filter { $0 != "c7" })
    #expect(result.removed == result.stopped)
    #expect(docker.reports.contains("container c7 was not stopped: it will not"))
    let error = await dockerError { try await docker.removeAllContainers(raisesOnError: true) }
    #expect(error?.completed == names.filter { $0 != "c7" })
    try await docker.engine().close()
    try await engine.stop()
  }

  @Test("adds tags but the one there is, and tells which it has added (DF 58, DF 63)")
  func tags() async throws {
    try await withEngine { docker in
      let id = try await image(docker, on: DockerEngine.image, "a", named: "host:5000/web:1")
      try await docker.addTags(["1", "2", "other/web:3"], to: id, named: "host:5000/web:1")
      try await docker.addTags([], to: id, named: "web", addsLatest: true)
      try await docker.addTags(["x"], to: id, named: "host:5000/web", addsLatest: true)
      let tags = try await docker.inspectImage(id).repoTags
      #expect(
        Set(tags) == [
          "host:5000/web:1", "host:5000/web:2", "other/web:3", "host:5000/web:x",
        ]
      )
      let error = await dockerError {
        try await docker.addTags(["4", "No/Name:1"], to: id, named: "web:1")
      }
      #expect(error?.completed == ["web:4"])
    }
  }

  @Test("is told of what containers have written")
  func containerLogs() async throws {
    try await withEngine { docker in
      try await docker.createContainer(.script("echo a; echo b"), name: "web")
      try await docker.start("web")
      try await docker.wait("web")
      try await docker.pushContainerLogs("web")
      #expect(docker.reports.suffix(2) == ["[web] a", "[web] b"])
    }
  }
}
