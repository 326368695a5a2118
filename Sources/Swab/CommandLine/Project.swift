internal import SwabSSH
import SwabYAML

/// The fabfile, ssh_config, variables and flags of an invocation, read.
struct Project: Sendable {
  var inventory: Inventory
  var registry: TaskRegistry
  var selector: Selector
  /// Values without a host.
  var environment: EnvTable
  /// Secrets that stand in the file, the variables or the flags.
  var secrets: [String]
  /// What is allowed and probably a mistake, in the file, the variables or the flags.
  var warnings: [FabfileError]

  /// Reads everything that a run needs to know before it connects anywhere.
  ///
  /// - Throws: ``UsageError`` or ``FabfileError`` with file, line and column.
  init(_ main: CommandLineMain, _ selection: some SelectionArguments, flags: EnvLayer) throws {
    let process = main.process
    registry = try TaskRegistry(main.fabfile)
    inventory = try Self.inventory(process)
    let variables = try EnvLayer.variables(
      from: process.environment,
      excluding: EnvLayer.reservedVariables.union(Self.selectionVariables)
    )
    environment = inventory.environment(
      for: nil as HostReference?,
      variables: variables,
      flags: flags
    )
    secrets = process.secrets + Self.secrets(inventory, [variables, flags], environment)
    for secret in secrets { main.secrets.add(secret) }
    let configuration = try Self.sshConfiguration(environment, process)
    selector = Selector(
      inventory: inventory,
      sshConfiguration: configuration,
      variables: variables,
      flags: flags,
      commandLine: .flags(hosts: selection.hosts, roles: selection.roles),
      variableLevel: .variables(process.environment),
      excluded: (selection.excludeHosts + [process.environment["SWAB_EXCLUDE_HOSTS"] ?? ""])
        .flatMap { HostRange.split($0) },
      person: process.person
    )
    warnings = inventory.warnings + inventory.warnings(about: [variables, flags])
    try inventory.validate(literalHosts: configuration.isLiteralHost)
  }

  private static let selectionVariables: Set<String> = [
    "SWAB_HOSTS", "SWAB_ROLES", "SWAB_EXCLUDE_HOSTS", "SWAB_SWIFTC", "SWAB_LIBRARY", "SWAB_BIN",
    "SWAB_CONFIGURATION",
  ]

  private static func inventory(_ process: ProcessContext) throws -> Inventory {
    guard let path = process.fabfilePath else { return .empty }
    return try Inventory.load(
      path: path,
      name: FileReading.relative(path, to: process.environment["PWD"]),
      environment: process.environment
    )
  }

  private static func sshConfiguration(
    _ environment: EnvTable,
    _ process: ProcessContext
  ) throws -> SSHConfiguration {
    guard try environment.bool("use_ssh_config") ?? true else { return SSHConfiguration() }
    let entry = environment.entry(for: "ssh_config_path")
    let isDefault = entry.map { $0.origin == .builtIn } ?? true
    let path = try environment.string("ssh_config_path")
    do {
      return try SSHConfiguration.load(
        path: isDefault ? nil : path.map(process.person.expanded),
        home: process.person.home
      )
    } catch {
      throw UsageError("\(error)")
    }
  }

  private static func secrets(
    _ inventory: Inventory,
    _ layers: [EnvLayer],
    _ environment: EnvTable
  ) -> [String] {
    var all = layers + [inventory.env]
    all += inventory.roles.values.map(\.layer)
    all += (inventory.hosts ?? [:]).values.map(\.layer)
    all += inventory.dockerClients.values.map(\.settings)
    return environment.secrets(in: all)
  }
}
