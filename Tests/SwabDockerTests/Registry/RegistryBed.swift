import Foundation
import SwabTestSupport
import Testing

@testable import SwabDocker

/// An engine with registries around it, which all tests of registries share.
struct RegistryBed: Sendable {
  let engine: DockerEngine
  /// It asks who one is.
  let plain: DockerRegistry
  /// It asks nobody.
  let open: DockerRegistry
  /// It asks who one is, over TLS, and the engine trusts its authority.
  let secure: DockerRegistry

  private static let sharedBed = Task.detached {
    let engine = try await DockerEngine.start()
    let bed = RegistryBed(
      engine: engine,
      plain: try await .start(beside: engine),
      open: try await .start(beside: engine, .init(hasAccounts: false)),
      secure: try await .start(beside: engine, .init(isSecure: true))
    )
    try engine.trust(bed.secure.certificate, for: bed.secure.name)
    return bed
  }

  /// The one that all tests share.
  static func shared() async throws -> RegistryBed {
    try await sharedBed.value
  }

  static let credentials = RegistryCredentials(
    username: DockerRegistry.user,
    password: DockerRegistry.password
  )

  /// A client that is nobody at any registry, but for those given.
  func client(_ known: [DockerRegistry] = []) throws -> DockerClient {
    let logins = RegistryLogins.none()
    for registry in known { logins.set(Self.credentials, for: registry.name) }
    return try client(logins)
  }

  func client(_ logins: RegistryLogins) throws -> DockerClient {
    try Self.client(of: engine, logins)
  }

  static func client(of engine: DockerEngine, _ logins: RegistryLogins) throws -> DockerClient {
    try DockerClient(baseURL: "unix://\(engine.socketPath)", registryLogins: logins)
  }

  /// A repository of its own at a registry.
  static func repository(at registry: String) -> String {
    "\(registry)/team/app-\(UUID().uuidString.lowercased())"
  }

  /// Makes an image of these names that nothing else has a layer of.
  static func makeImage(
    _ docker: DockerClient,
    _ names: [String],
    mebibytes: Int = 1
  ) async throws {
    let script = "dd if=/dev/urandom of=/random bs=1048576 count=\(mebibytes)"
    let spec = ContainerSpec(image: DockerEngine.image, command: ["sh", "-c", script])
    let name = "swab-test-\(UUID().uuidString)"
    try await docker.createContainer(spec, name: name)
    let end = try await docker.beginWait(name, condition: .nextExit)
    try await docker.start(name)
    #expect(try await end.result().exitCode == 0)
    let id = try await docker.commit(name, ImageCommit())
    try await docker.removeContainer(name, force: true)
    for name in names {
      let reference = try ImageReference(parsing: name)
      try await docker.tag(id, as: reference.repository, tag: reference.tag)
    }
  }

  /// Makes an image, sends it to its registry, and removes it from the engine.
  ///
  /// - Returns: Its digest at the registry.
  @discardableResult
  static func publish(
    _ docker: DockerClient,
    _ repository: String,
    tags: [String] = ["v1"],
    mebibytes: Int = 1
  ) async throws -> String {
    let names = tags.map { "\(repository):\($0)" }
    try await makeImage(docker, names, mebibytes: mebibytes)
    let pushed = try await docker.push(repository, tags: tags)
    for name in names { try await docker.removeImage(name) }
    return try #require(pushed.first).digest
  }
}

extension DockerClient {
  /// Whether the registry of an image has it.
  func isPublished(_ image: String) async throws -> Bool {
    do {
      _ = try await inspectDistribution(image)
      return true
    } catch let error as DockerError where error.isNotFound {
      return false
    }
  }

  /// The tags of a repository that the engine has.
  func tags(of repository: String) async throws -> [String] {
    try await images(name: repository).flatMap(\.repoTags)
      .map { String($0.dropFirst(repository.count + 1)) }.sorted()
  }
}
