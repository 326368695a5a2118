import Foundation
import SwabTestSupport
import Testing

@testable import SwabDocker

@Suite("Making one layer of an image")
struct FlattenTests {
  /// Makes an image of two layers with that configuration, and lends its name.
  private func withImage(
    _ config: JSONValue,
    _ body: (DockerClient, _ name: String) async throws -> Void
  ) async throws {
    let docker = try await sharedClient()
    let name = "swab-test-\(UUID().uuidString.prefix(8).lowercased()):v1"
    let spec = ContainerSpec(
      image: DockerEngine.image,
      command: ["/bin/sh", "-c", "echo new >/new"]
    )
    let container = try await docker.createContainer(spec).id
    try await docker.start(container)
    try await docker.wait(container)
    let parts = try ImageReference(parsing: name)
    var commit = ImageCommit(repository: parts.repository, tag: parts.tag)
    commit.config = config.object ?? JSONObject()
    try await docker.commit(container, commit)
    try await docker.removeContainer(container)
    try await body(docker, name)
    try await docker.removeImage(ifPresent: name, force: true)
    await docker.close()
  }

  private static let plain: JSONValue = [
    "User": "1000:1000", "ExposedPorts": ["80/tcp": [:], "53/udp": [:]],
    "Env": ["A=x \"quoted\" $HOME \\ end", "EMPTY=", "E=a=b"], "Entrypoint": ["/bin/echo", "a b"],
    "Cmd": ["c\nd", "$x"], "Volumes": ["/data": [:], "/a b": [:]], "WorkingDir": "/tmp",
    "OnBuild": ["RUN echo $x"], "Labels": ["a b": "c \"d\" $e", "plain": "1"],
    "Healthcheck": ["Test": ["CMD-SHELL", "test -e $x"], "Interval": 3_000_000_000, "Retries": 2],
  ]

  private static let special: JSONValue = [
    "Env": ["A=two\nlines"], "StopSignal": "SIGQUIT", "Shell": ["/bin/sh", "-x"], "Cmd": ["serve"],
  ]

  @Test("keeps what it runs, and takes the name (DF 31)", arguments: [plain, special])
  func flatten(_ config: JSONValue) async throws {
    try await withImage(
      config,
      { docker, name in
        let before = try await docker.inspectImage(name)
        #expect(before.raw["RootFS"]?["Layers"]?.array?.count == 2)
        let id = try await docker.flattenImage(name)
        let after = try await docker.inspectImage(name)
        #expect(after.id == id && id != before.id)
        #expect(after.raw["RootFS"]?["Layers"]?.array?.count == 1)
        var expected = ImageInstructions.fields(of: before.config?.raw ?? .null)
        var actual = ImageInstructions.fields(of: after.config?.raw ?? .null)
        if expected["Env"] == nil { expected["Env"] = [] }
        if actual["Env"] == nil { actual["Env"] = [] }
        #expect(JSONValue.object(actual) == JSONValue.object(expected))
        #expect(after.architecture == before.architecture)
        let spec = ContainerSpec(image: name)
        try await withContainer(spec, of: docker) { container in
          let file = try await docker.archive(container, path: "/new").bytes.collect(upTo: 1 << 20)
          #expect(String(decoding: file, as: UTF8.self).contains("new\n"))
        }
        try await docker.removeImage(before.id)
      }
    )
  }

  @Test("under another name leaves the image alone (DF 31)")
  func named() async throws {
    try await withImage(
      Self.plain,
      { docker, name in
        let before = try await docker.inspectImage(name).id
        let id = try await docker.flattenImage(before, as: name + "-flat")
        #expect(try await docker.inspectImage(name).id == before)
        #expect(try await docker.inspectImage(name + "-flat").id == id)
        try await docker.removeImage(name + "-flat")
        let nameless = await dockerError { try await docker.flattenImage(before) }
        #expect(nameless?.code == .invalidArgument)
      }
    )
  }

