import Foundation
import SwabTestSupport
import Testing

@testable import SwabDocker

@Suite("Secrets and configs of a swarm (DE-99)")
struct SecretTests {
  private static func name() -> String { "swab-test-\(UUID().uuidString.prefix(8))" }

  @Test("are kept, labelled and removed, and a secret is never told")
  func secrets() async throws {
    let docker = try await SwarmEngine.client()
    var spec = SecretSpec(Self.name(), text: "hunter2")
    spec.labels = ["a": "b"]
    let id = try await docker.createSecret(spec)
    let secret = try await docker.inspectSecret(spec.name)
    #expect(secret.id == id && secret.name == spec.name && secret.labels == ["a": "b"])
    #expect(secret.driver == nil && secret.created != nil)
    #expect(!secret.raw.description.contains("Data"))
    let listed = try await docker.secrets(filters: ["name": .init([spec.name])])
    #expect(listed.map(\.id) == [id])
    let taken = await dockerError { try await docker.createSecret(spec) }
    #expect(taken?.isConflict == true)
    let empty = await dockerError { try await docker.createSecret(SecretSpec("x", data: [])) }
    #expect(empty?.isBadRequest == true)
    try await docker.updateSecret(spec.name, labels: ["c": "d"])
    let changed = try await docker.inspectSecret(id)
    #expect(changed.labels == ["c": "d"] && changed.version > secret.version)
    let stale = await dockerError {
      try await docker.updateSecret(id, labels: [:], version: secret.version)
    }
    #expect(stale?.isStaleVersion == true)
    try await docker.removeSecret(spec.name)
    let gone = await dockerError { try await docker.inspectSecret(spec.name) }
    #expect(gone?.isNotFound == true)
    await docker.close()
  }

  @Test("that are no secret are told as they are")
  func configs() async throws {
    let docker = try await SwarmEngine.client()
    var spec = ConfigSpec(Self.name(), text: "ü\n")
    spec.templating = "golang"
    let id = try await docker.createConfig(spec)
    let config = try await docker.inspectConfig(spec.name)
    #expect(config.id == id && config.name == spec.name && config.text == "ü\n")
    try await docker.updateConfig(spec.name, labels: ["c": "d"])
    let changed = try await docker.inspectConfig(id)
    #expect(changed.labels == ["c": "d"] && changed.data == Array("ü\n".utf8))
    #expect(changed.raw["Spec"]?["Templating"]?["Name"] == "golang")
    #expect(try await docker.configs(filters: ["id": .init([id])]).map(\.name) == [spec.name])
    let stale = await dockerError {
      try await docker.updateConfig(id, labels: [:], version: config.version)
    }
    #expect(stale?.isStaleVersion == true)
    try await docker.removeConfig(id)
    let gone = await dockerError { try await docker.removeConfig(id) }
    #expect(gone?.isNotFound == true)
    await docker.close()
  }

  @Test("are described to the last field, and not shown")
  func encoding() {
    var spec = SecretSpec("s", text: "hunter2")
    spec.driver = LogDriver("vault", options: ["a": "b"])
    spec.templating = "golang"
    #expect(
      JSONValue.object(spec.encoded) == [
        "Name": "s", "Data": "aHVudGVyMg==", "Driver": ["Name": "vault", "Options": ["a": "b"]],
        "Templating": ["Name": "golang"],
      ]
    )
    var dumped = ""
    dump(spec, to: &dumped)
    for text in ["\(spec)", "\([spec])", String(reflecting: spec), dumped] {
      #expect(text.contains("s") && !text.contains("hunter2") && !text.contains("104"))
    }
  }
}
