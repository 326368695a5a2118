import SwabTestSupport
import Testing

@testable import SwabDocker

/// Every field of a body that only engines of some API versions know.
@Suite("The fields that only some API versions have (DE-9)")
struct GateTests {
  typealias Send = @Sendable (DockerClient, JSONObject) async throws -> Void

  /// The table, the field, and the version that it came or went with.
  ///
  /// They are written out here, so that one that is lost or changed there is missed here.
  static let listing = """
    container StopTimeout 1.25
    container MacAddress until 1.52
    container HostConfig.AutoRemove 1.25
    container HostConfig.Init 1.25
    container HostConfig.NanoCpus 1.25
    container HostConfig.CpuCount 1.25
    container HostConfig.CpuPercent 1.25
    container HostConfig.CpuRealtimePeriod 1.25
    container HostConfig.CpuRealtimeRuntime 1.25
    container HostConfig.Mounts 1.25
    container HostConfig.Mounts[].Consistency 1.28
    container HostConfig.DeviceCgroupRules 1.28
    container HostConfig.IpcMode "none" 1.32
    container HostConfig.IpcMode "private" 1.32
    container HostConfig.IpcMode "shareable" 1.32
    container HostConfig.MaskedPaths 1.38
    container HostConfig.ReadonlyPaths 1.38
    container HostConfig.DeviceRequests 1.40
    container HostConfig.CgroupnsMode 1.41
    container HostConfig.ConsoleSize 1.42
    container HostConfig.Annotations 1.43
    container Healthcheck.StartPeriod 1.29
    container Healthcheck.StartInterval 1.44
    container HostConfig.Mounts[].BindOptions.NonRecursive 1.40
    container HostConfig.Mounts[].BindOptions.CreateMountpoint 1.42
    container HostConfig.Mounts[].BindOptions.ReadOnlyNonRecursive 1.44
    container HostConfig.Mounts[].BindOptions.ReadOnlyForceRecursive 1.44
    container HostConfig.Mounts[].VolumeOptions.Subpath 1.45
    container HostConfig.Mounts[].TmpfsOptions.Options 1.46
    container HostConfig.Mounts[].Type "cluster" 1.42
    container HostConfig.Mounts[].Type "image" 1.48
    container NetworkingConfig.EndpointsConfig.*.MacAddress 1.44
    container NetworkingConfig.EndpointsConfig.*.GwPriority 1.48
    update NanoCpus 1.28
    update PidsLimit 1.40
    update BlkioWeightDevice 1.55
    update BlkioDeviceReadBps 1.55
    update BlkioDeviceWriteBps 1.55
    update BlkioDeviceReadIOps 1.55
    update BlkioDeviceWriteIOps 1.55
    exec Env 1.25
    exec WorkingDir 1.35
    exec ConsoleSize 1.42
    network Ingress 1.29
    network Scope 1.30
    network ConfigOnly 1.30
    network ConfigFrom 1.30
    network EnableIPv4 1.48
    connection EndpointConfig.MacAddress 1.54
    connection EndpointConfig.GwPriority 1.48
    volume ClusterVolumeSpec 1.42
    swarm DataPathAddr 1.30
    swarm DefaultAddrPool 1.39
    swarm SubnetSize 1.39
    swarm DataPathPort 1.40
    swarm Spec.EncryptionConfig.AutoLockManagers true 1.25
    swarm Spec.CAConfig.SigningCACert 1.30
    swarm Spec.CAConfig.SigningCAKey 1.30
    swarm Spec.CAConfig.ForceRotate 1.30
    swarmSettings EncryptionConfig.AutoLockManagers true 1.25
    swarmSettings CAConfig.SigningCACert 1.30
    swarmSettings CAConfig.SigningCAKey 1.30
    swarmSettings CAConfig.ForceRotate 1.30
    secret Driver 1.31
    secret Templating 1.37
    service RollbackConfig 1.28
    service UpdateConfig.Monitor 1.25
    service UpdateConfig.MaxFailureRatio 1.25
    service UpdateConfig.FailureAction "rollback" 1.28
    service UpdateConfig.Order 1.29
    service Mode.ReplicatedJob 1.41
    service Mode.GlobalJob 1.41
    service TaskTemplate.Networks 1.25
    service TaskTemplate.ForceUpdate 1.25
    service TaskTemplate.Runtime "plugin" 1.31
    service TaskTemplate.Placement.Preferences 1.27
    service TaskTemplate.Placement.Platforms 1.30
    service TaskTemplate.Placement.MaxReplicas 1.40
    service TaskTemplate.Resources.Limits.Pids 1.41
    service TaskTemplate.Resources.SwapBytes 1.52
    service TaskTemplate.Resources.MemorySwappiness 1.52
    service TaskTemplate.ContainerSpec.TTY 1.25
    service TaskTemplate.ContainerSpec.DNSConfig 1.25
    service TaskTemplate.ContainerSpec.Secrets 1.25
    service TaskTemplate.ContainerSpec.ReadOnly 1.28
    service TaskTemplate.ContainerSpec.Privileges 1.29
    service TaskTemplate.ContainerSpec.Privileges.CredentialSpec.Config 1.40
    service TaskTemplate.ContainerSpec.Privileges.Seccomp 1.44
    service TaskTemplate.ContainerSpec.Privileges.AppArmor 1.44
    service TaskTemplate.ContainerSpec.Privileges.NoNewPrivileges 1.44
    service TaskTemplate.ContainerSpec.Configs 1.30
    service TaskTemplate.ContainerSpec.Configs[].Runtime 1.40
    service TaskTemplate.ContainerSpec.Isolation 1.35
    service TaskTemplate.ContainerSpec.Init 1.37
    service TaskTemplate.ContainerSpec.Sysctls 1.40
    service TaskTemplate.ContainerSpec.CapabilityAdd 1.41
    service TaskTemplate.ContainerSpec.CapabilityDrop 1.41
    service TaskTemplate.ContainerSpec.Ulimits 1.41
    service TaskTemplate.ContainerSpec.OomScoreAdj 1.46
    service TaskTemplate.ContainerSpec.Healthcheck.StartPeriod 1.29
    service TaskTemplate.ContainerSpec.Healthcheck.StartInterval 1.44
    service TaskTemplate.ContainerSpec.Mounts[].BindOptions.NonRecursive 1.41
    service TaskTemplate.ContainerSpec.Mounts[].BindOptions.CreateMountpoint 1.42
    service TaskTemplate.ContainerSpec.Mounts[].BindOptions.ReadOnlyNonRecursive 1.44
    service TaskTemplate.ContainerSpec.Mounts[].BindOptions.ReadOnlyForceRecursive 1.44
    service TaskTemplate.ContainerSpec.Mounts[].VolumeOptions.Subpath 1.45
    service TaskTemplate.ContainerSpec.Mounts[].TmpfsOptions.Options 1.46
    service TaskTemplate.ContainerSpec.Mounts[].Type "cluster" 1.42
    service TaskTemplate.ContainerSpec.Mounts[].Type "image" 1.48
    """.split(separator: "\n").map(String.init)

