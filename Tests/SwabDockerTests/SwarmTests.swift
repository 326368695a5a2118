import Foundation
import SwabTestSupport
import Synchronization
import Testing

@testable import SwabDocker

/// An engine that is the only node of a swarm, for all tests of swarms that leave it as it is.
enum SwarmEngine {
  private static let shared = Task.detached { () -> DockerEngine in
    let engine = try await DockerEngine.start()
    let docker = try DockerClient(baseURL: engine.socketPath)
    var options = SwarmInit(advertiseAddress: "127.0.0.1")
    options.listenAddress = "127.0.0.1:2377"
    try await docker.initSwarm(options)
    await docker.close()
    return engine
  }

  /// A client of that engine.
  static func client() async throws -> DockerClient {
    try DockerClient(baseURL: try await shared.value.socketPath)
  }
}

/// The error that the closure throws.
func dockerError<Result>(of body: () async throws -> Result) async -> DockerError? {
  await #expect(throws: DockerError.self) { _ = try await body() }
}

@Suite("A swarm")
struct SwarmTests {
  typealias Call = @Sendable (DockerClient) async throws -> Void

  private static let outside: [(String, Call)] = [
    ("inspect", { _ = try await $0.inspectSwarm() }),
    ("update", { try await $0.updateSwarm(version: 1, SwarmSpec()) }),
    ("unlock key", { _ = try await $0.swarmUnlockKey() }),
    ("unlock", { try await $0.unlockSwarm("x") }),
    ("leave", { try await $0.leaveSwarm() }),
    ("nodes", { _ = try await $0.nodes() }),
    ("inspect node", { _ = try await $0.inspectNode("x") }),
    ("update node", { try await $0.updateNode("x", version: 1, NodeSpec()) }),
    ("remove node", { try await $0.removeNode("x") }),
    ("services", { _ = try await $0.services() }),
    ("create service", { try await $0.createService(ServiceSpec("x", image: "x")) }),
    ("inspect service", { _ = try await $0.inspectService("x") }),
    (
      "update service",
      { try await $0.updateService("x", version: 1, ServiceSpec("x", image: "x")) }
    ),
    ("roll back", { try await $0.rollBackService("x") }),
    ("remove service", { try await $0.removeService("x") }),
    ("service logs", { _ = try await $0.serviceLogs("x") }),
    ("tasks", { _ = try await $0.tasks() }),
    ("inspect task", { _ = try await $0.inspectTask("x") }),
    ("task logs", { _ = try await $0.taskLogs("x") }),
    ("secrets", { _ = try await $0.secrets() }),
    ("create secret", { try await $0.createSecret(SecretSpec("x", text: "x")) }),
    ("inspect secret", { _ = try await $0.inspectSecret("x") }),
    ("update secret", { try await $0.updateSecret("x", labels: [:]) }),
    ("remove secret", { try await $0.removeSecret("x") }),
    ("configs", { _ = try await $0.configs() }),
    ("create config", { try await $0.createConfig(ConfigSpec("x", text: "x")) }),
    ("inspect config", { _ = try await $0.inspectConfig("x") }),
    ("update config", { try await $0.updateConfig("x", labels: [:]) }),
    ("remove config", { try await $0.removeConfig("x") }),
  ]

  @Test("is missed by each call outside of one (DE-99)", arguments: outside.indices)
  func outsideOfOne(_ index: Int) async throws {
    let (name, call) = Self.outside[index]
    let docker = try await sharedClient()
    let error = await dockerError { try await call(docker) }
    #expect(error?.isNotSwarmManager == true, "\(name): \(String(describing: error))")
    #expect(error?.status == 503 && error?.code == .unavailable, "\(name)")
    #expect(try await docker.info().swarmState == "inactive")
    await docker.close()
  }

