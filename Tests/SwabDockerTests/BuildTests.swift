import Foundation
import NIOCore
import SwabTestSupport
import Synchronization
import Testing

@testable import SwabDocker

/// Lends a name for an image, and removes what got it.
func withImageName<Result>(
  of docker: DockerClient,
  _ body: (String) async throws -> Result
) async throws -> Result {
  let name = "swab-test-\(UUID().uuidString.lowercased())"
  let removeAll = {
    for image in (try? await docker.images(filters: ["reference": "\(name)"])) ?? [] {
      for tag in image.repoTags { _ = try? await docker.removeImage(tag, force: true) }
    }
  }
  do {
    let result = try await body(name)
    await removeAll()
    return result
  } catch {
    await removeAll()
    throw error
  }
}

/// Collects what is reported.
final class ReportingClient: DockerAPI {
  let docker: DockerClient
  private let state = Mutex<(texts: [String], messages: [ProgressMessage])>(([], []))

  init(_ docker: DockerClient) {
    self.docker = docker
  }

  var texts: [String] { state.withLock { $0.texts } }
  var output: String { state.withLock { $0.messages.compactMap(\.stream).joined() } }

  func engine() async throws -> DockerClient { docker }
  func report(_ message: String) { state.withLock { $0.texts.append(message) } }
  func report(_ progress: ProgressMessage) { state.withLock { $0.messages.append(progress) } }
}

@Suite("Builds")
struct BuildTests {
  static let from = "FROM \(DockerEngine.image)\n"

  @Test("send a folder and give the image's id (DE-80)")
  func folder() async throws {
    let docker = try await sharedClient()
    try await withTemporaryFolder { folder in
      let file = open(folder.path("large"), O_CREAT | O_WRONLY, 0o644)
      let piece = [UInt8](repeating: 7, count: 1 << 20)
      for _ in 0..<128 { write(file, piece, piece.count) }
      close(file)
      try folder.write(Self.from + "COPY large /\nRUN wc -c </large\n", to: "Dockerfile")
      try await withImageName(of: docker) { name in
        let client = ReportingClient(docker)
        let id = try await client.build(BuildSpec(.at(folder.path), tags: [name]))
        #expect(id.hasPrefix("sha256:"))
        #expect(try await docker.inspectImage(name).id == id)
        #expect(client.texts == ["building image \(name)"])
        #expect(client.output.contains("\(128 << 20)\n"))
      }
    }
    await docker.close()
  }

