import ArgumentParser

/// `swab hosts`.
struct HostsCommand: SwabSubcommand {
  static let configuration = CommandConfiguration(
    commandName: "hosts",
    abstract: "Show which hosts a selection means, and the env of a host.",
    discussion: """
      Without -H and -R, all hosts of fabfile.yml are shown. Nothing is connected.

      swab hosts -R web
      swab hosts --env h1
      """
  )

  @OptionGroup(title: "Hosts")
  var selection: SelectionFlags

  @Option(
    name: .customLong("env"),
    help: ArgumentHelp("Show each value of a host's env, and where it is set.", valueName: "host")
  )
  var environmentHost: String?

  func perform(in main: CommandLineMain) async throws -> ExitStatus {
    let project = try Project(main, selection, flags: try EnvLayer.flags(selection))
    main.warn(project.warnings)
    if let host = environmentHost {
      // A secret may stand within another key's value, as a token does in a URL.
      let mask = SecretMask()
      let target = try project.selector.target(named: host)
      let own = project.inventory.referencedSecrets(of: target.environment)
      for secret in project.secrets + own { mask.add(secret) }
      printEnvironment(target, mask)
      return .success
    }
    let targets = try project.selector.selectedOrAll()
    guard !targets.isEmpty else {
      throw UsageError(
        "there are no hosts to show",
        hint: "add some to fabfile.yml under hosts:, or select with -H",
        exitStatus: .noHost
      )
    }
    printTable(targets)
    return .success
  }

  private func printTable(_ targets: [HostTarget]) {
    let names = targets.map(\.name.count).max() ?? 0
    let places = targets.map { "\($0.endpoint)".count }.max() ?? 0
    for target in targets {
      let roles = target.roles.isEmpty ? "-" : target.roles.joined(separator: ",")
      print("\(padded(target.name, names))  \(padded("\(target.endpoint)", places))  \(roles)")
    }
  }

  private func printEnvironment(_ target: HostTarget, _ mask: SecretMask) {
    let rows = target.environment.rows
    let width = rows.map(\.key.count).max() ?? 0
    for row in rows {
      print(mask.masked("\(padded(row.key, width))  \(row.value)  (\(row.origin))"))
      for other in row.disagreements {
        print(mask.masked("\(padded("", width))  ! \(other.origin) says \(other.value)"))
      }
    }
  }

  private func padded(_ text: String, _ width: Int) -> String {
    text + String(repeating: " ", count: max(0, width - text.count))
  }
}

extension Selector {
  /// What `-H` and `-R` select, or all hosts of the file, without those excluded.
  func selectedOrAll() throws(UsageError) -> [HostTarget] {
    if let level = [commandLine, variableLevel].first(where: \.isGiven) {
      try level.requireTerms(for: "swab hosts")
      return try exclude([], from: try targets(of: level))
    }
    var all: [HostTarget] = []
    for reference in inventory.inventoryHosts { all.append(try target(of: reference)) }
    return try exclude([], from: all)
  }
}
