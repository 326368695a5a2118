import SwabTestSupport
import Testing

@testable import SwabDocker

/// Everything that can be asked by API 1.41, as its specification lists it, and the method here that
/// asks it.
@Suite("The endpoints of API 1.41 (DE-100)")
struct EndpointCoverageTests {
  typealias Call = @Sendable (DockerClient) async throws -> Void

  static let pairs = """
    GET /containers/json
    POST /containers/create
    GET /containers/{id}/json
    GET /containers/{id}/top
    GET /containers/{id}/logs
    GET /containers/{id}/changes
    GET /containers/{id}/export
    GET /containers/{id}/stats
    POST /containers/{id}/resize
    POST /containers/{id}/start
    POST /containers/{id}/stop
    POST /containers/{id}/restart
    POST /containers/{id}/kill
    POST /containers/{id}/update
    POST /containers/{id}/rename
    POST /containers/{id}/pause
    POST /containers/{id}/unpause
    POST /containers/{id}/attach
    GET /containers/{id}/attach/ws
    POST /containers/{id}/wait
    DELETE /containers/{id}
    HEAD /containers/{id}/archive
    GET /containers/{id}/archive
    PUT /containers/{id}/archive
    POST /containers/prune
    GET /images/json
    POST /build
    POST /build/prune
    POST /images/create
    GET /images/{name}/json
    GET /images/{name}/history
    POST /images/{name}/push
    POST /images/{name}/tag
    DELETE /images/{name}
    GET /images/search
    POST /images/prune
    GET /images/{name}/get
    GET /images/get
    POST /images/load
    POST /auth
    GET /info
    GET /version
    GET /_ping
    HEAD /_ping
    POST /commit
    GET /events
    GET /system/df
    POST /containers/{id}/exec
    POST /exec/{id}/start
    POST /exec/{id}/resize
    GET /exec/{id}/json
    GET /volumes
    POST /volumes/create
    GET /volumes/{name}
    DELETE /volumes/{name}
    POST /volumes/prune
    GET /networks
    GET /networks/{id}
    DELETE /networks/{id}
    POST /networks/create
    POST /networks/{id}/connect
    POST /networks/{id}/disconnect
    POST /networks/prune
    GET /plugins
    GET /plugins/privileges
    POST /plugins/pull
    GET /plugins/{name}/json
    DELETE /plugins/{name}
    POST /plugins/{name}/enable
    POST /plugins/{name}/disable
    POST /plugins/{name}/upgrade
    POST /plugins/create
    POST /plugins/{name}/push
    POST /plugins/{name}/set
    GET /nodes
    GET /nodes/{id}
    DELETE /nodes/{id}
    POST /nodes/{id}/update
    GET /swarm
    POST /swarm/init
    POST /swarm/join
    POST /swarm/leave
    POST /swarm/update
    GET /swarm/unlockkey
    POST /swarm/unlock
    GET /services
    POST /services/create
    GET /services/{id}
    DELETE /services/{id}
    POST /services/{id}/update
    GET /services/{id}/logs
    GET /tasks
    GET /tasks/{id}
    GET /tasks/{id}/logs
    GET /secrets
    POST /secrets/create
    GET /secrets/{id}
    DELETE /secrets/{id}
    POST /secrets/{id}/update
    GET /configs
    POST /configs/create
    GET /configs/{id}
    DELETE /configs/{id}
    POST /configs/{id}/update
    GET /distribution/{name}/json
    POST /session
    """.split(separator: "\n").map(String.init)

  /// What is asked by no method, and why.
  static let left = [
    "POST /session":
      "it carries gRPC between BuildKit and the docker CLI, and newer engines do without it"
  ]

  static let archive = DockerUpload([])

