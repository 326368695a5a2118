import Testing

@testable import SwabDocker

@Suite("The description of a service")
struct ServiceSpecTests {
  @Test("says all that can be said")
  func encoding() throws {
    var spec = ServiceSpec("web", image: "web:1", arguments: ["serve"])
    spec.labels = ["app": "web"]
    spec.mode = .replicatedJob(total: 5, concurrent: 2)
    spec.discovery = "dnsrr"
    spec.ports = [ServicePort(80, publishedAs: 8080), ServicePort(53, type: "udp", mode: "host")]
    spec.update.parallelism = 2
    spec.update.delay = .milliseconds(1500)
    spec.update.failureAction = "rollback"
    spec.update.monitor = .seconds(5)
    spec.update.maximumFailureRatio = 0.25
    spec.rollback.order = "stop-first"
    spec.task.limits.nanoCPUs = 500_000_000
    spec.task.limits.processes = 100
    spec.task.reservations.memoryBytes = 1 << 20
    spec.task.reservations.generic = [["DiscreteResourceSpec": ["Kind": "SSD", "Value": 3]]]
    spec.task.swapBytes = -1
    spec.task.memorySwappiness = 10
    spec.task.restartPolicy.condition = "on-failure"
    spec.task.restartPolicy.delay = .seconds(1)
    spec.task.restartPolicy.maximumAttempts = 3
    spec.task.restartPolicy.window = .seconds(60)
    spec.task.placement.constraints = ["node.role==worker"]
    spec.task.placement.spreadOver = ["node.labels.zone"]
    spec.task.placement.maximumPerNode = 1
    spec.task.placement.platforms = [
      ImagePlatform(operatingSystem: "linux", architecture: "amd64")
    ]
    spec.task.logDriver = LogDriver("json-file", options: ["max-size": "1m"])
    spec.task.networks = [TaskNetwork("back", aliases: ["db"], driverOptions: ["a": "b"])]
    spec.task.forcedUpdate += 1
    spec.task.runtime = "container"
    let expected: JSONValue = [
      "Name": "web", "Labels": ["app": "web"],
      "Mode": ["ReplicatedJob": ["TotalCompletions": 5, "MaxConcurrent": 2]],
      "EndpointSpec": [
        "Mode": "dnsrr",
        "Ports": [
          ["TargetPort": 80, "Protocol": "tcp", "PublishedPort": 8080],
          ["TargetPort": 53, "Protocol": "udp", "PublishMode": "host"],
        ],
      ],
      "UpdateConfig": [
        "Parallelism": 2, "Delay": 1_500_000_000, "FailureAction": "rollback",
        "Monitor": 5_000_000_000, "MaxFailureRatio": 0.25,
      ],
      "RollbackConfig": ["Order": "stop-first"],
      "TaskTemplate": [
        "ContainerSpec": ["Image": "web:1", "Args": ["serve"]],
        "Resources": [
          "Limits": ["NanoCPUs": 500_000_000, "Pids": 100],
          "Reservations": [
            "MemoryBytes": 1_048_576,
            "GenericResources": [["DiscreteResourceSpec": ["Kind": "SSD", "Value": 3]]],
          ],
          "SwapBytes": -1, "MemorySwappiness": 10,
        ],
        "RestartPolicy": [
          "Condition": "on-failure", "Delay": 1_000_000_000, "MaxAttempts": 3,
          "Window": 60_000_000_000,
        ],
        "Placement": [
          "Constraints": ["node.role==worker"],
          "Preferences": [["Spread": ["SpreadDescriptor": "node.labels.zone"]]], "MaxReplicas": 1,
          "Platforms": [["OS": "linux", "Architecture": "amd64"]],
        ],
        "LogDriver": ["Name": "json-file", "Options": ["max-size": "1m"]],
        "Networks": [["Target": "back", "Aliases": ["db"], "DriverOpts": ["a": "b"]]],
        "ForceUpdate": 1, "Runtime": "container",
      ],
    ]
    #expect(spec.raw == expected)
    #expect(spec.ports.map(\.published) == [8080, nil])
    #expect(spec.task.logDriver?.options == ["max-size": "1m"])
    #expect(spec.task.placement.platforms.first?.description == "linux/amd64")
    #expect(spec.task.networks.first?.aliases == ["db"] && spec.update.maximumFailureRatio == 0.25)
  }

