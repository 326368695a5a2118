import OrderedCollections
import SwabYAML

/// Reads the sections of `fabfile.yml`.
struct InventoryReader {
  let values: ValueReader
  var inventory: Inventory

  init(name: String, folder: String, values: ValueReader) {
    self.values = values
    inventory = Inventory(path: name, folder: folder)
  }

  mutating func read(_ root: YAMLNode) throws(FabfileError) -> Inventory {
    let known = ["env", "hosts", "roles", "docker_clients", "package"]
    for pair in try pairs(of: root, "the file", known: known) {
      switch pair.key {
      case "env": inventory.env = try values.layer(pair.value, section: "env")
      case "hosts": try readHosts(pair.value)
      case "roles": try readRoles(pair.value)
      case "docker_clients": try readDockerClients(pair.value)
      case "package":
        let text = try values.text(pair.value, "package")
        inventory.packageFolder =
          pair.value.tag == "!path" ? text : try values.path(text, pair.value)
      default: break
      }
    }
    try inventory.resolveRoles()
    try checkFabricHosts()
    return inventory
  }

  /// The pairs of a mapping, without those for `x-…`; anything else that isn't known is an error.
  func pairs(
    of node: YAMLNode,
    _ what: String,
    known: [String]? = nil
  ) throws(FabfileError) -> [YAMLPair] {
    guard !node.isNull else { return [] }
    guard let pairs = node.mapping else {
      throw FabfileError(node.error("\(what) is to be a mapping, not \(node.summary)"))
    }
    guard let known else { return pairs }
    for pair in pairs where !known.contains(pair.key) && !pair.key.hasPrefix("x-") {
      throw FabfileError(
        "\(what) has no key '\(pair.key)'",
        at: pair.keyLocation,
        hint: NearestName.hint(for: pair.key, among: known)
          ?? "the keys are \(known.joined(separator: ", ")), and anything that starts with x-"
      )
    }
    return pairs.filter { !$0.key.hasPrefix("x-") }
  }

  /// Addresses by name.
  func interfaces(_ node: YAMLNode) throws(FabfileError) -> OrderedDictionary<String, String> {
    var interfaces: OrderedDictionary<String, String> = [:]
    for pair in try pairs(of: node, "interfaces") {
      let text = try values.text(pair.value, "the address of an interface")
      guard HostString.isIPv4(text) || HostString.isIPv6(text[...]) else {
        throw FabfileError(pair.value.error("'\(text)' is not an IP address"))
      }
      interfaces[pair.key] = text
    }
    return interfaces
  }
}
