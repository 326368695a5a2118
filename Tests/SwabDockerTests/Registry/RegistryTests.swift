import Foundation
import SwabTestSupport
import Testing

@testable import SwabDocker

@Suite("Registries")
struct RegistryTests {
  private struct Layer {
    var statuses: [String] = []
    var downloaded = 0
  }

  @Test("give an image with typed progress, and its digest in the end (DE-67)")
  func pull() async throws {
    let bed = try await RegistryBed.shared()
    let docker = try bed.client([bed.plain])
    let name = RegistryBed.repository(at: bed.plain.name)
    let digest = try await RegistryBed.publish(docker, name, mebibytes: 12)
    var layers: [String: Layer] = [:]
    var last: [String] = []
    for try await message in try await docker.beginPull("\(name):v1") {
      if let status = message.status { last = last.suffix(1) + [status] }
      guard let id = message.id, let status = message.status, id != "v1" else { continue }
      if layers[id]?.statuses.last != status {
        layers[id, default: Layer()].statuses.append(status)
      }
      guard status == "Downloading", let current = message.current else { continue }
      #expect(current >= layers[id]?.downloaded ?? 0)
      #expect(message.total ?? 0 >= current)
      layers[id]?.downloaded = current
    }
    #expect(last == ["Digest: \(digest)", "Status: Downloaded newer image for \(name):v1"])
    let fetched = layers.values.filter { $0.statuses.contains("Pull complete") }
    // The engine says so ten times a second, and at least once.
    #expect(fetched.count == 1 && (fetched.first?.downloaded ?? 0) > 0)
    let again = try await docker.pull("\(name):v1")
    #expect(again.digest == digest && again.name == "\(name):v1" && !again.isNew)
    try await docker.removeImage("\(name):v1")
    #expect(try await docker.pull(name, tag: "v1").isNew)
    await docker.close()
  }

