import Foundation

/// A real sshd on a free port of the loopback network, with fresh keys and a folder of its own.
///
/// It takes the user who runs the tests, with ``clientKey``. Everything it starts has
/// ``variable`` in its environment, so that a test can tell whether anything is left of it.
public final class SSHServer: Sendable {
  /// The address it listens on; `127.0.0.1`, or `0.0.0.0` for the whole of 127.0.0.0/8.
  public let address: String
  /// Its port.
  public let port: Int
  /// The user to log in as.
  public let user: String
  /// Where its files are.
  public let folder: TemporaryFolder
  /// The path of an unencrypted ed25519 key that it accepts.
  public let clientKey: String
  /// The sshd process, with its log (level VERBOSE) on standard error.
  public let process: RunningProcess
  /// The environment variable that everything it starts carries.
  public static let variable = "SWAB_TEST_SERVER"

  private init(
    address: String,
    port: Int,
    folder: TemporaryFolder,
    process: RunningProcess
  ) {
    self.address = address
    self.port = port
    self.user = NSUserName()
    self.folder = folder
    self.clientKey = folder.path("client")
    self.process = process
  }

  /// `user@127.0.0.1:port`.
  public var hostString: String {
    "\(user)@\(address == "0.0.0.0" ? "127.0.0.1" : address):\(port)"
  }

  /// The value of ``variable``.
  public var mark: String {
    (folder.path as NSString).lastPathComponent
  }

  /// The public half of a host key, as known_hosts has it: type and base64.
  public func hostKey(_ type: String = "ed25519") throws -> String {
    let words = try folder.read("host_\(type).pub").split(separator: " ")
    return words.prefix(2).joined(separator: " ")
  }

  /// What commands run through it are running now, sshd's own processes not among them.
  public var commands: [Int32] {
    ProcessTable.processes(withVariable: Self.variable, value: mark)
  }

  /// Accepts one more public key, given as the path of its `.pub` file.
  public func authorize(publicKeyFile: String) throws {
    let line = try String(contentsOfFile: publicKeyFile, encoding: .utf8)
    let all = try folder.read("authorized_keys") + line
    try folder.write(all, to: "authorized_keys", mode: 0o600)
  }

  /// Starts a server and waits until it listens.
  ///
  /// - Parameters:
  ///   - configuration: Further lines of its configuration, which win over those of ours.
  ///   - address: The address to listen on.
  ///   - port: The port, or `nil` for a free one.
  ///   - hostKeyTypes: The types of its host keys, as ssh-keygen calls them.
  ///   - environment: Variables of all that it runs; without spaces.
  ///   - accounts: Accounts that only this server knows.
  /// - Returns: The server, to be ended by ``stop()``.
  /// - Throws: If sshd did not start, with its log.
  public static func start(
    _ configuration: String = "",
    address: String = "127.0.0.1",
    port: Int? = nil,
    hostKeyTypes: [String] = ["ed25519"],
    environment: [String: String] = [:],
    accounts: SSHTestAccounts? = nil
  ) async throws -> SSHServer {
    let folder = try TemporaryFolder()
    do {
      try await makeKeys(in: folder, hostKeyTypes: hostKeyTypes)
      return try await launch(
        configuration,
        address: address,
        port: port,
        hostKeyTypes: hostKeyTypes,
        environment: environment,
        command: try await accounts?.prepare(in: folder) ?? ["/usr/sbin/sshd"],
        folder: folder
      )
    } catch {
      folder.remove()
      throw error
    }
  }

  private static func makeKeys(in folder: TemporaryFolder, hostKeyTypes: [String]) async throws {
    let names = hostKeyTypes.map { ("host_\($0)", $0) } + [("client", "ed25519")]
    for (name, type) in names {
      let made = try await RunningProcess.run(
        "ssh-keygen",
        ["-q", "-t", type, "-N", "", "-C", name, "-f", folder.path(name)]
      )
      guard made.exitStatus == 0 else { throw TestSupportError(made.standardError) }
    }
    try folder.write(folder.read("client.pub"), to: "authorized_keys", mode: 0o600)
    // sshd wants its folder for privilege separation, which a boot would have made.
    if getuid() == 0 {
      try FileManager.default.createDirectory(
        atPath: "/run/sshd",
        withIntermediateDirectories: true
      )
    }
  }

