import Foundation
import SwabTestSupport
import Testing

@testable import SwabDocker

@Suite("What is done to containers")
struct ContainerActionTests {
  private static let forever = ContainerSpec.script("sleep 1000")

  @Test("is waited for: the status is the process's (DE-24)")
  func exitCode() async throws {
    let docker = try await sharedClient()
    try await withContainer(.script("exit 3"), of: docker) { name in
      let end = try await docker.beginWait(name, condition: .nextExit)
      try await docker.start(name)
      #expect(try await end.result().exitCode == 3)
      #expect(try await docker.inspectContainer(name).state.exitCode == 3)
      #expect(try await docker.wait(name).exitCode == 3)
    }
    await docker.close()
  }

  @Test("is seen however soon it ends, since waiting begins before (DE-25)")
  func quickExit() async throws {
    let docker = try await sharedClient()
    let spec = ContainerSpec(image: DockerEngine.image, command: ["true"])
    try await withContainer(spec, of: docker) { name in
      for _ in 0..<100 {
        let end = try await docker.beginWait(name, condition: .nextExit)
        // The engine has answered, and the container still rests.
        #expect(try await docker.inspectContainer(name).state.isRunning == false)
        try await docker.start(name)
        #expect(try await end.result().exitCode == 0)
      }
    }
    await docker.close()
  }

  @Test("is not taken for an end if it never began (DE-26)")
  func neverStarted() async throws {
    let docker = try await sharedClient()
    try await withContainer(Self.forever, of: docker) { name in
      // This is what the engine says.
      let end = try await docker.beginWait(name)
      #expect(try await end.result().exitCode == 0)
      let error = await #expect(throws: DockerError.self) { try await docker.wait(name) }
      #expect(error?.code == .notRunning)
      #expect(error?.message == "the container \(name) was never started")
    }
    await docker.close()
  }