  @Test("that fail tell the step, its status and its last lines (DE-81)")
  func failingStep() async throws {
    let docker = try await sharedClient()
    let script = "i=0; while [ $i -lt 30 ]; do i=$((i+1)); echo line $i; done; exit 7"
    let text = Self.from + "RUN echo before\nRUN \(script)\n"
    var spec = BuildSpec(.dockerfile(text))
    spec.noCache = true
    var seen = ""
    let error = await #expect(throws: DockerError.self) {
      for try await message in try await docker.beginBuild(spec) { seen += message.stream ?? "" }
    }
    #expect(error?.code == .streamFailed)
    #expect(error?.detailCode == 7)
    #expect(error?.failedStep?.instruction == "Step 3/3 : RUN \(script)")
    #expect(error?.failedStep?.output == (11...30).map { "line \($0)" })
    #expect(error?.message.contains("returned a non-zero code: 7") == true)
    #expect(error?.description.contains("\nin Step 3/3 : RUN i=0") == true)
    #expect(seen.contains("line 1\n") && seen.contains("before"))
    await docker.close()
  }

  @Test(
    "that can't be done say why, in the engine's words (DE-84)",
    arguments: [
      ("FORM x\n", DockerError.Code.badRequest, "unknown instruction: FORM"),
      ("", .badRequest, "the Dockerfile (Dockerfile) cannot be empty"),
      (from + "COPY nosuch /\n", .streamFailed, "nosuch"),
      ("FROM nosuch.example/x\n", .streamFailed, "nosuch.example"),
    ]
  )
  func refusals(_ text: String, _ code: DockerError.Code, _ words: String) async throws {
    let docker = try await sharedClient()
    let error = await #expect(throws: DockerError.self) {
      try await docker.build(BuildSpec(.dockerfile(text)))
    }
    #expect(words == "nosuch.example" || error?.code == code, "\(error.map { "\($0)" } ?? "")")
    #expect(error?.message.contains(words) == true, "\(error.map { "\($0)" } ?? "")")
    await docker.close()
  }

  @Test("without their Dockerfile or target say so (DE-84), and so do those with a bad name")
  func missing() async throws {
    let docker = try await sharedClient()
    try await withTemporaryFolder { folder in
      try folder.write("x", to: "file")
      let lost = await #expect(throws: DockerError.self) {
        try await docker.build(BuildSpec(.folder(folder.path)))
      }
      #expect(lost?.message == "Cannot locate specified Dockerfile: Dockerfile")
      let outside = await #expect(throws: DockerError.self) {
        var spec = BuildSpec(.folder(folder.path))
        spec.dockerfile = "../nosuch"
        try await docker.build(spec)
      }
      #expect(outside?.code == .fileFailed)
      let nowhere = await #expect(throws: DockerError.self) {
        try await docker.build(BuildSpec(.folder("/no/such/folder")))
      }
      #expect(nowhere?.code == .fileFailed)
    }
    var spec = BuildSpec(.dockerfile(Self.from))
    spec.target = "nosuch"
    let target = await #expect(throws: DockerError.self) { try await docker.build(spec) }
    #expect(target?.message.contains("nosuch") == true)
    #expect(target?.status == 400 || target?.status == 500)
    let name = await #expect(throws: DockerError.self) {
      try await docker.build(BuildSpec(.dockerfile(Self.from), tags: ["Bad:1"]))
    }
    #expect(name?.message.contains("invalid reference format") == true)
    await docker.close()
  }

  @Test("see of a folder what the docker CLI's would (DE-85)")
  func ignored() async throws {
    let docker = try await sharedClient()
    let text = Self.from + "COPY . /x/\nRUN cd /x && find . -type f | sort\n"
    try await withTemporaryFolder { folder in
      try DockerIgnoreTests.fill(folder, DockerIgnoreTests.files, ignore: "*.py\nDockerfile\nfoo\n")
      try folder.write(text, to: "Dockerfile")
      let client = ReportingClient(docker)
      var spec = BuildSpec(.folder(folder.path))
      spec.noCache = true
      try await client.build(spec)
      let cli = try await RunningProcess.run(
        "docker",
        ["-H", docker.baseURL, "build", "--no-cache", folder.path],
        environment: ["DOCKER_BUILDKIT": "0"]
      )
      #expect(cli.exitStatus == 0, "\(cli.standardError)")
      let paths = { (lines: [String]) in lines.filter { $0.hasPrefix("./") } }
      let ours = paths(client.output.components(separatedBy: "\n"))
      #expect(ours == paths(cli.lines))
      #expect(ours.contains("./bar/a.py") && !ours.contains("./Dockerfile"))
    }
    await docker.close()
  }

  @Test(
    "take a Dockerfile from elsewhere, which COPY doesn't see (DE-87)",
    arguments: [true, false]
  )
  func dockerfileOutside(_ hasRules: Bool) async throws {
    let docker = try await sharedClient()
    try await withTemporaryFolder { folder in
      try folder.write("1", to: "in/file")
      try folder.write("2", to: "in/file.log")
      if hasRules { try folder.write("*.log", to: "in/.dockerignore") }
      try folder.write(Self.from + "COPY . /x/\nRUN cd /x && find . | sort\n", to: "other")
      for dockerfile in ["../other", folder.path("other")] {
        let client = ReportingClient(docker)
        var spec = BuildSpec(.folder(folder.path("in")))
        spec.dockerfile = dockerfile
        spec.noCache = true
        try await client.build(spec)
        let found = client.output.components(separatedBy: "\n").filter { $0.hasPrefix("./") }
        // Rules of the folder's own are a file of it like others.
        #expect(found == (hasRules ? ["./.dockerignore", "./file"] : ["./file", "./file.log"]))
      }
      // Inside, by a path that goes round.
      try folder.write(Self.from, to: "in/sub/Other")
      var spec = BuildSpec(.folder(folder.path("in")))
      spec.dockerfile = "../in/./sub/Other"
      try await docker.build(spec)
    }
    await docker.close()
  }

  @Test("get arguments, several names, labels and a target, and leave no container (DE-88)")
  func options() async throws {
    let docker = try await sharedClient()
    let text = """
      FROM \(DockerEngine.image) AS first
      ARG GIVEN
      ARG UNSET=usual
      RUN echo "given=$GIVEN unset=$UNSET"
      FROM first AS second
      RUN exit 1
      """
    try await withImageName(of: docker) { name in
      let client = ReportingClient(docker)
      var spec = BuildSpec(.dockerfile(text), tags: ["\(name):a", "\(name):b"])
      spec.arguments = ["GIVEN": "ü \"1\"", "UNSET": nil]
      spec.labels = ["swab": "a b", "x": ""]
      spec.target = "first"
      spec.noCache = true
      spec.limits.memoryBytes = 64 << 20
      spec.limits.ulimits = [Ulimit("nofile", soft: 100)]
      spec.extraHosts = [ExtraHost("db", address: "192.0.2.7")]
      spec.networkMode = "none"
      let id = try await client.build(spec)
      #expect(client.output.contains("given=ü \"1\" unset=usual\n"))
      let details = try await docker.inspectImage("\(name):b")
      #expect(details.id == id)
      #expect(Set(details.repoTags) == ["\(name):a", "\(name):b"])
      #expect(details.raw["Config"]?["Labels"] == ["swab": "a b", "x": ""])
    }
    let marker = UUID().uuidString
    var failing = BuildSpec(.dockerfile(Self.from + "RUN echo \(marker)\nRUN exit 1 # \(marker)\n"))
    func left() async throws -> [ContainerSummary] {
      try await docker.containers(all: true).filter { $0.command.contains(marker) }
    }
    await #expect(throws: DockerError.self) { try await docker.build(failing) }
    #expect(try await left().isEmpty)
    // Who wants to look into it says so.
    failing.forceRemove = false
    await #expect(throws: DockerError.self) { try await docker.build(failing) }
    let kept = try await left()
    #expect(kept.count == 1)
    for container in kept { try await docker.removeContainer(container.id, force: true) }
    await docker.close()
  }

  @Test("end with their task, and take the step's container along (DE-90)")
  func cancelled() async throws {
    let docker = try await sharedClient()
    let marker = UUID().uuidString
    var spec = BuildSpec(.dockerfile(Self.from + "RUN echo \(marker); sleep 1000\n"))
    spec.noCache = true
    let (started, continuation) = AsyncStream.makeStream(of: Void.self)
    let task = Task { [spec] in
      defer { continuation.finish() }
      for try await message in try await docker.beginBuild(spec)
      where message.stream == "\(marker)\n" {
        continuation.yield()
      }
    }
    for await _ in started { break }
    let running = { try await docker.containers(all: true).filter { $0.command.contains(marker) } }
    #expect(try await running().count == 1)
    task.cancel()
    await #expect(throws: CancellationError.self) { try await task.value }
    try await eventually("the step's container goes") { try await running().isEmpty }
    await docker.close()
  }

  @Test("whose files change meanwhile fail, and leave no image")
  func changingContext() async throws {
    let docker = try await sharedClient()
    try await withTemporaryFolder { folder in
      try folder.write(Self.from + "COPY . /x\n", to: "Dockerfile")
      try Data(count: 8 << 20).write(to: URL(fileURLWithPath: folder.path("a-log")))
      let log = open(folder.path("a-log"), O_WRONLY | O_APPEND)
      pwrite(log, "x", 1, 4 << 20)
      let context = DockerUpload(produce: { write in
        let upload = DockerUpload.tar([.tree(TarTree(place: folder.path, path: ""))])
        try await upload.produce { piece in
          try await write(piece)
          _ = "more".withCString { SwabDockerTests.append(log, $0, 4) }
        }
      })
      try await withImageName(of: docker) { name in
        let error = await #expect(throws: DockerError.self) {
          try await docker.build(BuildSpec(.archive(context), tags: [name]))
        }
        #expect(error?.code == .fileFailed)
        #expect(error?.message.contains("a-log: it changed while it was read") == true)
        let images = try await docker.images(name: name)
        #expect(images.isEmpty)
      }
      close(log)
    }
    await docker.close()
  }

  @Test("take all that a folder can have in it")
  func oddFolder() async throws {
    let docker = try await sharedClient()
    try await withTemporaryFolder { folder in
      try TarWriterTests.fill(folder)
      let text = Self.from + "COPY . /x/\nRUN cd /x && find . | wc -l && cat $'new\\nline ü' loop\n"
      try folder.write(text, to: "in/Dockerfile")
      let error = await #expect(throws: DockerError.self) {
        try await docker.build(BuildSpec(.folder(folder.path("in"))))
      }
      // The loop was sent as a link, and is one there.
      #expect(
        error?.failedStep?.instruction.hasPrefix("Step 3/3") == true,
        "\(error.map { "\($0)" } ?? "")"
      )
      #expect(error?.failedStep?.output.contains { $0.contains("loop") } == true)
    }
    await docker.close()
  }

  @Test("of an engine that is restarted fail, and the next one works")
  func restarted() async throws {
    let engine = try await DockerEngine.start()
    let docker = try DockerClient(baseURL: engine.socketPath)
    var spec = BuildSpec(.dockerfile(Self.from + "RUN echo now; sleep 1000\n"))
    spec.noCache = true
    let build = try await docker.beginBuild(spec)
    let error = await #expect(throws: DockerError.self) {
      for try await message in build where message.stream == "now\n" {
        try await engine.restart()
      }
    }
    let codes: [DockerError.Code?] = [.connectionLost, .streamTruncated, .streamFailed]
    #expect(codes.contains(error?.code), "\(error.map { "\($0)" } ?? "")")
    #expect(error?.failedStep?.instruction == "Step 2/2 : RUN echo now; sleep 1000")
    #expect(try await docker.build(BuildSpec(.dockerfile(Self.from))).hasPrefix("sha256:"))
    await docker.close()
    try await engine.stop()
  }

  @Test("are over when the reply is, also if the engine resets the connection then (DE-83)")
  func reset() async throws {
    let server = try ResettingServer(
      #"{"stream":"Step 1/1 : FROM x\n"}"# + "\r\n" + #"{"aux":{"ID":"sha256:0f"}}"# + "\r\n"
    )
    let docker = try DockerClient(baseURL: "tcp://127.0.0.1:\(server.port)", version: "1.41")
    #expect(try await docker.build(BuildSpec(.dockerfile(Self.from))) == "sha256:0f")
    await docker.close()
  }

  @Test("that just end were no builds")
  func ended() async throws {
    let engine = try await FakeEngine(version: "1.41") { _ in
      .last("HTTP/1.1 200 OK\r\n\r\n{\"stream\":\"Step 1/1 : FROM x\\n\"}\r\n")
    }
    let docker = try DockerClient(baseURL: engine.address)
    let error = await #expect(throws: DockerError.self) {
      try await docker.build(BuildSpec(.remote("https://example.com/x.git")))
    }
    #expect(error?.code == .streamTruncated)
    #expect(error?.failedStep?.instruction == "Step 1/1 : FROM x")
    await docker.close()
    try await engine.stop()
  }

  @Test(
    "are complete when the engine tells the image, in the way it does so when it is asked so",
    arguments: [
      // What a step says counts for nothing.
      (
        "1.41", false, #"{"stream":"sha256:0f\n"}{"stream":"Successfully built 0f1e2d3c4b5a\n"}"#,
        nil
      ),
      ("1.41", false, #"{"stream":"sha256:0f\n"}{"aux":{"ID":"sha256:1e"}}"#, "sha256:1e"),
      ("1.41", true, #"{"stream":"sha256:1e\n"}"#, "sha256:1e"),
      ("1.41", true, #"{"aux":{"ID":"sha256:1e"}}"#, nil),
      // Until API 1.28 there is no result, and the id only begins.
      ("1.28", false, #"{"stream":"sha256:0f\n"}"#, nil),
      ("1.24", false, #"{"stream":"Successfully built 0f1e2d3c4b5a\n"}"#, "sha256:0f1e2d3c4b5aaa"),
      ("1.24", true, #"{"stream":"sha256:1e\n"}"#, "sha256:1e"),
    ] as [(String, Bool, String, String?)]
  )
  func proof(_ version: String, _ isQuiet: Bool, _ said: String, _ id: String?) async throws {
    let engine = try await FakeEngine(version: version) { request in
      request.path.contains("/images/0f1e2d3c4b5a/json")
        ? FakeEngine.json("200 OK", #"{"Id":"sha256:0f1e2d3c4b5aaa"}"#)
        : FakeEngine.json("200 OK", said)
    }
    let docker = try DockerClient(baseURL: engine.address)
    var spec = BuildSpec(.dockerfile(Self.from))
    spec.quiet = isQuiet
    if let id {
      #expect(try await docker.build(spec) == id)
    } else {
      let error = await #expect(throws: DockerError.self) { try await docker.build(spec) }
      #expect(error?.code == .streamTruncated)
    }
    await docker.close()
    try await engine.stop()
  }

  @Test("send credentials of the images that the Dockerfile names, wherever that is")
  func credentials() async throws {
    let engine = try await FakeEngine(version: "1.41") { _ in
      FakeEngine.json("200 OK", #"{"aux":{"ID":"sha256:0f"}}"#)
    }
    let logins = RegistryLogins.none()
    logins.set(.init(username: "a", password: "p"), for: "a.example")
    let docker = try DockerClient(baseURL: engine.address, registryLogins: logins)
    let text = "FROM a.example/x\n"
    try await withTemporaryFolder { folder in
      try folder.write(text, to: "in/other")
      try folder.write(text, to: "in/sub/Dockerfile")
      var file = try DockerContext()
      try file.addDockerfile(path: folder.path("in/other"))
      var tree = try DockerContext()
      try tree.add(folder.path("in"), as: "ctx")
      var bytes = try DockerContext()
      try bytes.add(contents: Array("\u{FEFF}\(text)".utf8), as: "Dockerfile")
      let builds: [(BuildContext, String?, String?)] = [
        (.context(file), nil, nil), (.context(file), "./Dockerfile", "Dockerfile"),
        (.context(tree), "ctx/./sub//Dockerfile", "ctx/sub/Dockerfile"),
        (.context(bytes), "./Dockerfile", "Dockerfile"), (.dockerfile(text), "./x", "x"),
        (.folder(folder.path("in")), "./sub/Dockerfile", "sub/Dockerfile"),
      ]
      for (context, dockerfile, expected) in builds {
        var spec = BuildSpec(context)
        spec.dockerfile = dockerfile
        try await docker.build(spec)
        let request = engine.requests.last { $0.path.contains("/build") }
        #expect(request?.headers.contains { $0.hasPrefix("X-Registry-Config: ") } == true)
        let query = URLComponents(string: request?.path ?? "")?.queryItems
        #expect(query?.last { $0.name == "dockerfile" }?.value == expected)
      }
    }
    await docker.close()
    try await engine.stop()
  }

  @Test("are asked for as the engine has it")
  func query() async throws {
    let engine = try await FakeEngine(version: "1.41") { _ in
      FakeEngine.json("200 OK", #"{"stream":"sha256:0f\n"}"#)
    }
    let docker = try DockerClient(baseURL: engine.address)
    var spec = BuildSpec(.at("git@example.com:x.git"), tags: ["a:1", "b"])
    spec.dockerfile = "sub/Dockerfile"
    spec.arguments = ["B": nil, "A": "1"]
    spec.labels = ["l": "2"]
    spec.cacheFrom = ["c"]
    spec.platform = try ImagePlatform(parsing: "linux/arm64")
    spec.pull = true
    spec.quiet = true
    spec.squash = true
    spec.remove = false
    spec.forceRemove = true
    spec.limits.memoryAndSwapBytes = -1
    spec.limits.cpuSet = "0-1"
    spec.limits.sharedMemoryBytes = 1 << 26
    spec.additionalParameters = ["new": "1"]
    #expect(try await docker.build(spec) == "sha256:0f")
    let path = engine.requests.last?.path ?? ""
    let query = URLComponents(string: path)?.queryItems?.map { "\($0.name)=\($0.value ?? "")" }
    #expect(
      query == [
        "t=a:1", "t=b", "q=1", "pull=1", "rm=0", "forcerm=1", "squash=1", "memswap=-1",
        "cpusetcpus=0-1", "shmsize=67108864", #"buildargs={"A":"1","B":null}"#,
        #"labels={"l":"2"}"#,
        #"cachefrom=["c"]"#, "platform=linux/arm64", "new=1", "remote=git@example.com:x.git",
        "dockerfile=sub/Dockerfile",
      ]
    )
    #expect(engine.requests.last?.headers.contains("Content-Length: 0") == true)
    await docker.close()
    try await engine.stop()
  }

  @Test("are pruned by the words of the engine's version, and cancelled by their id")
  func cache() async throws {
    for (version, word) in [("1.41", "keep-storage"), ("1.48", "reserved-space")] {
      let engine = try await FakeEngine(version: version) { _ in
        FakeEngine.json("200 OK", #"{"CachesDeleted":["a"],"SpaceReclaimed":5}"#)
      }
      let docker = try DockerClient(baseURL: engine.address)
      let report = try await docker.pruneBuilds(all: true, keepBytes: 10, filters: ["until": "1h"])
      #expect(report.removed == ["a"] && report.reclaimedBytes == 5)
      try await docker.cancelBuild("a b")
      #expect(
        engine.requests.dropFirst().map(\.path) == [
          "/v\(version)/build/prune?all=1&filters=%7B%22until%22:%5B%221h%22%5D%7D&\(word)=10",
          "/v\(version)/build/cancel?id=a%20b",
        ]
      )
      let asked = engine.requests.count
      let vague = await dockerError { try await docker.pruneBuilds(filters: ["until": .init([])]) }
      #expect(vague?.code == .invalidArgument && engine.requests.count == asked)
      if version == "1.41" {
        let error = await #expect(throws: DockerError.self) {
          try await docker.pruneBuilds(maximumBytes: 5)
        }
        #expect(error?.code == .requiresAPIVersion)
      }
      await docker.close()
      try await engine.stop()
    }
  }

  @Test("of a Dockerfile that was written bring its files along, and get all names (DF 58)")
  func fromFile() async throws {
    let docker = try await sharedClient()
    try await withTemporaryFolder { folder in
      try folder.write("1", to: "a b.conf")
      try folder.write("2", to: "x[1]*.txt")
      try folder.write("3", to: "in/deep/file")
      let archive = folder.path("a.tar.gz")
      _ = try await RunningProcess.run("tar", ["-C", folder.path("in"), "-czf", archive, "."])
      var file = DockerFile(DockerEngine.image)
      try file.addFile(folder.path("a b.conf"), to: "/etc/a b.conf")
      try file.addFile(folder.path("x[1]*.txt"), to: "/opt/")
      try file.addFile(folder.path("in/"), to: "/in", contextPath: "ctx/in", removesFinally: true)
      try await file.addArchive(archive, to: "/unpacked")
      try file.run(Shortcuts.mkdirChown("/var/x y", owner: 7))
      try file.run("cat '/etc/a b.conf' '/opt/x[1]*.txt' /in/deep/file /unpacked/deep/file")
      file.command = "sh -c 'ls -ld /in \"/var/x y\"'"
      file.labels = ["a": "quote \" and\nline", "$HOME": "\\$PATH ${x:-y} 'z'"]
      for compression in [ArchiveCompression.gzip, .bzip2, .none] {
        try await withImageName(of: docker) { name in
          let client = ReportingClient(docker)
          var options = BuildSpec(.dockerfile(""))
          options.noCache = true
          let id = try await client.buildFromContext(
            DockerContext(file, compression: compression, finalize: true),
            tag: "\(name):v1",
            addTags: ["v1", "v1.0"],
            addsLatestTag: true,
            options: options
          )
          #expect(client.output.contains("1233"))
          let details = try await docker.inspectImage("\(name):v1")
          #expect(details.id == id)
          #expect(Set(details.repoTags) == Set(["v1", "v1.0", "latest"].map { "\(name):\($0)" }))
          let labels = details.raw["Config"]?["Labels"]
          #expect(labels?["a"] == "quote \" andline")
          #expect(labels?["$HOME"] == "\\$PATH ${x:-y} 'z'")
        }
      }
      try await withImageName(of: docker) { name in
        // A name without a tag has its further tags all the same.
        try await docker.buildFromFile(file, tag: name, addTags: ["x"])
        #expect(try await docker.images(name: name).flatMap(\.repoTags).count == 2)
      }
    }
    await docker.close()
  }

  @Test("add files and archives whatever their names are", arguments: [Builder.classic, .buildKit])
  func oddNames(_ builder: Builder) async throws {
    let docker = try await sharedClient()
    try await withTemporaryFolder { folder in
      let names = [
        "it's", #"say "x""#, #"back\slash"#, #"both\'"$[1]*"#, "-dash", "a<b", "$HOME", #"end\"#,
      ]
      for name in names { try folder.write(name, to: "in/\(name)") }
      let archive = folder.path("a.tar")
      let made = try await RunningProcess.run(
        "tar",
        ["-C", folder.path("in"), "-cf", archive, "."]
      )
      #expect(made.exitStatus == 0, "\(made.standardError)")
      var file = DockerFile(DockerEngine.image, maintainer: "$me \"I\"")
      try file.run("mkdir -p /f /n")
      for (number, name) in names.enumerated() {
        let context = "one\(number)/\(name)"
        let place = "/f/" + name.replacingOccurrences(of: "$", with: "\\$")
        try file.addFile(folder.path("in/\(name)"), to: place, contextPath: context)
      }
      try file.writeLine("WORKDIR /n")
      for name in names where !name.contains("$") { try file.addFile(folder.path("in/\(name)")) }
      try await file.addArchive(archive, to: "/a")
      try file.run("cd /f; for x in *; do cat \"./$x\"; echo; done | sort")
      try file.run(
        "cmp /n/it\\'s /f/it\\'s; cd /a; for x in *; do cmp \"./$x\" \"/f/$x\" || exit 9; done"
      )
      try await withImageName(of: docker) { name in
        let client = ReportingClient(docker)
        var spec = BuildSpec(.context(try DockerContext(file, finalize: true)), tags: [name])
        spec.noCache = true
        spec.builder = builder
        try await client.build(spec)
        for name in names {
          #expect(client.output.contains("\(name)\n"), "\(name)")
        }
        let labels = try await docker.inspectImage(name).raw["Config"]?["Labels"]
        #expect(labels?["maintainer"] == "$me \"I\"")
      }
    }
    await docker.close()
  }

  @Test("that fail are an error, or are told of and give nothing (DF 59)")
  func raising() async throws {
    let docker = try await sharedClient()
    var file = DockerFile(DockerEngine.image)
    try file.run("exit 3")
    let client = ReportingClient(docker)
    #expect(try await client.buildFromFile(file, tag: "swab-test-x", raisesOnError: false) == nil)
    #expect(client.texts.last?.contains("returned a non-zero code: 3") == true)
    let error = await #expect(throws: DockerError.self) {
      try await client.buildFromFile(file, tag: "swab-test-x")
    }
    #expect(error?.detailCode == 3)
    await docker.close()
  }
}

/// Writes at the end of a file; the name of the function itself is a method's here.
private func append(_ file: CInt, _ text: UnsafePointer<CChar>, _ count: Int) -> Int {
  write(file, text, count)
}

/// Answers one request, of which it reads no more than the beginning, and resets the connection.
private final class ResettingServer: Sendable {
  let port: UInt16

  init(_ body: String) throws {
    let listener = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
    var address = sockaddr_in()
    address.sin_family = sa_family_t(AF_INET)
    address.sin_addr.s_addr = UInt32(0x7F00_0001).bigEndian
    var size = socklen_t(MemoryLayout<sockaddr_in>.size)
    withUnsafeMutablePointer(to: &address) {
      $0.withMemoryRebound(to: sockaddr.self, capacity: 1) {
        _ = bind(listener, $0, size)
        _ = getsockname(listener, $0, &size)
      }
    }
    port = UInt16(bigEndian: address.sin_port)
    guard listen(listener, 1) == 0 else { throw TestSupportError("listen: \(errno)") }
    Thread.detachNewThread {
      let client = accept(listener, nil, nil)
      var room = [UInt8](repeating: 0, count: 64)
      _ = read(client, &room, room.count)
      let length = String(body.utf8.count, radix: 16)
      let reply =
        "HTTP/1.1 200 OK\r\nConnection: close\r\nTransfer-Encoding: chunked\r\n\r\n"
        + "\(length)\r\n\(body)\r\n0\r\n\r\n"
      _ = reply.withCString { SwabDockerTests.append(client, $0, reply.utf8.count) }
      // What wasn't read makes a reset of the end.
      close(client)
      close(listener)
    }
  }
}