  @Test("give nothing to whom they don't know, and say so (DE-68)")
  func unauthorized() async throws {
    let bed = try await RegistryBed.shared()
    let known = try bed.client([bed.plain])
    let name = RegistryBed.repository(at: bed.plain.name)
    try await RegistryBed.publish(known, name)
    let logins = RegistryLogins.none()
    let docker = try bed.client(logins)
    for _ in 0..<2 {
      let error = await #expect(throws: DockerError.self) { try await docker.pull("\(name):v1") }
      #expect(error?.isUnauthorized == true)
      let other = await #expect(throws: DockerError.self) {
        try await docker.inspectDistribution("\(name):v1")
      }
      #expect(other?.isUnauthorized == true)
      logins.set(.init(username: DockerRegistry.user, password: "wrong"), for: bed.plain.name)
    }
    for name in ["\(name):nosuch", RegistryBed.repository(at: bed.plain.name)] {
      let error = await #expect(throws: DockerError.self) { try await known.pull(name) }
      #expect(error?.isNotFound == true)
    }
    await docker.close()
    await known.close()
  }

  @Test("take an image from whom they know, and give its digest (DE-69)")
  func push() async throws {
    let bed = try await RegistryBed.shared()
    let logins = RegistryLogins.none()
    let docker = try bed.client(logins)
    let name = RegistryBed.repository(at: bed.plain.name)
    try await RegistryBed.makeImage(docker, ["\(name):v1"])
    // The engine answers these with status 200.
    for _ in 0..<2 {
      let error = await #expect(throws: DockerError.self) { try await docker.push("\(name):v1") }
      #expect(error?.isUnauthorized == true)
      logins.set(.init(username: DockerRegistry.user, password: "wrong"), for: bed.plain.name)
    }
    logins.set(RegistryBed.credentials, for: bed.plain.name)
    let pushed = try await docker.push("\(name):v1")
    let distribution = try await docker.inspectDistribution("\(name):v1")
    #expect(pushed.name == "\(name):v1" && pushed.size > 0)
    #expect(pushed.digest == distribution.digest && pushed.size == distribution.size)
    for missing in ["\(name):nosuch", RegistryBed.repository(at: bed.plain.name)] {
      let error = await #expect(throws: DockerError.self) { try await docker.push(missing) }
      #expect(error?.isNotFound == true)
    }
    await docker.close()
  }

  @Test("that ask nobody take images from nobody, and give them (DE-70)")
  func anonymous() async throws {
    let bed = try await RegistryBed.shared()
    let docker = try bed.client()
    let name = RegistryBed.repository(at: bed.open.name)
    let digest = try await RegistryBed.publish(docker, name)
    #expect(try await docker.inspectDistribution("\(name):v1").digest == digest)
    #expect(try await docker.pull("\(name):v1").digest == digest)
    await docker.close()
  }

  @Test("over TLS are trusted by the engine for its own reasons")
  func secure() async throws {
    let bed = try await RegistryBed.shared()
    let docker = try bed.client([bed.secure])
    let name = RegistryBed.repository(at: bed.secure.name)
    let digest = try await RegistryBed.publish(docker, name)
    #expect(try await docker.pull("\(name):v1").digest == digest)
    let stranger = try await DockerRegistry.start(beside: bed.engine, .init(isSecure: true))
    let error = await #expect(throws: DockerError.self) {
      try await docker.login(RegistryBed.credentials, to: stranger.name)
    }
    #expect(error?.message.contains("x509") == true)
    #expect(error?.hint?.contains("/etc/docker/certs.d/HOST:PORT/ca.crt") == true)
    try bed.engine.trust(stranger.certificate, for: stranger.name)
    try await docker.login(RegistryBed.credentials, to: stranger.name)
    try await stranger.stop()
    await docker.close()
  }

  @Test("are asked at every login, whoever was logged in before (DE-71, DE-73)")
  func login() async throws {
    let bed = try await RegistryBed.shared()
    let docker = try bed.client()
    for name in [bed.plain.name, "http://\(bed.plain.name)/v2/"] {
      let login = try await docker.login(RegistryBed.credentials, to: name)
      #expect(login.status == "Login Succeeded")
    }
    var wrong = RegistryBed.credentials
    wrong.password += "!"
    for _ in 0..<2 {
      let error = await #expect(throws: DockerError.self) {
        try await docker.login(wrong, to: bed.plain.name)
      }
      #expect(error?.isUnauthorized == true)
      #expect(error.map { "\($0)" }?.contains(wrong.password) == false)
    }
    // What was right before still is.
    try await docker.login(to: bed.plain.name)
    let name = RegistryBed.repository(at: bed.plain.name)
    try await RegistryBed.publish(docker, name)
    let stranger = await #expect(throws: DockerError.self) {
      try await docker.login(to: bed.secure.name)
    }
    #expect(stranger?.isUnauthorized == true)
    #expect(stranger?.hint?.contains("docker login \(bed.secure.name)") == true)
    let nobody = await #expect(throws: DockerError.self) {
      try await docker.login(RegistryBed.credentials, to: "127.0.0.1:9")
    }
    #expect(nobody?.code == .engineFailed)
    await docker.close()
  }

  @Test("give the image of one tag, of a digest, or of all tags, as asked (DE-75)")
  func references() async throws {
    let bed = try await RegistryBed.shared()
    let docker = try bed.client()
    let name = RegistryBed.repository(at: bed.open.name)
    let digest = try await RegistryBed.publish(docker, name, tags: ["latest", "v1", "v2"])
    let other = try await RegistryBed.publish(docker, name, tags: ["v2"])
    try await docker.pull(name)
    #expect(try await docker.tags(of: name) == ["latest"])
    try await docker.removeImage("\(name):latest")
    for text in ["\(name)@\(digest)", "\(name):v2@\(digest)"] {
      let pulled = try await docker.pull(text)
      #expect(pulled.digest == digest && pulled.name == "\(name)@\(digest)")
      #expect(try await docker.inspectImage(pulled.name).repoTags.isEmpty)
      try await docker.removeImage(pulled.name)
    }
    #expect(try await docker.pull(name, tag: digest).digest == digest)
    let all = try await docker.pullAllTags(of: name)
    #expect(all.map(\.name).sorted() == ["latest", "v1", "v2"].map { "\(name):\($0)" })
    #expect(all.first { $0.name == "\(name):v2" }?.digest == other)
    #expect(all.first { $0.name == "\(name):v1" }?.digest == digest)
    #expect(try await docker.tags(of: name) == ["latest", "v1", "v2"])
    await docker.close()
  }

  @Test("take one tag, several, or all, as asked")
  func tags() async throws {
    let bed = try await RegistryBed.shared()
    let docker = try bed.client()
    let name = RegistryBed.repository(at: bed.open.name)
    try await RegistryBed.makeImage(docker, ["a", "b", "c", "latest"].map { "\(name):\($0)" })
    #expect(try await docker.push(name).name == "\(name):latest")
    #expect(try await docker.isPublished("\(name):latest"))
    #expect(try await !docker.isPublished("\(name):a"))
    let two = try await docker.push(name, tags: ["a", "b"])
    #expect(two.map(\.name) == ["\(name):a", "\(name):b"] && two[0].digest == two[1].digest)
    #expect(try await docker.isPublished("\(name):b"))
    #expect(try await !docker.isPublished("\(name):c"))
    let error = await #expect(throws: DockerError.self) {
      try await docker.push(name, tags: ["c", "nosuch"])
    }
    #expect(error?.isNotFound == true)
    #expect(try await docker.isPublished("\(name):c"))
    let all = try await docker.pushAllTags(of: name)
    #expect(all.map(\.name).sorted() == ["a", "b", "c", "latest"].map { "\(name):\($0)" })
    await docker.close()
  }

  @Test("that have another platform only are found out, though the engine is content (DE-79)")
  func platforms() async throws {
    let bed = try await RegistryBed.shared()
    let docker = try bed.client()
    let name = RegistryBed.repository(at: bed.open.name) + ":v1"
    try await RegistryBed.makeImage(docker, [name])
    try await docker.push(name)
    let own = try await docker.inspectImage(name).platform
    #expect(own.operatingSystem == "linux")
    try await docker.pull(name, platform: own)
    #expect(try await docker.ensureImage(name, platform: own).platform == own)
    let foreign = try ImagePlatform(parsing: "linux/s390x")
    for action in [
      { _ = try await docker.pull(name, platform: foreign) },
      { _ = try await docker.ensureImage(name, platform: foreign) },
    ] as [() async throws -> Void] {
      let error = await #expect(throws: DockerError.self) { try await action() }
      #expect(error?.code == .platformMismatch)
      #expect(error?.message.contains("is not for linux/s390x: the image is for \(own)") == true)
    }
    await docker.close()
  }

  @Test("are asked for an image only where there is none (DE-79)")
  func ensured() async throws {
    let bed = try await RegistryBed.shared()
    let docker = try bed.client()
    let name = RegistryBed.repository(at: bed.open.name)
    try await RegistryBed.publish(docker, name)
    let registry = try await FakeRegistry(beside: bed.engine, FakeRegistry.files(of: bed.open))
    let path = name.dropFirst(bed.open.name.count)
    let image = "\(registry.name)\(path):v1"
    let first = try await docker.ensureImage(image)
    let count = registry.requests.count
    #expect(count > 0)
    #expect(try await docker.ensureImage(image).id == first.id)
    #expect(try await docker.ensureImage(first.id).id == first.id)
    #expect(registry.requests.count == count)
    for missing in ["\(registry.name)\(path):nosuch", String(repeating: "1a", count: 32)] {
      let error = await #expect(throws: DockerError.self) {
        try await docker.ensureImage(missing)
      }
      #expect(error?.isNotFound == true)
    }
    try await registry.stop()
    await docker.close()
  }
}