  @Test("is made, changed, and left (DE-99)")
  func lifecycle() async throws {
    let engine = try await DockerEngine.start()
    let docker = try DockerClient(baseURL: engine.socketPath)
    // What isn't there can be left only by force.
    #expect(try await docker.leaveSwarm(force: true) == false)
    var options = SwarmInit(advertiseAddress: "127.0.0.1")
    options.listenAddress = "127.0.0.1:2377"
    options.addressPools = ["10.77.0.0/16"]
    options.subnetSize = 25
    options.dataPathPort = 4790
    options.availability = .active
    options.spec.labels = ["stage": "test"]
    options.spec.taskHistoryLimit = 3
    options.spec.heartbeatPeriod = .seconds(7)
    let node = try await docker.initSwarm(options)
    let info = try await docker.info()
    #expect(info.swarmNodeID == node && info.isSwarmManager && info.swarmState == "active")
    let swarm = try await docker.inspectSwarm()
    #expect(swarm.addressPools == ["10.77.0.0/16"] && swarm.subnetSize == 25)
    #expect(swarm.dataPathPort == 4790 && !swarm.isReplacingCertificates)
    #expect(swarm.spec.labels == ["stage": "test"] && swarm.spec.taskHistoryLimit == 3)
    #expect(swarm.spec.heartbeatPeriod == .seconds(7) && swarm.spec.raft.electionTicks == 10)
    #expect(swarm.spec.authority.certificateLifetime == .seconds(90 * 86_400))
    #expect(swarm.trustRoot?.hasPrefix("-----BEGIN CERTIFICATE-----") == true)
    #expect("\(swarm)" == "Swarm(id: \(swarm.id))" && !swarm.id.isEmpty)
    let again = await dockerError { try await docker.initSwarm(options) }
    #expect(again?.code == .unavailable && again?.isNotSwarmManager == false)
    let member = await dockerError {
      try await docker.joinSwarm(SwarmJoin(managers: ["127.0.0.1:1"], token: "SWMTKN-1-a-b"))
    }
    #expect(member?.code == .unavailable)
    try await changes(docker, swarm)
    let manager = await dockerError { try await docker.leaveSwarm() }
    #expect(manager?.code == .unavailable && manager?.message.contains("--force") == true)
    #expect(try await docker.leaveSwarm(force: true))
    #expect(try await docker.info().swarmNodeID == nil)
    await docker.close()
    try await engine.stop()
  }

  private func changes(_ docker: DockerClient, _ swarm: Swarm) async throws {
    try await docker.updateSwarm(renewing: [.workerToken, .managerToken]) { spec in
      spec.locksManagers = true
      spec.labels["x"] = "y"
    }
    let changed = try await docker.inspectSwarm()
    #expect(changed.version > swarm.version)
    #expect(changed.spec.labels == ["stage": "test", "x": "y"] && changed.spec.locksManagers)
    // All that was not spoken of is as it was.
    var expected = swarm.spec
    expected.labels["x"] = "y"
    expected.locksManagers = true
    #expect(changed.spec.raw == expected.raw)
    #expect(changed.workerToken != nil && changed.workerToken != swarm.workerToken)
    #expect(changed.managerToken != nil && changed.managerToken != swarm.managerToken)
    let key = try #require(try await docker.swarmUnlockKey())
    try await docker.updateSwarm(renewing: .unlockKey)
    let renewed = try await docker.swarmUnlockKey()
    #expect(renewed != nil && renewed != key)
    let stale = await dockerError { try await docker.updateSwarm(version: 1, swarm.spec) }
    #expect(stale?.isStaleVersion == true)
    let unlocked = await dockerError { try await docker.unlockSwarm(key) }
    #expect(unlocked?.isConflict == true)
    try await docker.updateSwarm { $0.locksManagers = false }
    #expect(try await docker.swarmUnlockKey() == nil)
  }

