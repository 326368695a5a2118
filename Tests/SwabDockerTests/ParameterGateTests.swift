import SwabTestSupport
import Testing

@testable import SwabDocker

/// Parameters, and whole requests, that only engines from some API version on know.
@Suite("The parameters that only some API versions have (DE-9)")
struct ParameterGateTests {
  typealias Call = @Sendable (DockerClient) async throws -> Void
  typealias Row = (argument: String, minor: Int, call: Call)

  private static let platform = ImagePlatform(operatingSystem: "linux", architecture: "arm64")

  static let containers: [Row] = [
    (
      "platform", 41,
      { try await $0.createContainer(ContainerSpec(image: "x"), platform: platform) }
    ),
    (
      "several networks at creation", 44,
      {
        var spec = ContainerSpec(image: "x")
        spec.networks = ["a": EndpointSpec(), "b": EndpointSpec()]
        try await $0.createContainer(spec)
      }
    ),
    ("signal", 42, { try await $0.stop("x", timeout: .zero, signal: "INT") }),
    ("signal", 42, { try await $0.restart("x", signal: "INT") }),
    ("waiting for next-exit", 30, { _ = try await $0.beginWait("x", condition: .nextExit) }),
    ("waiting for removed", 30, { _ = try await $0.beginWait("x", condition: .removed) }),
    ("until", 35, { _ = try await $0.logs("x", until: DockerDate(seconds: 1)) }),
    ("looking once", 41, { _ = try await $0.stats("x", once: true) }),
    (
      "keeping owners", 30,
      { try await $0.putArchive("x", path: "/", DockerUpload([]), keepsOwners: true) }
    ),
    ("pruning", 25, { try await $0.pruneContainers() }),
  ]

  static let images: [Row] = [
    ("sharedSize", 42, { _ = try await $0.images(sharedSize: true) }),
    ("manifests of a listing", 47, { _ = try await $0.images(manifests: true) }),
    ("identity of a listing", 54, { _ = try await $0.images(identity: true) }),
    ("manifests", 48, { _ = try await $0.inspectImage("x", manifests: true) }),
    ("platform of an image", 49, { _ = try await $0.inspectImage("x", platform: platform) }),
    ("platform of history", 48, { _ = try await $0.history(of: "x", platform: platform) }),
    ("platforms to remove", 50, { try await $0.removeImage("x", platforms: [platform]) }),
    ("asking the registry", 30, { _ = try await $0.inspectDistribution("x") }),
    ("attestations", 55, { _ = try await $0.attestations(of: "x") }),
    ("platform to pull", 32, { _ = try await $0.beginPull("x", platform: platform) }),
    ("platform to push", 46, { _ = try await $0.beginPush("x", platform: platform) }),
    ("pruning", 25, { try await $0.pruneImages() }),
  ]

  static let system: [Row] = [
    ("measuring disk usage", 25, { _ = try await $0.diskUsage() }),
    ("kinds of disk usage", 42, { _ = try await $0.diskUsage(of: [.image]) }),
    ("verbose", 28, { _ = try await $0.inspectNetwork("x", verbose: true) }),
    ("scope", 31, { _ = try await $0.inspectNetwork("x", scope: "local") }),
    ("pruning", 25, { try await $0.pruneNetworks() }),
    ("pruning", 25, { try await $0.pruneVolumes(all: true) }),
    ("removing a volume by force", 25, { try await $0.removeVolume("x", force: true) }),
    ("updating a volume", 42, { try await $0.updateVolume("x", version: 1, JSONObject()) }),
    ("plugins", 25, { _ = try await $0.plugins() }),
    ("plugins", 25, { _ = try await $0.inspectPlugin("x") }),
    ("plugins", 25, { _ = try await $0.pluginPrivileges(of: "x") }),
    ("plugins", 25, { try await $0.pullPlugin("x", granting: []) }),
    ("plugins", 25, { try await $0.pushPlugin("x") }),
    ("plugins", 25, { try await $0.createPlugin("x", DockerUpload([])) }),
    ("plugins", 25, { try await $0.configurePlugin("x", []) }),
    ("plugins", 25, { try await $0.enablePlugin("x") }),
    ("plugins", 25, { try await $0.disablePlugin("x") }),
    ("plugins", 25, { try await $0.removePlugin("x") }),
    ("stopping a plugin by force", 28, { try await $0.disablePlugin("x", force: true) }),
    ("upgrading a plugin", 26, { try await $0.upgradePlugin("x", to: "y", granting: []) }),
  ]

  static let swarm: [Row] = [
    ("the unlock key", 25, { _ = try await $0.swarmUnlockKey() }),
    ("unlocking a swarm", 25, { try await $0.unlockSwarm("x") }),
    (
      "renewing the unlock key", 25,
      { try await $0.updateSwarm(version: 1, SwarmSpec(), renewing: .unlockKey) }
    ),
    ("secrets", 25, { _ = try await $0.secrets() }),
    ("secrets", 25, { try await $0.createSecret(SecretSpec("x", text: "y")) }),
    ("secrets", 25, { _ = try await $0.inspectSecret("x") }),
    ("secrets", 25, { try await $0.updateSecret("x", labels: [:]) }),
    ("secrets", 25, { try await $0.removeSecret("x") }),
    ("configs", 30, { _ = try await $0.configs() }),
    ("configs", 30, { try await $0.createConfig(ConfigSpec("x", text: "y")) }),
    ("configs", 30, { _ = try await $0.inspectConfig("x") }),
    ("configs", 30, { try await $0.updateConfig("x", labels: [:]) }),
    ("configs", 30, { try await $0.removeConfig("x") }),
    ("counting tasks", 41, { _ = try await $0.services(status: true) }),
    ("filling in defaults", 29, { _ = try await $0.inspectService("x", insertsDefaults: true) }),
    ("rolling a service back", 28, { try await $0.rollBackService("x") }),
    ("logs of services", 29, { _ = try await $0.serviceLogs("x") }),
    ("logs of services", 29, { _ = try await $0.taskLogs("x") }),
  ]

  static let rows = containers + images + system + swarm

  @Test("keep a request from an engine that would ignore them", arguments: rows.indices)
  func refused(_ index: Int) async throws {
    let (argument, minor, call) = Self.rows[index]
    let engine = try await FakeEngine { _ in FakeEngine.json("200 OK", #"{"Id":"x","ID":"x"}"#) }
    let old = try DockerClient(baseURL: engine.address, version: "1.\(minor - 1)")
    let error = await dockerError { try await call(old) }
    #expect(error?.code == .requiresAPIVersion)
    #expect(
      error?.message == "\(argument) needs API 1.\(minor), and 1.\(minor - 1) is spoken here"
    )
    // To roll a service back it is looked at first; that changes nothing.
    #expect(engine.lines.allSatisfy { argument.hasPrefix("rolling") && $0.hasPrefix("GET ") })
    let count = engine.lines.count
    let new = try DockerClient(baseURL: engine.address, version: "1.\(minor)")
    do {
      try await call(new)
    } catch let error as DockerError {
      // The answer fits few of these requests, which is no matter here.
      #expect(error.code != .requiresAPIVersion && error.code != .invalidArgument, "\(error)")
    }
    #expect(engine.lines.count > count)
    await old.close()
    await new.close()
    try await engine.stop()
  }
}