  @Test("is waited for until it is gone (DE-27)")
  func removed() async throws {
    let docker = try await sharedClient()
    var spec = ContainerSpec.script("exit 9")
    spec.hostConfig.autoRemove = true
    let name = "swab-test-\(UUID().uuidString.prefix(8))"
    try await docker.createContainer(spec, name: name)
    let end = try await docker.beginWait(name, condition: .removed)
    try await docker.start(name)
    #expect(try await end.result().exitCode == 9)
    let error = await #expect(throws: DockerError.self) {
      try await docker.inspectContainer(name)
    }
    #expect(error?.isNotFound == true)
    await docker.close()
  }

  @Test("is waited for in vain until somebody gives up")
  func cancelled() async throws {
    let docker = try await sharedClient()
    try await withContainer(Self.forever, of: docker) { name in
      let end = try await docker.beginWait(name, condition: .nextExit)
      let task = Task { try await end.result() }
      task.cancel()
      await #expect(throws: CancellationError.self) { try await task.value }
      let other = try await docker.beginWait(name, condition: .removed)
      other.close()
      await #expect(throws: CancellationError.self) { try await other.result() }
      let unknown = await #expect(throws: DockerError.self) {
        try await docker.beginWait("nosuch", condition: .nextExit)
      }
      #expect(unknown?.isNotFound == true)
    }
    await docker.close()
  }

  @Test("is killing it, by a signal that there is (DE-29)")
  func kill() async throws {
    let docker = try await sharedClient()
    let script = "trap 'exit 7' USR1; echo ready; while true; do sleep 0.05; done"
    try await withContainer(.script(script), of: docker) { name in
      try await docker.start(name)
      let output = try await docker.logs(name, follow: true)
      for try await line in output.lines where line.text == "ready" { break }
      let unknown = await #expect(throws: DockerError.self) {
        try await docker.kill(name, signal: "SIGNOSUCH")
      }
      #expect(unknown?.isBadRequest == true)
      let end = try await docker.beginWait(name, condition: .nextExit)
      try await docker.kill(name, signal: "SIGUSR1")
      #expect(try await end.result().exitCode == 7)
      let stopped = await #expect(throws: DockerError.self) { try await docker.kill(name) }
      #expect(stopped?.isConflict == true)
    }
    await docker.close()
  }

  @Test("is removing it, by force if it runs, and once (DE-30)")
  func remove() async throws {
    let docker = try await sharedClient()
    let name = "swab-test-\(UUID().uuidString.prefix(8))"
    try await docker.createContainer(Self.forever, name: name)
    try await docker.start(name)
    let running = await #expect(throws: DockerError.self) {
      try await docker.removeContainer(name)
    }
    #expect(running?.isConflict == true)
    try await docker.removeContainer(name, force: true)
    let gone = await #expect(throws: DockerError.self) {
      try await docker.removeContainer(name, force: true)
    }
    #expect(gone?.isNotFound == true)
    await docker.close()
  }

  @Test("is changing what it may use (DE-36)")
  func update() async throws {
    let docker = try await sharedClient()
    try await withContainer(Self.forever, of: docker) { name in
      var update = ContainerUpdate()
      update.resources.memoryBytes = 64 << 20
      update.resources.memoryAndSwapBytes = -1
      update.restartPolicy = .onFailure(maximumRetryCount: 2)
      try await docker.updateContainer(name, update)
      let host = try await docker.inspectContainer(name).hostConfig
      #expect(host["Memory"] == .integer(64 << 20))
      #expect(host["RestartPolicy"] == ["Name": "on-failure", "MaximumRetryCount": 2])
      update.resources.memoryBytes = 1000
      let error = await #expect(throws: DockerError.self) {
        try await docker.updateContainer(name, update)
      }
      #expect(error?.isBadRequest == true)
      #expect(error?.message.contains("6MB") == true, "\(error?.message ?? "")")
    }
    await docker.close()
  }

  private typealias Ignored = (field: String, set: @Sendable (inout ContainerResources) -> Void)

  private static let unchangeable: [Ignored] = [
    ("MemorySwappiness", { $0.memorySwappiness = 10 }),
    ("OomKillDisable", { $0.disablesOutOfMemoryKiller = false }),
    ("Ulimits", { $0.ulimits = [Ulimit("nofile", soft: 1)] }),
    ("CgroupParent", { $0.controlGroupParent = "/x" }),
    ("CpuCount", { $0.cpuCount = 1 }),
    ("CpuPercent", { $0.cpuPercent = 1 }),
    ("IOMaximumIOps", { $0.maximumDiskOperations = 1 }),
    ("IOMaximumBandwidth", { $0.maximumDiskBandwidth = 1 }),
    ("Devices", { $0.devices = [DeviceMapping("/dev/null")] }),
    ("DeviceCgroupRules", { $0.deviceRules = ["c 1:3 r"] }),
    ("DeviceRequests", { $0.deviceRequests = [DeviceRequest(count: -1)] }),
  ]

  @Test("is changing nothing that engines would ignore", arguments: unchangeable.indices)
  func ignored(_ index: Int) async throws {
    let (field, set) = Self.unchangeable[index]
    let engine = try await FakeEngine { _ in FakeEngine.json("200 OK", "{}") }
    let docker = try DockerClient(baseURL: engine.address, version: "1.55")
    var update = ContainerUpdate()
    update.resources.cpuShares = 512
    set(&update.resources)
    let error = await dockerError { try await docker.updateContainer("x", update) }
    #expect(error?.code == .invalidArgument)
    #expect(error?.message == "no engine changes \(field) of a container that is there")
    #expect(error?.hint == "remove the container, and make it anew with what it is to have")
    // Neither does it by the engine's own name.
    var named = ContainerUpdate()
    named.additionalFields[field] = 1
    named.additionalFields["Devices"] = [1]
    let both = await dockerError { try await docker.updateContainer("x", named) }
    #expect(both?.message.contains(field) == true && both?.message.contains("Devices") == true)
    #expect(engine.lines.isEmpty)
    await docker.close()
    try await engine.stop()
  }

  @Test("is changing what engines change, and taking limits for certain disks away")
  func updated() async throws {
    let engine = try await FakeEngine { _ in FakeEngine.json("200 OK", "{}") }
    let docker = try DockerClient(baseURL: engine.address, version: "1.55")
    var update = ContainerUpdate()
    update.resources.nanoCPUs = 500_000_000
    update.resources.processLimit = 0
    update.resources.readsPerSecond = [DeviceLimit("/dev/sda", 100)]
    update.additionalFields["BlkioDeviceReadBps"] = []
    update.additionalFields["Ulimits"] = nil
    try await docker.updateContainer("x", update)
    #expect(
      try JSONValue(parsing: engine.requests.last?.body ?? "") == [
        "NanoCpus": 500_000_000, "PidsLimit": 0,
        "BlkioDeviceReadIOps": [["Path": "/dev/sda", "Rate": 100]], "BlkioDeviceReadBps": [],
      ]
    )
    await docker.close()
    try await engine.stop()
  }

  @Test("is removing but a link to another one")
  func link() async throws {
    let docker = try await sharedClient()
    try await withContainer(Self.forever, of: docker) { target in
      var spec = Self.forever
      spec.hostConfig.links = ["\(target):db"]
      try await withContainer(spec, of: docker) { name in
        let names = { () async throws -> [String] in
          let filters: DockerFilters = ["name": .init([target])]
          return try await docker.containers(all: true, filters: filters).flatMap(\.names).sorted()
        }
        #expect(try await names() == [target, "\(name)/db"].sorted())
        try await docker.removeContainer("/\(name)/db", link: true)
        #expect(try await names() == [target])
        #expect(try await docker.inspectContainer(name).name == name)
        let gone = await dockerError {
          try await docker.removeContainer("\(name)/db", link: true)
        }
        #expect(gone?.isNotFound == true)
      }
    }
    await docker.close()
  }

  @Test("is starting it with keys for those who are attached")
  func detachKeys() async throws {
    let engine = try await FakeEngine(version: "1.41") { _ in
      .bytes("HTTP/1.1 204 No Content\r\n\r\n")
    }
    let docker = try DockerClient(baseURL: engine.address)
    #expect(try await docker.start("x", detachKeys: "ctrl-x,x"))
    #expect(
      engine.lines.last == "POST /v1.41/containers/x/start?detachKeys=ctrl-x,x HTTP/1.1"
    )
    await docker.close()
    try await engine.stop()
  }

  @Test("is holding it and letting it go on (DE-37)")
  func pause() async throws {
    let docker = try await sharedClient()
    try await withContainer(Self.forever, of: docker) { name in
      try await docker.start(name)
      try await docker.pause(name)
      #expect(try await docker.inspectContainer(name).state.status == .paused)
      let twice = await #expect(throws: DockerError.self) { try await docker.pause(name) }
      #expect(twice?.isConflict == true)
      try await docker.unpause(name)
      #expect(try await docker.inspectContainer(name).state.status == .running)
      let running = await #expect(throws: DockerError.self) { try await docker.unpause(name) }
      #expect(running?.code == .engineFailed)
      #expect(running?.status == 500)
    }
    await docker.close()
  }

  @Test("is giving it another name (DE-38, DE-19)")
  func rename() async throws {
    let docker = try await sharedClient()
    try await withContainer(Self.forever, of: docker) { name in
      try await docker.rename("/" + name, to: "/\(name)-a")
      #expect(try await docker.inspectContainer("/\(name)-a").name == "\(name)-a")
      for other in ["\(name)-a", ""] {
        let error = await #expect(throws: DockerError.self) {
          try await docker.rename("\(name)-a", to: other)
        }
        #expect(error?.isBadRequest == true)
      }
      try await docker.rename("\(name)-a", to: name)
    }
    await docker.close()
  }

  @Test("is looking at its processes and files")
  func views() async throws {
    let docker = try await sharedClient()
    let script = "echo new >/tmp/new; rm /bin/yes; echo ready; sleep 1000"
    try await withContainer(.script(script), of: docker) { name in
      #expect(try await docker.changes(of: name).isEmpty)
      let stopped = await #expect(throws: DockerError.self) { try await docker.top(name) }
      #expect(stopped?.isConflict == true || stopped?.code == .engineFailed)
      try await docker.start(name)
      let output = try await docker.logs(name, follow: true)
      for try await line in output.lines where line.text == "ready" { break }
      let processes = try await docker.top(name)
      #expect(processes.column("CMD").contains { $0.contains("sleep 1000") })
      #expect(processes.column("NOSUCH").isEmpty)
      #expect(try await docker.top(name, arguments: "-o pid,comm").titles == ["PID", "COMMAND"])
      let changes = try await docker.changes(of: name)
      let kinds = Dictionary(uniqueKeysWithValues: changes.map { ($0.path, $0.kind) })
      #expect(kinds["/tmp/new"] == .added)
      #expect(kinds["/bin/yes"] == .deleted)
      #expect(kinds["/tmp"] == .modified)
      #expect(try await docker.inspectContainer(name, size: true).writtenBytes == 4)
      try await docker.resizeTerminal(of: name, to: TerminalSize(columns: 77, rows: 33))
    }
    await docker.close()
  }

  @Test("is making an image of it")
  func commit() async throws {
    let docker = try await sharedClient()
    let repository = "swab-test-\(UUID().uuidString.prefix(8).lowercased())"
    try await withContainer(.script("echo new >/tmp/new"), of: docker) { name in
      try await docker.start(name)
      try await docker.wait(name)
      var commit = ImageCommit(repository: repository, tag: "v1")
      commit.comment = "as it was"
      commit.author = "A. Nobody"
      commit.changes = [#"CMD ["cat", "/tmp/new"]"#, "ENV A=b"]
      commit.config["Labels"] = ["x": "y"]
      let id = try await docker.commit(name, commit)
      let image = try await docker.inspectImage("\(repository):v1")
      #expect(image.id == id)
      #expect(image.author == "A. Nobody")
      #expect(image.config?.command == ["cat", "/tmp/new"])
      #expect(image.config?.environment.contains("A=b") == true)
      #expect(try await docker.history(of: id).first?.comment == "as it was")
      commit.changes = ["NOSUCH instruction"]
      let error = await #expect(throws: DockerError.self) { try await docker.commit(name, commit) }
      #expect(error?.isBadRequest == true)
      try await docker.removeImage("\(repository):v1")
    }
    await docker.close()
  }

  @Test("is removing those that are not needed")
  func prune() async throws {
    let docker = try await sharedClient()
    let label = "swab-test-\(UUID().uuidString)"
    var spec = Self.forever
    spec.labels = [label: "1"]
    let id = try await docker.createContainer(spec).id
    let report = try await docker.pruneContainers(filters: ["label": .init([label])])
    #expect(report.removed == [id])
    #expect(report.reclaimedBytes != nil)
    #expect(try await docker.pruneContainers(filters: ["label": .init([label])]).removed.isEmpty)
    await docker.close()
  }

  @Test("is asking where its ports are (DE-34)")
  func randomPort() async throws {
    let docker = try await sharedClient()
    var spec = Self.forever
    try spec.publish("80", "127.0.0.1::81", "53/udp")
    spec.hostConfig.publishesAllPorts = true
    try await withContainer(spec, of: docker) { name in
      try await docker.start(name)
      let ports = try await docker.publishedPorts(of: name, "80")
      #expect(Set(ports.map(\.hostAddress)).isSuperset(of: ["0.0.0.0"]))
      #expect(ports.allSatisfy { ($0.hostPort ?? 0) > 0 })
      let local = try await docker.publishedPorts(of: name, "81/tcp")
      #expect(local.map(\.hostAddress) == ["127.0.0.1"])
      #expect(try await docker.publishedPorts(of: name, "53/udp").isEmpty == false)
      #expect(try await docker.publishedPorts(of: name, "54").isEmpty)
      let all = try await docker.inspectContainer(name).ports["80/tcp"] ?? []
      #expect(all.map(\.hostAddress) == ports.map(\.hostAddress))
    }
    await docker.close()
  }

  @Test("both kinds of addresses of a port are kept (DE-34)")
  func bothAddresses() {
    let details = ContainerDetails(raw: [
      "NetworkSettings": [
        "Ports": [
          "80/tcp": [
            ["HostIp": "0.0.0.0", "HostPort": "49153"], ["HostIp": "::", "HostPort": "49153"],
          ]
        ]
      ]
    ])
    #expect(details.ports["80/tcp"]?.map(\.hostAddress) == ["0.0.0.0", "::"])
    #expect(details.ports["80/tcp"]?.map(\.hostPort) == [49153, 49153])
  }
}

