extension DockerClient {
  /// A client whose requests are done by the docker command of this machine.
  ///
  /// All typed answers and errors are the same as those of the API. What the docker command can't do
  /// throws `notImplemented`: statistics, the size of a terminal, swarms and plugins among it.
  ///
  /// - Parameters:
  ///   - command: How the docker command is run.
  ///   - version: The API version that arguments are checked against; what the docker command and the
  ///     engine speak with each other if there is none or `auto`.
  ///   - timeout: How long a request may take as a whole; a stream until it begins.
  /// - Throws: A ``DockerError`` if the base URL or the version cannot be read.
  public convenience init(
    command: DockerCommandSettings,
    version: String? = nil,
    timeout: Duration? = .seconds(60)
  ) throws {
    try self.init(
      command: command,
      version: version,
      timeout: timeout,
      host: nil,
      run: LocalCommandRunner.run
    )
  }

  /// A client whose requests are done by the docker command of whichever machine.
  ///
  /// - Parameters:
  ///   - command: How the docker command is run.
  ///   - version: The API version that arguments are checked against.
  ///   - timeout: How long a request may take as a whole.
  ///   - host: The host that errors name.
  ///   - registryLogins: Who one is at each registry.
  ///   - run: Runs commands there.
  /// - Throws: A ``DockerError`` if the base URL or the version cannot be read.
  package convenience init(
    command: DockerCommandSettings,
    version: String? = nil,
    timeout: Duration? = .seconds(60),
    host: String?,
    registryLogins: RegistryLogins = RegistryLogins(),
    run: @escaping CommandRunner
  ) throws {
    let isOverSSH = command.baseURL?.lowercased().hasPrefix("ssh://") ?? false
    try self.init(
      address: isOverSSH ? .standard : DockerAddress(parsing: command.baseURL),
      version: version,
      timeout: timeout,
      host: host,
      eventLoop: nil,
      registryLogins: registryLogins,
      verifyPeer: nil,
      underlying: nil,
      commandLine: DockerCommandLine(command, run: run)
    )
  }
}
