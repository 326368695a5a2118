internal import SwabSSH

/// A host of a step, with everything that decides how it is reached.
struct HostTarget: Sendable {
  /// How lines name it: the first spelling that selected it.
  var name: String
  var endpoint: Endpoint
  /// The effective env, before any task changes it.
  var environment: EnvTable
  /// What ssh_config says of it.
  var ssh: SSHHostSettings
  var roles: [String]
  /// Addresses of the host by name, as `fabfile.yml` lists them.
  var interfaces: [String: String] = [:]
  var selectedRole: String?

  /// What makes two spellings the same host: where SSH goes, and which engine is asked there.
  var key: Key {
    Key(endpoint: endpoint, baseURL: ((try? environment.string("docker_base_url")) ?? nil) ?? "")
  }

  struct Key: Hashable, Sendable {
    var endpoint: Endpoint
    var baseURL: String
  }
}

/// Where an SSH connection goes.
struct Endpoint: Hashable, Sendable, CustomStringConvertible {
  var user: String
  var address: String
  var port: Int

  /// `user@address:port`, with brackets around IPv6 addresses.
  var description: String {
    let isIPv6 = address.contains(":")
    return "\(user)@\(isIPv6 ? "[\(address)]" : address):\(port)"
  }
}
