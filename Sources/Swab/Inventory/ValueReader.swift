import OrderedCollections
import SwabYAML

/// Turns nodes of YAML into values: tags, and what plain text means.
struct ValueReader: Sendable {
  var folder: String
  var environment: [String: String]

  private static let tags = ["!env", "!env_lazy", "!env_os", "!path"]
  private static let standard = "tag:yaml.org,2002:"

  /// The value that a node stands for.
  func template(_ node: YAMLNode) throws(FabfileError) -> EnvTemplate {
    switch node.content {
    case .scalar(let scalar):
      return try template(scalar, node)
    case .sequence(let nodes):
      try refuseTag(of: node, unless: "seq")
      var templates: [EnvTemplate] = []
      for node in nodes { templates.append(try template(node)) }
      return Self.list(templates)
    case .mapping(let pairs):
      try refuseTag(of: node, unless: "map")
      var templates: [(key: String, template: EnvTemplate)] = []
      for pair in pairs { templates.append((pair.key, try template(pair.value))) }
      return Self.map(templates)
    }
  }

  /// The text that a node stands for where the file's structure needs one.
  ///
  /// - Parameters:
  ///   - node: The node.
  ///   - what: What the text is, in the words of a message: `the address`.
  /// - Returns: The text.
  /// - Throws: An error if this is no text, or its tag can't be followed.
  func text(_ node: YAMLNode, _ what: String) throws(FabfileError) -> String {
    guard let scalar = node.scalar, !node.isNull else {
      throw FabfileError(node.error("\(what) is to be text, not \(node.summary)"))
    }
    switch node.tag {
    case "!env", "!env_lazy":
      throw FabfileError(
        node.error(
          "\(what) can't be \(node.tag ?? "!env")",
          hint: "!env works within env, and for the settings of docker_clients"
        )
      )
    case "!env_os": return try variable(scalar.text, node)
    case "!path": return try path(scalar.text, node)
    default:
      try refuseTag(of: node, unless: "str", "int")
      return scalar.text
    }
  }

  /// The section of the file whose env is everybody's.
  static let wholeRun = "env"

  /// A layer of env, each value of it checked against what its key takes.
  func layer(_ node: YAMLNode, section: String) throws(FabfileError) -> EnvLayer {
    var layer = EnvLayer()
    guard !node.isNull else { return layer }
    guard let pairs = node.mapping else {
      throw FabfileError(node.error("env is to be a mapping, not \(node.summary)"))
    }
    for pair in pairs {
      guard section == Self.wholeRun || EnvKey.named(pair.key)?.isRunWide != true else {
        throw FabfileError(
          "'\(pair.key)' holds for the whole run, not for a host or a role",
          at: pair.keyLocation,
          hint: "put it under env:, at the top of the file"
        )
      }
      layer[pair.key] = try entry(pair, section: section)
    }
    return layer
  }

  /// A key of env with its value and place.
  func entry(_ pair: YAMLPair, section: String) throws(FabfileError) -> EnvEntry {
    let template = try template(pair.value)
    if case .value(let value) = template {
      do {
        try EnvKey.check(value, for: pair.key)
      } catch {
        throw error.located(at: Self.misfit(in: pair.value, value, for: pair.key))
      }
    }
    return EnvEntry(
      template: template,
      origin: Self.origin(pair.keyLocation, section: section),
      location: pair.value.location,
      isSecret: Self.namesSecret(pair.value)
    )
  }

  /// Where the part of a value stands that its key doesn't take.
  private static func misfit(
    in node: YAMLNode,
    _ value: EnvValue,
    for key: String
  ) -> YAMLLocation {
    guard let nodes = node.sequence, case .list(let values) = value,
      let misfit = EnvKey.named(key)?.type.misfit(in: value),
      let index = values.firstIndex(of: misfit), nodes.indices.contains(index)
    else {
      return node.location
    }
    return nodes[index].location
  }

  static func origin(_ location: YAMLLocation, section: String) -> EnvOrigin {
    .file(
      path: location.source.name,
      line: location.line,
      column: location.column,
      section: section
    )
  }
}

extension ValueReader {
  private func template(_ scalar: YAMLScalar, _ node: YAMLNode) throws(FabfileError) -> EnvTemplate
  {
    switch node.tag {
    case "!env", "!env_lazy":
      guard !scalar.text.isEmpty else {
        throw FabfileError(node.error("\(node.tag ?? "!env") is followed by the name of a key"))
      }
      return .reference(scalar.text, isLazy: node.tag == "!env_lazy")
    case "!env_os": return .value(.string(try variable(scalar.text, node)))
    case "!path": return .value(.string(try path(scalar.text, node)))
    default: return .value(try Self.value(scalar, node))
    }
  }

