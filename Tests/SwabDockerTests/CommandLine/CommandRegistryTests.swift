import SwabTestSupport
import Testing

@testable import SwabDocker

@Suite("The docker command and real registries", .timeLimit(.minutes(10)))
struct CommandRegistryTests {
  /// Lends a client whose requests a docker program does, on the engine with the registries.
  private func withCommand(
    _ program: String,
    _ logins: RegistryLogins = .none(),
    _ body: (DockerClient, RegistryBed) async throws -> Void
  ) async throws {
    let bed = try await RegistryBed.shared()
    var settings = DockerCommandSettings()
    settings.binary = program
    settings.baseURL = bed.engine.socketPath
    let docker = try DockerClient(
      command: settings,
      host: nil,
      registryLogins: logins,
      run: LocalCommandRunner.run
    )
    try await body(docker, bed)
    await docker.close()
  }

  @Test(
    "log in as whom a registry knows, and as nobody else (DF 28, DE-73)",
    arguments: dockerPrograms
  )
  func login(_ program: String) async throws {
    try await withCommand(program) { docker, bed in
      for registry in [bed.plain, bed.secure] {
        let login = try await docker.login(RegistryBed.credentials, to: registry.name)
        #expect(login.status == "Login Succeeded")
        var wrong = RegistryBed.credentials
        wrong.password += "!"
        let error = await #expect(throws: DockerError.self) {
          try await docker.login(wrong, to: registry.name)
        }
        #expect(error?.isUnauthorized == true, "\(error.map { "\($0)" } ?? "")")
        #expect(error.map { "\($0)" }?.contains(RegistryBed.credentials.password) == false)
        // What was right before still is.
        try await docker.login(to: registry.name)
      }
    }
  }

  @Test(
    "send images and fetch them, for whom the registry knows (DE-68, DE-69)",
    arguments: dockerPrograms
  )
  func transfers(_ program: String) async throws {
    let logins = RegistryLogins.none()
    try await withCommand(program, logins) { docker, bed in
      let engine = try bed.client([bed.plain])
      let name = RegistryBed.repository(at: bed.plain.name)
      try await RegistryBed.makeImage(engine, ["\(name):v1", "\(name):v2"])
      for transfer in [
        { _ = try await docker.push("\(name):v1") }, { _ = try await docker.pull("\(name):v3") },
      ] as [() async throws -> Void] {
        let error = await #expect(throws: DockerError.self) { try await transfer() }
        #expect(error?.isUnauthorized == true, "\(error.map { "\($0)" } ?? "")")
      }
      try await docker.login(RegistryBed.credentials, to: bed.plain.name)
      let pushed = try await docker.push(name, tags: ["v1", "v2"])
      #expect(pushed.map(\.name) == ["\(name):v1", "\(name):v2"])
      #expect(try await engine.inspectDistribution("\(name):v2").digest == pushed[1].digest)
      for tag in ["v1", "v2"] { try await engine.removeImage("\(name):\(tag)") }
      let pulled = try await docker.pull("\(name):v1")
      #expect(pulled.isNew && pulled.digest == pushed[0].digest)
      #expect(try await engine.tags(of: name) == ["v1"])
      #expect(try await !docker.pull("\(name):v1").isNew)
      let missing = await #expect(throws: DockerError.self) { try await docker.pull("\(name):v3") }
      #expect(missing?.isNotFound == true, "\(missing.map { "\($0)" } ?? "")")
      await engine.close()
    }
  }
}
