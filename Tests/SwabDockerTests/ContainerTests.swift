import Foundation
import SwabTestSupport
import Synchronization
import Testing

@testable import SwabDocker

/// Lends a container of the shared engine that is removed afterwards.
func withContainer<Result>(
  _ spec: ContainerSpec,
  of docker: some DockerAPI,
  _ body: (String) async throws -> Result
) async throws -> Result {
  let name = "swab-test-\(UUID().uuidString.prefix(8))"
  try await docker.createContainer(spec, name: name)
  do {
    let result = try await body(name)
    try await docker.removeContainer(name, force: true, volumes: true)
    return result
  } catch {
    try await docker.removeContainer(name, force: true, volumes: true)
    throw error
  }
}

extension ContainerSpec {
  /// A container of the test image that runs a shell script, and ends at once when asked to.
  static func script(_ script: String) -> ContainerSpec {
    var spec = ContainerSpec(image: DockerEngine.image, command: ["/bin/sh", "-c", script])
    // The shell is process 1 there, and that one ignores TERM.
    spec.stopSignal = "SIGKILL"
    return spec
  }
}

@Suite("Containers")
struct ContainerTests {
  private static let forever = ContainerSpec.script("sleep 1000")

  @Test("are created, started, stopped, started again and removed (DE-15)")
  func lifecycle() async throws {
    let docker = try await sharedClient()
    try await withContainer(Self.forever, of: docker) { name in
      #expect(try await docker.inspectContainer(name).state.status == .created)
      #expect(try await docker.start(name))
      #expect(try await docker.start(name) == false)
      let running = try await docker.inspectContainer("/" + name)
      #expect(running.state.isRunning)
      #expect(running.name == name)
      #expect(running.state.processID != nil)
      #expect(running.state.finishedAt == nil)
      #expect(try #require(running.state.startedAt) >= #require(running.created))
      let conflict = await #expect(throws: DockerError.self) {
        try await docker.removeContainer(name)
      }
      #expect(conflict?.isConflict == true)
      #expect(try await docker.stop(name))
      #expect(try await docker.stop(name) == false)
      try await docker.restart(name, timeout: .zero)
      #expect(try await docker.inspectContainer(name).state.isRunning)
    }
    await docker.close()
  }

  @Test("are listed by state, label and number (DE-40, DE-21)")
  func list() async throws {
    let docker = try await sharedClient()
    let label = "größe-\(UUID().uuidString)"
    var spec = Self.forever
    spec.labels = [label: "a=ü", "other": ""]
    try await withContainer(spec, of: docker) { name in
      let filters: DockerFilters = ["label": "\(label)=a=ü"]
      #expect(try await docker.containers(filters: filters).isEmpty)
      let created = try #require(
        try await docker.containers(all: true, filters: filters, size: true).first
      )
      #expect(created.state == .created)
      #expect(created.name == name)
      #expect(created.names == [name])
      #expect(created.labels == spec.labels)
      #expect(created.image == DockerEngine.image)
      #expect(created.totalBytes ?? 0 > 0)
      #expect(created.created != nil)
      #expect(created.ports.isEmpty && created.mounts.isEmpty)
      try await docker.start(name)
      let running = try await docker.containers(filters: [
        "label": [.init([label])], "status": "running",
      ])
      #expect(running.map(\.id) == [created.id])
      #expect(try await docker.containers(all: true, limit: 1).count == 1)
      let error = await #expect(throws: DockerError.self) {
        try await docker.containers(filters: ["nosuch": true])
      }
      #expect(error?.isBadRequest == true)
    }
    await docker.close()
  }

  @Test("are made as asked")
  func spec() async throws {
    let docker = try await sharedClient()
    var spec = ContainerSpec(image: DockerEngine.image, command: ["a b", "ü", "$HOME"])
    spec.entrypoint = ["/bin/echo", "-n"]
    spec.environment = ["A": "1=2", "B": "", "PATH": nil]
    spec.labels = ["x": "y"]
    spec.user = "1000:1000"
    spec.workingDirectory = "/tmp"
    spec.hostname = "box"
    spec.exposedPorts = ["53/udp", "8080"]
    spec.stopTimeout = .milliseconds(1500)
    spec.hostConfig.binds = [BindMount("/tmp", at: "/mnt", options: ["ro"])]
    spec.hostConfig.portBindings = [
      PortBinding(80, hostPort: 8080, hostAddress: "127.0.0.1"), PortBinding(80),
    ]
    spec.hostConfig.restartPolicy = .onFailure(maximumRetryCount: 3)
    spec.hostConfig.networkMode = "none"
    spec.hostConfig.memoryBytes = 64 << 20
    spec.hostConfig.temporaryFileSystems = [TemporaryFileSystem("/run", options: "size=1m")]
    spec.hostConfig.logDriver = LogDriver("json-file", options: ["max-size": "1m"])
    spec.hostConfig.additionalFields["OomScoreAdj"] = 100
    try await withContainer(spec, of: docker) { name in
      let details = try await docker.inspectContainer(name)
      #expect(details.config.command == ["a b", "ü", "$HOME"])
      #expect(details.config.entrypoint == ["/bin/echo", "-n"])
      #expect(details.config.environment == ["A=1=2", "B=", "PATH"])
      #expect(details.config.user == "1000:1000")
      #expect(details.config.workingDirectory == "/tmp")
      #expect(details.config.hostname == "box")
      #expect(details.config.exposedPorts.sorted() == ["53/udp", "80/tcp", "8080/tcp"])
      #expect(details.raw["Config"]?["StopTimeout"] == 2)
      #expect(details.mounts.map(\.destination) == ["/mnt"])
      #expect(details.mounts.first?.isWritable == false)
      let host = details.hostConfig
      #expect(
        host["PortBindings"]?["80/tcp"] == [
          ["HostIp": "127.0.0.1", "HostPort": "8080"], ["HostIp": "", "HostPort": ""],
        ]
      )
      #expect(host["RestartPolicy"] == ["Name": "on-failure", "MaximumRetryCount": 3])
      #expect(host["NetworkMode"] == "none")
      #expect(host["Memory"] == .integer(64 << 20))
      #expect(host["OomScoreAdj"] == 100)
      #expect(host["LogConfig"]?["Config"] == ["max-size": "1m"])
    }
    await docker.close()
  }

  @Test("cannot share a name (DE-31)")
  func conflict() async throws {
    let docker = try await sharedClient()
    try await withContainer(Self.forever, of: docker) { name in
      let id = try await docker.inspectContainer(name).id
      let error = await #expect(throws: DockerError.self) {
        try await docker.createContainer(Self.forever, name: name)
      }
      #expect(error?.isConflict == true)
      #expect(error?.message.contains(id) == true)
      #expect(error?.description.hasPrefix("docker: POST /containers/create: 409: ") == true)
    }
    let error = await #expect(throws: DockerError.self) {
      try await docker.createContainer(ContainerSpec(image: "nosuch:image"))
    }
    #expect(error?.isNotFound == true)
    await docker.close()
  }

  @Test("publish a port, and two cannot publish the same (DE-32, DE-33)")
  func ports() async throws {
    let docker = try await sharedClient()
    var spec = Self.forever
    spec.hostConfig.portBindings = [PortBinding(80, hostPort: 34567, hostAddress: "127.0.0.1")]
    try await withContainer(spec, of: docker) { first in
      try await docker.start(first)
      let published = try await docker.inspectContainer(first).ports["80/tcp"]
      #expect(published?.map(\.hostPort) == [34567])
      let port = try await docker.containers(filters: ["name": .init([first])]).first?.ports.first
      #expect(port?.publicPort == 34567 && port?.privatePort == 80)
      try await withContainer(spec, of: docker) { second in
        let error = await #expect(throws: DockerError.self) { try await docker.start(second) }
        #expect(error?.isPortTaken == true)
        #expect(error?.status == 500)
        let details = try await docker.inspectContainer(second)
        #expect(details.state.status == .created)
      }
    }
    await docker.close()
  }

  @Test("that are gone are not found (DE-30)")
  func gone() async throws {
    let docker = try await sharedClient()
    let id = try await withContainer(Self.forever, of: docker) { name in
      try await docker.start(name)
      return try await docker.inspectContainer(name).id
    }
    let error = await #expect(throws: DockerError.self) { try await docker.removeContainer(id) }
    #expect(error?.isNotFound == true)
    await docker.close()
  }

  @Test("that don't end when asked to have their time, and are killed then (DE-28)")
  func stopTimeout() async throws {
    let docker = try await sharedClient()
    let hasty = try await sharedClient(timeout: .seconds(8))
    // As process 1 it ignores the signal that asks it to end.
    var spec = ContainerSpec(image: DockerEngine.image, command: ["sleep", "1000"])
    spec.labels = ["swab-test": UUID().uuidString]
    var short = spec
    short.stopTimeout = .seconds(2)
    let (standard, brief) = (spec, short)
    try await withContainer(standard, of: docker) { ten in
      try await withContainer(brief, of: docker) { two in
        try await withContainer(standard, of: docker) { zero in
          for name in [ten, two, zero] { try await docker.start(name) }
          var events = try await docker.events(filters: ["label": Self.filter(standard)])
            .makeAsyncIterator()
          // Those that wait are asked first, each before the next: only their time decides who
          // ends first.
          async let first = hasty.stop(ten)
          #expect(try await Self.next(&events) == "kill 15 \(ten)")
          async let second = hasty.stop(two)
          #expect(try await Self.next(&events) == "kill 15 \(two)")
          async let third = hasty.stop(zero, timeout: .zero)
          #expect(try await Self.next(&events) == "kill 15 \(zero)")
          for name in [zero, two, ten] {
            #expect(try await Self.next(&events) == "kill 9 \(name)")
            #expect(try await Self.next(&events) == "die 137 \(name)")
          }
          #expect(try await [first, second, third] == [true, true, true])
        }
      }
    }
    await hasty.close()
    await docker.close()
  }

  private static func filter(_ spec: ContainerSpec) -> DockerFilters.Values {
    .init(spec.labels.map { "\($0.key)=\($0.value)" })
  }

  /// The next signal, or end with its status, and whose it is.
  private static func next(_ events: inout DockerEvents.AsyncIterator) async throws -> String? {
    while let event = try await events.next() {
      guard event.action == "kill" || event.action == "die" else { continue }
      let number = event.attributes["signal"] ?? event.attributes["exitCode"] ?? ""
      return "\(event.action) \(number) \(event.name ?? "")"
    }
    return nil
  }

  @Test("what is done is reported")
  func reports() async throws {
    final class Reporter: DockerAPI {
      let client: DockerClient
      let messages = Mutex<[String]>([])
      init(_ client: DockerClient) { self.client = client }
      func engine() async throws -> DockerClient { client }
      func report(_ message: String) { messages.withLock { $0.append(message) } }
    }
    let docker = try await sharedClient()
    let reporter = Reporter(docker)
    let name = "swab-test-\(UUID().uuidString.prefix(8))"
    try await reporter.createContainer(Self.forever, name: name)
    try await reporter.start(name)
    try await reporter.restart(name)
    try await reporter.stop(name)
    try await reporter.removeContainer(name)
    #expect(
      reporter.messages.withLock { $0 } == [
        "creating container \(name) from busybox:local", "starting container \(name)",
        "restarting container \(name)", "stopping container \(name)", "removing container \(name)",
      ]
    )
    await docker.close()
  }
}
