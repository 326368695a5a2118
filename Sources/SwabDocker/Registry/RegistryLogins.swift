import NIOPosix
import Synchronization

/// Who one is at each registry: what the docker command knows on this machine, and what was logged
/// in with since.
///
/// The docker command's logins are looked up when they are needed: in `DOCKER_AUTH_CONFIG`, in
/// `config.json`, and with the credential helpers that it names. Nothing is ever written to a file.
/// Clients that share this object share what they log in with.
public final class RegistryLogins: Sendable {
  private enum Configuration: Sendable {
    case ofProcess
    case of(variables: [String: String])
    case none
  }

  private let own: Mutex<[RegistryName: RegistryCredentials]> = Mutex([:])
  private let configuration: Configuration

  /// Logins, with those of the docker command.
  ///
  /// - Parameter variables: The variables to find them by, such as `HOME`, `DOCKER_CONFIG` and
  ///   `PATH`; the process's own if nil.
  public init(variables: [String: String]? = nil) {
    configuration = variables.map { .of(variables: $0) } ?? .ofProcess
  }

  private init(_ configuration: Configuration) {
    self.configuration = configuration
  }

  /// No logins but those that are added.
  ///
  /// - Returns: An object that reads no file, and starts no program.
  public static func none() -> RegistryLogins {
    RegistryLogins(.none)
  }

  /// Who one is at a registry.
  ///
  /// - Parameter registry: The registry, such as `registry.example:5000`; Docker Hub if nil.
  /// - Returns: The credentials; nil if nobody.
  /// - Throws: A ``DockerError``: `invalidJSON`, `invalidConfiguration` or `fileFailed` for a file;
  ///   `credentialHelperFailed` if a program that keeps them is missing or fails.
  public func credentials(for registry: String?) async throws -> RegistryCredentials? {
    try await credentials(for: RegistryName(registry))
  }

  /// Remembers who one is at a registry, or, with nil, forgets what was remembered.
  ///
  /// - Parameters:
  ///   - credentials: The credentials.
  ///   - registry: The registry; Docker Hub if nil.
  public func set(_ credentials: RegistryCredentials?, for registry: String?) {
    set(credentials, for: RegistryName(registry))
  }

  func set(_ credentials: RegistryCredentials?, for registry: RegistryName) {
    own.withLock { $0[registry] = credentials }
  }

  func credentials(for registry: RegistryName) async throws -> RegistryCredentials? {
    if let credentials = own.withLock({ $0[registry] }) { return credentials }
    return try await configured(for: registry)
  }

  /// What the docker command would use.
  private func configured(for registry: RegistryName) async throws -> RegistryCredentials? {
    let variables: [String: String]
    switch configuration {
    case .none: return nil
    case .of(let given): variables = given
    case .ofProcess: variables = ProcessVariables.all()
    }
    let variable = try DockerConfigFile.inVariable(variables)
    if let credentials = try variable?.credentials(for: registry) { return credentials }
    // The home folder may be on a slow disk.
    let file = try await NIOThreadPool.singleton.runIfActive {
      try DockerConfigFile.load(variables: variables)
    }
    guard let file else { return nil }
    if let name = file.helper(for: registry) {
      let helper = CredentialHelper(name: name, variables: variables)
      if let credentials = try await helper.credentials(for: registry) { return credentials }
    }
    return try file.credentials(for: registry)
  }
}

extension RegistryLogins: CustomStringConvertible, CustomReflectable {
  /// The registries that were logged in to, without the secrets.
  public var description: String {
    let names = own.withLock { $0.keys.map(\.host).sorted() }
    return "logins: \(names.joined(separator: ", "))"
  }

  /// Nothing, so that no dump shows a secret.
  public var customMirror: Mirror { Mirror(self, children: [(label: String?, value: Any)]()) }
}
