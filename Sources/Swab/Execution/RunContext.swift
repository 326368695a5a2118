import NIOCore
import NIOPosix
internal import SwabSSH
import Synchronization

/// One invocation of swab: what it was told, and what its tasks share.
final class RunContext: Sendable {
  let inventory: Inventory
  let registry: TaskRegistry
  let selector: Selector
  let console: Console
  let connections: ConnectionPool
  let tunnels: TunnelPool
  let clients: DockerClientPool
  /// Values without a host: what a task that runs locally reads.
  let environment: EnvTable
  let options: RunOptions
  let ledger = RunLedger()
  let users = EndpointUsers()
  private let once: Mutex<[String: SingleFlight<TaskOutcome>]> = Mutex([:])

  init(
    inventory: Inventory,
    registry: TaskRegistry,
    selector: Selector,
    console: Console,
    authentication: Authentication,
    environment: EnvTable,
    options: RunOptions
  ) {
    self.inventory = inventory
    self.registry = registry
    self.selector = selector
    self.console = console
    self.environment = environment
    self.options = options
    connections = ConnectionPool(
      console: console,
      authentication: authentication,
      handshakes: SSHHandshakeLimit((try? environment.int("max_startups")) ?? 30)
    )
    tunnels = TunnelPool(connections: connections, console: console)
    clients = DockerClientPool()
  }

  /// Why nothing more is begun: a person interrupted the run, or its output has nowhere to go.
  var reasonOfEnd: String {
    ledger.isInterrupted ? "the run was interrupted" : "the run was given up"
  }

  /// Sees to it that no secret of these hosts and arguments is shown, on whichever host it turns up.
  func hideSecrets(of targets: [HostTarget], _ arguments: [TaskArguments]) {
    for secret in arguments.flatMap(\.secrets) { console.secrets.add(secret) }
    for target in targets {
      for secret in inventory.referencedSecrets(of: target.environment) {
        console.secrets.add(secret)
      }
    }
  }

  /// Closes clients, tunnels and connections, in this order.
  func close() async {
    // One that was cancelled may still be ending its commands.
    for task in once.withLock({ Array($0.values) }) { _ = await task.end() }
    await clients.closeAll()
    await tunnels.closeAll()
    await connections.closeAll()
  }

  /// Whether a task that runs once has been begun in this run.
  func hasBegun(_ key: String) -> Bool { once.withLock { $0[key] != nil } }

  /// Runs a task that runs once, or gives what it gave.
  ///
  /// - Parameters:
  ///   - key: The task and its arguments.
  ///   - body: What runs if nobody ran it before.
  /// - Returns: What it gave, and whether it ran just now.
  /// - Throws: `CancellationError` if the caller is cancelled; the task goes on if others wait for it.
  func runOnce(
    _ key: String,
    _ body: @escaping @Sendable () async -> TaskOutcome
  ) async throws -> (outcome: TaskOutcome, isFirst: Bool) {
    let (flight, isFirst) = once.withLock { once -> (SingleFlight<TaskOutcome>, Bool) in
      if let flight = once[key] { return (flight, false) }
      let flight = SingleFlight<TaskOutcome>()
      once[key] = flight
      return (flight, true)
    }
    let scope = TaskScope.current
    let outcome = try await flight.value {
      await TaskScope.$current.withValue(scope) { await body() }
    }
    return (outcome, isFirst)
  }
}

/// What the command line says of a whole run.
struct RunOptions: Sendable {
  /// Start further hosts and tasks after a failure.
  var keepsGoing = false
  /// A host that can't be reached is a warning.
  var skipsBadHosts = false
  /// `-P`: tasks that don't say otherwise run in parallel.
  var isParallel = false
  /// How many hosts at once; nil for all of them.
  var poolSize: Int?
  /// Whether the pool size was given for this run (`-z`, `--set` or a variable), so that it counts
  /// more than what a task says.
  var isPoolSizeExplicit = false
  /// A failure of a task doesn't stop a serial task's further hosts.
  var warnsOnly = false
  var eagerlyDisconnects = false
  /// `--local`: tasks run here without a host, and built-in ones ask this machine's engine.
  var isLocal = false
  /// `--json`: built-in tasks print JSON.
  var printsJSON = false
}
