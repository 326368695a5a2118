import Testing

@testable import SwabDocker

@Suite("What requests ask for, and the docker command is told")
struct CommandQueryTests {
  typealias Request = CommandWordsTests.Request

  private static let running = RecordedCommands.container()

  private static let requests: [Request] = [
    Request("docker builder prune --force --all --keep-storage=10 --filter=until=24h") {
      try await $0.pruneBuilds(all: true, keepBytes: 10, filters: ["until": "24h"])
    },
    Request("docker builder prune --force --keep-storage=1 --max-used-space=2 --min-free-space=3") {
      try await $0.pruneBuilds(keepBytes: 1, maximumBytes: 2, minimumFreeBytes: 3)
    },
    Request("docker image inspect --platform=linux/arm64 a/b:1", answering: "[{}]") {
      let platform = try ImagePlatform(parsing: "linux/arm64")
      _ = try await $0.inspectImage("a/b:1", platform: platform)
    },
    Request("docker images --no-trunc --quiet --all --filter=dangling=true") {
      _ = try await $0.images(filters: ["dangling": true], digests: true)
    },
    Request("docker images --no-trunc --quiet --all") { _ = try await $0.images(all: true) },
    Request("docker images --no-trunc --quiet --filter=dangling=false") {
      _ = try await $0.images(filters: ["dangling": false])
    },
    // Those without a name come last, where the program may hide them.
    Request("docker images --no-trunc --quiet --all --filter=dangling=true --filter=label=a") {
      _ = try await $0.images(filters: ["label": "a"])
    },
    Request("docker network create --ipv6=false net") {
      var spec = NetworkSpec("net")
      spec.additionalFields["EnableIPv6"] = false
      try await $0.createNetwork(spec)
    },
    Request("docker network create --ipv6=true net") {
      var spec = NetworkSpec("net")
      spec.hasIPv6 = true
      try await $0.createNetwork(spec)
    },
    Request("docker start web", answering: RecordedCommands.container(isRunning: false)) {
      try await $0.start("web", detachKeys: "ctrl-a")
    },
    Request(
      "docker attach --no-stdin --sig-proxy=false --detach-keys=ctrl-a web",
      answering: running
    ) {
      var options = AttachOptions()
      options.detachKeys = "ctrl-a"
      let session = try await $0.attach("web", options)
      for try await _ in session.output {}
    },
  ]

  @Test("is all of it (API 1.48 and later)", arguments: requests)
  func words(_ request: Request) async throws {
    let recorded = try RecordedCommands(version: "1.51") { _ in request.answer }
    try await request.send(recorded.docker)
    #expect(recorded.commands.texts.contains(request.description), "\(recorded.commands.texts)")
    await recorded.docker.close()
  }

  @Test("is what older docker commands understand")
  func oldWords() async throws {
    let recorded = try RecordedCommands(version: "1.41")
    try await recorded.docker.pruneBuilds(keepBytes: 10)
    _ = try await recorded.docker.images()
    #expect(
      recorded.commands.texts
        == ["docker builder prune --force --keep-storage=10", "docker images --no-trunc --quiet"]
    )
    await recorded.docker.close()
  }

  @Test("are images with a name and without, each once")
  func images() async throws {
    let recorded = try RecordedCommands(version: "1.51") { text in
      if text.contains("inspect") { return #"[{"Id":"a"},{"Id":"b"},{"Id":"c"}]"# }
      return text.contains("dangling") ? "b\nc\n" : "a\na\nb\n"
    }
    #expect(try await recorded.docker.images().map(\.id) == ["a", "b", "c"])
    await recorded.docker.close()
  }

  @Test("are the options of a build")
  func build() async throws {
    var spec = BuildSpec(.archive(DockerUpload([1])), tags: ["app:1"])
    spec.securityOptions = ["seccomp=unconfined", "label=disable"]
    spec.arguments = ["A": "1"]
    spec.limits.cpuSet = "0"
    spec.limits.ulimits = [Ulimit("nofile", soft: 1, hard: 2)]
    spec.extraHosts = [ExtraHost("db", address: "192.0.2.7")]
    spec.platform = try ImagePlatform(parsing: "linux/arm64")
    spec.labels = ["l": "2"]
    spec.cacheFrom = ["c"]
    let recorded = try RecordedCommands(version: "1.51") { _ in "sha256:ab\n" }
    #expect(try await recorded.docker.build(spec) == "sha256:ab")
    #expect(
      recorded.commands.texts == [
        "docker build --tag=app:1 --force-rm --cpuset-cpus=0 --platform=linux/arm64 "
          + "--build-arg=A=1 --label=l=2 --cache-from=c --security-opt=seccomp=unconfined "
          + "--security-opt=label=disable --add-host=db:192.0.2.7 --ulimit=nofile=1:2 -"
      ]
    )
    await recorded.docker.close()
  }

  /// Requests with something that there are no words for.
  private static let refused: [(String, @Sendable (DockerClient) async throws -> Void)] = [
    (
      "version=2",
      {
        var spec = BuildSpec(.dockerfile("FROM x\n"))
        spec.builder = .buildKit
        try await $0.build(spec)
      }
    ),
    (
      "buildid=1",
      {
        var spec = BuildSpec(.dockerfile("FROM x\n"))
        spec.buildID = "1"
        try await $0.build(spec)
      }
    ),
    (
      "new",
      {
        var spec = BuildSpec(.dockerfile("FROM x\n"))
        spec.additionalParameters = ["new": "hunter2", "old": "0", "none": ""]
        try await $0.build(spec)
      }
    ),
    (
      "noOverwriteDirNonDir",
      { try await $0.putArchive("web", path: "/", DockerUpload([1]), replacesFolders: false) }
    ),
    ("identity", { _ = try await $0.images(identity: true) }),
    ("scope=local", { _ = try await $0.inspectNetwork("net", scope: "local") }),
  ]

  @Test("is refused where there are no words for it, and nothing is lost", arguments: 0..<6)
  func refusals(_ index: Int) async throws {
    let (name, send) = Self.refused[index]
    let recorded = try RecordedCommands(version: "1.55")
    let error = await #expect(throws: DockerError.self) { try await send(recorded.docker) }
    #expect(error?.code == .notImplemented)
    #expect(error?.message == "the docker command has no way to say this: \(name)")
    #expect(recorded.commands.texts.isEmpty)
    await recorded.docker.close()
  }

  @Test(
    "leads to what was removed of builds, by docker and by buildx",
    arguments: [
      (
        "Deleted build cache objects:\nx1\ny2\n\nTotal reclaimed space: 1.5kB\n", ["x1", "y2"], 1500
      ),
      (
        "ID\t\t\t\t\tRECLAIMABLE\tSIZE\t\tLAST ACCESSED\n"
          + "w1s6n8o2qz6d4b1x0k6c2w4s7               \ttrue \t8.192kB   \t3 minutes ago\n"
          + "kkx0q6m2o5w8m3a6ibe8zk8ll*              \ttrue \t1.2GB*    \t\n"
          + "Total:\t1.2GB\n", ["w1s6n8o2qz6d4b1x0k6c2w4s7", "kkx0q6m2o5w8m3a6ibe8zk8ll"],
        1_200_000_000
      ),
      ("Total:\t0B\n", [], 0),
    ] as [(String, [String], Int)]
  )
  func prunedBuilds(_ printed: String, _ removed: [String], _ bytes: Int) async throws {
    let recorded = try RecordedCommands { _ in printed }
    let report = try await recorded.docker.pruneBuilds()
    #expect(report.removed == removed)
    #expect(report.reclaimedBytes == bytes)
    await recorded.docker.close()
  }
}
