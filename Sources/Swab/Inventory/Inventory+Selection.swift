import OrderedCollections
import SwabYAML

extension Inventory {
  /// The hosts that a term of `-H` stands for, in order.
  ///
  /// `hosts` of the file is what can be named, never a selection by itself. Where it exists, a bare
  /// word that isn't in it is probably a slip, and running on a host by mistake is worse than an
  /// error.
  ///
  /// - Parameters:
  ///   - term: `h1`, `web[01-20]`, `root@h1`, `192.0.2.7`.
  ///   - literalHosts: Whether a word is a literal Host of ssh_config; asked only about unknown words.
  /// - Returns: The hosts, as often as they are named.
  /// - Throws: An error of the kind `usage` about a malformed term, of `noMatch` about an unknown host.
  func hosts(
    matching term: String,
    literalHosts: (String) -> Bool = { _ in false }
  ) throws(FabfileError) -> [HostReference] {
    var references: [HostReference] = []
    for name in try HostRange.expand(term) {
      let reference = try reference(name, at: nil)
      if isUnknown(name), !literalHosts(name) { throw unknownHost(name, in: term) }
      references.append(reference)
    }
    return references
  }

  /// The hosts of a role, in order.
  func hosts(
    ofRole name: String,
    literalHosts: (String) -> Bool = { _ in false }
  ) throws(FabfileError) -> [HostReference] {
    guard let role = roles[name] else { throw unknownRole(name) }
    try check(role, literalHosts: literalHosts)
    guard !role.members.isEmpty else {
      throw FabfileError("the role '\(name)' has no hosts", kind: .noMatch, at: role.location)
    }
    return role.members
  }

  /// Checks the words in all roles, which can't be done without ssh_config.
  func validate(literalHosts: (String) -> Bool) throws(FabfileError) {
    for role in roles.values { try check(role, literalHosts: literalHosts) }
    for entry in dockerClients.values {
      guard let host = entry.fabricHost, isUnknown(host), !literalHosts(host) else { continue }
      var error = unknownHost(host, in: host).located(at: entry.location)
      error.kind = .usage
      throw error
    }
  }

  /// Every host of `hosts`, in the order of the file, with its roles.
  var inventoryHosts: [HostReference] {
    (hosts ?? [:]).values.map { reference($0) }
  }
}

extension Inventory {
  private func check(
    _ role: Role,
    literalHosts: (String) -> Bool
  ) throws(FabfileError) {
    for word in role.unknownWords where !literalHosts(word.text) {
      let names = hostNames + roles.keys
      throw FabfileError(
        "'\(word.text)' is neither a host nor a role",
        at: word.location,
        hint: NearestName.hint(for: word.text, among: names)
          ?? "add it to hosts, or write \(word.text):22 for a host outside of it"
      )
    }
  }

  private var hostNames: [String] { Array((hosts ?? [:]).keys) }

  private func unknownHost(_ name: String, in term: String) -> FabfileError {
    let within = name == term ? "" : " (from '\(term)')"
    let hint =
      roles[name] != nil
      ? "'\(name)' is a role: -R \(name)"
      : NearestName.hint(for: name, among: hostNames)
    return FabfileError(
      "there is no host '\(name)'\(within)" + (path.isEmpty ? "" : " in \(path)"),
      kind: .noMatch,
      hint: hint ?? "add it to hosts, or write \(name):22 for a host outside of it"
    )
  }

  private func unknownRole(_ name: String) -> FabfileError {
    let hint =
      hosts?[name] != nil
      ? "'\(name)' is a host: -H \(name)"
      : NearestName.hint(for: name, among: roles.keys)
    return FabfileError(
      "there is no role '\(name)'" + (path.isEmpty ? "" : " in \(path)"),
      hint: hint
        ?? (roles.isEmpty ? nil : "the roles are \(roles.keys.sorted().joined(separator: ", "))")
    )
  }

  /// Whether a term is a bare word that `hosts` doesn't have.
  func isUnknown(_ term: String) -> Bool {
    guard let hosts, hosts[term] == nil, let host = try? HostString(term) else { return false }
    return host.user == nil && host.port == nil && !host.isAddress
  }

  /// The host that a term without ranges stands for.
  func reference(_ term: String, at location: YAMLLocation?) throws(FabfileError) -> HostReference {
    if let entry = hosts?[term] {
      var reference = reference(entry)
      reference.location = location ?? entry.location
      return reference
    }
    let host: HostString
    do {
      host = try HostString(term)
    } catch {
      throw error.located(at: location)
    }
    var reference = HostReference(
      name: term,
      address: host.host,
      port: host.port,
      user: host.user,
      location: location
    )
    if let entry = hosts?[host.host] {
      reference.inventoryName = entry.name
      reference.address = entry.address ?? entry.name
      reference.location = location ?? entry.location
    }
    reference.roles = roles(of: reference)
    return reference
  }

  private func reference(_ entry: HostEntry) -> HostReference {
    var reference = HostReference(
      name: entry.name,
      address: entry.address ?? entry.name,
      inventoryName: entry.name,
      location: entry.location
    )
    reference.roles = roles(of: reference)
    return reference
  }
}

extension HostReference {
  /// What makes two members of a role the same.
  var memberKey: String { "\(user ?? "")@\(key):\(port.map(String.init) ?? "")" }
}
