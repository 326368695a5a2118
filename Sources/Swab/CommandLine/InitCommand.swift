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
    abstract: "Write a fabfile.yml and a Fabfile.swift to start from, or the one that is missing."
  )

  func perform(in main: CommandLineMain) async throws -> ExitStatus {
    let hasInventory = TaskFiles.exists(Self.inventoryName)
    let hasTasks = TaskFiles.exist(beside: Self.inventoryName)
    guard !hasInventory || !hasTasks else {
      throw UsageError(
        "nothing is missing: \(Self.inventoryName) and the tasks are there already",
        hint: "swab init changes no file; to start anew, move them away"
      )
    }
    if !hasInventory { try Self.write(Self.inventory, to: Self.inventoryName) }
    if !hasTasks { try Self.write(Self.tasks, to: TaskFiles.file) }
    print("\n" + Self.nextSteps(hasInventory: hasInventory, hasTasks: hasTasks))
    return .success
  }

  private static let inventoryName = "fabfile.yml"

  /// What to do next; files that were there already have roles and tasks of their own.
  private static func nextSteps(hasInventory: Bool, hasTasks: Bool) -> String {
    let start = hasInventory ? "Then:" : "Put your hosts into \(inventoryName), then:"
    let runs = ["swab run uptime", "swab run sample_task"].map {
      $0 + (hasInventory ? " -H HOST" : " -R web")
    }
    let commands = ["swab list"] + (hasTasks ? ["swab hosts"] : [runs[0], runs[1] + " -P"])
    return ([start] + commands.map { "  " + $0 }).joined(separator: "\n")
  }

  private static func write(_ text: String, to path: String) throws(UsageError) {
    // Exclusively: what came there in the meantime stays.
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
    print("wrote \(path)")
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