  private static func launch(
    _ configuration: String,
    address: String,
    port: Int?,
    hostKeyTypes: [String],
    environment: [String: String],
    command: [String],
    folder: TemporaryFolder
  ) async throws -> SSHServer {
    var tries = 0
    while true {
      // Below the range that the kernel gives to outgoing connections.
      let port = port ?? Int.random(in: 20_000..<32_000)
      let text = configurationText(
        configuration,
        address: address,
        port: port,
        hostKeyTypes: hostKeyTypes,
        environment: environment,
        folder: folder
      )
      let file = try folder.write(text, to: "sshd_config")
      let process = try RunningProcess(command[0], command.dropFirst() + ["-D", "-e", "-f", file])
      do {
        try await process.waitForLine(containing: "Server listening on")
        return SSHServer(address: address, port: port, folder: folder, process: process)
      } catch {
        await process.stop()
        tries += 1
        let portTaken = process.lines.contains { $0.contains("Address already in use") }
        guard portTaken, tries < 20 else {
          throw TestSupportError("sshd did not start: \(process.lines)")
        }
      }
    }
  }

  private static func configurationText(
    _ configuration: String,
    address: String,
    port: Int,
    hostKeyTypes: [String],
    environment: [String: String],
    folder: TemporaryFolder
  ) -> String {
    let mark = (folder.path as NSString).lastPathComponent
    // sshd heeds only the first SetEnv.
    // SHLVL: bash as root's login shell else reads .bashrc on each command. HOME: what a person's
    // profile does is none of a test's business, and a test that kills it may leave a mess there.
    let variables = ["SHLVL": "5", "HOME": folder.path, variable: mark]
      .merging(environment) { $1 }
    let setEnv = variables.map { "\($0)=\($1)" }.sorted().joined(separator: " ")
    let hostKeys = hostKeyTypes.map { "HostKey \(folder.path("host_\($0)"))" }
    // sshd takes the first value of each keyword, so what a test asks for stands before the rest;
    // of MaxStartups it takes the last.
    let maxStartups = configuration.contains("MaxStartups") ? "" : "MaxStartups 1000"
    return """
      ListenAddress \(address):\(port)
      SetEnv \(setEnv)
      PidFile none
      \(hostKeys.joined(separator: "\n"))
      \(configuration)
      AuthorizedKeysFile \(folder.path("authorized_keys"))
      LogLevel VERBOSE
      UsePAM no
      StrictModes no
      UseDNS no
      \(maxStartups)
      MaxSessions 10
      LoginGraceTime 60
      PasswordAuthentication no
      KbdInteractiveAuthentication no
      PermitRootLogin yes
      """ + "\n"
  }

  /// Ends it with everything that was started through it, and removes its folder.
  public func stop() async {
    await process.stop()
    for command in commands { kill(command, SIGKILL) }
    try? await eventually("the end of all commands", within: .seconds(5)) { commands.isEmpty }
    folder.remove()
  }
}

/// Lends a running sshd to `body` and ends it afterwards.
public func withSSHServer<Result>(
  _ configuration: String = "",
  address: String = "127.0.0.1",
  port: Int? = nil,
  hostKeyTypes: [String] = ["ed25519"],
  environment: [String: String] = [:],
  accounts: SSHTestAccounts? = nil,
  _ body: (SSHServer) async throws -> Result
) async throws -> Result {
  let server = try await SSHServer.start(
    configuration,
    address: address,
    port: port,
    hostKeyTypes: hostKeyTypes,
    environment: environment,
    accounts: accounts
  )
  do {
    let result = try await body(server)
    await server.stop()
    return result
  } catch {
    await server.stop()
    throw error
  }
}
