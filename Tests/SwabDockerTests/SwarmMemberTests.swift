import SwabTestSupport
import Testing

@testable import SwabDocker

/// What needs a second engine, or one that starts again.
@Suite("A swarm's members")
struct SwarmMemberTests {
  /// Runs in the network of an engine.
  private func at(_ engine: DockerEngine, _ command: String...) async throws {
    let enter = ["--net=/proc/\(try engine.processID)/ns/net"]
    let run = try await RunningProcess.run("nsenter", enter + command)
    guard run.exitStatus == 0 else { throw TestSupportError(run.standardError) }
  }

  /// Joins the networks of two engines, as 10.77.0.1 and 10.77.0.2.
  private func connect(_ first: DockerEngine, _ second: DockerEngine) async throws {
    let ends = ["type", "veth", "peer", "name", "swarm0", "netns", "\(try second.processID)"]
    let words = ["--net=/proc/\(try first.processID)/ns/net", "ip", "link", "add", "swarm0"] + ends
    let made = try await RunningProcess.run("nsenter", words)
    try #require(made.exitStatus == 0, "\(made.standardError)")
    for (number, engine) in [first, second].enumerated() {
      try await at(engine, "ip", "addr", "add", "10.77.0.\(number + 1)/24", "dev", "swarm0")
      try await at(engine, "ip", "link", "set", "swarm0", "up")
    }
  }

  @Test("an engine joins as a worker, is a node of it, and leaves (DE-99)")
  func join() async throws {
    let engines = [try await DockerEngine.start(), try await DockerEngine.start()]
    try await connect(engines[0], engines[1])
    let manager = try DockerClient(baseURL: engines[0].socketPath)
    let worker = try DockerClient(baseURL: engines[1].socketPath)
    try await manager.initSwarm(SwarmInit(advertiseAddress: "10.77.0.1"))
    let token = try #require(try await manager.inspectSwarm().workerToken)
    var options = SwarmJoin(managers: ["10.77.0.1:2377"], token: token)
    options.advertiseAddress = "10.77.0.2"
    try await worker.joinSwarm(options)
    let info = try await worker.info()
    #expect(info.swarmState == "active" && !info.isSwarmManager)
    let id = try #require(info.swarmNodeID)
    let node = try await manager.inspectNode(id)
    #expect(node.spec.role == .worker)
    // A worker can't say anything of the swarm.
    let refused = await dockerError { _ = try await worker.nodes() }
    #expect(refused?.isNotSwarmManager == true)
    #expect(try await worker.leaveSwarm())
    try await eventually("the manager sees that it has left") {
      try await manager.inspectNode(id).state == "down"
    }
    try await manager.removeNode(id)
    #expect(try await manager.nodes().count == 1)
    for docker in [manager, worker] { await docker.close() }
    for engine in engines { try await engine.stop() }
  }

  @Test("a manager that locks itself has to be unlocked when it starts again (DE-99)")
  func locked() async throws {
    let engine = try await DockerEngine.start()
    var docker = try DockerClient(baseURL: engine.socketPath)
    var options = SwarmInit(advertiseAddress: "127.0.0.1")
    options.listenAddress = "127.0.0.1:2377"
    options.spec.locksManagers = true
    try await docker.initSwarm(options)
    let key = try #require(try await docker.swarmUnlockKey())
    #expect(key.hasPrefix("SWMKEY-1-"))
    await docker.close()
    try await engine.restart()
    docker = try DockerClient(baseURL: engine.socketPath)
    try await eventually("it has started, and is locked") {
      try await docker.info().swarmState == "locked"
    }
    let locked = await dockerError { _ = try await docker.nodes() }
    #expect(locked?.status == 503, "\(String(describing: locked))")
    #expect(locked?.message.contains("unlock") == true)
    let wrong = await dockerError {
      try await docker.unlockSwarm("SWMKEY-1-7xrtsjPM4MYdHPnGZDfVAlSJMmrpgY6+kvTVzcTkqnU")
    }
    #expect(wrong?.message.contains("SWMKEY") == false)
    try await docker.unlockSwarm(key)
    try await eventually("it is a manager again") { try await docker.info().isSwarmManager }
    #expect(try await docker.nodes().count == 1)
    await docker.close()
    try await engine.stop()
  }
}
