/// The host that a task runs on.
public struct Host: Sendable, CustomStringConvertible {
  let scope: TaskScope
  let target: HostTarget

  /// The host string as it was selected: a name of `fabfile.yml`, or `user@host:port`.
  public var name: String { target.name }
  /// The name or address that is connected to.
  public var address: String { target.endpoint.address }
  /// The user that logs in.
  public var user: String { target.endpoint.user }
  /// The port that is connected to.
  public var port: Int { target.endpoint.port }
  /// The roles of `fabfile.yml` that hold this host, in the file's order.
  public var roles: [String] { target.roles }
  /// The role through which the host was selected, if it was by one.
  public var selectedRole: String? { target.selectedRole }
  /// Addresses of the host by name, as `interfaces` of the host in `fabfile.yml` lists them.
  public var interfaces: [String: String] { target.interfaces }
  /// The host's values of `env`.
  public var env: Env { Env(scope: scope) }
  /// The host string.
  public var description: String { name }
}

/// The host that the running task is on, or nil outside of a task and in one without a host.
public var currentHost: Host? {
  guard let scope = TaskScope.current, let target = scope.target else { return nil }
  return Host(scope: scope, target: target)
}