  static let tables: [String: [BodyGate]] = [
    "container": BodyGate.container, "update": BodyGate.update, "exec": BodyGate.exec,
    "network": BodyGate.network, "connection": BodyGate.connection, "volume": BodyGate.volume,
    "swarm": BodyGate.swarm, "swarmSettings": BodyGate.swarmSettings, "secret": BodyGate.secret,
    "service": BodyGate.service,
  ]

  /// The calls whose bodies are checked against a table.
  static let senders: [String: [Send]] = [
    "container": [
      { docker, fields in
        var spec = ContainerSpec(image: "x")
        spec.additionalFields = fields
        try await docker.createContainer(spec)
      }
    ],
    "update": [
      { docker, fields in
        var update = ContainerUpdate()
        update.additionalFields = fields
        try await docker.updateContainer("x", update)
      }
    ],
    "exec": [
      { docker, fields in
        var spec = ExecSpec(["true"])
        if fields["Env"] != nil { spec.environment = ["A": "b"] }
        if fields["WorkingDir"] != nil { spec.workingDirectory = "/" }
        if fields["ConsoleSize"] != nil { spec.terminalSize = TerminalSize(columns: 80, rows: 24) }
        _ = try await docker.createExec("x", spec)
      }
    ],
    "network": [
      { docker, fields in
        var spec = NetworkSpec("x")
        spec.additionalFields = fields
        try await docker.createNetwork(spec)
      }
    ],
    "connection": [
      { docker, fields in
        var endpoint = EndpointSpec()
        if fields["EndpointConfig"]?["MacAddress"] != nil { endpoint.macAddress = "02:42::7" }
        if fields["EndpointConfig"]?["GwPriority"] != nil { endpoint.gatewayPriority = 1 }
        try await docker.connect("x", toNetwork: "y", endpoint)
      }
    ],
    "volume": [
      { docker, fields in
        var spec = VolumeSpec()
        spec.additionalFields = fields
        try await docker.createVolume(spec)
      }
    ],
    "swarm": [
      { docker, fields in
        var options = SwarmInit()
        options.additionalFields = fields
        try await docker.initSwarm(options)
      },
      { docker, fields in
        var options = SwarmJoin(managers: ["x"], token: "y")
        options.additionalFields = fields
        try await docker.joinSwarm(options)
      },
    ],
    "swarmSettings": [
      { try await $0.updateSwarm(version: 1, SwarmSpec(raw: .object($1))) }
    ],
    "secret": [
      { docker, fields in
        var spec = SecretSpec("x", text: "y")
        spec.additionalFields = fields
        try await docker.createSecret(spec)
      },
      { docker, fields in
        var spec = ConfigSpec("x", text: "y")
        spec.additionalFields = fields
        try await docker.createConfig(spec)
      },
    ],
    "service": [
      { try await $0.createService(ServiceSpec(raw: .object($1))) },
      { try await $0.updateService("x", version: 1, ServiceSpec(raw: .object($1))) },
    ],
  ]

