import Foundation
import SwabTestSupport
import Testing

@testable import SwabDocker

@Suite("Services of a swarm")
struct ServiceTests {
  /// Lends a service of one task that runs a script, and removes it.
  private func withService(
    _ script: String,
    _ change: (inout ServiceSpec) -> Void = { _ in },
    _ body: (DockerClient, String) async throws -> Void
  ) async throws {
    let docker = try await SwarmEngine.client()
    let name = "swab-test-\(UUID().uuidString.prefix(8))"
    var spec = ServiceSpec(name, image: DockerEngine.image)
    spec.task.container.entrypoint = ["/bin/sh", "-c", script]
    spec.task.container.stopSignal = "SIGKILL"
    change(&spec)
    try await docker.createService(spec)
    do {
      try await body(docker, name)
    } catch {
      try? await docker.removeService(name)
      throw error
    }
    try await docker.removeService(name)
    await docker.close()
  }

  /// The tasks of a service, once so many of them run.
  @discardableResult
  private func running(
    _ count: Int,
    of service: String,
    _ docker: DockerClient
  ) async throws -> [SwarmTask] {
    var tasks: [SwarmTask] = []
    try await eventually("\(count) tasks of \(service) run") {
      tasks = try await docker.tasks(
        filters: ["service": .init([service]), "desired-state": "running"]
      )
      return tasks.count == count && tasks.allSatisfy { $0.state == "running" }
    }
    return tasks
  }

  @Test("run, with secrets and configs that their containers read (DE-99)")
  func lifecycle() async throws {
    let docker = try await SwarmEngine.client()
    let name = "swab-test-\(UUID().uuidString.prefix(8))"
    // In base64 these have a plus and a slash, which differ in the alphabet of URLs.
    let bytes: [UInt8] = [0xFB, 0xEF, 0xBE, 0xFF, 0xFF, 0xFF, 0x0A]
    #expect(Base64.encode(bytes).contains("+") && Base64.encode(bytes).contains("/"))
    let secret = try await docker.createSecret(SecretSpec(name, data: bytes))
    var config = ConfigSpec(name, text: "node {{.Node.ID}}\n")
    config.templating = "golang"
    try await docker.createConfig(config)
    var spec = ServiceSpec(name, image: DockerEngine.image)
    let script = "od -An -tx1 /run/secrets/\(name); cat /etc/conf; echo oops >&2; sleep 1000"
    spec.task.container.entrypoint = ["/bin/sh", "-c", script]
    spec.task.container.secrets = [SecretReference(try await docker.inspectSecret(secret))]
    spec.task.container.configs = [
      ConfigReference(
        try await docker.inspectConfig(name),
        file: TaskFile("/etc/conf", permissions: 0o400)
      )
    ]
    spec.labels = ["swab-test": name]
    let created = try await docker.createService(spec)
    #expect(created.warnings.isEmpty)
    let task = try #require(try await running(1, of: name, docker).first)
    #expect(task.serviceID == created.id && task.slot == 1 && task.desiredState == "running")
    let node = try await docker.info().swarmNodeID
    #expect(task.nodeID == node && task.error == nil)
    #expect(task.spec.container.secrets.first?.name == name)
    #expect(try await docker.inspectTask(task.id).containerID == task.containerID)
    #expect(try await docker.inspectContainer(try #require(task.containerID)).state.isRunning)
    try await output(of: name, task, docker)
    let taken = await dockerError { try await docker.createService(spec) }
    #expect(taken?.isConflict == true)
    let used = await dockerError { try await docker.removeSecret(name) }
    #expect(used?.isBadRequest == true && used?.message.contains(name) == true)
    try await docker.removeService(name)
    let gone = await dockerError { try await docker.inspectService(name) }
    #expect(gone?.isNotFound == true)
    try await docker.removeSecret(name)
    try await docker.removeConfig(name)
    await docker.close()
  }

