/// Words of the command line that the argument parser can't read as they are.
enum ArgumentRewriting {
  /// Rewrites Fabric 1's forms.
  ///
  /// `-p` asks for a password, and `-p @FILE` reads it: an option whose value may be left out. A
  /// password as a value is refused, since every user of the machine could read it there.
  ///
  /// - Throws: ``UsageError`` if a password or a flag of Fabric 1 that swab has not is given.
  static func rewritten(_ arguments: [String]) throws(UsageError) -> [String] {
    var output: [String] = []
    var rest = withoutLeadingFabfile(arguments[...])
    if rest.first == "-V" { return ["--version"] }
    while let word = rest.popFirst() {
      try refuseMissing(word)
      guard isPasswordFlag(word) else {
        output.append(word)
        continue
      }
      if let equals = word.firstIndex(of: "=") {
        output += try passwordFile(String(word[word.index(after: equals)...]))
      } else if let next = rest.first, next.hasPrefix("@") {
        rest.removeFirst()
        output += try passwordFile(next)
      } else {
        output.append("--ask-password")
      }
    }
    return output
  }

  /// The launcher has taken `-f PATH` already; before the command, the parser knows no such flag.
  private static func withoutLeadingFabfile(_ arguments: ArraySlice<String>) -> ArraySlice<String> {
    var rest = arguments
    while let word = rest.first {
      if word == "-f" || word == "--fabfile" {
        rest = rest.dropFirst(2)
      } else if word.hasPrefix("-f=") || word.hasPrefix("--fabfile=") {
        rest.removeFirst()
      } else {
        break
      }
    }
    return rest
  }

  private static func isPasswordFlag(_ word: String) -> Bool {
    word == "-p" || word == "--password" || word.hasPrefix("--password=") || word.hasPrefix("-p=")
  }

  private static func passwordFile(_ value: String) throws(UsageError) -> [String] {
    guard value.hasPrefix("@") else {
      throw UsageError(
        "a password is never a value on the command line, where everybody on this machine "
          + "can read it",
        hint: "-p asks for it, -p @FILE reads it from a file, and SWAB_PASSWORD is read too"
      )
    }
    return ["--password-file", String(value.dropFirst())]
  }

  private static func refuseMissing(_ word: String) throws(UsageError) {
    let missing = [
      "-A": "agent forwarding", "--forward-agent": "agent forwarding", "-g": "gateways",
      "--gateway": "gateways", "-I": "-p asks for the password",
      "--initial-password-prompt": "-p asks for the password",
      "--gss-auth": "Kerberos", "--gss-deleg": "Kerberos", "--gss-kex": "Kerberos",
    ]
    guard let what = missing[word] else { return }
    throw UsageError(
      word == "-I" || word == "--initial-password-prompt"
        ? "\(word): \(what)" : "\(word): swab has no \(what) yet"
    )
  }
}
