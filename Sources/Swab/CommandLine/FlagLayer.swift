import SwabYAML

extension EnvLayer {
  /// The keys of env that flags set, each with the flag as its origin.
  static func flags(
    _ selection: some SelectionArguments,
    _ execution: ExecutionFlags? = nil,
    _ login: (any LoginArguments)? = nil
  ) throws(FabfileError) -> EnvLayer {
    var layer = EnvLayer()
    for text in selection.set { try layer.set(text) }
    try layer.refuseSecrets()
    try layer.put("user", selection.user.map { .string($0) }, "-u")
    try layer.put("port", selection.port.map { .int($0) }, "--port")
    try layer.put(
      "ssh_config_path",
      selection.sshConfigPath.map { .string($0) },
      "--ssh-config-path"
    )
    try layer.put("use_ssh_config", selection.noSSHConfig ? false : nil, "--no-ssh-config")
    if let execution { try layer.add(execution) }
    if let login { try layer.add(login) }
    return layer
  }

  /// Refuses secrets among the keys that `--set` has set.
  private func refuseSecrets() throws(FabfileError) {
    guard let key = entries.keys.first(where: SecretKeys.isSecret) else { return }
    let variable = key.uppercased()
    throw FabfileError(
      "--set \(key): a secret \(ArgumentRewriting.everybodyReads)",
      hint: key == "password"
        ? ArgumentRewriting.passwordHint
        : "set the variable SWAB_\(variable), or say in fabfile.yml: \(key): !env_os \(variable)"
    )
  }

  private mutating func add(_ flags: ExecutionFlags) throws(FabfileError) {
    try put("parallel", flags.parallel ? true : nil, "-P")
    try put("pool_size", flags.poolSize.map { .int($0) }, "-z")
    try put("warn_only", flags.warnOnly ? true : nil, "-w")
    try put("skip_bad_hosts", flags.skipBadHosts ? true : nil, "--skip-bad-hosts")
    try put("skip_unknown_tasks", flags.skipUnknownTasks ? true : nil, "--skip-unknown-tasks")
    try put("eagerly_disconnect", flags.eagerlyDisconnect ? true : nil, "-e")
    try put("command_timeout", flags.commandTimeout.map { .double($0) }, "-T")
    try put("shell", flags.shell.map { .string($0) }, "-s")
    try put("always_use_pty", flags.pty.map { .bool($0) }, "--pty")
  }

  private mutating func add(_ flags: any LoginArguments) throws(FabfileError) {
    let keys = flags.keyFilename.map { EnvValue.string($0) }
    try put("key_filename", keys.isEmpty ? nil : .list(keys), "-i")
    try put("no_agent", flags.noAgent ? true : nil, "-a")
    try put("no_keys", flags.noKeys ? true : nil, "-k")
    try put("timeout", flags.timeout.map { .double($0) }, "-t")
    try put("connection_attempts", flags.connectionAttempts.map { .int($0) }, "-n")
    try put("keepalive", flags.keepalive.map { .double($0) }, "--keepalive")
    try put("reject_unknown_hosts", flags.rejectUnknownHosts ? true : nil, "-r")
    try put("disable_known_hosts", flags.disableKnownHosts ? true : nil, "-D")
    try put(
      "system_known_hosts",
      flags.systemKnownHosts.map { .string($0) },
      "--system-known-hosts"
    )
    try put("abort_on_prompts", flags.abortOnPrompts ? true : nil, "--abort-on-prompts")
  }

  private mutating func put(
    _ key: String,
    _ value: EnvValue?,
    _ flag: String
  ) throws(FabfileError) {
    guard let value else { return }
    do {
      try EnvKey.check(value, for: key)
    } catch {
      throw error.prefixed(with: flag)
    }
    set(key, to: value, origin: .flag(text: flag))
  }
}