  @Test("has nodes, which are there for something (DE-99)")
  func nodes() async throws {
    let docker = try await SwarmEngine.client()
    let id = try #require(try await docker.info().swarmNodeID)
    let node = try #require(try await docker.nodes(filters: ["id": .init([id])]).first)
    #expect(node.id == id && node.state == "ready" && node.address == "127.0.0.1")
    #expect(node.isLeader && node.reachability == "reachable")
    #expect(node.nanoCPUs > 0 && node.memoryBytes > 0 && node.platform.operatingSystem == "linux")
    let version = try await docker.version().version
    #expect(version == node.engineVersion)
    #expect(try await docker.nodes(filters: ["role": "worker"]).isEmpty)
    try await docker.updateNode(id) { spec in
      spec.labels["disk"] = "ssd"
      spec.raw["Name"] = "first"
    }
    let changed = try await docker.inspectNode(id)
    #expect(changed.spec.labels == ["disk": "ssd"] && changed.spec.name == "first")
    #expect(changed.spec.role == .manager && changed.spec.availability == .active)
    #expect(changed.hostname == node.hostname && changed.version > node.version)
    let stale = await dockerError {
      try await docker.updateNode(id, version: node.version, node.spec)
    }
    #expect(stale?.isStaleVersion == true)
    let manager = await dockerError { try await docker.removeNode(id, force: true) }
    #expect(manager?.isBadRequest == true)
    let nobody = await dockerError { try await docker.inspectNode("nosuch") }
    #expect(nobody?.isNotFound == true)
    await docker.close()
  }

  @Test("keeps the changes of others, by making its own again")
  func staleRetries() async throws {
    let state = Counter()
    let engine = try await FakeEngine(version: "1.41") { request in
      guard request.line.hasPrefix("POST") else {
        let version = state.next()
        return FakeEngine.json(
          "200 OK",
          """
          {"ID":"n1","Version":{"Index":\(version)},"Spec":{"Labels":{"v":"\(version)"},"New":[1]}}
          """
        )
      }
      guard request.path.contains("version=3") else {
        return FakeEngine.json("500 Oh", #"{"message":"rpc error: update out of sequence"}"#)
      }
      return FakeEngine.json("200 OK", "")
    }
    let docker = try DockerClient(baseURL: engine.address)
    try await docker.updateNode("x") { $0.labels["mine"] = "1" }
    let sent = try #require(engine.requests.last)
    #expect(sent.line == "POST /v1.41/nodes/n1/update?version=3 HTTP/1.1")
    #expect(
      try JSONValue(parsing: sent.body) == ["Labels": ["v": "3", "mine": "1"], "New": [1]]
    )
    // Two that were refused, each after reading anew.
    #expect(engine.lines.filter { $0.hasPrefix("POST") }.count == 3)
    await docker.close()
    try await engine.stop()
  }

