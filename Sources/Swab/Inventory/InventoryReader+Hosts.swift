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
    var addresses: YAMLNode?
    for field in try pairs(of: pair.value, "a host", known: Self.hostKeys) {
      switch field.key {
      case "address": addresses = field.value
      case "interfaces": template.interfaces = try interfaces(field.value)
      default: try read(field, into: &template, host: pair.key)
      }
    }
    return try entries(names, template, addresses: addresses)
  }

  private static let hostKeys = ["address", "port", "user", "env", "interfaces"]

  /// Reads `user`, `port` or `env` into the host's layer.
  private func read(
    _ field: YAMLPair,
    into entry: inout HostEntry,
    host: String
  ) throws(FabfileError) {
    let section = "host \(host)"
    var layer = EnvLayer()
    if field.key == "env" {
      layer = try values.layer(field.value, section: section)
    } else {
      guard field.value.tag?.hasPrefix("!env") == true || !field.value.isNull else { return }
      let text = try values.text(field.value, field.key)
      let value = EnvValue.decimal(text).map { EnvValue.int($0) } ?? .string(text)
      try located(at: field.value.location) { () throws(FabfileError) in
        try EnvKey.check(value, for: field.key)
      }
      layer[field.key] = EnvEntry(
        template: .value(field.key == "user" ? .string(text) : value),
        origin: ValueReader.origin(field.keyLocation, section: section),
        location: field.value.location
      )
    }
    for (key, value) in layer.entries {
      guard entry.layer[key] == nil else {
        throw FabfileError(
          "'\(key)' of the host '\(host)' is there twice, in env and beside it",
          at: field.keyLocation,
          hint: "keep one of the two"
        )
      }
      entry.layer[key] = value
    }
  }

  /// Hosts written as a mapping; a range of addresses goes with a range of names.
  private func entries(
    _ names: [String],
    _ template: HostEntry,
    addresses node: YAMLNode?
  ) throws(FabfileError) -> [HostEntry] {
    guard let node, !node.isNull else {
      return names.map { name in template.named(name, address: nil) }
    }
    let texts = try expand(node, "the address", count: names.count)
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
    let texts = try expand(node, "a host", count: names.count)
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
    _ node: YAMLNode,
    _ what: String,
    count: Int
  ) throws(FabfileError) -> [String] {
    let text = try values.text(node, what)
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