  @Test("says all that can be said of its containers")
  func container() throws {
    var container = TaskContainerSpec(raw: .null)
    container.image = "web"
    container.labels = ["a": "b"]
    container.hostname = "{{.Node.Hostname}}"
    container.workingDirectory = "/srv"
    container.user = "1000"
    container.groups = ["adm"]
    container.opensStandardInput = true
    container.hasReadOnlyRoot = true
    container.runsInit = false
    container.stopGracePeriod = .seconds(30)
    container.healthcheck = .shell("true")
    container.healthcheck?.startPeriod = .seconds(3)
    container.hosts = ["192.0.2.7 db"]
    container.nameServers = ["192.0.2.53"]
    container.searchDomains = ["example.org"]
    container.nameServerOptions = ["ndots:2"]
    container.mounts = [TaskMount(Mount(.volume(name: "v"), at: "/data", isReadOnly: true))]
    container.secrets = [
      SecretReference(id: "s1", name: "key", file: TaskFile("k", user: 7, group: 8))
    ]
    container.configs = [ConfigReference(id: "c1", name: "conf")]
    container.privileges = ["NoNewPrivileges": true]
    container.addedCapabilities = ["NET_ADMIN"]
    container.droppedCapabilities = ["ALL"]
    container.sysctls = ["net.core.somaxconn": "1024"]
    container.ulimits = [Ulimit("nofile", soft: 1024, hard: 2048)]
    container.outOfMemoryScore = -5
    container.isolation = "default"
    let expected: JSONValue = [
      "Image": "web", "Labels": ["a": "b"], "Hostname": "{{.Node.Hostname}}", "Dir": "/srv",
      "User": "1000", "Groups": ["adm"], "OpenStdin": true, "ReadOnly": true, "Init": false,
      "StopGracePeriod": 30_000_000_000,
      "Healthcheck": ["Test": ["CMD-SHELL", "true"], "StartPeriod": 3_000_000_000],
      "Hosts": ["192.0.2.7 db"],
      "DNSConfig": [
        "Nameservers": ["192.0.2.53"], "Search": ["example.org"], "Options": ["ndots:2"],
      ],
      "Mounts": [["Type": "volume", "Source": "v", "Target": "/data", "ReadOnly": true]],
      "Secrets": [
        [
          "SecretID": "s1", "SecretName": "key",
          "File": ["Name": "k", "UID": "7", "GID": "8", "Mode": 292],
        ]
      ],
      "Configs": [
        [
          "ConfigID": "c1", "ConfigName": "conf",
          "File": ["Name": "/conf", "UID": "0", "GID": "0", "Mode": 292],
        ]
      ],
      "Privileges": ["NoNewPrivileges": true], "CapabilityAdd": ["NET_ADMIN"],
      "CapabilityDrop": ["ALL"], "Sysctls": ["net.core.somaxconn": "1024"],
      "Ulimits": [["Name": "nofile", "Soft": 1024, "Hard": 2048]], "OomScoreAdj": -5,
      "Isolation": "default",
    ]
    #expect(container.raw == expected)
    #expect(container.ulimits == [Ulimit("nofile", soft: 1024, hard: 2048)])
    #expect(container.healthcheck?.test == ["CMD-SHELL", "true"])
    #expect(container.secrets.first?.file?.user == 7)
    #expect(container.configs.first?.file?.permissions == 0o444)
    #expect(container.mounts.first?.source == "v" && container.mounts.first?.isReadOnly == true)
  }

