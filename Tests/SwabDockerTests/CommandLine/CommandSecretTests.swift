import Foundation
import SwabTestSupport
import Synchronization
import Testing

@testable import SwabDocker

@Suite("Secrets on a host where the docker command runs", .timeLimit(.minutes(5)))
struct CommandSecretTests {
  /// Shells that may be the host's `/bin/sh`.
  static let shells = ["sh", "bash --posix", "busybox sh"]

  /// Runs commands by that shell, with these lines before them.
  private func runner(_ shell: String, _ before: String = "") -> CommandRunner {
    { command, output in
      var command = command
      command.text = "exec \(shell) -c \(ShellText.quoted(before + command.text))"
      return try await LocalCommandRunner.run(command, output)
    }
  }

  private func client(
    _ script: String,
    in folder: TemporaryFolder,
    by run: @escaping CommandRunner
  ) throws -> DockerClient {
    var settings = DockerCommandSettings()
    settings.binary = try folder.write(
      "#!/bin/sh\nd=\(folder.path)\n\(script)",
      to: "docker",
      mode: 0o755
    )
    settings.baseURL = "/nowhere/docker.sock"
    return try DockerClient(command: settings, version: "1.41", host: nil, run: run)
  }

  private var pull: DockerCall {
    var call = DockerCall(.POST, "/images/create")
    call.add("fromImage", "r.example/app")
    call.add("tag", "1")
    let login = #"{"username":"joe","password":"pw","serveraddress":"r.example"}"#
    call.headers = [("X-Registry-Auth", Base64.encode(Array(login.utf8), .url))]
    return call
  }

  @Test("are gone when a command is cancelled, also one that nobody can end", arguments: shells)
  func cancelled(_ shell: String) async throws {
    try await withTemporaryFolder { folder in
      // As one that is run by sudo, it doesn't end when it is told to.
      let script = """
        trap '' HUP INT TERM
        cat "$2/config.json" >$d/config; echo "$2" >$d/place.new; mv $d/place.new $d/place
        while [ -e $d/docker ]; do sleep 0.05; done
        """
      let docker = try client(script, in: folder, by: runner(shell))
      let call = pull
      let task = Task { for try await _ in try await docker.progress(call, proof: .pull) {} }
      try await eventually("the command runs") {
        FileManager.default.fileExists(atPath: folder.path("place"))
      }
      let place = try folder.read("place").trimmingWhiteSpace()
      #expect(FileManager.default.fileExists(atPath: place + "/config.json"))
      #expect(try folder.read("config").contains("auths"))
      task.cancel()
      await #expect(throws: CancellationError.self) { try await task.value }
      await docker.close()
      #expect(!FileManager.default.fileExists(atPath: place))
    }
  }