  private func output(of service: String, _ task: SwarmTask, _ docker: DockerClient) async throws {
    var lines: [LogLine] = []
    var options = ServiceLogOptions()
    options.follow = true
    options.timestamps = true
    for try await line in try await docker.serviceLogs(service, options).lines {
      lines.append(line)
      if lines.count == 3 { break }
    }
    #expect(
      Set(lines.map(\.text)) == [" fb ef be ff ff ff 0a", "node \(task.nodeID ?? "")", "oops"]
    )
    #expect(lines.allSatisfy { $0.timestamp != nil })
    #expect(lines.first { $0.text == "oops" }?.stream == .standardError)
    options = ServiceLogOptions()
    options.stdout = false
    options.details = true
    let details = try await docker.taskLogs(task.id, options).collectedText()
    #expect(details.hasSuffix(" oops\n"))
    #expect(details.contains("com.docker.swarm.task.id=\(task.id)"), "\(details)")
    options.stderr = false
    let none = await dockerError { _ = try await docker.taskLogs(task.id, options) }
    #expect(none?.code == .invalidArgument)
  }

  @Test("with a terminal write one stream")
  func terminal() async throws {
    let script = "echo a; echo b >&2; sleep 1000"
    try await withService(script, { $0.task.container.hasTerminal = true }) { docker, name in
      try await running(1, of: name, docker)
      var options = ServiceLogOptions()
      options.follow = true
      var lines: [String] = []
      for try await line in try await docker.serviceLogs(name, options).lines {
        #expect(line.stream == .standardOutput)
        lines.append(line.text)
        if lines.count == 2 { break }
      }
      #expect(lines == ["a", "b"])
    }
  }

  @Test("are changed, and keep all that was not spoken of (DE-99)")
  func update() async throws {
    let describe = { @Sendable (spec: inout ServiceSpec) in
      spec.update.order = "start-first"
      spec.task.placement.spreadOver = ["node.labels.zone"]
      spec.task.container.raw["Privileges"] = ["SELinuxContext": ["Disable": true]]
    }
    try await withService("sleep 1000", describe) { docker, name in
      try await running(1, of: name, docker)
      let before = try await docker.inspectService(name)
      try await docker.updateService(name, credentialsFrom: .spec) { spec in
        spec.task.container.environment = ["A=b"]
      }
      let after = try await docker.inspectService(name)
      var expected = before.spec
      expected.task.container.environment = ["A=b"]
      #expect(after.spec.raw == expected.raw)
      #expect(after.previousSpec?.raw == before.spec.raw)
      #expect(after.version > before.version)
      // The engine sees to it a moment later.
      try await eventually("the update has begun") {
        try await docker.inspectService(name).update != nil
      }
      let stale = await dockerError {
        try await docker.updateService(name, version: before.version, before.spec)
      }
      #expect(stale?.isStaleVersion == true && stale?.status == 500)
      try await docker.rollBackService(name)
      #expect(try await docker.inspectService(name).spec.raw == before.spec.raw)
      try await eventually("the service is as it was") {
        try await docker.inspectService(name).update?.state == "rollback_completed"
      }
    }
  }

  @Test("have as many tasks as are asked for (DE-99)")
  func scale() async throws {
    try await withService("sleep 1000") { docker, name in
      try await docker.scaleService(name, to: 3)
      try await running(3, of: name, docker)
      let filters: DockerFilters = ["name": .init([name])]
      let listed = try #require(try await docker.services(filters: filters, status: true).first)
      #expect(listed.name == name && listed.desiredTasks == 3 && listed.runningTasks == 3)
      #expect(listed.spec.mode == .replicated(3))
      let plain = try await docker.inspectService(name)
      #expect(plain.spec.task.restartPolicy.condition == nil)
      let full = try await docker.inspectService(name, insertsDefaults: true)
      #expect(full.spec.task.restartPolicy.condition == "any")
      #expect(full.spec.update.parallelism == 1)
    }
    try await withService("sleep 1000", { $0.mode = .global }) { docker, name in
      let error = await dockerError { try await docker.scaleService(name, to: 3) }
      #expect(error?.code == .invalidArgument)
      let mode = try await docker.inspectService(name).spec.mode
      #expect(mode.isGlobal && mode == .global)
    }
  }

  @Test("that are jobs end")
  func job() async throws {
    try await withService("exit 0", { $0.mode = .replicatedJob(total: 2) }) { docker, name in
      try await eventually("both tasks have ended") {
        let filters: DockerFilters = ["name": .init([name])]
        return try await docker.services(filters: filters, status: true).first?.completedTasks == 2
      }
      let mode = try await docker.inspectService(name).spec.mode
      #expect(mode.isJob && mode.replicas == nil && !mode.isGlobal)
    }
  }

  @Test("that fail say why in their tasks")
  func failing() async throws {
    let describe = { @Sendable (spec: inout ServiceSpec) in
      spec.task.restartPolicy.condition = "none"
    }
    try await withService("exit 3", describe) { docker, name in
      var task: SwarmTask?
      try await eventually("the task has failed") {
        task = try await docker.tasks(filters: ["service": .init([name])]).first
        return task?.state == "failed"
      }
      #expect(task?.exitCode == 3)
      #expect(task?.error?.contains("non-zero exit (3)") == true)
    }
    let docker = try await SwarmEngine.client()
    let error = await dockerError { try await docker.createService(ServiceSpec("x", image: "")) }
    #expect(error?.isBadRequest == true)
    await docker.close()
  }
}

extension DockerLogs {
  /// All of it as one text, whatever the stream.
  func collectedText() async throws -> String {
    var text = ""
    for try await frame in self { text += frame.text }
    return text
  }
}