  @Test(
    "leaves nothing behind, though it fails (DF 31)",
    arguments: [("/images/create", #"{"Cmd":["x"]}"#), ("/commit", #"{"Shell":["x"]}"#)]
  )
  func failure(_ path: String, _ config: String) async throws {
    let engine = try await FakeEngine(version: "1.41") { request in
      if request.path.contains(path) { return .last(Self.refusal) }
      switch request.line.split(separator: " ").first {
      case "DELETE": return FakeEngine.json("200 OK", "[]")
      case "GET" where request.path.hasSuffix("/version"):
        return FakeEngine.json("200 OK", #"{"Os":"linux","Arch":"amd64"}"#)
      case "GET" where request.path.contains("/images/"):
        return FakeEngine.json("200 OK", #"{"Id":"i1","RepoTags":["web:1"],"Config":\#(config)}"#)
      case "POST" where request.path.contains("/images/create"):
        return .last(
          "HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nConnection: close\r\n"
            + "Content-Length: 24\r\n\r\n" + #"{"status":"sha256:bare"}"#
        )
      default: return FakeEngine.json("200 OK", #"{"Id":"c1"}"#)
      }
    }
    let docker = try DockerClient(baseURL: engine.address)
    let error = await dockerError { try await docker.flattenImage("web:1") }
    #expect(error?.message == "no room", "\(String(describing: error))")
    let removed = engine.lines.filter { $0.hasPrefix("DELETE") }
    let made = engine.lines.filter { $0.contains("/containers/create") }
    #expect(removed.filter { $0.contains("/containers/c1?force=1&v=1") }.count == made.count)
    #expect(made.count == (path == "/commit" ? 2 : 1))
    #expect(removed.contains { $0.contains("/images/sha256:bare") } == (path == "/commit"))
    await docker.close()
    try await engine.stop()
  }

  private static let refusal =
    "HTTP/1.1 500 Oh\r\nContent-Type: application/json\r\nConnection: close\r\n"
    + "Content-Length: 21\r\n\r\n"
    + #"{"message":"no room"}"#

  @Test("is done in a container that is always removed (DF 31)")
  func temporary() async throws {
    try await withImage(
      Self.special,
      { docker, name in
        let ours = try await docker.inspectImage(name).id
        struct Mine: Error {}
        await #expect(throws: Mine.self) {
          try await docker.withTemporaryContainer(of: name) { _ in throw Mine() }
        }
        let task = Task {
          try await docker.withTemporaryContainer(of: name) { _ in
            try await Task.sleep(for: .seconds(1000))
          }
        }
        try await eventually("the container is there") {
          try await !docker.containers(all: true, filters: ["ancestor": .init([ours])]).isEmpty
        }
        task.cancel()
        await #expect(throws: CancellationError.self) { try await task.value }
        let rest = try await docker.containers(all: true, filters: ["ancestor": .init([ours])])
        #expect(rest.isEmpty)
      }
    )
  }

  @Test(
    "in instructions is possible unless they would say something else",
    arguments: [
      (["Env": ["A=b"]], ["ENV A=\"b\""], true),
      (["Env": ["A=b\nc"]], ["ENV A=\"b\nc\""], false),
      (["Env": ["A B=c"]], [], false),
      (["Env": ["A"]], [], false),
      (["Entrypoint": ["a"], "Cmd": []], ["ENTRYPOINT [\"a\"]"], true),
      (["User": "a$b"], ["USER a$b"], false),
      (["WorkingDir": "/a b"], ["WORKDIR /a b"], true),
      (["Volumes": ["/a\\b": [:]]], ["VOLUME [\"/a\\\\b\"]"], false),
      (["Labels": ["a": "b\\"]], ["LABEL \"a\"=\"b\\\\\""], true),
      (["OnBuild": ["RUN a \\"]], ["ONBUILD RUN a \\"], false),
      (["Healthcheck": ["Test": ["NONE"]]], ["HEALTHCHECK NONE"], true),
      (
        ["Healthcheck": ["Test": ["CMD", "a b"], "StartPeriod": 5]],
        ["HEALTHCHECK --start-period=5ns CMD [\"a b\"]"], true
      ),
      (
        ["Healthcheck": ["Test": ["CMD-SHELL", "[ -e /x ]"]]], ["HEALTHCHECK "], false
      ),
      (["StopSignal": "SIGQUIT"], [], false),
      (["Shell": nil, "Labels": nil], [], true),
    ] as [(JSONValue, [String], Bool)]
  )
  func instructions(_ config: JSONValue, _ lines: [String], _ areAll: Bool) {
    let instructions = ImageInstructions(config)
    #expect(instructions.lines == lines)
    #expect(instructions.areAll == areAll)
  }
}