  @Test("are all listed here")
  func complete() {
    let known = Self.tables.flatMap { table, gates in
      gates.map { "\(table) \($0.argument) \($0.isEnd ? "until " : "")\($0.version)" }
    }
    let (listed, there) = (Set(Self.listing), Set(known))
    #expect(there.subtracting(listed).isEmpty)
    #expect(listed.subtracting(there).isEmpty)
    #expect(known.count == there.count && Self.listing.count == listed.count)
    #expect(Set(Self.tables.keys) == Set(Self.senders.keys))
  }

  @Test("keep a request from an engine that would ignore them", arguments: listing)
  func refused(_ row: String) async throws {
    let (table, gate) = try Self.gate(row)
    let path = gate.field.split(separator: ".")
    let fields = try #require(Self.body(path[...], gate.value ?? 1).object)
    let (before, from) = (APIVersion(1, gate.version.minor - 1), gate.version)
    let (without, with) = gate.isEnd ? (from, before) : (before, from)
    let rule = gate.isEnd ? "is gone since" : "needs"
    let engine = try await FakeEngine { _ in FakeEngine.json("200 OK", #"{"Id":"x","ID":"x"}"#) }
    for (index, send) in try #require(Self.senders[table]).enumerated() {
      let old = try DockerClient(baseURL: engine.address, version: "\(without)")
      let error = await dockerError { try await send(old, fields) }
      #expect(error?.code == .requiresAPIVersion)
      #expect(
        error?.message == "\(gate.argument) \(rule) API \(from), and \(without) is spoken here"
      )
      #expect(engine.lines.count == index)
      let new = try DockerClient(baseURL: engine.address, version: "\(with)")
      try await send(new, fields)
      let request = try #require(engine.requests.last)
      #expect(engine.lines.count == index + 1 && request.path.hasPrefix("/v\(with)/"))
      #expect(gate.isUsed(in: try JSONValue(parsing: request.body)))
      await old.close()
      await new.close()
    }
    try await engine.stop()
  }

  /// The gate of a row: `TABLE FIELD [VALUE] [until] VERSION`.
  private static func gate(_ row: String) throws -> (table: String, gate: BodyGate) {
    var words = row.split(separator: " ").map(String.init)
    let version = try #require(APIVersion(words.removeLast()))
    let isEnd = words.last == "until"
    if isEnd { words.removeLast() }
    let value = try words.dropFirst(2).first.map { try JSONValue(parsing: $0) }
    let gate = BodyGate(words[1], version.major, version.minor, value: value, isEnd: isEnd)
    return (words[0], gate)
  }

  /// An object in which there is nothing but that field.
  private static func body(_ path: ArraySlice<Substring>, _ value: JSONValue) -> JSONValue {
    guard let step = path.first else { return value }
    let inner = body(path.dropFirst(), value)
    guard step.hasSuffix("[]") else { return [step == "*" ? "any" : String(step): inner] }
    return [String(step.dropLast(2)): [inner]]
  }

  @Test("are looked for at each place they can be")
  func places() throws {
    let body = try JSONValue(
      parsing: #"{"A":[{"B":null},{"B":"x"}],"C":{"d":{"E":1},"f":{}},"G":"y","H":null}"#
    )
    let used = [
      BodyGate("A", 1, 25), BodyGate("A[].B", 1, 25), BodyGate("A[].B", 1, 25, value: "x"),
      BodyGate("C.*.E", 1, 25), BodyGate("G", 1, 25, value: "y"), BodyGate("C.f", 1, 25),
    ]
    #expect(used.allSatisfy { $0.isUsed(in: body) })
    let unused = [
      BodyGate("A[].B", 1, 25, value: "y"), BodyGate("A.B", 1, 25), BodyGate("C.*.G", 1, 25),
      BodyGate("G", 1, 25, value: "x"), BodyGate("H", 1, 25), BodyGate("I.J", 1, 25),
      BodyGate("G[].H", 1, 25), BodyGate("G.*", 1, 25),
    ]
    #expect(unused.allSatisfy { !$0.isUsed(in: body) })
  }
}
