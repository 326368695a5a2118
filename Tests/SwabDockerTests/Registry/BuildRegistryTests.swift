import Foundation
import SwabTestSupport
import Testing

@testable import SwabDocker

@Suite("Builds of private images")
struct BuildRegistryTests {
  @Test("work for whom the image's registry knows (DE-89)")
  func baseImage() async throws {
    let bed = try await RegistryBed.shared()
    let known = try bed.client([bed.plain])
    let stranger = try bed.client([bed.secure])
    let name = RegistryBed.repository(at: bed.plain.name)
    try await RegistryBed.publish(known, name)
    let text = "ARG BASE\nFROM ${BASE}:v1\nLABEL a=1\n"
    var spec = BuildSpec(.dockerfile(text))
    spec.arguments["BASE"] = name
    for docker in [stranger, try bed.client()] {
      let error = await #expect(throws: DockerError.self) { try await docker.build(spec) }
      #expect(error?.isUnauthorized == true, "\(error.map { "\($0)" } ?? "")")
    }
    #expect(try await known.build(spec).hasPrefix("sha256:"))
    // BuildKit would have to be given the login through its session.
    try await known.removeImage("\(name):v1")
    spec.builder = .buildKit
    spec.noCache = true
    let error = await #expect(throws: DockerError.self) { try await known.build(spec) }
    #expect(error?.hint?.contains("out of scope") == true, "\(error.map { "\($0)" } ?? "")")
    await stranger.close()
    await known.close()
  }

  @Test("send credentials of the registries that they name, and of no others (DE-89)")
  func header() async throws {
    let engine = try await FakeEngine(version: "1.41") { _ in
      FakeEngine.json("200 OK", #"{"aux":{"ID":"sha256:0f"}}"#)
    }
    let logins = RegistryLogins.none()
    for name in ["a.example", "b.example:5000", "c.example"] {
      logins.set(.init(username: name, password: "p"), for: name)
    }
    let docker = try DockerClient(baseURL: engine.address, registryLogins: logins)
    let scan = DockerfileScan("FROM a.example/x\nCOPY --from=b.example:5000/y:1 /a /\nFROM busybox")
    #expect(scan.registries == ["a.example", "b.example:5000", "docker.io"])
    let names = { () -> Set<String>? in
      let line = engine.requests.last?.headers.first { $0.hasPrefix("X-Registry-Config: ") }
      let text = line?.dropFirst("X-Registry-Config: ".count)
      let bytes = text.flatMap { Base64.decode(String($0)) }
      return try bytes.map { Set(try JSONValue(parsing: $0).object?.keys ?? []) }
    }
    var spec = BuildSpec(.remote("https://example.com/x.git"))
    // Nothing is known of what the engine fetches.
    try await docker.build(spec)
    #expect(try names() == nil)
    spec.registries = scan.registries
    try await docker.build(spec)
    #expect(try names() == ["a.example", "b.example:5000"])
    spec.registries = []
    try await docker.build(spec)
    #expect(try names() == nil)
    await docker.close()
    try await engine.stop()
  }
}
