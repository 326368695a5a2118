import ArgumentParser
import Testing

@testable import Swab

@Suite("Flags as values of env")
struct FlagLayerTests {
  struct Case: Sendable, CustomTestStringConvertible {
    var flag: String
    var key: String
    var value: String
    /// The flag as `swab hosts --env` names it.
    var origin: String

    init(_ flag: String, _ key: String, _ value: String, _ origin: String) {
      (self.flag, self.key, self.value, self.origin) = (flag, key, value, origin)
    }

    var testDescription: String { flag }
  }

  private func flags(_ words: String) throws -> EnvLayer {
    let arguments = ["run", "t"] + words.split(separator: " ").map(String.init)
    let run = try #require(
      try SwabCommand.parseAsRoot(try ArgumentRewriting.rewritten(arguments)) as? RunCommand
    )
    return try EnvLayer.flags(run.selection, run.execution, run.login)
  }

  @Test(
    "each flag sets its key, and says where the value is from",
    arguments: [
      Case("-u deploy", "user", "deploy", "-u"), Case("--user deploy", "user", "deploy", "-u"),
      Case("--port 2222", "port", "2222", "--port"),
      Case("--ssh-config-path c", "ssh_config_path", "c", "--ssh-config-path"),
      Case("--no-ssh-config", "use_ssh_config", "false", "--no-ssh-config"),
      Case("--set app=x", "app", "x", "--set app"), Case("--set app", "app", "true", "--set app"),
      Case("-P", "parallel", "true", "-P"), Case("--parallel", "parallel", "true", "-P"),
      Case("-z 10", "pool_size", "10", "-z"), Case("--pool-size 10", "pool_size", "10", "-z"),
      Case("-w", "warn_only", "true", "-w"), Case("--warn-only", "warn_only", "true", "-w"),
      Case("--skip-bad-hosts", "skip_bad_hosts", "true", "--skip-bad-hosts"),
      Case("--skip-unknown-tasks", "skip_unknown_tasks", "true", "--skip-unknown-tasks"),
      Case("-e", "eagerly_disconnect", "true", "-e"),
      Case("--eagerly-disconnect", "eagerly_disconnect", "true", "-e"),
      Case("-T 9", "command_timeout", "9.0", "-T"),
      Case("--command-timeout 1.5", "command_timeout", "1.5", "-T"),
      Case("-s /bin/zsh", "shell", "/bin/zsh", "-s"), Case("--shell zsh", "shell", "zsh", "-s"),
      Case("--pty", "always_use_pty", "true", "--pty"),
      Case("--no-pty", "always_use_pty", "false", "--pty"),
      Case("-i a -i b", "key_filename", "[a, b]", "-i"),
      Case("--key-filename a", "key_filename", "[a]", "-i"),
      Case("-a", "no_agent", "true", "-a"), Case("--no-agent", "no_agent", "true", "-a"),
      Case("--no_agent", "no_agent", "true", "-a"),
      Case("-k", "no_keys", "true", "-k"), Case("--no-keys", "no_keys", "true", "-k"),
      Case("-t 7", "timeout", "7.0", "-t"), Case("--timeout 7", "timeout", "7.0", "-t"),
      Case("-n 2", "connection_attempts", "2", "-n"),
      Case("--connection-attempts 2", "connection_attempts", "2", "-n"),
      Case("--keepalive 11", "keepalive", "11.0", "--keepalive"),
      Case("-r", "reject_unknown_hosts", "true", "-r"),
      Case("--reject-unknown-hosts", "reject_unknown_hosts", "true", "-r"),
      Case("-D", "disable_known_hosts", "true", "-D"),
      Case("--disable-known-hosts", "disable_known_hosts", "true", "-D"),
      Case("--system-known-hosts k", "system_known_hosts", "k", "--system-known-hosts"),
      Case("--abort-on-prompts", "abort_on_prompts", "true", "--abort-on-prompts"),
    ]
  )
  func flag(_ example: Case) throws {
    let layer = try flags(example.flag)
    #expect(layer.entries.count == 1)
    let table = EnvTable(lowestFirst: [layer])
    #expect(try table.value(for: example.key)?.description == example.value)
    #expect(layer[example.key]?.origin.description == example.origin)
  }

  @Test(
    "a value that its key can't take is refused with the flag",
    arguments: [
      ("--port 0", "--port: 'port' takes a port from 1 to 65535, not '0'"),
      ("-z=-1", "-z: 'pool_size' takes a whole number from 0, not '-1'"),
      ("-t=-1", "-t: 'timeout' takes a number of seconds up to 1000000000, not '-1.0'"),
    ]
  )
  func misfit(_ words: String, _ message: String) throws {
    let error = try #require(throws: FabfileError.self) { try flags(words) }
    #expect(error.message == message)
  }

  @Test(
    "a secret is refused, and not repeated",
    arguments: [
      ("--set password=hunter2", "password"), ("--set a=1,api_token=hunter2", "api_token"),
      ("--set sudo_password=hunter2", "sudo_password"), ("--set Db_Secret=hunter2", "Db_Secret"),
      ("--set docker_registry_auth=hunter2", "docker_registry_auth"),
      ("--set password", "password"),
    ]
  )
  func secrets(_ words: String, _ key: String) throws {
    let error = try #require(throws: FabfileError.self) { try flags(words) }
    #expect(
      error.message == "--set \(key): a secret is never a value on the command line, where "
        + "everybody on this machine can read it"
    )
    let hint = try #require(error.hint)
    #expect(hint.contains(key == "password" ? "-p @FILE" : "!env_os"))
    #expect(hint.contains("SWAB_\(key.uppercased())"))
    #expect(!error.description.contains("hunter2"))
    #expect(try flags("--set key_filename=k")["key_filename"] != nil)
  }
}