  @Test("that others change without end is left to them")
  func staleForever() async throws {
    let engine = try await FakeEngine(version: "1.41") { request in
      request.line.hasPrefix("POST")
        ? FakeEngine.json("500 Oh", #"{"message":"rpc error: update out of sequence"}"#)
        : FakeEngine.json("200 OK", #"{"ID":"n1","Version":{"Index":1},"Spec":{}}"#)
    }
    let docker = try DockerClient(baseURL: engine.address)
    let error = await dockerError { try await docker.updateNode("x") { _ in } }
    #expect(error?.isStaleVersion == true)
    let pinned = await dockerError { try await docker.updateSecret("s", labels: [:], version: 1) }
    #expect(pinned?.isStaleVersion == true)
    #expect(engine.lines.filter { $0.hasPrefix("POST") }.count == 7)
    await docker.close()
    try await engine.stop()
  }

  @Test("is described to the last field")
  func encoding() throws {
    var options = SwarmInit()
    options.dataPathAddress = "eth1"
    options.forcesNewCluster = true
    options.availability = .drain
    options.spec.name = "default"
    options.spec.raft.snapshotInterval = 5000
    options.spec.raft.oldSnapshots = 1
    options.spec.raft.entriesForSlowFollowers = 200
    options.spec.raft.electionTicks = 20
    options.spec.raft.heartbeatTicks = 2
    options.spec.authority.certificateLifetime = .seconds(3600)
    options.spec.authority.externalAuthorities = [["Protocol": "cfssl", "URL": "https://ca"]]
    options.spec.authority.signingCertificate = "cert"
    options.spec.authority.signingKey = "key"
    options.spec.authority.forcedRotation = 2
    options.spec.logDriver = LogDriver("syslog", options: ["a": "b"])
    options.additionalFields["New"] = 1
    #expect(
      JSONValue.object(options.encoded) == [
        "ListenAddr": "0.0.0.0:2377", "DataPathAddr": "eth1", "ForceNewCluster": true,
        "Availability": "drain", "New": 1,
        "Spec": [
          "Name": "default",
          "Raft": [
            "SnapshotInterval": 5000, "KeepOldSnapshots": 1, "LogEntriesForSlowFollowers": 200,
            "ElectionTick": 20, "HeartbeatTick": 2,
          ],
          "CAConfig": [
            "NodeCertExpiry": 3_600_000_000_000,
            "ExternalCAs": [["Protocol": "cfssl", "URL": "https://ca"]], "SigningCACert": "cert",
            "SigningCAKey": "key", "ForceRotate": 2,
          ],
          "TaskDefaults": ["LogDriver": ["Name": "syslog", "Options": ["a": "b"]]],
        ],
      ]
    )
    #expect(options.spec.logDriver == LogDriver("syslog", options: ["a": "b"]))
    var join = SwarmJoin(managers: ["192.0.2.1:2377"], token: "SWMTKN-secret")
    join.availability = .pause
    #expect(
      JSONValue.object(join.encoded) == [
        "RemoteAddrs": ["192.0.2.1:2377"], "JoinToken": "SWMTKN-secret",
        "ListenAddr": "0.0.0.0:2377", "Availability": "pause",
      ]
    )
    for text in ["\(join)", "\([join])", String(reflecting: join)] {
      #expect(!text.contains("secret"))
    }
    var dumped = ""
    dump(join, to: &dumped)
    #expect(!dumped.contains("secret"))
  }
}

@Suite("The key of a swarm's certificates")
struct SwarmKeyTests {
  @Test("is shown by nothing that it is in")
  func masked() {
    var options = SwarmInit(advertiseAddress: "192.0.2.1")
    options.spec.name = "default"
    options.spec.authority.signingKey = "hunter2"
    options.spec.authority.forcedRotation = 7
    var override = SwarmInit()
    override.additionalFields["Spec"] = ["CAConfig": ["SigningCAKey": "hunter2", "ForceRotate": 7]]
    let things: [Any] = [options, override, options.spec, options.spec.authority]
    for thing in things {
      var dumped = ""
      dump(thing, to: &dumped)
      for text in ["\(thing)", "\([thing])", String(reflecting: thing), dumped] {
        #expect(!text.contains("hunter2") && text.contains("••••") && text.contains("7"), "\(text)")
      }
    }
    #expect(
      "\(options.spec)"
        == #"SwarmSpec({"Name":"default","CAConfig":{"SigningCAKey":"••••","ForceRotate":7}})"#
    )
    #expect("\(options.spec.authority)".hasPrefix("SwarmAuthority({"))
    #expect("\(options)".contains(#""AdvertiseAddr":"192.0.2.1""#))
    #expect("\(SwarmSpec())" == "SwarmSpec(null)")
    // What is sent is the key itself.
    #expect(options.spec.authority.signingKey == "hunter2")
    #expect(options.encoded["Spec"]?["CAConfig"]?["SigningCAKey"] == "hunter2")
  }
}

/// Counts up from 1.
final class Counter: Sendable {
  private let count = Atomic(0)

  func next() -> Int {
    count.add(1, ordering: .relaxed).newValue
  }
}
