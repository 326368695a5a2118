import NIOCore
import NIOHTTP1
import Testing

@testable import SwabDocker

/// The requests that the endpoints make, without an engine.
///
/// Its runner keeps what it was told to run, and answers with what a test says.
struct RecordedCommands {
  let commands: Recorder
  let docker: DockerClient

  /// Makes a client that speaks that API version, and whose commands print what the closure says.
  init(
    _ settings: DockerCommandSettings = DockerCommandSettings(),
    version: String = "1.41",
    answer: @escaping @Sendable (String) -> String = { _ in "" }
  ) throws {
    let commands = Recorder()
    self.commands = commands
    docker = try DockerClient(command: settings, version: version, host: nil) { command, output in
      var input = ""
      if let produce = command.input {
        let read = Recorder()
        try await produce { bytes in read.append(String(buffer: bytes)) }
        input = read.texts.joined()
      }
      commands.append(command.text, input: input)
      let text = answer(command.text)
      if !text.isEmpty { try await output(.standardOutput(ByteBuffer(string: text))) }
      return CommandEnd(exitStatus: 0)
    }
  }

  /// What a container that runs, or doesn't, is inspected as.
  static func container(isRunning: Bool = true) -> String {
    #"[{"Id":"c1","State":{"Running":\#(isRunning)},"Config":{"Tty":false}}]"#
  }
}

@Suite("Requests in words of the docker command")
struct CommandWordsTests {
  /// What a request is, and the last of the commands that it leads to.
  struct Request: Sendable, CustomStringConvertible {
    let description: String
    let answer: String
    let send: @Sendable (DockerClient) async throws -> Void

    init(
      _ words: String,
      answering answer: String = "",
      _ send: @escaping @Sendable (DockerClient) async throws -> Void
    ) {
      description = words
      self.answer = answer
      self.send = send
    }
  }

  private static let running = RecordedCommands.container()
  private static let stopped = RecordedCommands.container(isRunning: false)

