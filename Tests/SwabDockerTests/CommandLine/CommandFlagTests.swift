import Foundation
import SwabTestSupport
import Testing

@testable import SwabDocker

/// Whether the docker programs of this machine know the flags of all commands that are made for them.
@Suite("Flags that docker programs know")
struct CommandFlagTests {
  typealias Send = @Sendable (DockerClient) async throws -> Void

  /// Requests beside those that other tests have the words of, and what their commands print.
  private static let more: [(answer: String, send: Send)] =
    containers + images + builds + networks

  private static let running = RecordedCommands.container()

  private static func create(_ change: @escaping @Sendable (inout ContainerSpec) -> Void) -> Send {
    { docker in
      var spec = ContainerSpec(image: "app:1")
      change(&spec)
      try await docker.createContainer(spec)
    }
  }

  private static let containers: [(answer: String, send: Send)] = [
    (
      "id1\n",
      create { spec in
        spec.hostConfig.resources.reservedMemoryBytes = 6 << 20
        spec.hostConfig.resources.memoryNodes = "0"
        spec.hostConfig.resources.cpuPeriod = 1000
        spec.hostConfig.resources.cpuQuota = 1000
        spec.hostConfig.resources.cpuRealTimePeriod = 1000
        spec.hostConfig.resources.cpuRealTimeRuntime = 1000
        spec.hostConfig.resources.cpuCount = 1
        spec.hostConfig.resources.cpuPercent = 50
        spec.hostConfig.resources.maximumDiskOperations = 9
        spec.hostConfig.resources.maximumDiskBandwidth = 9
        spec.hostConfig.resources.blockWeight = 100
        spec.hostConfig.resources.blockWeightDevices = [DeviceLimit("/dev/sda", 100)]
        spec.hostConfig.resources.writtenBytesPerSecond = [DeviceLimit("/dev/sda", 1024)]
        spec.hostConfig.resources.readsPerSecond = [DeviceLimit("/dev/sda", 9)]
        spec.hostConfig.resources.writesPerSecond = [DeviceLimit("/dev/sda", 9)]
        spec.hostConfig.resources.deviceRules = ["c 1:3 rwm"]
        spec.hostConfig.resources.deviceRequests = [
          DeviceRequest(driver: "nvidia", count: -1, capabilities: [["gpu", "utility"]])
        ]
      }
    ),
    (
      "id1\n",
      create { spec in
        spec.macAddress = "92:d0:c6:0a:29:33"
        spec.hostConfig.runtime = "runc"
        spec.hostConfig.volumeDriver = "local"
        spec.hostConfig.userNamespace = "host"
        spec.hostConfig.hostNameNamespace = "host"
        spec.hostConfig.processNamespace = "host"
        spec.hostConfig.ipcNamespace = "private"
        spec.hostConfig.controlGroupNamespace = "host"
        spec.hostConfig.isolation = "default"
      }
    ),
    ("id1\n", create { $0.hostConfig.annotations = ["a": "b"] }),
    (
      "id1\n",
      create { spec in
        var check = Healthcheck(test: ["CMD-SHELL", "true"])
        check.startInterval = .seconds(1)
        spec.healthcheck = check
      }
    ),
    (
      "id1\n",
      { docker in
        let platform = try ImagePlatform(parsing: "linux/amd64")
        try await docker.createContainer(ContainerSpec(image: "app"), platform: platform)
      }
    ),
    (running, { try await $0.stop("web", signal: "SIGINT") }),
    (running, { try await $0.restart("web", signal: "SIGINT") }),
    (
      running,
      { docker in
        let until = DockerDate(seconds: 1_700_000_000, nanoseconds: 5)
        let logs = try await docker.logs("web", until: until, details: true)
        for try await _ in logs {}
      }
    ),
    (
      running,
      { docker in
        var call = DockerCall(.POST, "/containers/web/start")
        call.add("stdin", true)
        _ = try await docker.session(call, hasTerminal: false)
      }
    ),
    (
      running,
      { docker in
        var spec = ExecSpec(["true"])
        (spec.hasTerminal, spec.isPrivileged, spec.user) = (true, true, "u")
        (spec.workingDirectory, spec.detachKeys) = ("/", "ctrl-a")
        spec.environment = ["A": "b", "LINES": "1\n2"]
        try await docker.startDetachedExec(docker.createExec("web", spec))
      }
    ),
    (
      running,
      { docker in
        var spec = ExecSpec(["cat"])
        spec.attachesStandardInput = true
        _ = try await docker.execSession("web", spec)
      }
    ),
    ("", { _ = try await $0.containers(all: true, limit: 5, size: true) }),
    ("", { _ = try await $0.containers(filters: ["status": "exited"]) }),
    ("[[]]", { try await $0.pruneContainers() }),
  ]

