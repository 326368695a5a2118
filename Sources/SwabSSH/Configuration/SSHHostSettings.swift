/// What ssh_config says about one host.
public struct SSHHostSettings: Sendable {
  /// Which agent to ask.
  public enum Agent: Sendable, Hashable {
    /// The one of SSH_AUTH_SOCK.
    case environment
    /// The one of another environment variable.
    case variable(String)
    /// The one at a socket.
    case socket(String)
    /// None.
    case none
  }

  /// Where to connect to: HostName, or else the host as it was asked for.
  public var address: String
  /// Port, or else the default.
  public var port: Int
  /// User.
  public var user: String?
  /// IdentityFile, in order; `nil` if there is none, which means the usual files.
  public var identityFiles: [String]?
  /// IdentitiesOnly.
  public var identitiesOnly = false
  /// IdentityAgent.
  public var agent = Agent.environment
  /// UserKnownHostsFile.
  public var userKnownHostsFiles: [String]
  /// GlobalKnownHostsFile.
  public var globalKnownHostsFiles = ["/etc/ssh/ssh_known_hosts", "/etc/ssh/ssh_known_hosts2"]
  /// StrictHostKeyChecking, if it is set.
  public var hostKeyPolicy: HostKeyPolicy?
  /// HashKnownHosts.
  public var hashesKnownHosts = false
  /// HostKeyAlias: the name that known_hosts is asked for instead of the address.
  public var hostKeyAlias: String?
  /// ConnectTimeout.
  public var connectTimeout: Duration?
  /// ServerAliveInterval, if it is set; zero turns keep-alives off.
  public var serverAliveInterval: Duration?
  /// ServerAliveCountMax, if it is set.
  public var serverAliveCountMax: Int?
  /// Keywords that apply to this host and have no effect here, each once; a Match that was skipped
  /// may apply.
  public var warnings: [SSHConfiguration.Warning] = []

  init(address: String, port: Int, home: String) {
    self.address = address
    self.port = port
    userKnownHostsFiles = ["\(home)/.ssh/known_hosts", "\(home)/.ssh/known_hosts2"]
  }

  /// Which keys to try at this host.
  ///
  /// - Parameters:
  ///   - home: The home folder.
  ///   - environment: Looks up a variable of the environment, such as SSH_AUTH_SOCK.
  /// - Returns: What ``SSHKeyRing/identities(for:)`` takes.
  public func identityRequest(
    home: String,
    environment: (String) -> String?
  ) -> SSHIdentityRequest {
    let socket: String? =
      switch agent {
      case .environment: environment("SSH_AUTH_SOCK")
      case .variable(let name): environment(name)
      case .socket(let path): path
      case .none: nil
      }
    return SSHIdentityRequest(
      identityFiles: identityFiles,
      identitiesOnly: identitiesOnly,
      agentSocket: socket.flatMap { $0.isEmpty ? nil : $0 },
      home: home
    )
  }

  /// Which known_hosts files there are for this host, and what to do about an unknown key.
  ///
  /// - Parameter policy: What to do where StrictHostKeyChecking is not set.
  /// - Returns: What ``KnownHostsVerifier`` takes; equal for hosts that can share a verifier.
  public func knownHostsOptions(policy: HostKeyPolicy) -> KnownHostsOptions {
    var options = KnownHostsOptions(
      userFiles: userKnownHostsFiles,
      policy: hostKeyPolicy ?? policy,
      hashesNames: hashesKnownHosts
    )
    options.globalFiles = globalKnownHostsFiles
    return options
  }
}
