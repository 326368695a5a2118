/// The roles that hold the current host, in the order of `fabfile.yml`; none without a host.
public func currentRoles() -> [String] {
  currentHost?.roles ?? []
}

/// The addresses that the hosts of a role have under a name: of each entry of `docker_clients` whose
/// host is in the role, and of each host of the role itself, what `interfaces` says.
///
/// - Parameters:
///   - role: The role.
///   - interface: The name of the interface, such as `private`.
/// - Returns: The addresses.
/// - Throws: ``TaskError`` outside of a task, or if there is no such role.
public func roleAddresses(_ role: String, interface: String) throws -> Set<String> {
  let run = try TaskScope.require("roleAddresses(…)").run
  return try run.addresses(ofRole: role, interface: interface)
}

extension RunContext {
  fileprivate func addresses(
    ofRole role: String,
    interface: String
  ) throws -> Set<String> {
    let members = try selector.targets(of: Selector.Level(roles: [role], source: .call))
    let endpoints = Set(members.map(\.endpoint))
    let clients = try inventory.dockerClients.values.filter { entry in
      guard entry.interfaces[interface] != nil, let host = entry.fabricHost else { return false }
      return endpoints.contains(try selector.target(named: host).endpoint)
    }
    return Set(members.compactMap { $0.interfaces[interface] })
      .union(clients.compactMap { $0.interfaces[interface] })
  }
}