  static let containers: [(String, Call)] = [
    ("GET /containers/json", { _ = try await $0.containers() }),
    ("POST /containers/create", { try await $0.createContainer(ContainerSpec(image: "x")) }),
    ("GET /containers/{id}/json", { _ = try await $0.inspectContainer("x") }),
    ("GET /containers/{id}/top", { _ = try await $0.top("x") }),
    ("GET /containers/{id}/logs", { _ = try await $0.logs("x") }),
    ("GET /containers/{id}/changes", { _ = try await $0.changes(of: "x") }),
    ("GET /containers/{id}/export", { _ = try await $0.export("x") }),
    ("GET /containers/{id}/stats", { _ = try await $0.stats("x") }),
    (
      "POST /containers/{id}/resize",
      { try await $0.resizeTerminal(of: "x", to: TerminalSize(columns: 80, rows: 24)) }
    ),
    ("POST /containers/{id}/start", { try await $0.start("x") }),
    ("POST /containers/{id}/stop", { try await $0.stop("x") }),
    ("POST /containers/{id}/restart", { try await $0.restart("x") }),
    ("POST /containers/{id}/kill", { try await $0.kill("x") }),
    ("POST /containers/{id}/update", { try await $0.updateContainer("x", ContainerUpdate()) }),
    ("POST /containers/{id}/rename", { try await $0.rename("x", to: "y") }),
    ("POST /containers/{id}/pause", { try await $0.pause("x") }),
    ("POST /containers/{id}/unpause", { try await $0.unpause("x") }),
    ("POST /containers/{id}/attach", { _ = try await $0.attach("x") }),
    ("GET /containers/{id}/attach/ws", { _ = try await $0.attachWebSocket("x") }),
    ("POST /containers/{id}/wait", { _ = try await $0.beginWait("x") }),
    ("DELETE /containers/{id}", { try await $0.removeContainer("x") }),
    ("HEAD /containers/{id}/archive", { _ = try await $0.stat("x", path: "/") }),
    ("GET /containers/{id}/archive", { _ = try await $0.archive("x", path: "/") }),
    ("PUT /containers/{id}/archive", { try await $0.putArchive("x", path: "/", archive) }),
    ("POST /containers/prune", { try await $0.pruneContainers() }),
    ("POST /commit", { try await $0.commit("x") }),
    ("POST /containers/{id}/exec", { _ = try await $0.createExec("x", ExecSpec(["true"])) }),
    ("POST /exec/{id}/start", { _ = try await $0.startExec("x") }),
    (
      "POST /exec/{id}/resize",
      { try await $0.resizeExec("x", to: TerminalSize(columns: 80, rows: 24)) }
    ),
    ("GET /exec/{id}/json", { _ = try await $0.inspectExec("x") }),
  ]

  static let images: [(String, Call)] = [
    ("GET /images/json", { _ = try await $0.images() }),
    ("POST /build", { _ = try await $0.build(BuildSpec(.archive(archive))) }),
    ("POST /build/prune", { _ = try await $0.pruneBuilds() }),
    ("POST /images/create", { try await $0.importImage(archive) }),
    ("GET /images/{name}/json", { _ = try await $0.inspectImage("x") }),
    ("GET /images/{name}/history", { _ = try await $0.history(of: "x") }),
    ("POST /images/{name}/push", { try await $0.push("x") }),
    ("POST /images/{name}/tag", { try await $0.tag("x", as: "y") }),
    ("DELETE /images/{name}", { try await $0.removeImage("x") }),
    ("GET /images/search", { _ = try await $0.searchImages("x") }),
    ("POST /images/prune", { try await $0.pruneImages() }),
    ("GET /images/{name}/get", { _ = try await $0.save(images: ["x"]) }),
    ("GET /images/get", { _ = try await $0.save(images: ["x", "y"]) }),
    ("POST /images/load", { try await $0.load(archive) }),
    ("GET /distribution/{name}/json", { _ = try await $0.inspectDistribution("x") }),
  ]

  static let system: [(String, Call)] = [
    ("POST /auth", { try await $0.login(RegistryCredentials(username: "x", password: "y")) }),
    ("GET /info", { _ = try await $0.info() }),
    ("GET /version", { _ = try await $0.version() }),
    ("GET /_ping", { try await $0.ping() }),
    ("HEAD /_ping", { _ = try await $0.apiVersion() }),
    ("GET /events", { _ = try await $0.events() }),
    ("GET /system/df", { _ = try await $0.diskUsage() }),
    ("GET /volumes", { _ = try await $0.volumes() }),
    ("POST /volumes/create", { try await $0.createVolume() }),
    ("GET /volumes/{name}", { _ = try await $0.inspectVolume("x") }),
    ("DELETE /volumes/{name}", { try await $0.removeVolume("x") }),
    ("POST /volumes/prune", { try await $0.pruneVolumes(all: true) }),
    ("GET /networks", { _ = try await $0.networks() }),
    ("GET /networks/{id}", { _ = try await $0.inspectNetwork("x") }),
    ("DELETE /networks/{id}", { try await $0.removeNetwork("x") }),
    ("POST /networks/create", { try await $0.createNetwork(NetworkSpec("x")) }),
    ("POST /networks/{id}/connect", { try await $0.connect("x", toNetwork: "y") }),
    ("POST /networks/{id}/disconnect", { try await $0.disconnect("x", fromNetwork: "y") }),
    ("POST /networks/prune", { try await $0.pruneNetworks() }),
    ("GET /plugins", { _ = try await $0.plugins() }),
    ("GET /plugins/privileges", { _ = try await $0.pluginPrivileges(of: "x") }),
    ("POST /plugins/pull", { try await $0.pullPlugin("x", granting: []) }),
    ("GET /plugins/{name}/json", { _ = try await $0.inspectPlugin("x") }),
    ("DELETE /plugins/{name}", { try await $0.removePlugin("x") }),
    ("POST /plugins/{name}/enable", { try await $0.enablePlugin("x") }),
    ("POST /plugins/{name}/disable", { try await $0.disablePlugin("x") }),
    ("POST /plugins/{name}/upgrade", { try await $0.upgradePlugin("x", to: "y", granting: []) }),
    ("POST /plugins/create", { try await $0.createPlugin("x", archive) }),
    ("POST /plugins/{name}/push", { try await $0.pushPlugin("x") }),
    ("POST /plugins/{name}/set", { try await $0.configurePlugin("x", ["A=b"]) }),
  ]

