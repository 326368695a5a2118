import Foundation
import SwabTestSupport
import Testing

@testable import SwabDocker

@Suite("Builds and logins by the docker command", .timeLimit(.minutes(10)))
struct CommandBuildTests {
  /// A tar archive of files with these contents.
  private func context(_ files: [String: String]) async throws -> DockerUpload {
    try await withTemporaryFolder { folder in
      for (name, text) in files { try folder.write(text, to: "root/\(name)") }
      let made = try await RunningProcess.run(
        "tar",
        ["-C", folder.path("root"), "-cf", folder.path("context.tar"), "."]
      )
      try #require(made.exitStatus == 0)
      let bytes = try Data(contentsOf: URL(fileURLWithPath: folder.path("context.tar")))
      return DockerUpload(Array(bytes))
    }
  }

  private func call(_ context: DockerUpload, tags: [String]) -> DockerCall {
    var call = DockerCall(.POST, "/build")
    call.add("t", each: tags)
    call.add("buildargs", #"{"WORD":"it's $x"}"#)
    call.upload = context
    call.grace = nil
    return call
  }

  @Test(
    "builds from the context, returns the id, adds the tags, and leaves nothing behind (DF 27)",
    // Both make the same image, which an engine can't remove twice at once.
    .serialized,
    arguments: dockerPrograms
  )
  func build(_ program: String) async throws {
    try await withCommand(program) { command, engine in
      let name = "swab-build-\(UUID().uuidString.prefix(8))".lowercased()
      let files = [
        "Dockerfile":
          "FROM \(DockerEngine.image)\nARG WORD\nCOPY file /f\nRUN echo \"$WORD\" >/w\n",
        "file": "x",
      ]
      let tags = ["\(name):1", "\(name):2"]
      let progress = try await command.progress(
        call(try await context(files), tags: tags),
        proof: .build(.result)
      )
      var (id, text) = ("", "")
      for try await message in progress {
        text += message.stream ?? ""
        id = message.aux?["ID"]?.string ?? id
      }
      #expect(text.contains("Successfully built"))
      #expect(text.contains("Step 1/4"))
      for tag in tags { #expect(try await engine.inspectImage(tag).id == id) }
      let result = try await engine.run(ContainerSpec(image: name + ":1", command: ["cat", "/w"]))
      #expect(result.output == "it's $x\n")
      for tag in tags { try await engine.removeImage(tag) }
    }
  }

  @Test("a build that fails tells the failing command, and leaves nothing behind (DF 27)")
  func failure() async throws {
    try await withTemporaryFolder { folder in
      var settings = DockerCommandSettings()
      settings.baseURL = try await DockerEngine.shared().socketPath
      // Whatever is written for a while goes there.
      settings.prefix = "env TMPDIR=\(folder.path)"
      let command = try DockerClient(command: settings)
      let files = ["Dockerfile": "FROM \(DockerEngine.image)\nRUN exit 3\n"]
      let progress = try await command.progress(
        call(try await context(files), tags: []),
        proof: .build(.result)
      )
      var seen = 0
      let error = await #expect(throws: DockerError.self) {
        for try await _ in progress { seen += 1 }
      }
      #expect(seen > 0)
      #expect(error?.message.contains("returned a non-zero code: 3") == true, "\(error as Any)")
      #expect(error?.detailCode == 3)
      let other = await #expect(throws: DockerError.self) {
        _ = try await command.progress(
          call(try await context(["x": ""]), tags: []),
          proof: .build(.result)
        )
        .first { _ in false }
      }
      #expect(other?.message.contains("Dockerfile") == true, "\(other as Any)")
      #expect(try FileManager.default.contentsOfDirectory(atPath: folder.path) == [])
      await command.close()
    }
  }

