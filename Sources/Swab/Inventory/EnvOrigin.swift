/// Where a value of `env` comes from.
@nonexhaustive
public enum EnvOrigin: Sendable, Hashable {
  /// It is the default.
  case builtIn
  /// A file says so; the section is `env`, `role web` or `host h1`.
  case file(path: String, line: Int, column: Int, section: String)
  /// A variable of the process's environment says so.
  case variable(name: String)
  /// A flag of the command line says so.
  case flag(text: String)
  /// A task set it.
  case code(file: String, line: Int)
}

extension EnvOrigin {
  /// Whether whoever runs swab said so for this run, by a flag or a variable.
  var isExplicit: Bool {
    switch self {
    case .variable, .flag: true
    case .builtIn, .file, .code: false
    }
  }
}

extension EnvOrigin: CustomStringConvertible {
  /// The origin in few words: `fabfile.yml:12`, `SWAB_USER`, `--set user`.
  public var description: String {
    switch self {
    case .builtIn: "default"
    case .file(let path, let line, _, _): "\(path):\(line)"
    case .variable(let name): name
    case .flag(let text): text
    case .code(let file, let line): "\(file):\(line)"
    }
  }
}
