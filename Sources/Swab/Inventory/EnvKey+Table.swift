extension EnvKey {
  /// Every key that swab itself reads, by subject.
  static let all = selection + connecting + authentication + commands + output + docker

  private static let counting = ValueType.count(0...Int.max)

  private static let selection: [EnvKey] = [
    EnvKey("hosts", .list, [], "hosts of tasks that name none").forWholeRun,
    EnvKey("roles", .list, [], "roles of tasks that name none").forWholeRun,
    EnvKey("exclude_hosts", .list, [], "hosts that are left out, however selected").forWholeRun,
    EnvKey("dedupe_hosts", .bool, true, "run an endpoint once, however often it is selected"),
    EnvKey("parallel", .bool, false, "run on several hosts at a time").forWholeRun,
    EnvKey("pool_size", counting, 0, "how many hosts at a time; 0: all").forWholeRun,
    EnvKey("warn_only", .bool, false, "go on after a failure"),
    EnvKey("skip_bad_hosts", .bool, false, "go on after an unreachable host").forWholeRun,
    EnvKey("skip_unknown_tasks", .bool, false, "go on after a task that nobody described")
      .forWholeRun,
  ]

  private static let connecting: [EnvKey] = [
    EnvKey("user", .string, "login user; default: ssh_config's, then your own"),
    EnvKey("port", .port, "port of sshd; default: ssh_config's, then 22"),
    EnvKey("default_port", .port, 22, "port of sshd where nothing else says one"),
    EnvKey("timeout", .seconds, 10, "seconds for connecting and logging in"),
    EnvKey("connection_attempts", .count(1...1000), 1, "how often connecting is tried"),
    EnvKey("keepalive", .seconds, 30, "seconds between signs of life; 0: none"),
    EnvKey("max_startups", .count(1...Int.max), 30, "how many logins at the same time").forWholeRun,
    EnvKey("eagerly_disconnect", .bool, false, "disconnect from a host when its task is done")
      .forWholeRun,
    EnvKey("use_ssh_config", .bool, true, "read ssh_config").forWholeRun,
    EnvKey("ssh_config_path", .string, "~/.ssh/config", "which ssh_config").forWholeRun,
    EnvKey("gateway", .string, "host string of the host to go through"),
    EnvKey("forward_agent", .bool, false, "let the host use your ssh-agent"),
  ]

  private static let authentication: [EnvKey] = [
    EnvKey("key_filename", .list, "key files to log in with"),
    EnvKey("no_agent", .bool, false, "don't ask ssh-agent for keys"),
    EnvKey("no_keys", .bool, false, "don't look for keys in ~/.ssh"),
    EnvKey("password", .string, "login password"),
    EnvKey("sudo_password", .string, "password for sudo; default: `password`"),
    EnvKey("abort_on_prompts", .bool, false, "fail rather than ask"),
    EnvKey(
      "strict_host_key_checking",
      .choice(["ask", "yes", "accept-new", "no"]),
      "what to do about unknown host keys; default: ask on a terminal, else yes"
    ),
    EnvKey("reject_unknown_hosts", .bool, false, "unknown host keys are an error"),
    EnvKey("disable_known_hosts", .bool, false, "don't read your known_hosts"),
    EnvKey("system_known_hosts", .string, "a known_hosts to read before yours"),
  ]

  private static let commands: [EnvKey] = [
    EnvKey("command_timeout", .seconds, "seconds for a command; default and 0: no limit"),
    EnvKey("always_use_pty", .bool, false, "run commands on a pseudo-terminal"),
    EnvKey("combine_stderr", .bool, false, "read stderr as part of stdout"),
    EnvKey("shell", .string, "what runs a command; default: /bin/bash -l -c, else /bin/sh -l -c"),
    EnvKey("use_shell", .bool, true, "run commands in that shell"),
    EnvKey("shell_env", .map, "variables for commands"),
    EnvKey("ok_ret_codes", .exitStatuses, [0], "exit statuses that count as success"),
    EnvKey("sudo_user", .string, "user that sudo becomes"),
    EnvKey("path", .string, "folders to find commands in"),
    EnvKey(
      "path_behavior",
      .choice(["append", "prepend", "replace"]),
      "append",
      "how `path` joins the host's own"
    ),
  ]

  private static let output: [EnvKey] = [
    EnvKey("hide", .choices(OutputLevel.names), "kinds of output to leave out").forWholeRun,
    EnvKey("show", .choices(OutputLevel.names), "kinds of output to add").forWholeRun,
    EnvKey("colorize_errors", .bool, false, "errors in red, warnings in magenta"),
    EnvKey("linewise", .bool, true, "show whole lines only"),
    EnvKey("output_prefix", .bool, true, "start each line with its host").forWholeRun,
  ]

  private static let docker: [EnvKey] = [
    EnvKey("docker_base_url", .string, "the engine's address; default: its UNIX socket"),
    EnvKey("docker_tls", .bool, false, "speak TLS to the engine"),
    EnvKey("docker_tls_verify", .bool, true, "check the engine's certificate"),
    EnvKey("docker_tls_ca", .string, "file of the CAs that may sign it; default: the system's"),
    EnvKey("docker_tls_cert", .string, "file of your certificate, for engines that ask for one"),
    EnvKey("docker_tls_key", .string, "file of its key"),
    EnvKey(
      "docker_tls_server_name",
      .string,
      "name in the engine's certificate; default: its host"
    ),
    EnvKey("docker_cert_path", .string, "folder of ca.pem, cert.pem and key.pem, instead of those"),
    EnvKey("docker_api_version", .string, "version of the API; default: negotiated"),
    EnvKey("docker_timeout", .seconds, "seconds for a request to the engine; default and 0: 60"),
    EnvKey("docker_tunnel_remote_port", .port, "the engine's port, if its address has none"),
    EnvKey("docker_tunnel_local_port", .port, 2224, "first local port of tunnels"),
    EnvKey(
      "docker_tunnel_method",
      .choice(["auto", "streamlocal", "socat", "dial-stdio"]),
      "auto",
      "how a tunnel reaches the engine's socket"
    ),
    EnvKey("socat_quiet", .bool, true, "don't show the commands of socat tunnels"),
    EnvKey("tunnel_unchecked", .bool, false, "serve tunnels also where peers can't be checked"),
    EnvKey("docker_registry_user", .string, "user that login() logs in as"),
    EnvKey("docker_registry_password", .string, "that user's password"),
    EnvKey("docker_registry_mail", .string, "that user's mail address"),
    EnvKey("docker_registry_repository", .string, "registry of login(); default: Docker Hub"),
    EnvKey("docker_registry_insecure", .bool, "warn that the engine decides which have no TLS"),
    EnvKey("docker_fabric_implementation", .choice(["API", "CLI"]), "API", "which client"),
    EnvKey("docker_cli_bin", .string, "docker", "the docker program on the host"),
    EnvKey("docker_cli_prefix", .string, "shell text before that program"),
    EnvKey("docker_cli_sudo", .bool, false, "run that program by sudo"),
    EnvKey("docker_cli_debug", .bool, false, "show each docker command"),
    EnvKey("docker_keep_tags", .list, "tags that a clean-up of images keeps"),
  ]
}
