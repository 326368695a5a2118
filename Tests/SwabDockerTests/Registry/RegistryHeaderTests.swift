import Foundation
import NIOHTTP1
import SwabTestSupport
import Testing

@testable import SwabDocker

@Suite("What engines are told about registries")
struct RegistryHeaderTests {
  private static let pulled = #"{"status":"Status: Image is up to date for x"}"#
  private static let pushed =
    #"{"progressDetail":{},"aux":{"Tag":"v1","Digest":"sha256:0f","Size":5}}"#

  /// An engine that is content with all it is asked.
  private static func engine(token: String = "") async throws -> FakeEngine {
    try await FakeEngine(version: "1.41") { request in
      switch request.path {
      case let path where path.hasSuffix("/auth"):
        FakeEngine.json(
          "200 OK",
          #"{"IdentityToken":"\#(token)","Status":"Login Succeeded"}"#
        )
      case let path where path.contains("/push"): FakeEngine.json("200 OK", pushed)
      case let path where path.contains("/images/create"): FakeEngine.json("200 OK", pulled)
      default: FakeEngine.json("200 OK", #"{"Descriptor":{"digest":"sha256:0f"}}"#)
      }
    }
  }

  private static func header(
    _ name: String = "X-Registry-Auth",
    of request: FakeEngine.Request
  ) -> String? {
    let header = request.headers.first { $0.hasPrefix("\(name): ") }
    return header.map { String($0.dropFirst(name.count + 2)) }
  }

  private static func user(of request: FakeEngine.Request) throws -> String? {
    guard let header = header(of: request) else { return nil }
    let bytes = try #require(Base64.decode(header, .url))
    return try JSONValue(parsing: bytes)["username"]?.string ?? ""
  }

  @Test("is who one is at that registry, and never at another (DE-72)")
  func separate() async throws {
    let engine = try await Self.engine()
    let logins = RegistryLogins.none()
    for name in ["a.example", "b.example:5000", nil] {
      let user = "user of \(name ?? "hub")"
      logins.set(.init(username: user, password: "secret of \(name ?? "hub")"), for: name)
    }
    let docker = try DockerClient(baseURL: engine.address, registryLogins: logins)
    let users = [
      ("a.example/x", "user of a.example"), ("b.example:5000/x", "user of b.example:5000"),
      ("busybox", "user of hub"), ("index.docker.io/team/x", "user of hub"),
      ("b.example/x", nil), ("a.example:5000/x", nil), ("c.example/a.example/x", nil),
      ("localhost/x", nil),
    ]
    for (image, user) in users {
      let before = engine.requests.count
      try await docker.pull(image)
      _ = try await docker.inspectDistribution(image)
      try await docker.push(image)
      let found = try engine.requests.dropFirst(before).filter { $0.path != "/_ping" }
        .map { try Self.user(of: $0) }
      // A push has a header even from nobody.
      #expect(found == [user, user, user ?? ""], "\(image)")
    }
    await docker.close()
    try await engine.stop()
  }

  @Test("is nothing for a real registry that one isn't known at, though it asks (DE-72)")
  func recording() async throws {
    let bed = try await RegistryBed.shared()
    let name = RegistryBed.repository(at: bed.open.name)
    let docker = try bed.client([bed.plain, bed.secure])
    try await RegistryBed.publish(docker, name)
    let files = FakeRegistry.files(of: bed.open)
    let registry = try await FakeRegistry(beside: bed.engine) { request in
      guard request.headers["Authorization"].isEmpty else { return try files(request) }
      let challenge: HTTPHeaders = ["WWW-Authenticate": #"Basic realm="recording""#]
      return .answer(.init(status: .unauthorized, headers: challenge))
    }
    let image = "\(registry.name)\(name.dropFirst(bed.open.name.count)):v1"
    try await docker.login(RegistryBed.credentials, to: bed.plain.name)
    await #expect(throws: DockerError.self) { try await docker.pull(image) }
    await #expect(throws: DockerError.self) { try await docker.inspectDistribution(image) }
    #expect(!registry.requests.isEmpty)
    #expect(registry.requests.allSatisfy { $0.headers["Authorization"].isEmpty })
    await docker.close()
    // Who is known there is told so, by the name that he has there.
    let logins = RegistryLogins.none()
    logins.set(RegistryBed.credentials, for: bed.plain.name)
    logins.set(.init(username: "somebody", password: "else"), for: registry.name)
    let known = try bed.client(logins)
    try await known.pull(image)
    let told = Set(registry.requests.flatMap { $0.headers["Authorization"] })
    #expect(told == ["Basic \(Data("somebody:else".utf8).base64EncodedString())"])
    try await registry.stop()
    await known.close()
  }

  @Test("is an empty object with a push of nobody, and nothing with a pull (DE-70)")
  func anonymous() async throws {
    let engine = try await Self.engine()
    let docker = try DockerClient(baseURL: engine.address, registryLogins: .none())
    try await docker.push("a.example/x:v1")
    try await docker.pull("a.example/x:v1")
    let requests = engine.requests.filter { $0.path != "/_ping" }
    #expect(requests.map { Self.header(of: $0) } == ["e30=", nil])
    await docker.close()
    try await engine.stop()
  }

  @Test("is the token that a registry gave at the login, and no password any more (DE-73)")
  func identityToken() async throws {
    let engine = try await Self.engine(token: "t0ken")
    let logins = RegistryLogins.none()
    let docker = try DockerClient(baseURL: engine.address, registryLogins: logins)
    let login = try await docker.login(.init(username: "me", password: "pw"), to: "a.example")
    #expect("\(login)" == "Login Succeeded")
    // Another client of the same logins, as after a lost tunnel.
    await docker.close()
    let other = try DockerClient(baseURL: engine.address, registryLogins: logins)
    try await other.pull("a.example/x")
    let header = try #require(engine.requests.last.flatMap { Self.header(of: $0) })
    let fields = try JSONValue(parsing: try #require(Base64.decode(header, .url)))
    #expect(fields["identitytoken"] == "t0ken" && fields["username"] == "me")
    #expect(fields["password"] == nil)
    await other.close()
    try await engine.stop()
  }

  @Test("is the whole login when one logs in, for each registry by its own name (DE-73)")
  func loginBody() async throws {
    let engine = try await Self.engine()
    let docker = try DockerClient(baseURL: engine.address, registryLogins: .none())
    let credentials = RegistryCredentials(username: "me", password: "pw", email: "me@x")
    for name in [nil, "docker.io", "https://a.example:5000/v2/"] {
      try await docker.login(credentials, to: name)
    }
    let bodies = try engine.requests.filter { $0.path == "/v1.41/auth" }
      .map { try JSONValue(parsing: $0.body) }
    #expect(
      bodies.map { $0["serveraddress"]?.string } == [
        "https://index.docker.io/v1/", "https://index.docker.io/v1/", "a.example:5000",
      ]
    )
    #expect(bodies.allSatisfy { $0["username"] == "me" && $0["password"] == "pw" })
    #expect(bodies.allSatisfy { $0["email"] == "me@x" })
    await docker.close()
    try await engine.stop()
  }

  @Test("is which tag or digest is meant, and all of them only if asked (DE-75)")
  func queries() async throws {
    let engine = try await Self.engine()
    let docker = try DockerClient(baseURL: engine.address, registryLogins: .none())
    let digest = "sha256:" + String(repeating: "f", count: 64)
    try await docker.pull("busybox")
    try await docker.pull("docker.io/library/busybox:1")
    try await docker.pull("a.example/x", tag: "v1")
    try await docker.pull("a:b@\(digest)")
    try await docker.pullAllTags(of: "a.example/x")
    try await docker.push("a.example/x")
    try await docker.push("[::1]:5000/x", tag: "v1")
    try await docker.pushAllTags(of: "a.example/x")
    let prefix = "/v1.41/images"
    #expect(
      engine.requests.map(\.path).filter { $0 != "/_ping" } == [
        "\(prefix)/create?fromImage=busybox&tag=latest", "\(prefix)/create?fromImage=busybox&tag=1",
        "\(prefix)/create?fromImage=a.example/x&tag=v1",
        "\(prefix)/create?fromImage=a&tag=\(digest)",
        "\(prefix)/create?fromImage=a.example/x", "\(prefix)/a.example/x/push?tag=latest",
        "\(prefix)/%5B::1%5D:5000/x/push?tag=v1", "\(prefix)/a.example/x/push",
      ]
    )
    let count = engine.requests.count
    for action in [
      { _ = try await docker.pull("a:b", tag: "c") },
      { _ = try await docker.pullAllTags(of: "a:b") },
      { _ = try await docker.pushAllTags(of: "a:b") },
      { _ = try await docker.push("a:b", tags: ["c"]) },
      { _ = try await docker.push("a", tags: []) },
      { _ = try await docker.push("a", tags: ["b", "c/d"]) },
      { _ = try await docker.push("a@\(digest)") }, { _ = try await docker.pull("A:b") },
      { _ = try await docker.push(String(repeating: "1a", count: 32)) },
      { _ = try await docker.push("a", platform: ImagePlatform(parsing: "linux/arm64")) },
    ] as [() async throws -> Void] {
      let error = await #expect(throws: DockerError.self) { try await action() }
      #expect(error?.code == .invalidArgument || error?.code == .requiresAPIVersion)
    }
    #expect(engine.requests.count == count)
    await docker.close()
    try await engine.stop()
  }

  @Test("for a build is who one is at the registries that it names, and no other (DE-89)")
  func buildConfig() async throws {
    let logins = RegistryLogins.none()
    for name in ["a.example", "b.example:5000", nil, "other.example"] {
      logins.set(.init(username: "user of \(name ?? "hub")", password: "pw"), for: name)
    }
    let docker = try DockerClient(baseURL: "tcp://127.0.0.1:1", registryLogins: logins)
    let header = try #require(
      try await docker.registryConfig(
        for: ["docker.io", "b.example:5000", "a.example", "a.example", "unknown.example"]
      )
    )
    let config = try JSONValue(parsing: try #require(Base64.decode(header, .url)))
    #expect(
      config.object?.keys == ["a.example", "b.example:5000", "https://index.docker.io/v1/"]
    )
    #expect(config["b.example:5000"]?["username"] == "user of b.example:5000")
    #expect(config["b.example:5000"]?["password"] == "pw")
    #expect(config["https://index.docker.io/v1/"]?["username"] == "user of hub")
    #expect(try await docker.registryConfig(for: ["unknown.example"]) == nil)
    #expect(try await docker.registryConfig(for: []) == nil)
    await docker.close()
  }

