import OrderedCollections
import SwabYAML

extension InventoryReader {
  mutating func readRoles(_ node: YAMLNode) throws(FabfileError) {
    for pair in try pairs(of: node, "roles") {
      guard !pair.key.isEmpty, !pair.key.contains(where: { ",;@".contains($0) || $0.isWhitespace })
      else {
        throw FabfileError("'\(pair.key)' can't be the name of a role", at: pair.keyLocation)
      }
      inventory.roles[pair.key] = try role(pair)
    }
  }

  private func role(_ pair: YAMLPair) throws(FabfileError) -> Role {
    var role = Role(name: pair.key, location: pair.keyLocation)
    guard pair.value.mapping != nil else {
      role.terms = try terms(pair.value)
      return role
    }
    let fields = try values.decode(RoleFields.self, from: pair.value, as: "a role")
    if let node = fields.hosts { role.terms = try terms(node) }
    if let node = fields.env { role.layer = try values.layer(node, section: "role \(pair.key)") }
    return role
  }

  /// A role that is written as a mapping.
  private struct RoleFields: Decodable {
    var hosts: YAMLNode?
    var env: YAMLNode?
  }

  /// The terms of a list, or of text with commas; ranges written out.
  private func terms(_ node: YAMLNode) throws(FabfileError) -> [Role.Term] {
    guard !node.isNull else { return [] }
    guard node.mapping == nil else {
      throw FabfileError(node.error("the hosts of a role are a list, not a mapping"))
    }
    var terms: [Role.Term] = []
    for element in node.sequence ?? [node] {
      let text = try values.text(element, "a host of a role")
      try located(at: element.location) { () throws(FabfileError) in
        for part in HostRange.split(text) {
          for name in try HostRange.expand(part) {
            terms.append(Role.Term(text: name, location: element.location))
          }
        }
      }
      guard !text.isEmpty else { throw FabfileError(element.error("a host string is empty")) }
    }
    return terms
  }
}
