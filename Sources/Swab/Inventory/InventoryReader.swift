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

  /// The sections of the file.
  private struct Document: Decodable {
    var env: YAMLNode?
    /// Read from the mapping itself, since an empty one is not the same as none.
    var hosts: YAMLNode?
    var roles: YAMLNode?
    var dockerClients: YAMLNode?
    var package: YAMLNode?

    enum CodingKeys: String, CodingKey {
      case env, hosts, roles
      case dockerClients = "docker_clients"
      case package
    }
  }

  mutating func read(_ root: YAMLNode) throws(FabfileError) -> Inventory {
    guard !root.isNull else { return inventory }
    let document = try values.decode(Document.self, from: root, as: "the file")
    if let node = document.env {
      inventory.env = try values.layer(node, section: ValueReader.wholeRun)
    }
    // Also with all of its hosts commented out, the section says that hosts are listed there.
    if let node = root["hosts"] { try readHosts(node) }
    if let node = document.roles { try readRoles(node) }
    if let node = document.dockerClients { try readDockerClients(node) }
    if let node = document.package { try readPackage(node) }
    try inventory.resolveRoles()
    inventory.warnings += misspelt
    return inventory
  }

  /// Warnings about keys of env that swab doesn't read and that were probably meant for it.
  private var misspelt: [FabfileError] {
    var seen: Set<String> = []
    return inventory.fileLayers.flatMap { layer in
      layer.entries.compactMap { key, entry in
        guard seen.insert(key).inserted else { return nil }
        return EnvKey.warning(about: key, at: entry.keyLocation)
      }
    }
  }

  private mutating func readPackage(_ node: YAMLNode) throws(FabfileError) {
    let text = try values.text(node, "package")
    inventory.packageFolder = node.tag == "!path" ? text : try values.path(text, node)
  }

  /// The pairs of a mapping whose keys are names; here `x-ray` is a name like any other.
  func pairs(of node: YAMLNode, _ what: String) throws(FabfileError) -> [YAMLPair] {
    guard !node.isNull else { return [] }
    guard let pairs = node.mapping else {
      throw FabfileError(node.error("\(what) is to be a mapping, not \(node.summary)"))
    }
    return pairs
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
