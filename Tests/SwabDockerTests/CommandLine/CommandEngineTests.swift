import Foundation
import SwabTestSupport
import Testing

@testable import SwabDocker

/// The docker programs of this machine: what is right with one release may be wrong with another.
let dockerPrograms: [String] = {
  let path = ProcessInfo.processInfo.environment["PATH"] ?? ""
  var known: Set<String> = []
  return "\(path):/usr/bin".split(separator: ":").map { "\($0)/docker" }
    .filter { FileManager.default.isExecutableFile(atPath: $0) }
    .map { URL(fileURLWithPath: $0).resolvingSymlinksInPath().path }
    .filter { known.insert(($0 as NSString).resolvingSymlinksInPath).inserted }
}()

/// Lends a client whose requests a docker program does, with one that speaks to the engine itself.
func withCommand<Result>(
  _ program: String = "docker",
  timeout: Duration = .seconds(300),
  _ body: (_ command: DockerClient, _ engine: DockerClient) async throws -> Result
) async throws -> Result {
  var settings = DockerCommandSettings()
  settings.binary = program
  settings.baseURL = try await DockerEngine.shared().socketPath
  let command = try DockerClient(command: settings, timeout: timeout)
  let engine = try await sharedClient()
  do {
    let result = try await body(command, engine)
    await command.close()
    await engine.close()
    return result
  } catch {
    await command.close()
    await engine.close()
    throw error
  }
}

@Suite("The docker command instead of the API, with a real engine", .timeLimit(.minutes(10)))
struct CommandEngineTests {
  @Test("tells of the engine as the API does", arguments: dockerPrograms)
  func system(_ program: String) async throws {
    try await withCommand(program) { command, engine in
      #expect(try await command.version().version == engine.version().version)
      #expect(try await command.version().apiVersion == engine.version().apiVersion)
      #expect(try await command.ping().apiVersion == engine.ping().apiVersion)
      let (ours, theirs) = (try await command.info(), try await engine.info())
      #expect(ours.id == theirs.id && ours.memoryBytes == theirs.memoryBytes)
      #expect(try await command.apiVersion() == engine.apiVersion())
      #expect(try await !command.diskUsage().images.isEmpty)
    }
  }

  @Test("makes, starts, stops and removes containers as the API does", arguments: dockerPrograms)
  func life(_ program: String) async throws {
    try await withCommand(program) { command, engine in
      var spec = ContainerSpec.script("echo out; echo err >&2; exec sleep 1000")
      spec.environment = ["SECRET": "a 'b' $c", "LINES": "1\n2"]
      let mark = UUID().uuidString
      spec.labels = ["swab.test": mark]
      spec.hostConfig.resources.memoryBytes = 64 << 20
      spec.hostConfig.binds = [BindMount("/tmp", at: "/host", options: ["ro"])]
      spec.healthcheck = .shell("true")
      try spec.publish("127.0.0.1::80")
      try await withContainer(spec, of: command) { name in
        let made = try await engine.inspectContainer(name)
        #expect(Set(made.config.environment) == ["SECRET=a 'b' $c", "LINES=1\n2", "PATH=/bin"])
        #expect(made.config.labels["swab.test"] == mark)
        #expect(made.raw["HostConfig"]?["Memory"]?.int == 64 << 20)
        #expect(made.raw["HostConfig"]?["Binds"]?[0] == "/tmp:/host:ro")
        #expect(made.raw["Config"]?["Healthcheck"]?["Test"]?[1] == "true")
        #expect(try await command.start(name))
        #expect(try await !command.start(name))
        #expect(try await command.inspectContainer(name).raw == engine.inspectContainer(name).raw)
        try await compareListings(command, engine, labelled: mark)
        try await command.pause(name)
        #expect(try await engine.inspectContainer(name).state.isPaused)
        try await command.unpause(name)
        let processes = try await command.top(name, arguments: "-o pid,args")
        #expect(processes.column("COMMAND") == ["sleep 1000"])
        _ = try await command.exec(name, ["touch", "/tmp/new"])
        let change = try await command.changes(of: name).first { $0.path == "/tmp/new" }
        #expect(change?.kind == .added)
        #expect(try await command.stop(name, timeout: .seconds(10)))
        #expect(try await !command.stop(name))
        #expect(try await command.wait(name).exitCode == 137)
      }
    }
  }

  private func compareListings(
    _ command: DockerClient,
    _ engine: DockerClient,
    labelled mark: String
  ) async throws {
    let filters: DockerFilters = ["label": "swab.test=\(mark)"]
    let ours = try await command.containers(all: true, filters: filters)
    let theirs = try await engine.containers(all: true, filters: filters)
    try #require(ours.count == 1 && theirs.count == 1)
    for key in [
      "Id", "Names", "Image", "ImageID", "Command", "Created", "Labels", "State", "HostConfig",
      "Mounts",
    ] {
      #expect(ours[0].raw[key] == theirs[0].raw[key], "\(key)")
    }
    let (some, others) = (ours[0].ports.map(\.raw), theirs[0].ports.map(\.raw))
    #expect(some.count == others.count && some.allSatisfy { others.contains($0) })
    #expect(try await command.containers(filters: ["label": "nobody=has"]).isEmpty)
  }

