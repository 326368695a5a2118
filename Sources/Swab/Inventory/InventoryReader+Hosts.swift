import OrderedCollections
import SwabYAML

extension InventoryReader {
  mutating func readHosts(_ node: YAMLNode) throws(FabfileError) {
    var hosts: OrderedDictionary<String, HostEntry> = [:]
    for pair in try pairs(of: node, "hosts") {
      for entry in try entries(pair) {
        if let first = hosts[entry.name] {
          throw FabfileError(
            "the host '\(entry.name)' is already there on line \(first.location.line)",
            at: pair.keyLocation
          )
        }
        hosts[entry.name] = entry
      }
    }
    inventory.hosts = hosts
  }

  /// The hosts of one line of `hosts`: more than one if its name is a range.
  private func entries(_ pair: YAMLPair) throws(FabfileError) -> [HostEntry] {
    let names = try located(at: pair.keyLocation) { () throws(FabfileError) in
      try HostRange.expand(pair.key)
    }
    for name in names { try check(name, at: pair.keyLocation) }
    var template = HostEntry(name: "", location: pair.keyLocation)
    guard pair.value.mapping != nil else {
      return try entries(names, template, hostStrings: pair.value, section: pair.key)
    }
    let fields = try values.decode(HostFields.self, from: pair.value, as: "a host")
    if let node = fields.interfaces { template.interfaces = try interfaces(node) }
    template.layer = try layer(of: fields, host: pair.key)
    return try entries(names, template, addresses: fields.address)
  }

  /// A host that is written as a mapping.
  private struct HostFields: Decodable {
    var address: YAMLLocated<String>?
    var port: YAMLLocated<Int>?
    var user: YAMLLocated<String>?
    var env: YAMLNode?
    var interfaces: YAMLNode?
  }

  /// The host's `env`, with its `user` and `port`.
  private func layer(of fields: HostFields, host: String) throws(FabfileError) -> EnvLayer {
    let section = "host \(host)"
    var layer = EnvLayer()
    if let node = fields.env { layer = try values.layer(node, section: section) }
    if let user = fields.user {
      guard !user.value.isEmpty else { throw FabfileError(user.node.error("the user is empty")) }
      try add("user", .string(user.value), user.node, to: &layer, section: section)
    }
    if let port = fields.port {
      try add("port", .int(port.value), port.node, to: &layer, section: section)
    }
    return layer
  }

  private func add(
    _ key: String,
    _ value: EnvValue,
    _ node: YAMLNode,
    to layer: inout EnvLayer,
    section: String
  ) throws(FabfileError) {
    try located(at: node.location) { () throws(FabfileError) in
      try EnvKey.check(value, for: key)
    }
    guard layer[key] == nil else {
      throw FabfileError(
        node.error("'\(key)' is there twice, in env and beside it", hint: "keep one of the two")
      )
    }
    layer[key] = EnvEntry(
      template: .value(value),
      origin: ValueReader.origin(node.location, section: section),
      location: node.location
    )
  }

  /// Hosts written as a mapping; a range of addresses goes with a range of names.
  private func entries(
    _ names: [String],
    _ template: HostEntry,
    addresses: YAMLLocated<String>?
  ) throws(FabfileError) -> [HostEntry] {
    guard let addresses else { return names.map { template.named($0, address: nil) } }
    let node = addresses.node
    let texts = try expand(addresses.value, node, count: names.count)
    var entries: [HostEntry] = []
    for (name, text) in zip(names, texts) {
      let host = try hostString(text, node)
      guard host.user == nil, host.port == nil else {
        throw FabfileError(
          node.error("the address '\(text)' has more than a host", hint: "use user: and port:")
        )
      }
      entries.append(template.named(name, address: host.host))
    }
    return entries
  }

  /// Hosts written as a host string, or as nothing: then the name is the address.
  private func entries(
    _ names: [String],
    _ template: HostEntry,
    hostStrings node: YAMLNode,
    section: String
  ) throws(FabfileError) -> [HostEntry] {
    guard !node.isNull else { return names.map { template.named($0, address: nil) } }
    let text = try values.text(node, "a host")
    let texts = try expand(text, node, count: names.count)
    var entries: [HostEntry] = []
    for (name, text) in zip(names, texts) {
      let host = try hostString(text, node)
      var entry = template.named(name, address: host.host)
      let origin = ValueReader.origin(node.location, section: "host \(section)")
      if let user = host.user { entry.layer.set("user", to: .string(user), origin: origin) }
      if let port = host.port { entry.layer.set("port", to: .int(port), origin: origin) }
      entries.append(entry)
    }
    return entries
  }

  private func expand(
    _ text: String,
    _ node: YAMLNode,
    count: Int
  ) throws(FabfileError) -> [String] {
    let texts = try located(at: node.location) { () throws(FabfileError) in
      try HostRange.expand(text)
    }
    guard texts.count == count else {
      throw FabfileError(
        node.error("'\(text)' stands for \(texts.count) hosts, the name for \(count)")
      )
    }
    return texts
  }

  private func hostString(_ text: String, _ node: YAMLNode) throws(FabfileError) -> HostString {
    try located(at: node.location) { () throws(FabfileError) in try HostString(text) }
  }

  /// Refuses names that couldn't be told from a host string with user or port.
  private func check(_ name: String, at location: YAMLLocation) throws(FabfileError) {
    try located(at: location) { () throws(FabfileError) in
      let host = try HostString(name)
      guard host.user == nil, host.port == nil else {
        throw FabfileError(
          "the host's name '\(name)' has more than a host",
          hint: "write web1: \(name)"
        )
      }
    }
  }

  /// Gives the place to an error that has none.
  func located<Value>(
    at location: YAMLLocation,
    _ body: () throws(FabfileError) -> Value
  ) throws(FabfileError) -> Value {
    do {
      return try body()
    } catch {
      throw error.located(at: location)
    }
  }
}

extension HostEntry {
  fileprivate func named(_ name: String, address: String?) -> HostEntry {
    var entry = self
    entry.name = name
    entry.address = address
    return entry
  }
}
