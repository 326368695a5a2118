#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#else
  import Darwin
#endif

/// What swab takes from the process it runs in.
struct ProcessContext: Sendable {
  var arguments: [String]
  /// The words that swab hands on as they are: those after `--`, or of a command's own command.
  var remainder: [String] = []
  var environment: [String: String]
  /// The path of `fabfile.yml`; nil if there is none.
  var fabfilePath: String?
  /// `SWAB_PASSWORD`.
  var password: String?
  /// The values of all variables that were taken out of the environment.
  var secrets: [String] = []
  var person: Person

  /// Reads the process's state, and takes secrets out of it.
  static func take() -> ProcessContext {
    let secrets = takeSecrets()
    var environment = variables().merging(secrets) { $1 }
    let password = environment.removeValue(forKey: "SWAB_PASSWORD")
    environment["SWAB_SUDO_PASSWORD"] = nil
    let path = environment["SWAB_FABFILE"].flatMap { $0.isEmpty ? nil : $0 }
    let words = CommandWords(Array(CommandLine.arguments.dropFirst()))
    return ProcessContext(
      arguments: words.arguments,
      remainder: words.remainder,
      environment: environment,
      fabfilePath: path,
      password: password,
      secrets: secrets.values.sorted(),
      person: .current(environment)
    )
  }

  private static func variables() -> [String: String] {
    var variables: [String: String] = [:]
    var pointer = environ
    while let entry = pointer.pointee {
      let text = String(cString: entry)
      if let equals = text.firstIndex(of: "=") {
        variables[String(text[..<equals])] = String(text[text.index(after: equals)...])
      }
      pointer += 1
    }
    return variables
  }

  /// Takes `SWAB_PASSWORD` and its like out of the environment, so that no child process inherits
  /// them.
  ///
  /// `unsetenv` forgets only where a value lies. Any process of the same user, such as a command of
  /// `local(…)`, could still read it in `/proc/PID/environ`, so the value itself is wiped before.
  private static func takeSecrets() -> [String: String] {
    let secrets = variables().filter { name, _ in
      name.hasPrefix("SWAB_") && SecretKeys.isSecret(String(name.dropFirst("SWAB_".count)))
    }
    for name in secrets.keys {
      while let value = getenv(name) {
        memset(value, 0, strlen(value))
        unsetenv(name)
      }
    }
    return secrets
  }
}
