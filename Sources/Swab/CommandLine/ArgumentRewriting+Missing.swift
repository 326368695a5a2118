extension ArgumentRewriting {
  /// A flag of Fabric 1 that swab has not.
  private struct Missing {
    /// The flag in all its forms.
    var names: [String]
    var message: String
    var hint: String?

    init(_ names: String..., message: String, hint: String? = nil) {
      self.names = names
      self.message = message
      self.hint = hint
    }
  }

  private static let missing = [
    Missing("-A", "--forward-agent", message: "swab has no agent forwarding yet"),
    Missing(
      "-g",
      "--gateway",
      message: "swab has no gateways yet",
      hint: "run swab on a machine that reaches the hosts"
    ),
    Missing("--gss-auth", "--gss-deleg", "--gss-kex", message: "swab has no Kerberos yet"),
    Missing(
      "--sudo-password",
      "--initial-sudo-password-prompt",
      message: "a password is no word of a command",
      hint: "set sudo_password in fabfile.yml: !env_os NAME takes it from a variable"
    ),
    Missing(
      "-c",
      "--config",
      message: "swab reads no fabricrc",
      hint:
        "its settings go under env: of fabfile.yml, into variables SWAB_KEY=value, or into --set"
    ),
    Missing(
      "--colorize-errors",
      message: "swab has no colours for errors",
      hint: "--color always, auto or never is for the hosts' names"
    ),
    Missing("-l", "--list", message: "swab has a command for this", hint: "swab list"),
    Missing("--shortlist", message: "swab has a command for this", hint: "swab list -F short"),
    Missing("-d", "--display", message: "swab has a command for this", hint: "swab help TASK"),
  ]

  /// Refuses a flag of Fabric 1 that swab has not, with what to do instead; a value that is joined
  /// to it is not repeated, as it may be a password.
  static func refuseMissing(_ word: String, in command: String?) throws(UsageError) {
    if !word.hasPrefix("--"), letters(of: command)?.has(word.dropFirst().first) == true { return }
    for flag in missing {
      guard let name = flag.names.first(where: { isSpelling(word, of: $0) }) else { continue }
      throw UsageError("\(name): \(flag.message)", hint: flag.hint)
    }
  }

  /// Whether a word is this flag: `-g`, `-gHOST`, `--gateway`, `--gateway=HOST`.
  private static func isSpelling(_ word: String, of name: String) -> Bool {
    let takesJoined = ["-g", "-c", "-d"].contains(name)
    return word == name || word.hasPrefix(name + "=")
      || (takesJoined && word.hasPrefix(name) && !word.hasPrefix("--"))
  }
}