  private static let images: [(answer: String, send: Send)] = [
    ("Status: x\n", { try await $0.pullAllTags(of: "r.example/app") }),
    (
      "Status: x\n",
      { try await $0.pull("app:1", platform: ImagePlatform(parsing: "linux/arm64")) }
    ),
    ("1: digest: sha256:a size: 5\n", { try await $0.pushAllTags(of: "r.example/app") }),
    (
      "1: digest: sha256:a size: 5\n",
      { try await $0.push("app:1", platform: ImagePlatform(parsing: "linux/arm64")) }
    ),
    (
      "Loaded image: app:1\n",
      { try await $0.load(DockerUpload([1]), platform: ImagePlatform(parsing: "linux/arm64")) }
    ),
    (
      "x",
      { docker in
        let platform = try ImagePlatform(parsing: "linux/arm64")
        _ = try await docker.save(images: ["a", "b:1"], platform: platform).collect(upTo: 9)
      }
    ),
    (
      "sha256:a\n",
      { docker in
        var options = ImageImport(repository: "app", tag: "1")
        (options.message, options.changes) = ("a b", ["CMD true"])
        options.platform = try ImagePlatform(parsing: "linux/arm64")
        try await docker.importImage(DockerUpload([1]), options)
      }
    ),
    (
      "Untagged: x\n",
      { try await $0.removeImage("app", platforms: [ImagePlatform(parsing: "linux/arm64")]) }
    ),
    ("[]", { _ = try await $0.images(all: true, filters: ["label": "a"]) }),
    (
      "{}",
      { docker in
        let since = DockerDate(seconds: 1_700_000_000)
        let events = try await docker.events(since: since, until: since, filters: ["type": "image"])
        for try await _ in events {}
      }
    ),
  ]

  private static let builds: [(answer: String, send: Send)] = [
    (
      "Successfully built 0123456789ab\n",
      { docker in
        var spec = BuildSpec(.archive(DockerUpload([1])), tags: ["a:1", "b"])
        (spec.dockerfile, spec.target, spec.networkMode) = ("other", "stage", "host")
        (spec.arguments, spec.labels) = (["A": "b c", "D": nil], ["l": "m"])
        (spec.cacheFrom, spec.platform) = (["c:1"], try ImagePlatform(parsing: "linux/amd64"))
        (spec.pull, spec.noCache, spec.remove, spec.forceRemove) = (true, true, false, true)
        (spec.quiet, spec.squash, spec.isolation) = (true, true, "default")
        (spec.extraHosts, spec.securityOptions) = ([ExtraHost("db", address: "192.0.2.7")], ["a=b"])
        spec.limits.memoryBytes = 6 << 20
        spec.limits.memoryAndSwapBytes = -1
        spec.limits.cpuShares = 2
        spec.limits.cpuPeriod = 1000
        spec.limits.cpuQuota = 1000
        spec.limits.cpuSet = "0"
        spec.limits.memoryNodes = "0"
        spec.limits.controlGroupParent = "/x"
        spec.limits.sharedMemoryBytes = 1024
        spec.limits.ulimits = [Ulimit("nofile", soft: 1, hard: 2)]
        for try await _ in try await docker.beginBuild(spec) {}
      }
    ),
    ("Total reclaimed space: 0B\n", { try await $0.pruneBuilds(all: true, keepBytes: 5) }),
    (
      "Total reclaimed space: 0B\n",
      { try await $0.pruneBuilds(maximumBytes: 5, minimumFreeBytes: 5) }
    ),
    (
      "Login Succeeded\n",
      { try await $0.login(RegistryCredentials(username: "u", password: "p"), to: "r.example") }
    ),
  ]