  @Test("is nothing at all where credentials can't be looked up")
  func brokenConfiguration() async throws {
    let engine = try await Self.engine()
    let folder = try TemporaryFolder()
    defer { folder.remove() }
    try folder.write("{", to: ".docker/config.json")
    let logins = RegistryLogins(variables: ["HOME": folder.path])
    let docker = try DockerClient(baseURL: engine.address, registryLogins: logins)
    for action in [
      { _ = try await docker.pull("a") }, { _ = try await docker.push("a") },
      { _ = try await docker.inspectDistribution("a") }, { _ = try await docker.login(to: "a") },
      { _ = try await docker.registryConfig(for: ["a"]) },
    ] as [() async throws -> Void] {
      let error = await #expect(throws: DockerError.self) { try await action() }
      #expect(error?.code == .invalidJSON)
    }
    #expect(engine.requests.allSatisfy { $0.path == "/_ping" })
    await docker.close()
    try await engine.stop()
  }

  @Test(
    "of a refusal is understood whatever its status",
    arguments: [
      (
        "500 Internal Server Error", "unauthorized: authentication required",
        DockerError.Code.unauthorized
      ),
      ("401 Unauthorized", "whatever", .unauthorized),
      (
        "500 Internal Server Error",
        "login attempt to http://r/v2/ failed with status: 401 Unauthorized",
        .unauthorized
      ),
      (
        "500 Internal Server Error", "toomanyrequests: You have reached your pull rate limit.",
        .rateLimited
      ),
      ("429 Too Many Requests", "slow down", .rateLimited),
      (
        "500 Internal Server Error", "received unexpected HTTP status: 500 Internal Server Error",
        .engineFailed
      ),
      (
        "404 Not Found",
        "pull access denied for x, repository does not exist or may require "
          + "'docker login': denied: requested access to the resource is denied", .notFound
      ),
    ]
  )
  func refusals(_ status: String, _ message: String, _ code: DockerError.Code) async throws {
    let engine = try await FakeEngine(version: "1.44") { _ in
      FakeEngine.json(status, #"{"message":"\#(message)"}"#)
    }
    let docker = try DockerClient(baseURL: engine.address, registryLogins: .none())
    let error = await #expect(throws: DockerError.self) { try await docker.pull("r.example/x") }
    #expect(error?.code == code)
    await docker.close()
    try await engine.stop()
  }
}