  @Test("waits, with a bound that ends the command (DF 25)", arguments: dockerPrograms)
  func wait(_ program: String) async throws {
    try await withCommand(program) { command, _ in
      try await withContainer(.script("exec sleep 1000"), of: command) { name in
        try await command.start(name)
        let error = await #expect(throws: DockerError.self) {
          try await command.wait(name, timeout: .milliseconds(300))
        }
        #expect(error?.code == .timeout)
        try await eventually("the command has ended") { try await !isRunning("wait \(name)") }
        let end = try await command.beginWait(name, condition: .nextExit)
        try await command.kill(name)
        #expect(try await end.result().exitCode == 137)
      }
    }
  }

  private func isRunning(_ words: String) async throws -> Bool {
    ProcessTable.all().contains { ProcessTable.commandLine(of: $0).contains(words) }
  }

  @Test("gives and follows logs, whose two streams don't mix", arguments: dockerPrograms)
  func logs(_ program: String) async throws {
    try await withCommand(program) { command, _ in
      let spec = ContainerSpec.script("echo out; echo err >&2; read x; exit 0")
      var open = spec
      open.opensStandardInput = true
      try await withContainer(open, of: command) { name in
        try await command.start(name)
        let followed = try await command.logs(name, follow: true, timestamps: true)
        var lines: Set<String> = []
        for try await line in followed.lines {
          lines.insert("\(line.stream) \(line.text) \(line.timestamp != nil)")
          if lines.count == 2 { break }
        }
        #expect(lines == ["standardOutput out true", "standardError err true"])
        followed.close()
        try await eventually("the end of docker logs") {
          try await !isRunning("logs --follow --timestamps \(name)")
        }
        var errors: [String] = []
        for try await line in try await command.logs(name, stdout: false).lines {
          errors.append(line.text)
        }
        #expect(errors == ["err"])
      }
    }
  }

  @Test("follows logs that begin with an error of the container's own", arguments: dockerPrograms)
  func ownError(_ program: String) async throws {
    try await withCommand(program) { command, _ in
      let text = "echo 'Error: mine' >&2; exec sleep 1000"
      try await withContainer(.script(text), of: command) { name in
        try await command.start(name)
        let followed = try await command.logs(name, follow: true)
        for try await line in followed.lines {
          #expect(line.text == "Error: mine")
          break
        }
        followed.close()
      }
    }
  }

  @Test("runs commands in containers, with input and their status", arguments: dockerPrograms)
  func exec(_ program: String) async throws {
    try await withCommand(program) { command, _ in
      try await withContainer(.script("exec sleep 1000"), of: command) { name in
        try await command.start(name)
        let result = try await command.exec(
          name,
          ["sh", "-c", "wc -c; echo err >&2; exit 7"],
          input: DockerUpload([UInt8](repeating: 65, count: 300_000))
        )
        #expect(result.exitCode == 7)
        #expect(result.output == "300000\n" && result.errorOutput == "err\n")
        var spec = ExecSpec(["sh", "-c", "echo $A; pwd; id -u"])
        (spec.environment, spec.workingDirectory, spec.user) = (["A": "s3cret"], "/tmp", "7")
        #expect(try await command.exec(name, spec).output == "s3cret\n/tmp\n7\n")
        spec.command = ["sh", "-c", "echo $A; cat"]
        let input = DockerUpload(Array("in".utf8))
        #expect(try await command.exec(name, spec, input: input).output == "s3cret\nin")
        // What a process says of errors is no complaint of the docker command.
        let words = "Error: Unable to access jarfile missing.jar"
        let own = try await command.exec(name, ["sh", "-c", "echo '\(words)' >&2; exit 1"])
        #expect(own == ExecResult(exitCode: 1, stdout: [], stderr: Array("\(words)\n".utf8)))
        let error = await #expect(throws: DockerError.self) {
          try await command.exec(name, ["nosuch"])
        }
        #expect(error?.code == .execStartFailed)
        let id = try await command.createExec(name, ExecSpec(["true"]))
        try await command.startDetachedExec(id)
        let again = await #expect(throws: DockerError.self) { try await command.startExec(id) }
        #expect(again?.code == .conflict)
      }
    }
  }

  @Test("speaks with a process while it runs", arguments: dockerPrograms)
  func session(_ program: String) async throws {
    try await withCommand(program) { command, _ in
      try await withContainer(.script("exec sleep 1000"), of: command) { name in
        try await command.start(name)
        var spec = ExecSpec(["sh", "-c", "while read x; do echo got $x; done"])
        spec.attachesStandardInput = true
        let (id, session) = try await command.execSession(name, spec)
        var lines = session.output.lines.makeAsyncIterator()
        for word in ["one", "two"] {
          try await session.write(Array("\(word)\n".utf8))
          #expect(try await lines.next()?.text == "got \(word)")
        }
        try await session.closeInput()
        #expect(try await lines.next() == nil)
        #expect(try await command.inspectExec(id).exitCode == 0)
      }
    }
  }

  @Test("runs a container to its end, and removes it", arguments: dockerPrograms)
  func run(_ program: String) async throws {
    try await withCommand(program) { command, engine in
      let name = "swab-run-\(UUID().uuidString.prefix(8))"
      let result = try await command.run(
        .script("cat; echo err >&2; exit 3"),
        name: name,
        input: DockerUpload(Array("in".utf8))
      )
      #expect(
        result == ExecResult(exitCode: 3, stdout: Array("in".utf8), stderr: Array("err\n".utf8))
      )
      let error = await #expect(throws: DockerError.self) {
        try await engine.inspectContainer(name)
      }
      #expect(error?.isNotFound == true)
    }
  }

  @Test("copies into and out of containers", arguments: dockerPrograms)
  func archives(_ program: String) async throws {
    try await withCommand(program) { command, engine in
      try await withContainer(.script("true"), of: command) { name in
        let archive = try await engine.archive(name, path: "/bin").bytes.collect(upTo: 16 << 20)
        try await command.putArchive(name, path: "/tmp", DockerUpload(archive))
        for path in ["/tmp/bin/busybox", "/tmp/bin/sh", "/tmp/bin", "/tmp/bin/."] {
          let (ours, theirs) = (
            try await command.stat(name, path: path), try await engine.stat(name, path: path)
          )
          #expect(ours.name == theirs.name && ours.kind == theirs.kind, "\(path)")
          #expect(ours.permissions == theirs.permissions, "\(path)")
          if ours.kind != .folder { #expect(ours.size == theirs.size) }
          #expect(ours.linkTarget == theirs.linkTarget)
        }
        let fetched = try await command.archive(name, path: "/tmp/bin")
        #expect(fetched.stat.kind == .folder)
        let bytes = try await fetched.bytes.collect(upTo: 16 << 20)
        #expect(bytes.count >= archive.count)
        #expect(try await command.export(name).collect(upTo: 32 << 20).count > archive.count)
        let error = await #expect(throws: DockerError.self) {
          try await command.archive(name, path: "/nosuch")
        }
        #expect(error?.isNotFound == true)
      }
    }
  }

  @Test("deals with images as the API does", arguments: dockerPrograms)
  func images(_ program: String) async throws {
    try await withCommand(program) { command, engine in
      let ours = try #require(try await command.images(name: "busybox").first)
      let theirs = try #require(try await engine.images(name: "busybox").first)
      for key in ["Id", "ParentId", "Created", "Size", "Containers"] {
        #expect(ours.raw[key] == theirs.raw[key], "\(key)")
      }
      // Other tests give the image further names meanwhile.
      #expect(ours.repoTags.contains(DockerEngine.image))
      let (our, their) = (
        try await command.history(of: ours.id), try await engine.history(of: ours.id)
      )
      for key in ["Id", "Created", "CreatedBy", "Comment", "Size"] {
        #expect(our.map { $0.raw[key] } == their.map { $0.raw[key] }, "\(key)")
      }
      let name = "swab-test-\(UUID().uuidString.prefix(8))".lowercased()
      try await command.tag(DockerEngine.image, as: name, tag: "1")
      #expect(try await engine.inspectImage("\(name):1").id == ours.id)
      #expect(try await command.removeImage("\(name):1").map(\.untagged) == ["\(name):1"])
      let error = await #expect(throws: DockerError.self) {
        try await command.removeImage("\(name):1", force: true)
      }
      #expect(error?.isNotFound == true)
      try await withContainer(.script("true"), of: command) { container in
        let id = try await command.commit(container, ImageCommit(repository: name, tag: "2"))
        #expect(try await engine.inspectImage("\(name):2").id == id)
        let removed = try await command.removeImage("\(name):2")
        #expect(removed.contains { $0.deleted == id })
      }
    }
  }

  @Test("deals with networks and volumes as the API does", arguments: dockerPrograms)
  func networks(_ program: String) async throws {
    try await withCommand(program) { command, engine in
      let name = "swab-test-\(UUID().uuidString.prefix(8))"
      var spec = NetworkSpec(name)
      spec.labels = ["a": "b c"]
      let made = try await command.createNetwork(spec)
      #expect(try await command.inspectNetwork(name).raw == engine.inspectNetwork(made.id).raw)
      let listed = try await command.networks(filters: ["name": .init([name])])
      #expect(listed.map(\.labels) == [["a": "b c"]])
      let taken = await #expect(throws: DockerError.self) { try await command.createNetwork(spec) }
      #expect(taken?.isConflict == true)
      try await withContainer(.script("exec sleep 1000"), of: command) { container in
        try await command.start(container)
        var endpoint = EndpointSpec()
        endpoint.aliases = ["db"]
        try await command.connect(container, toNetwork: name, endpoint)
        let used = await #expect(throws: DockerError.self) { try await command.removeNetwork(name) }
        #expect(used?.code == .forbidden)
        try await command.disconnect(container, fromNetwork: name)
      }
      try await command.removeNetwork(name)
      var volume = VolumeSpec(name)
      volume.labels = ["x": name]
      #expect(try await command.createVolume(volume).name == name)
      #expect(try await command.volumes(filters: ["label": "x=\(name)"]).map(\.name) == [name])
      #expect(try await command.inspectVolume(name).raw == engine.inspectVolume(name).raw)
      try await command.removeVolume(name)
      let gone = await #expect(throws: DockerError.self) { try await command.inspectVolume(name) }
      #expect(gone?.isNotFound == true)
    }
  }

  @Test("meets the same errors as the API", arguments: dockerPrograms)
  func errors(_ program: String) async throws {
    try await withCommand(program) { command, engine in
      let spec = ContainerSpec.script("exec sleep 1000")
      try await withContainer(spec, of: command) { name in
        let actions: [(DockerClient) async throws -> Void] = [
          { _ = try await $0.inspectContainer("nosuch") },
          { try await $0.createContainer(ContainerSpec(image: "nosuch:1")) },
          { try await $0.createContainer(spec, name: name) },
          { try await $0.start("nosuch") }, { try await $0.stop("nosuch") },
          { try await $0.removeContainer("nosuch", force: true) },
          { try await $0.kill(name) }, { _ = try await $0.exec(name, ["true"]) },
          { _ = try await $0.logs("nosuch") }, { _ = try await $0.inspectImage("nosuch") },
          { _ = try await $0.inspectNetwork("nosuch") },
          { _ = try await $0.inspectVolume("nosuch") },
          { try await $0.removeVolume("nosuch") }, { try await $0.removeNetwork("bridge") },
          { try await $0.tag("nosuch", as: "x") }, { _ = try await $0.history(of: "nosuch") },
          { _ = try await $0.wait("nosuch") }, { _ = try await $0.wait(name) },
          { try await $0.removeImage("nosuch") }, { _ = try await $0.top(name) },
        ]
        for (number, action) in actions.enumerated() {
          let ours = await #expect(throws: DockerError.self) { try await action(command) }
          let theirs = await #expect(throws: DockerError.self) { try await action(engine) }
          #expect(ours?.code == theirs?.code, "\(number): \(ours as Any) \(theirs as Any)")
          #expect(ours?.path == theirs?.path)
        }
      }
    }
  }

  @Test("says what stands in the way to the engine", arguments: dockerPrograms)
  func noEngine(_ program: String) async throws {
    var settings = DockerCommandSettings()
    settings.binary = program
    settings.baseURL = "unix:///nowhere/docker.sock"
    let docker = try DockerClient(command: settings)
    let error = await #expect(throws: DockerError.self) { try await docker.containers() }
    #expect(error?.code == .connectionFailed)
    await docker.close()
    settings.binary = "/nowhere/docker"
    let missing = try DockerClient(command: settings)
    let other = await #expect(throws: DockerError.self) { try await missing.containers() }
    #expect(other?.code == .connectionFailed)
    #expect(other?.hint?.contains("docker_cli_bin") == true)
    await missing.close()
  }

  @Test("takes no longer than it may, and leaves nothing running")
  func timeout() async throws {
    try await withTemporaryFolder { folder in
      let path = folder.path
      let slow = try folder.write("#!/bin/sh\nexec sleep 617\n# \(path)", to: "slow", mode: 0o755)
      var settings = DockerCommandSettings()
      settings.binary = slow
      let docker = try DockerClient(
        command: settings,
        version: "1.41",
        timeout: .milliseconds(300)
      )
      let error = await #expect(throws: DockerError.self) { try await docker.kill("web") }
      #expect(error?.isTimeout == true)
      let version = try DockerClient(command: settings, timeout: .milliseconds(300))
      let other = await #expect(throws: DockerError.self) { try await version.kill("web") }
      #expect(other?.isTimeout == true)
      await docker.close()
      await version.close()
      try await eventually("the command has ended") {
        !ProcessTable.all().contains { ProcessTable.commandLine(of: $0) == "sleep 617" }
      }
    }
  }
}
