import ArgumentParser

#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#else
  import Darwin
#endif

/// `swab init`.
struct InitCommand: SwabSubcommand {
  static let configuration = CommandConfiguration(
    commandName: "init",
    abstract: "Write a fabfile.yml and a Fabfile.swift to start from."
  )

  func perform(in main: CommandLineMain) async throws -> ExitStatus {
    let files = [("fabfile.yml", Self.inventory), ("Fabfile.swift", Self.tasks)]
    for (name, _) in files where access(name, F_OK) == 0 {
      throw UsageError("\(name) is there already", hint: "swab init changes no file; move it away")
    }
    for (name, text) in files {
      try Self.write(text, to: name)
      print("wrote \(name)")
    }
    print(
      """

      Put your hosts into fabfile.yml, then:
        swab list
        swab run uptime -R web
        swab run sample_task -R web -P
      """
    )
    return .success
  }

  private static func write(_ text: String, to path: String) throws(UsageError) {
    let file = open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0o644)
    guard file >= 0 else { throw UsageError("\(path): \(String(cString: strerror(errno)))") }
    defer { close(file) }
    // It is code that swab runs: nobody else may write it, whatever the umask says.
    fchmod(file, 0o644)
    let bytes = Array(text.utf8)
    let count = bytes.withUnsafeBytes { systemWrite(file, $0) }
    guard count == bytes.count else {
      throw UsageError("\(path): \(String(cString: strerror(errno)))")
    }
  }

  static let inventory = """
    # Hosts, roles and settings. swab hosts shows what they come to, swab hosts --env h1 where each
    # value is set.
    env:
      # user: deploy
      docker_tunnel_local_port: 2224

    hosts:
      h1: localhost
      # h2: { address: 192.0.2.12, port: 2222, env: { docker_timeout: 40 } }

    roles:
      web: [h1]
      # db: { hosts: ["db[01-03]"], env: { user: postgres } }

    """

  static let tasks = """
    import Swab

    // swab list shows these tasks; swab run uptime -R web runs one.
    let fabfile = Fabfile {
      task("uptime", "Load of each host", uptime)
      task("sample_task", "List images and containers of each host", sampleTask)
      task("greet", "Say something on each host", arguments: ["name=world"], greet)
    }

    func uptime(host: Host) async throws -> String {
      try await host.run("uptime").stdout
    }

    func sampleTask(host: Host) async throws {
      let docker = try host.dockerFabric()
      let images = try await docker.images()
      let containers = try await docker.containers(all: true)
      host.puts("images=\\(images.count) containers=\\(containers.count)")
    }

    func greet(host: Host, arguments: TaskArguments) async throws {
      let name = try arguments.string("name")
      try await host.run("echo \\(quoted("hello, \\(name)"))")
    }

    """
}

private func systemWrite(_ descriptor: Int32, _ bytes: UnsafeRawBufferPointer) -> Int {
  write(descriptor, bytes.baseAddress, bytes.count)
}
