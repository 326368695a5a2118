import SwabSSH
import SwabTestSupport

@testable import Swab

/// Lends a run with one host, which is a server of the test's own.
func withRun(
  _ env: String = "x: 1",
  _ body: (RunContext, HostTarget, SSHServer) async throws -> Void
) async throws {
  try await withSSHServer { server in
    let run = try makeRun(on: server, env)
    do {
      try await body(run, try run.selector.target(named: "h1"), server)
    } catch {
      await run.close()
      throw error
    }
    await run.close()
  }
}

private func makeRun(on server: SSHServer, _ env: String) throws -> RunContext {
  let yaml = """
    env:
      key_filename: \(server.clientKey)
      no_agent: true
      disable_known_hosts: true
      strict_host_key_checking: "no"
      \(env)
    hosts:
      h1: \(server.hostString)
    """
  let inventory = try Inventory.read(yaml.utf8, name: "fabfile.yml", folder: "/")
  let person = Person(user: server.user, home: server.folder.path)
  let console = Console(style: Console.Style(shown: []))
  return RunContext(
    inventory: inventory,
    registry: try TaskRegistry(Fabfile {}),
    selector: Selector(
      inventory: inventory,
      sshConfiguration: SSHConfiguration(),
      variables: EnvLayer(),
      flags: EnvLayer(),
      commandLine: Selector.Level(),
      variableLevel: Selector.Level(),
      excluded: [],
      person: person
    ),
    console: console,
    authentication: Authentication(
      password: nil,
      environment: [:],
      person: person,
      prompter: Prompter(mayAsk: false),
      console: console
    ),
    environment: inventory.environment(for: nil as HostReference?),
    options: RunOptions()
  )
}
