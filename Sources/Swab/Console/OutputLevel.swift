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

  /// Whether lines of this level are results, which go to standard output.
  var isResult: Bool { self == .stdout || self == .user }

  /// Reads the value of `--hide` or `--show`.
  ///
  /// - Throws: ``UsageError`` with the nearest name.
  static func parse(_ text: String, flag: String) throws(UsageError) -> Set<OutputLevel> {
    var levels: Set<OutputLevel> = []
    for part in text.split(separator: ",") {
      let name = trimmed(String(part))
      if let level = OutputLevel(rawValue: name) {
        levels.insert(level)
      } else if let several = aliases[name] {
        levels.formUnion(several)
      } else {
        let names = allCases.map(\.rawValue) + aliases.keys.sorted()
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