  private static let networks: [(answer: String, send: Send)] = [
    (
      "id1\n",
      { docker in
        var spec = NetworkSpec("net")
        (spec.addressDriver, spec.addressOptions) = ("default", ["a": "b"])
        (spec.isAttachable, spec.isIngress, spec.scope) = (true, true, "swarm")
        (spec.isConfigOnly, spec.configFrom, spec.hasIPv6) = (true, "other", true)
        try await docker.createNetwork(spec)
      }
    ),
    (
      "id1\n",
      { docker in
        var spec = NetworkSpec("net")
        spec.hasIPv4 = false
        try await docker.createNetwork(spec)
      }
    ),
    (
      "",
      { docker in
        var endpoint = EndpointSpec()
        endpoint.gatewayPriority = 5
        try await docker.connect("web", toNetwork: "net", endpoint)
      }
    ),
    ("[{}]", { _ = try await $0.inspectNetwork("net", verbose: true) }),
    ("", { _ = try await $0.networks(filters: ["name": "net"]) }),
    (
      "data\n",
      { docker in
        var spec = VolumeSpec("data")
        (spec.driver, spec.driverOptions, spec.labels) = ("local", ["a": "b"], ["c": "d"])
        try await docker.createVolume(spec)
      }
    ),
    ("", { _ = try await $0.volumes(filters: ["dangling": true]) }),
  ]

  /// The commands that requests lead to, where the program speaks that API version.
  private func commands(_ version: String) async throws -> [String] {
    var commands: [String] = []
    func add(_ answer: String, _ send: Send) async throws {
      let recorded = try RecordedCommands(version: version) { _ in answer }
      do {
        try await send(recorded.docker)
      } catch let error as DockerError where error.code == .requiresAPIVersion {
        // That program doesn't get it.
        #expect(recorded.commands.texts.isEmpty)
      } catch is DockerError {
        // The answers are no programs' own; what was asked for is what counts.
        #expect(!recorded.commands.texts.isEmpty)
      }
      commands += recorded.commands.texts
      await recorded.docker.close()
    }
    for request in CommandWordsTests.containers + CommandWordsTests.others {
      try await add(request.answer, request.send)
    }
    for change in CommandCreateTests.process + CommandCreateTests.host {
      try await add("id1\n") { docker in
        var spec = ContainerSpec(image: "app:1")
        change.apply(&spec)
        try await docker.createContainer(spec)
      }
    }
    for request in Self.more { try await add(request.answer, request.send) }
    return commands
  }

  /// The commands of which a program says that it doesn't know a flag, or can't read its value.
  private func refused(_ commands: [String], by program: String) async throws -> [String] {
    let groups = ["builder", "container", "image", "network", "system", "volume"]
    // Those with logins are a shell's affair as well, and have a test with real registries.
    let commands = commands.filter { $0.hasPrefix("docker ") }
    let lines = commands.map { command in
      let words = command.split(separator: " ", omittingEmptySubsequences: false)
      let count = groups.contains(String(words[1])) ? 3 : 2
      let end = count < words.count ? words[count].startIndex : command.endIndex
      // Asked for help, it looks at all flags, and does nothing.
      return "\(command[..<end]) --help \(command[end...])"
    }
    let script =
      "docker() { '\(program)' \"$@\" >/dev/null 2>&1; }\n"
      + zip(lines, commands).map { line, command in
        "\(line) || printf '%s\\0' \(ShellText.quoted(command))\n"
      }.joined()
    let shell = try await RunningProcess.run("sh", ["-s"], standardInput: script)
    #expect(shell.exitStatus == 0)
    return shell.standardOutput.split(separator: "\0").map(String.init)
  }

  @Test("are all that they are given (DF 25)", arguments: dockerPrograms)
  func known(_ program: String) async throws {
    let asked = try await RunningProcess.run(
      program,
      ["version", "--format", "{{.Client.DefaultAPIVersion}}"]
    )
    let version = try #require(asked.standardOutput.split(separator: "\n").first.map(String.init))
    let commands = try await commands(version)
    let nonsense = "docker create --swab-nonsense app"
    #expect(commands.count > 60)
    // Those two are for buildx, to which a program that has it hands builds over.
    let own = commands.filter { !$0.contains("--max-used-space=") }
    let refused = try await refused(own + [nonsense], by: program)
    #expect(refused == [nonsense])
  }
}