  static let swarm: [(String, Call)] = [
    ("GET /nodes", { _ = try await $0.nodes() }),
    ("GET /nodes/{id}", { _ = try await $0.inspectNode("x") }),
    ("DELETE /nodes/{id}", { try await $0.removeNode("x") }),
    ("POST /nodes/{id}/update", { try await $0.updateNode("x") { _ in } }),
    ("GET /swarm", { _ = try await $0.inspectSwarm() }),
    ("POST /swarm/init", { try await $0.initSwarm() }),
    ("POST /swarm/join", { try await $0.joinSwarm(SwarmJoin(managers: ["x"], token: "y")) }),
    ("POST /swarm/leave", { try await $0.leaveSwarm() }),
    ("POST /swarm/update", { try await $0.updateSwarm() }),
    ("GET /swarm/unlockkey", { _ = try await $0.swarmUnlockKey() }),
    ("POST /swarm/unlock", { try await $0.unlockSwarm("x") }),
    ("GET /services", { _ = try await $0.services() }),
    ("POST /services/create", { try await $0.createService(ServiceSpec("x", image: "y")) }),
    ("GET /services/{id}", { _ = try await $0.inspectService("x") }),
    ("DELETE /services/{id}", { try await $0.removeService("x") }),
    ("POST /services/{id}/update", { try await $0.updateService("x") { _ in } }),
    ("GET /services/{id}/logs", { _ = try await $0.serviceLogs("x") }),
    ("GET /tasks", { _ = try await $0.tasks() }),
    ("GET /tasks/{id}", { _ = try await $0.inspectTask("x") }),
    ("GET /tasks/{id}/logs", { _ = try await $0.taskLogs("x") }),
    ("GET /secrets", { _ = try await $0.secrets() }),
    ("POST /secrets/create", { try await $0.createSecret(SecretSpec("x", text: "y")) }),
    ("GET /secrets/{id}", { _ = try await $0.inspectSecret("x") }),
    ("DELETE /secrets/{id}", { try await $0.removeSecret("x") }),
    ("POST /secrets/{id}/update", { try await $0.updateSecret("x", labels: [:]) }),
    ("GET /configs", { _ = try await $0.configs() }),
    ("POST /configs/create", { try await $0.createConfig(ConfigSpec("x", text: "y")) }),
    ("GET /configs/{id}", { _ = try await $0.inspectConfig("x") }),
    ("DELETE /configs/{id}", { try await $0.removeConfig("x") }),
    ("POST /configs/{id}/update", { try await $0.updateConfig("x", labels: [:]) }),
  ]

  static let calls = containers + images + system + swarm

  @Test("are 106, each of which has a method")
  func complete() {
    #expect(Self.pairs.count == 106)
    #expect(Set(Self.pairs).count == 106)
    let known = Set(Self.calls.map(\.0)).union(Self.left.keys)
    #expect(Set(Self.pairs).subtracting(known).isEmpty)
    #expect(known.subtracting(Self.pairs).isEmpty)
    #expect(Self.calls.count == Set(Self.calls.map(\.0)).count)
  }

  @Test("are what the methods ask", arguments: calls.indices)
  func asked(_ index: Int) async throws {
    let (pair, call) = Self.calls[index]
    let engine = try await FakeEngine(version: "1.41") { _ in
      FakeEngine.json(
        "200 OK",
        #"{"ID":"x","Id":"x","Version":{"Index":1},"Spec":{},"State":{"Status":"running","Running":true}}"#
      )
    }
    let docker = try DockerClient(baseURL: engine.address)
    // What came of it is no matter here: the answer fits no method.
    _ = try? await call(docker)
    let asked = Set(engine.lines.compactMap { Self.pair(of: $0) })
    #expect(asked.contains { Self.matches($0, pair) }, "\(pair): \(engine.lines)")
    await docker.close()
    try await engine.stop()
  }

  /// Method and path of a request, without version and query.
  private static func pair(of line: String) -> String? {
    let words = line.split(separator: " ")
    guard words.count == 3 else { return nil }
    var path = words[1].prefix { $0 != "?" }
    if path.hasPrefix("/v1.") { path = path.dropFirst().drop { $0 != "/" } }
    return "\(words[0]) \(path)"
  }

  private static func matches(_ asked: String, _ pair: String) -> Bool {
    let (left, right) = (asked.split(separator: "/"), pair.split(separator: "/"))
    return left.count == right.count
      && zip(left, right).allSatisfy { $0 == $1 || $1.first == "{" }
  }
}