  @Test("a build by BuildKit that fails tells the step and its status (DF 27)")
  func buildKitFailure() async throws {
    var settings = DockerCommandSettings()
    // This release does it by itself; newer ones need buildx.
    settings.binary = "/usr/bin/docker"
    settings.baseURL = try await DockerEngine.shared().socketPath
    settings.prefix = "env DOCKER_BUILDKIT=1"
    let command = try DockerClient(command: settings)
    let run = "echo 'Error response from daemon: not found: exit code: 5'; echo \(UUID()); exit 7"
    var spec = BuildSpec(.dockerfile(BuildTests.from + "RUN \(run)\n"))
    spec.noCache = true
    let error = await #expect(throws: DockerError.self) { try await command.build(spec) }
    #expect(error?.code == .streamFailed)
    #expect(error?.message == "executor failed running [/bin/sh -c \(run)]: exit code: 7")
    #expect(error?.detailCode == 7)
    #expect(error?.failedStep?.instruction == "[2/2] RUN \(run)")
    let output = error?.failedStep?.output ?? []
    #expect(output.first == "Error response from daemon: not found: exit code: 5", "\(output)")
    #expect(output.count == 2)
    let syntax = await #expect(throws: DockerError.self) {
      try await command.build(BuildSpec(.dockerfile("FORM x\n")))
    }
    #expect(syntax?.message.hasSuffix("unknown instruction: FORM") == true, "\(syntax as Any)")
    #expect(syntax?.message.contains("#1") == false)
    await command.close()
  }

  /// A docker program of a test's own, that keeps what it is given.
  private func withProgram(
    _ script: String,
    _ body: (DockerClient, TemporaryFolder) async throws -> Void
  ) async throws {
    try await withTemporaryFolder { folder in
      let program = try folder.write(
        """
        #!/bin/sh
        d=\(folder.path)
        [ "$1" != context ] || { echo '{"Name":"default"}'; exit; }
        \(script)
        """,
        to: "docker",
        mode: 0o755
      )
      var settings = DockerCommandSettings()
      settings.binary = program
      let docker = try DockerClient(command: settings, version: "1.41")
      try await body(docker, folder)
      await docker.close()
    }
  }

  private func logIn(_ docker: DockerClient) async throws -> String {
    var call = DockerCall(.POST, "/auth")
    let login: JSONValue = [
      "username": "joe", "password": "s3cret $x", "serveraddress": "registry.example:5000",
      "email": "joe@example",
    ]
    call.body = login
    return try await docker.json(call)["Status"]?.string ?? ""
  }

  @Test(
    "a login is true only with the line \"Login Succeeded\" (DF 28)",
    arguments: [
      ("echo 'Login Succeeded'", true), ("echo 'WARNING'; echo 'Login Succeeded'", true),
      ("echo 'Login Succeeded, almost'", false), ("echo fine", false), ("true", false),
    ]
  )
  func login(_ says: String, _ succeeds: Bool) async throws {
    let script = """
      printf '%s\\n' "$@" >$d/words; cat >$d/input
      ls -ld "$2" | cut -c1-10 >$d/mode; echo "$2" >$d/folder
      \(says)
      """
    try await withProgram(script) { docker, folder in
      if succeeds {
        #expect(try await logIn(docker) == "Login Succeeded")
      } else {
        let error = await #expect(throws: DockerError.self) { try await logIn(docker) }
        #expect(error?.isUnauthorized == true)
      }
      let words = try folder.read("words").split(separator: "\n").map(String.init)
      #expect(words.first == "--config")
      #expect(
        Array(words.dropFirst(2))
          == ["login", "--username=joe", "--password-stdin", "registry.example:5000"]
      )
      #expect(try folder.read("input") == "s3cret $x")
      #expect(try folder.read("mode") == "drwx------\n")
      let place = try folder.read("folder").trimmingWhiteSpace()
      #expect(!FileManager.default.fileExists(atPath: place))
    }
  }

  @Test(
    "a login that is refused is an error with the registry's words, and no secret in it (DF 28)"
  )
  func refusedLogin() async throws {
    let script = """
      cat >/dev/null
      echo 'Error response from daemon: Get "https://r/v2/": unauthorized: incorrect username or password' >&2
      exit 1
      """
    try await withProgram(script) { docker, _ in
      let error = await #expect(throws: DockerError.self) { try await logIn(docker) }
      #expect(error?.isUnauthorized == true)
      #expect(error?.message.hasSuffix("incorrect username or password") == true)
      #expect(!"\(error as Any)".contains("s3cret"))
    }
  }

  @Test(
    "the logins of a request are in a folder that goes with the command, however it ends",
    arguments: [0, 1]
  )
  func logins(_ status: Int) async throws {
    let script = """
      cat "$2/config.json" >$d/config; echo "$2" >$d/folder; shift 2; echo "$@" >$d/words
      echo 'latest: Pulling from app'
      [ \(status) = 0 ] || { echo 'Error response from daemon: manifest unknown' >&2; exit 1; }
      echo 'Status: Image is up to date for r.example/app:1'
      """
    try await withProgram(script) { docker, folder in
      var call = DockerCall(.POST, "/images/create")
      call.add("fromImage", "r.example/app")
      call.add("tag", "1")
      let login = #"{"username":"joe","password":"pw","serveraddress":"r.example"}"#
      call.headers = [("X-Registry-Auth", Base64.encode(Array(login.utf8), .url))]
      let progress = try await docker.progress(call, proof: .pull)
      do {
        for try await _ in progress {}
        #expect(status == 0)
      } catch let error as DockerError {
        #expect(status == 1 && error.message == "manifest unknown", "\(error)")
      }
      #expect(try folder.read("words") == "pull r.example/app:1\n")
      let auth = Base64.encode(Array("joe:pw".utf8))
      #expect(try folder.read("config") == #"{"auths":{"r.example":{"auth":"\#(auth)"}}}"#)
      let place = try folder.read("folder").trimmingWhiteSpace()
      #expect(!FileManager.default.fileExists(atPath: place))
    }
  }

  @Test("images go out and come back, and archives become images", arguments: dockerPrograms)
  func imageFiles(_ program: String) async throws {
    try await withCommand(program) { command, engine in
      let name = "swab-file-\(UUID().uuidString.prefix(8))".lowercased()
      try await engine.tag(DockerEngine.image, as: name, tag: "1")
      let archive = try await command.save(images: [name + ":1"]).collect(upTo: 64 << 20)
      #expect(try await command.load(DockerUpload(archive)).names == [name + ":1"])
      try await engine.removeImage(name + ":1")
      var options = ImageImport(repository: name, tag: "2")
      options.changes = ["CMD [\"true\"]"]
      let id = try await withContainer(.script("true"), of: engine) { container in
        try await command.importImage(DockerUpload(command.export(container)), options)
      }
      let image = try await engine.inspectImage(name + ":2")
      #expect(image.id == id)
      #expect(image.config?.command == ["true"])
      try await command.removeImage(name + ":2")
      let error = await #expect(throws: DockerError.self) {
        try await command.load(DockerUpload(Array("no archive".utf8)))
      }
      #expect(error != nil)
      let missing = await #expect(throws: DockerError.self) {
        _ = try await command.save(images: ["nosuch:1"])
      }
      #expect(missing?.isNotFound == true)
    }
  }
}