@Suite("The health of a container (DE-39)")
struct HealthTests {
  private static func spec(_ check: String) -> ContainerSpec {
    var spec = ContainerSpec.script("sleep 1000")
    spec.healthcheck = .shell(check)
    spec.healthcheck?.interval = .seconds(1)
    spec.healthcheck?.retries = 1
    return spec
  }

  @Test("is waited for")
  func healthy() async throws {
    let docker = try await sharedClient()
    try await withContainer(Self.spec("echo fine"), of: docker) { name in
      try await docker.start(name)
      try await docker.waitUntilHealthy(name)
      let state = try await docker.inspectContainer(name).state
      #expect(state.health == "healthy")
      #expect(state.healthLog.last?.output == "fine\n")
      #expect(state.healthLog.last?.exitCode == 0)
    }
    await docker.close()
  }

  @Test("is told with what the check says, if it is bad")
  func unhealthy() async throws {
    let docker = try await sharedClient()
    try await withContainer(Self.spec("echo no database; exit 1"), of: docker) { name in
      try await docker.start(name)
      let error = await #expect(throws: DockerError.self) {
        try await docker.waitUntilHealthy(name)
      }
      #expect(error?.code == .unhealthy)
      #expect(error?.message == "the container \(name) is unhealthy: no database")
    }
    await docker.close()
  }

  @Test("is not waited for where it cannot come")
  func never() async throws {
    let docker = try await sharedClient()
    try await withContainer(.script("exit 4"), of: docker) { name in
      let created = await #expect(throws: DockerError.self) {
        try await docker.waitUntilHealthy(name)
      }
      #expect(created?.code == .notRunning)
      try await docker.start(name)
      try await docker.wait(name)
      let ended = await #expect(throws: DockerError.self) {
        try await docker.waitUntilHealthy(name)
      }
      #expect(ended?.message == "the container \(name) is not running: exited, status 4")
    }
    try await withContainer(.script("sleep 1000"), of: docker) { name in
      try await docker.start(name)
      let error = await #expect(throws: DockerError.self) {
        try await docker.waitUntilHealthy(name)
      }
      #expect(error?.code == .unhealthy)
      #expect(error?.message == "the container \(name) has no health check")
    }
    var slow = Self.spec("true")
    slow.healthcheck?.interval = .seconds(3600)
    try await withContainer(slow, of: docker) { name in
      try await docker.start(name)
      let error = await #expect(throws: DockerError.self) {
        try await docker.waitUntilHealthy(name, timeout: .milliseconds(300))
      }
      #expect(error?.isTimeout == true)
    }
    await docker.close()
  }
}
