/// How the docker command is run, where an engine is reached by it and not by its API.
///
/// ```swift
/// var settings = DockerCommandSettings()
/// settings.usesSudo = true
/// let docker = try DockerClient(command: settings)
/// ```
public struct DockerCommandSettings: Sendable, Hashable {
  /// The docker program: a name to be found, or a path.
  public var binary = "docker"
  /// Shell text that stands before the program, such as `nice -n 10`; it is not quoted.
  public var prefix: String?
  /// Whether the program is run by sudo, with the prefix.
  public var usesSudo = false
  /// What sudo is told if it asks; without one it must not ask.
  ///
  /// It goes through standard input only, and is in no description.
  public var sudoPassword: String?
  /// Where the engine is, seen from the machine with the program; what the program itself takes if
  /// nil.
  public var baseURL: String?
  /// Whether the program speaks TLS.
  public var tls = TLS.none

  /// How the docker program speaks TLS: with the certificates that are in its own folder.
  public enum TLS: Sendable, Hashable {
    /// Not at all.
    case none
    /// Without a check of the engine's certificate (`--tls`).
    case unverified
    /// With one (`--tlsverify`).
    case verified
  }

  /// The program `docker`, without sudo, for the engine that it takes itself.
  public init() {}
}

extension DockerCommandSettings: CustomStringConvertible, CustomDebugStringConvertible,
  CustomReflectable
{
  /// The beginning of each command.
  public var description: String {
    (try? text(of: [], by: usesSudo ? .sudo : .itself)) ?? binary
  }

  /// The beginning of each command.
  public var debugDescription: String { description }

  /// Nothing, so that no dump shows the password.
  public var customMirror: Mirror { Mirror(self, children: [(label: String?, value: Any)]()) }
}

extension DockerCommandSettings {
  /// As whom the docker program is run.
  enum Manner: Sendable, Hashable {
    case itself
    /// By a sudo that must not ask.
    case sudo
    /// By a sudo that asks for the password each time, with that prompt.
    case askingSudo(prompt: String)
  }

  /// A command as shell text: `prefix bin -H url --tls words…`.
  ///
  /// - Parameters:
  ///   - words: The words after the program and what it always gets.
  ///   - manner: As whom it is run.
  ///   - folder: What it has in a folder of its own.
  /// - Returns: The text.
  /// - Throws: A ``DockerError`` if the base URL can't be read.
  func text(
    of words: [String],
    by manner: Manner,
    with folder: PrivateFolder? = nil
  ) throws -> String {
    var parts = Self.sudo(manner)
    if let prefix, !prefix.isEmpty { parts.append(prefix) }
    parts.append(ShellText.quoted(binary))
    parts += folder?.flags ?? []
    let engine = try engine
    if let engine { parts += ["-H", ShellText.quoted(engine.url)] }
    switch tls == .none && engine?.isSecure == true ? .verified : tls {
    case .none: break
    case .unverified: parts.append("--tls")
    case .verified: parts.append("--tlsverify")
    }
    parts += words.prefix(1).map(ShellText.quoted) + (folder?.commandFlags ?? [])
    return (parts + words.dropFirst().map(ShellText.quoted)).joined(separator: " ")
  }

  /// The messages of sudo are looked at, so they must be in one language.
  private static func sudo(_ manner: Manner) -> [String] {
    switch manner {
    case .itself: []
    case .sudo: ["LC_ALL=C", "sudo", "-n"]
    // Without -k, sudo would sometimes remember the password: then nobody reads the line with it,
    // and the docker program would.
    case .askingSudo(let prompt):
      ["LC_ALL=C", "sudo", "-k", "-S", "-p", ShellText.quoted(prompt)]
    }
  }

  /// Where the engine is, in a form that the program reads, which knows fewer than we do.
  private var engine: (url: String, isSecure: Bool)? {
    get throws {
      guard let baseURL, !baseURL.isEmpty else { return nil }
      // This one is the program's own affair.
      if baseURL.lowercased().hasPrefix("ssh://") { return (baseURL, false) }
      var address = try DockerAddress(parsing: baseURL)
      let isSecure = address.usesTLS ?? false
      address.usesTLS = nil
      return (address.description, isSecure)
    }
  }

  /// Checks that commands can be made of it.
  ///
  /// - Throws: A ``DockerError`` if the base URL can't be read.
  package func check() throws {
    _ = try engine
  }
}