  /// A scalar without a tag of ours.
  ///
  /// Only what can't be anything else becomes a number or a Boolean. YAML 1.1 makes a Boolean of
  /// `no`, 8 of `010`, 1342 of `22:22`, and 1.1 of the version `1.10`; here all of those stay text.
  private static func value(_ scalar: YAMLScalar, _ node: YAMLNode) throws(FabfileError) -> EnvValue
  {
    switch node.tag {
    case nil:
      guard scalar.style == .plain else { return .string(scalar.text) }
      return plain(scalar.text, isNull: node.isNull)
    case "!", standard + "str": return .string(scalar.text)
    case standard + "null": return .null
    case standard + "int":
      guard let value = EnvValue.decimal(scalar.text) else { break }
      return .int(value)
    case standard + "float":
      guard let value = EnvValue.string(scalar.text).double else { break }
      return .double(value)
    case standard + "bool":
      guard let value = EnvValue.string(scalar.text).bool else { break }
      return .bool(value)
    default: throw unknownTag(node)
    }
    throw FabfileError(node.error("\(node.summary) doesn't fit the tag before it"))
  }

  private static func plain(_ text: String, isNull: Bool) -> EnvValue {
    if isNull { return .null }
    if text == "true" { return true }
    if text == "false" { return false }
    return EnvValue.decimal(text).map { .int($0) } ?? .string(text)
  }

  private func refuseTag(of node: YAMLNode, unless allowed: String...) throws(FabfileError) {
    guard let tag = node.tag, tag != "!" else { return }
    guard !allowed.contains(where: { tag == Self.standard + $0 }) else { return }
    guard !Self.tags.contains(tag) else {
      throw FabfileError(node.error("\(tag) takes text, not \(node.summary)"))
    }
    throw Self.unknownTag(node)
  }

  private static func unknownTag(_ node: YAMLNode) -> FabfileError {
    let tag = node.tag ?? ""
    let shown = tag.hasPrefix(standard) ? "!!" + tag.dropFirst(standard.count) : tag
    let hint = NearestName.hint(for: shown, among: tags)
    return FabfileError(
      node.error(
        "there is no tag \(shown)",
        hint: hint ?? "the tags are \(tags.joined(separator: ", "))"
      )
    )
  }

  /// Whether a node takes a secret from the process's environment.
  private static func namesSecret(_ node: YAMLNode) -> Bool {
    switch node.content {
    case .scalar(let scalar):
      let name = scalar.text.prefix { $0 != "=" }
      return node.tag == "!env_os" && SecretKeys.isSecret(String(name))
    case .sequence(let nodes): return nodes.contains(where: namesSecret)
    case .mapping(let pairs): return pairs.contains { namesSecret($0.value) }
    }
  }
}

extension ValueReader {
  /// Decodes a part of the file whose keys are fixed.
  func decode<Value: Decodable>(
    _ type: Value.Type,
    from node: YAMLNode,
    as what: String
  ) throws(FabfileError) -> Value {
    var decoder = YAMLDecoder()
    decoder.text = { _, node throws(YAMLError) in try decodedText(node) }
    do {
      return try decoder.decode(type, from: node, as: what)
    } catch {
      throw FabfileError(error)
    }
  }

  private func decodedText(_ node: YAMLNode) throws(YAMLError) -> String {
    do {
      return try text(node, "this")
    } catch {
      throw YAMLError(error.message, at: node.location, hint: error.hint)
    }
  }
}

extension ValueReader {
  /// `!env_os NAME` or `!env_os NAME=default`.
  private func variable(_ text: String, _ node: YAMLNode) throws(FabfileError) -> String {
    let parts = text.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
    let name = String(parts.first ?? "")
    guard !name.isEmpty else {
      throw FabfileError(node.error("!env_os is followed by the name of a variable"))
    }
    if let value = environment[name] {
      if SecretKeys.isSecret(name) { node.location.source.conceal(value) }
      return value
    }
    if let value = parts.dropFirst().first { return String(value) }
    throw FabfileError(
      node.error(
        "the variable \(name) is not set",
        hint: "set it, or give a default: !env_os \(name)=default"
      )
    )
  }

  /// `!path P`: from the folder of the file, with `~`.
  func path(_ text: String, _ node: YAMLNode) throws(FabfileError) -> String {
    guard !text.isEmpty else { throw FabfileError(node.error("!path is followed by a path")) }
    guard text.hasPrefix("~") else { return FileReading.absolute(text, in: folder) }
    guard text == "~" || text.hasPrefix("~/") else {
      throw FabfileError(node.error("the home folders of others (\(text)) are not looked up"))
    }
    guard let home = environment["HOME"], !home.isEmpty else {
      throw FabfileError(node.error("~ is not known, since the variable HOME is not set"))
    }
    return FileReading.absolute(String(text.dropFirst(2)), in: home)
  }
}

extension ValueReader {
  private static func list(_ templates: [EnvTemplate]) -> EnvTemplate {
    let values = templates.compactMap(\.plainValue)
    return values.count == templates.count ? .value(.list(values)) : .list(templates)
  }

  private static func map(_ pairs: [(key: String, template: EnvTemplate)]) -> EnvTemplate {
    let values = pairs.compactMap { pair in pair.template.plainValue.map { (pair.key, $0) } }
    return values.count == pairs.count ? .value(.map(EnvMap(values))) : .map(pairs)
  }
}

extension EnvTemplate {
  /// The value, if it depends on no other key.
  fileprivate var plainValue: EnvValue? {
    guard case .value(let value) = self else { return nil }
    return value
  }
}