  @Test("keeps what it has no words for, wherever that is")
  func unknown() throws {
    var spec = ServiceSpec(
      raw: try JSONValue(
        parsing: """
          {"Name":"web","Future":1,"Mode":{"Replicated":{"Replicas":2,"Future":2}},
           "TaskTemplate":{"Future":3,"LogDriver":{"Name":"x","Future":4},
            "Resources":{"Limits":{"Future":5}},
            "ContainerSpec":{"Future":6,"Healthcheck":{"Retries":1,"Future":7},
             "DNSConfig":{"Future":8},"Mounts":[{"Target":"/a","Future":9}]}}}
          """
      )
    )
    spec.mode.replicas = 3
    spec.task.logDriver = LogDriver("y")
    spec.task.limits.memoryBytes = 1
    spec.task.container.healthcheck?.retries = 2
    spec.task.container.searchDomains = ["d"]
    spec.task.container.mounts.append(TaskMount(Mount(.tmpfs(), at: "/b")))
    #expect(
      spec.raw == [
        "Name": "web", "Future": 1, "Mode": ["Replicated": ["Replicas": 3, "Future": 2]],
        "TaskTemplate": [
          "Future": 3, "LogDriver": ["Name": "y", "Options": [:], "Future": 4],
          "Resources": ["Limits": ["Future": 5, "MemoryBytes": 1]],
          "ContainerSpec": [
            "Future": 6, "Healthcheck": ["Retries": 2, "Future": 7],
            "DNSConfig": ["Future": 8, "Search": ["d"]],
            "Mounts": [["Target": "/a", "Future": 9], ["Type": "tmpfs", "Target": "/b"]],
          ],
        ],
      ]
    )
    spec.task.logDriver = nil
    spec.task.container.healthcheck = nil
    spec.labels = [:]
    #expect(spec.task.raw["LogDriver"] == nil && spec.task.container.raw["Healthcheck"] == nil)
  }

  @Test("takes away of a health check what isn't set any more, and nothing else")
  func healthcheck() {
    let known: JSONValue = [
      "Test": ["CMD", "check"], "Interval": 1_000_000_000, "Timeout": 2_000_000_000, "Retries": 3,
      "StartPeriod": 4_000_000_000, "StartInterval": 5_000_000_000,
    ]
    var container = TaskContainerSpec(raw: ["Healthcheck": known])
    container.raw["Healthcheck"]?["Future"] = 6
    container.healthcheck?.interval = nil
    container.healthcheck?.startInterval = nil
    #expect(
      container.raw["Healthcheck"] == [
        "Test": ["CMD", "check"], "Timeout": 2_000_000_000, "Retries": 3,
        "StartPeriod": 4_000_000_000, "Future": 6,
      ]
    )
    container.healthcheck = Healthcheck.none
    #expect(container.raw["Healthcheck"] == ["Test": ["NONE"], "Future": 6])
    container.raw["Healthcheck"] = known
    container.healthcheck = .shell("true")
    #expect(container.raw["Healthcheck"] == ["Test": ["CMD-SHELL", "true"]])
    container.healthcheck = Healthcheck()
    #expect(container.raw["Healthcheck"] == [:] && container.healthcheck == Healthcheck())
    var full = Healthcheck.shell("true")
    full.interval = .seconds(1)
    full.timeout = .seconds(2)
    full.retries = 3
    full.startPeriod = .seconds(4)
    full.startInterval = .seconds(5)
    // A field that is new there has to go with the others.
    #expect(Set(full.encoded.object?.keys ?? []) == Set(Healthcheck.fieldNames))
    container.healthcheck = full
    #expect(container.healthcheck == full)
  }

  @Test("reads as the engine assumes where it says nothing")
  func nothing() {
    var spec = ServiceSpec(raw: .null)
    #expect(spec.name.isEmpty && spec.ports.isEmpty && spec.task.container.environment.isEmpty)
    #expect(spec.mode.replicas == 1 && !spec.mode.isGlobal && !spec.mode.isJob)
    #expect(spec.update.delay == nil && spec.task.logDriver == nil)
    #expect(ServiceMode.global.replicas == nil && ServiceMode.globalJob.isJob)
    // Reading and taking away write nothing.
    spec.task.container.healthcheck = nil
    spec.task.limits.nanoCPUs = nil
    spec.task.container.hasTerminal = false
    spec.task.container.ulimits = []
    spec.task.placement.platforms = []
    spec.task.networks = []
    spec.ports = []
    spec.labels = [:]
    #expect(spec.raw.isNull)
  }

  @Test("is refused by engines that would ignore a part of it (DE-9)")
  func gates() async throws {
    let engine = try await FakeEngine(version: "1.27") { _ in FakeEngine.json("201 Created", "{}") }
    let docker = try DockerClient(baseURL: engine.address)
    var spec = ServiceSpec("x", image: "x")
    spec.rollback.parallelism = 1
    let error = await dockerError { try await docker.createService(spec) }
    #expect(error?.code == .requiresAPIVersion)
    #expect(error?.message == "RollbackConfig needs API 1.28, and 1.27 is spoken here")
    for call in [
      { _ = try await docker.services(status: true) },
      { _ = try await docker.configs() },
      { _ = try await docker.serviceLogs("x") },
      { _ = try await docker.inspectService("x", insertsDefaults: true) },
    ] as [@Sendable () async throws -> Void] {
      #expect(await dockerError(of: call)?.code == .requiresAPIVersion)
    }
    #expect(engine.lines.count == 1)
    await docker.close()
    try await engine.stop()
  }

  @Test("of a newer engine's answer tells whether there are frames")
  func newerLogs() async throws {
    let engine = try await FakeEngine(version: "1.44") { request in
      let type = request.path.contains("/tasks/") ? "raw" : "multiplexed"
      let body = type == "raw" ? "a\r\n" : "\u{1}\u{0}\u{0}\u{0}\u{0}\u{0}\u{0}\u{2}b\n"
      return .bytes(
        "HTTP/1.1 200 OK\r\nContent-Type: application/vnd.docker.\(type)-stream\r\n"
          + "Content-Length: \(body.utf8.count)\r\n\r\n\(body)"
      )
    }
    let docker = try DockerClient(baseURL: engine.address)
    #expect(try await docker.taskLogs("t").collectedText() == "a\r\n")
    #expect(try await docker.serviceLogs("s").collectedText() == "b\n")
    #expect(engine.lines.count == 3)
    await docker.close()
    try await engine.stop()
  }
}
