import SwabYAML

/// What kind of line something is; `--hide` and `--show` switch kinds off and on by these names,
/// which are Fabric 1's, with `tunnels` added.
enum OutputLevel: String, CaseIterable, Sendable {
  /// `Executing task …` and the summary's table of hosts.
  case status
  /// Why a task gave up.
  case aborts
  case warnings
  /// Commands before they run, and what a Docker client is about to do.
  case running
  /// Standard output of remote and local commands.
  case stdout
  /// Standard error of remote and local commands.
  case stderr
  /// What tasks print by `puts`.
  case user
  /// Tunnels as they open: host, local port, target and method.
  case tunnels
  /// What is really sent, and what came before a command's own output.
  case debug
  /// The chain of causes behind an error.
  case exceptions

  /// What is shown unless a flag says otherwise.
  static let shownByDefault: Set<OutputLevel> = [
    .status, .aborts, .warnings, .running, .stdout, .stderr, .user,
  ]

  /// Names that stand for several levels.
  static let aliases: [String: Set<OutputLevel>] = [
    "everything": [.warnings, .running, .user, .stdout, .stderr, .exceptions],
    "output": [.stdout, .stderr],
    "commands": [.stdout, .running],
    "all": Set(allCases),
  ]

  /// Every name that `--hide` and `--show` take.
  static let names = allCases.map(\.rawValue) + aliases.keys.sorted()

  /// Whether lines of this level are results, which go to standard output.
  var isResult: Bool { self == .stdout || self == .user }

  var stream: OutputQueue.Stream { isResult ? .output : .error }

  /// Reads a value of `--hide` or `--show`, or of the keys of env, which are checked before.
  ///
  /// - Throws: ``UsageError`` with the nearest name.
  static func parse(_ text: String, flag: String = "env") throws(UsageError) -> Set<OutputLevel> {
    var levels: Set<OutputLevel> = []
    for part in text.split(separator: ",") {
      let name = part.trimmed { $0.isWhitespace || $0 == "\"" }
      if let level = OutputLevel(rawValue: name) {
        levels.insert(level)
      } else if let several = aliases[name] {
        levels.formUnion(several)
      } else {
        throw UsageError(
          "\(flag): there is no output level '\(name)'",
          hint: NearestName.hint(for: name, among: names)
            ?? "levels: \(names.joined(separator: ", "))"
        )
      }
    }
    return levels
  }
}

extension OutputLevel {
  /// What a run shows.
  ///
  /// What env says comes first, then the flags, so that no fabfile wins over a flag; within each,
  /// what is shown wins over what is hidden. `SWAB_HIDE` wins over a fabfile's `show`.
  ///
  /// - Parameters:
  ///   - environment: The env without a host.
  ///   - hide: The values of `--hide`.
  ///   - show: The values of `--show`.
  /// - Returns: The levels.
  /// - Throws: ``UsageError`` or ``FabfileError`` about a name that is no level's.
  static func shown(
    _ environment: EnvTable,
    hide: [String],
    show: [String]
  ) throws -> Set<OutputLevel> {
    var shown = shownByDefault
    func isExplicit(_ key: String) -> Bool {
      environment.entry(for: key)?.origin.isExplicit ?? false
    }
    func hideConfigured() throws {
      for text in try environment.strings("hide") ?? [] { shown.subtract(try parse(text)) }
    }
    let hidesLast = isExplicit("hide") && !isExplicit("show")
    if !hidesLast { try hideConfigured() }
    for text in try environment.strings("show") ?? [] { shown.formUnion(try parse(text)) }
    if hidesLast { try hideConfigured() }
    for text in hide { shown.subtract(try parse(text, flag: "--hide")) }
    for text in show { shown.formUnion(try parse(text, flag: "--show")) }
    return shown
  }
}
