import OrderedCollections
import SwabYAML

extension Inventory {
  /// Finds the hosts of each role and the roles of each host.
  mutating func resolveRoles() throws(FabfileError) {
    try refuseSharedNames()
    var order: [String] = []
    for name in roles.keys {
      var path: [String] = []
      try resolve(name, path: &path, order: &order)
    }
    indexRoles()
  }

  /// Refuses a term that is both a host and a role: which is meant, is anybody's guess.
  private func refuseSharedNames() throws(FabfileError) {
    for role in roles.values {
      for term in role.terms where term.text != role.name && roles[term.text] != nil {
        guard hosts?[term.text] != nil else { continue }
        throw FabfileError(
          "'\(term.text)' is a host and a role",
          at: term.location,
          hint: "rename one of the two, or write \(term.text):22 for the host"
        )
      }
    }
  }

  /// Resolves a role after the roles within it.
  private mutating func resolve(
    _ name: String,
    path: inout [String],
    order: inout [String]
  ) throws(FabfileError) {
    guard let role = roles[name], !order.contains(name) else { return }
    path.append(name)
    defer { path.removeLast() }
    var members: OrderedDictionary<String, HostReference> = [:]
    var unknown: [Role.Term] = []
    for term in role.terms {
      guard isRole(term.text, in: role) else {
        let reference = try reference(term.text, at: term.location)
        members[reference.memberKey] = members[reference.memberKey] ?? reference
        if isUnknown(term.text) { unknown.append(term) }
        continue
      }
      if let start = path.firstIndex(of: term.text) {
        let cycle = (path[start...] + [term.text]).joined(separator: " -> ")
        throw FabfileError("a role is within itself: \(cycle)", at: term.location)
      }
      try resolve(term.text, path: &path, order: &order)
      for member in roles[term.text]?.members ?? [] where members[member.memberKey] == nil {
        members[member.memberKey] = member
      }
      unknown += roles[term.text]?.unknownWords ?? []
    }
    roles[name]?.members = Array(members.values)
    roles[name]?.unknownWords = unknown
    order.append(name)
  }

  /// Whether a term of a role names another role; its own name is a host's.
  private func isRole(_ term: String, in role: Role) -> Bool {
    guard roles[term] != nil else { return false }
    return term != role.name || hosts?[term] == nil
  }

  /// Notes for each host the roles that hold it.
  private mutating func indexRoles() {
    rolesByHost = index(Array(roles.keys))
    envRolesByHost = index(orderOfEnv)
    for name in roles.keys {
      guard var members = roles[name]?.members else { continue }
      for index in members.indices { members[index].roles = roles(of: members[index]) }
      roles[name]?.members = members
    }
  }

  private func index(_ names: [String]) -> [String: [String]] {
    var index: [String: [String]] = [:]
    for name in names {
      for member in roles[name]?.members ?? [] where index[member.key]?.last != name {
        index[member.key, default: []].append(name)
      }
    }
    return index
  }

  /// The roles that hold a host, in the order of the file.
  func roles(of reference: HostReference) -> [String] {
    rolesByHost[reference.key] ?? []
  }

  /// The roles in the order in which their env applies, lowest first: the file's order, but a role
  /// before those within it.
  private var orderOfEnv: [String] {
    var order: OrderedSet<String> = []
    var outer: [String: [String]] = [:]
    for role in roles.values {
      for term in role.terms where isRole(term.text, in: role) {
        outer[term.text, default: []].append(role.name)
      }
    }
    func place(_ name: String) {
      guard !order.contains(name) else { return }
      for other in roles.keys where outer[name]?.contains(other) == true { place(other) }
      order.append(name)
    }
    for name in roles.keys { place(name) }
    return order.elements
  }
}