  static let containers: [Request] = [
    Request("docker stop -t=10 web", answering: running) {
      try await $0.stop("web", timeout: .seconds(10))
    },
    Request("docker stop -t=-1 web", answering: running) {
      try await $0.stop("web", timeout: .seconds(-1))
    },
    Request("docker start web", answering: stopped) { try await $0.start("web") },
    Request("docker restart -t=5 web") {
      try await $0.restart("web", timeout: .seconds(5))
    },
    Request("docker kill --signal=SIGHUP web") { try await $0.kill("web", signal: "SIGHUP") },
    Request("docker kill web") { try await $0.kill("web") },
    Request("docker pause web") { try await $0.pause("web") },
    Request("docker unpause web") { try await $0.unpause("web") },
    Request("docker rename web front") { try await $0.rename("web", to: "front") },
    Request("docker rm --force --volumes web") {
      try await $0.removeContainer("/web", force: true, volumes: true)
    },
    Request("docker rm web") { try await $0.removeContainer("web") },
    Request("docker top web -o pid,args", answering: "PID   COMMAND\n") {
      _ = try await $0.top("web", arguments: "-o pid,args")
    },
    Request("docker diff web") { _ = try await $0.changes(of: "web") },
    Request("docker inspect --type=container --size web", answering: running) {
      _ = try await $0.inspectContainer("web", size: true)
    },
    Request(
      "docker update --memory=6291456 --memory-swap=-1 --cpus=1.5 --restart=on-failure:3 web"
    ) {
      var update = ContainerUpdate()
      update.resources.memoryBytes = 6 << 20
      update.resources.memoryAndSwapBytes = -1
      update.resources.nanoCPUs = 1_500_000_000
      update.restartPolicy = .onFailure(maximumRetryCount: 3)
      try await $0.updateContainer("web", update)
    },
    Request(
      "docker commit '--author=A B' --message=x '--change=CMD [\"a\"]' --pause=false web app:2",
      answering: "sha256:1\n"
    ) {
      var commit = ImageCommit(repository: "app", tag: "2")
      commit.author = "A B"
      commit.comment = "x"
      commit.pauses = false
      commit.changes = [#"CMD ["a"]"#]
      let id = try await $0.commit("web", commit)
      #expect(id == "sha256:1")
    },
    Request("docker container prune --force --filter=label=a --filter=until=24h") {
      try await $0.pruneContainers(filters: ["label": "a", "until": "24h"])
    },
    Request("docker wait web", answering: running) { docker in
      _ = try? await docker.beginWait("web").result()
    },
    Request(
      "docker logs --follow --since=1700000000 --tail=5 --timestamps web",
      answering: running
    ) {
      let logs = try await $0.logs(
        "web",
        follow: true,
        since: DockerDate(seconds: 1_700_000_000),
        tail: 5,
        timestamps: true
      )
      for try await _ in logs {}
    },
    Request("docker cp --archive - 'web:/a b'") {
      try await $0.putArchive("web", path: "/a b", DockerUpload([1]), keepsOwners: true)
    },
    Request("docker export web") { _ = try await $0.export("web").collect(upTo: 10) },
  ]

  static let others: [Request] = [
    Request("docker tag app:1 registry.example:5000/app:2") {
      try await $0.tag("app:1", as: "registry.example:5000/app", tag: "2")
    },
    Request("docker rmi --force --no-prune registry.example:5000/a/b:1", answering: "Untagged: x") {
      try await $0.removeImage("registry.example:5000/a/b:1", force: true, keepsParents: true)
    },
    Request("docker inspect --type=image a/b:1", answering: "[{}]") {
      _ = try await $0.inspectImage("a/b:1")
    },
    Request("docker history --no-trunc --human=false '--format={{json .}}' app") {
      _ = try await $0.history(of: "app")
    },
    Request("docker image prune --force --all --filter=until=1h") {
      try await $0.pruneImages(all: true, filters: ["until": "1h"])
    },
    Request("docker image prune --force") { try await $0.pruneImages() },
    Request(
      "docker search --no-trunc '--format={{json .}}' --limit=3 --filter=is-official=true app"
    ) {
      _ = try await $0.searchImages("app", limit: 3, filters: ["is-official": true])
    },
    Request(
      "docker network create --driver=bridge --opt=a=b --label=c=d --subnet=192.0.2.0/24 "
        + "--ip-range=192.0.2.128/25 --gateway=192.0.2.1 --aux-address=x=192.0.2.9 --internal net"
    ) {
      var spec = NetworkSpec("net", driver: "bridge")
      spec.options = ["a": "b"]
      spec.labels = ["c": "d"]
      spec.isInternal = true
      var subnet = NetworkSpec.Subnet(
        "192.0.2.0/24",
        range: "192.0.2.128/25",
        gateway: "192.0.2.1"
      )
      subnet.reserved = ["x": "192.0.2.9"]
      spec.subnets = [subnet]
      try await $0.createNetwork(spec)
    },
    Request("docker network rm net") { try await $0.removeNetwork("net") },
    Request(
      "docker network connect --alias=db --link=a:b --ip=192.0.2.7 --driver-opt=k=v net web"
    ) {
      var endpoint = EndpointSpec()
      endpoint.aliases = ["db"]
      endpoint.links = ["a:b"]
      endpoint.ipv4Address = "192.0.2.7"
      endpoint.driverOptions = ["k": "v"]
      try await $0.connect("web", toNetwork: "net", endpoint)
    },
    Request("docker network disconnect --force net web") {
      try await $0.disconnect("web", fromNetwork: "net", force: true)
    },
    Request("docker network prune --force") { try await $0.pruneNetworks() },
    Request("docker volume inspect data", answering: "data") { docker in
      // What it prints is the name, of which the details are asked for then.
      _ = try? await docker.createVolume(VolumeSpec("data"))
    },
    Request("docker volume rm --force data") {
      try await $0.removeVolume("data", force: true)
    },
    Request("docker volume prune --force --filter=label=a") { docker in
      _ = try await docker.pruneVolumes(all: true, filters: ["label": "a"])
    },
    Request("docker info '--format={{json .}}'", answering: "{}") { _ = try await $0.info() },
    Request("docker version '--format={{json .}}'", answering: #"{"Server":{"ApiVersion":"1.41"}}"#)
    {
      _ = try await $0.version()
    },
    Request("docker system df --verbose '--format={{json .}}'", answering: "{}") {
      _ = try await $0.diskUsage()
    },
  ]

  @Test("each request has valid words (DF 25)", arguments: containers + others)
  func words(_ request: Request) async throws {
    let recorded = try RecordedCommands { _ in request.answer }
    try await request.send(recorded.docker)
    #expect(recorded.commands.texts.last == request.description)
    await recorded.docker.close()
  }

  @Test("what begins with a dash is no name, and never a flag")
  func dashes() async throws {
    let recorded = try RecordedCommands()
    for send in [
      { docker in try await docker.kill("--help") },
      { docker in try await docker.removeNetwork("-f") },
      { docker in try await docker.tag("a", as: "--x") },
      { docker in _ = try await docker.export("-o") },
      // A dash with an accent is one to whoever counts in bytes.
      { docker in try await docker.removeVolume("-\u{301}") },
    ] as [@Sendable (DockerClient) async throws -> Void] {
      let error = await #expect(throws: DockerError.self) { try await send(recorded.docker) }
      #expect(error?.code == .invalidArgument)
    }
    #expect(recorded.commands.texts.isEmpty)
    await recorded.docker.close()
  }

  @Test(
    "prefix, program, address and TLS stand before each command (DF 26)",
    arguments: [
      ([:], "docker"),
      (
        ["prefix": "nice -n 10", "url": "tcp://10.0.0.5", "tls": "on"],
        "nice -n 10 docker -H tcp://10.0.0.5:2375 --tls"
      ),
      (
        ["binary": "/opt/my docker/bin", "url": "/run/d.sock"],
        "'/opt/my docker/bin' -H unix:///run/d.sock"
      ),
      (["url": "ssh://other", "tls": "verified"], "docker -H ssh://other --tlsverify"),
      (["sudo": "on", "prefix": "env A=b"], "LC_ALL=C sudo -n env A=b docker"),
    ] as [([String: String], String)]
  )
  func beginning(_ keys: [String: String], _ expected: String) async throws {
    var settings = DockerCommandSettings()
    settings.prefix = keys["prefix"]
    settings.binary = keys["binary"] ?? settings.binary
    settings.baseURL = keys["url"]
    settings.usesSudo = keys["sudo"] != nil
    settings.tls = ["on": .unverified, "verified": .verified][keys["tls"] ?? ""] ?? .none
    let recorded = try RecordedCommands(settings)
    try await recorded.docker.pause("web")
    try await recorded.docker.removeNetwork("net")
    #expect(recorded.commands.texts == ["\(expected) pause web", "\(expected) network rm net"])
    await recorded.docker.close()
  }

  @Test("an address that can't be read is refused when the client is made")
  func badAddress() {
    var settings = DockerCommandSettings()
    settings.baseURL = "ftp://x"
    #expect(throws: DockerError.self) { try DockerClient(command: settings) }
  }

  @Test("words keep their meaning in the shell, whatever they hold")
  func quoting() async throws {
    let words = [
      "", "a b", "$HOME `id`", "it's", "a\nb", "ü*?~", "--x=\"y\"", "\\", "!x",
      // Accents for what stands before them, be it a quote of the text or of the quoting.
      "a'\u{301}; exit 1; '", "\u{301}; exit 1;", "'\u{301}", "\r\n'\u{FE0F}",
    ]
    let text = words.map(ShellText.quoted).joined(separator: " ")
    let output = Recorder()
    let command = CommandToRun(text: "printf '<%s>' \(text)", shownText: "")
    _ = try await LocalCommandRunner.run(command) { chunk in
      if case .standardOutput(let bytes) = chunk { output.append(String(buffer: bytes)) }
    }
    #expect(output.texts.joined() == words.map { "<\($0)>" }.joined())
  }

  @Test("what needs another API says so before anything runs")
  func gates() async throws {
    let recorded = try RecordedCommands(version: "1.41")
    let error = await #expect(throws: DockerError.self) {
      try await recorded.docker.stop("web", signal: "SIGINT")
    }
    #expect(error?.code == .requiresAPIVersion)
    #expect(recorded.commands.texts.isEmpty)
    await recorded.docker.close()
  }

  /// Requests that the docker command has no way for.
  private static let impossible: [@Sendable (DockerClient) async throws -> Void] = [
    { _ = try await $0.inspectDistribution("busybox") },
    { try await $0.resizeTerminal(of: "web", to: TerminalSize(columns: 1, rows: 1)) },
    { _ = try await $0.images(sharedSize: true) },
    { _ = try await $0.attach("web") },
    { _ = try await $0.beginWait("web", condition: .removed) },
  ]

  @Test("what no docker command can do names the way that can", arguments: impossible.indices)
  func notPossible(_ index: Int) async throws {
    let recorded = try RecordedCommands(version: "1.45") { _ in
      #"[{"State":{"Status":"created"}}]"#
    }
    let error = await #expect(throws: DockerError.self) {
      try await Self.impossible[index](recorded.docker)
    }
    #expect(error?.code == .notImplemented)
    #expect(error?.hint == "docker_fabric_implementation: API can")
    await recorded.docker.close()
  }
}