  @Test("are gone when a command has ended, whose status and output are as ever", arguments: shells)
  func ended(_ shell: String) async throws {
    try await withTemporaryFolder { folder in
      let script = """
        echo "$2" >$d/place; wc -c >$d/count
        echo out; echo 'Error response from daemon: manifest unknown' >&2; exit 7
        """
      var command = DockerCommand(["pull", "x"])
      command.logins = ["auths": [:]]
      command.input = DockerUpload([UInt8](repeating: 65, count: 300_000))
      var settings = DockerCommandSettings()
      settings.binary = try folder.write(
        "#!/bin/sh\nd=\(folder.path)\n\(script)",
        to: "docker",
        mode: 0o755
      )
      settings.baseURL = "/nowhere/docker.sock"
      let output = Mutex(CommandOutput())
      let end = try await DockerCommandLine(settings, run: runner(shell)).run(command) { chunk in
        try output.withLock { try $0.add(chunk, limit: 1 << 20) }
      }
      #expect(end == CommandEnd(exitStatus: 7))
      #expect(output.withLock { $0.text } == "out\n")
      #expect(
        output.withLock { $0.errorText } == "Error response from daemon: manifest unknown\n"
      )
      #expect(try folder.read("count").trimmingWhiteSpace() == "300000")
      let place = try folder.read("place").trimmingWhiteSpace()
      #expect(place.hasPrefix("/") && !FileManager.default.fileExists(atPath: place))
    }
  }

  @Test("are in a file of the command's own, where the process reads the input", arguments: shells)
  func variables(_ shell: String) async throws {
    try await withTemporaryFolder { folder in
      let script = """
        case $3 in
          inspect) echo '[{"Id":"c1","State":{"Running":true}}]' ;;
          exec) f=${4#--env-file=}; ls -l "$f" | cut -c1-10 >$d/mode; cp "$f" $d/env
            echo "$f" >$d/place; shift 4; echo "$@" >$d/words; cat ;;
        esac
        """
      let docker = try client(script, in: folder, by: runner(shell))
      var spec = ExecSpec(["cat"])
      spec.environment = ["A": "s3cret 'x' \\n $y", "B": "", "LINES": "1\n2"]
      let result = try await docker.exec("web", spec, input: DockerUpload(Array("\nin\n".utf8)))
      #expect(result.exitCode == 0 && result.output == "\nin\n")
      #expect(try folder.read("env") == "A=s3cret 'x' \\n $y\nB=\n")
      #expect(try folder.read("mode") == "-rw-------\n")
      #expect(try folder.read("words") == "--interactive --env=LINES=1\n2 c1 cat\n")
      let place = try folder.read("place").trimmingWhiteSpace()
      #expect(place.hasSuffix("/env") && !FileManager.default.fileExists(atPath: place))
      await docker.close()
    }
  }

  @Test("leave the command its user's contexts and plugins", arguments: dockerPrograms)
  func context(_ program: String) async throws {
    let engine = try await sharedClient()
    try await withTemporaryFolder { folder in
      let config = folder.path("my docker")
      try folder.write("", to: "my docker/cli-plugins/docker-x")
      let socket = try await DockerEngine.shared().socketPath
      for words in [
        ["create", "other", "--docker", "host=unix://\(socket)"], ["use", "other"],
      ] {
        let made = try await RunningProcess.run(program, ["--config", config, "context"] + words)
        try #require(made.exitStatus == 0, "\(made.standardError)")
      }
      // No address is set, so that the context tells where the engine is.
      var settings = DockerCommandSettings()
      settings.binary = program
      let before = "export DOCKER_CONFIG=\(ShellText.quoted(config)); unset DOCKER_HOST; "
      let docker = try DockerClient(
        command: settings,
        host: nil,
        run: runner("sh", before)
      )
      try await withImageName(of: engine) { name in
        let logins = #"{"r.example":{"username":"joe","password":"pw"}}"#
        var build = DockerCall(.POST, "/build")
        build.add("t", name)
        build.headers = [("X-Registry-Config", Base64.encode(Array(logins.utf8), .url))]
        build.upload = DockerUpload.tar([.file("Dockerfile", Array(BuildTests.from.utf8))])
        build.grace = nil
        for try await _ in try await docker.progress(build, proof: .build(.result)) {}
        #expect(try await !engine.images(name: name).isEmpty)
      }
      await docker.close()
      // What the program is given as its configuration.
      settings.binary = try folder.write(
        """
        #!/bin/sh
        d=\(folder.path)
        if [ "$1" = context ]; then exec \(program) "$@"; fi
        cat "$2/config.json" >$d/config; ls "$2/cli-plugins" "$2/contexts" >$d/list
        echo 'Status: Image is up to date for r.example/app:1'
        """,
        to: "docker",
        mode: 0o755
      )
      let other = try DockerClient(
        command: settings,
        version: "1.41",
        host: nil,
        run: runner("sh", before)
      )
      for try await _ in try await other.progress(pull, proof: .pull) {}
      let value = try JSONValue(parsing: folder.read("config"))
      #expect(value["currentContext"] == "other" && value["auths"]?["r.example"] != nil)
      let listed = try folder.read("list")
      #expect(listed.contains("docker-x\n") && listed.contains("meta\n"), "\(listed)")
      await other.close()
    }
    await engine.close()
  }

  @Test(
    "are with programs that have no contexts",
    arguments: [
      #"{"Name":"default","Storage":{"MetadataPath":"<IN MEMORY>"}}"#,
      #"{"Name":"x","Storage":{"MetadataPath":""}}"#, "{}",
    ]
  )
  func standardContext(_ printed: String) throws {
    var output = CommandOutput()
    output.stdout = Array(printed.utf8)
    let context = try CommandContext(output)
    #expect(context.name == nil && context.folder == nil)
    output.stdout = Array("no JSON".utf8)
    #expect(throws: DockerError.self) { try CommandContext(output) }
  }
}
