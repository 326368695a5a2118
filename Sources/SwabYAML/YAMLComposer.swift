/// Builds nodes from libyaml's events: anchors, aliases, merge keys, and what is refused.
struct YAMLComposer: ~Copyable {
  private var reader: YAMLEventReader
  private let limits: YAMLLimits
  private var anchors: [String: Anchor] = [:]
  private var nodeCount = 0
  /// The keys that lead to what is being read.
  private var path: [String] = []
  /// Whether that stands under a secret key.
  private var isSecret = false

  private enum Anchor {
    /// Its value is being read, so an alias to it would never end.
    case open
    case closed(Composed)
  }

  /// A node with what it costs to walk it, aliases written out.
  private struct Composed {
    var node: YAMLNode
    var count = 1
    var depth = 1

    mutating func add(_ child: Composed) {
      count += child.count
      depth = max(depth, child.depth + 1)
    }
  }

  init(reader: consuming YAMLEventReader, limits: YAMLLimits) {
    self.reader = reader
    self.limits = limits
  }

  /// The one document of the text, or nil if there is none.
  mutating func compose() throws(YAMLError) -> YAMLNode? {
    _ = try reader.next()
    let start = try reader.next()
    guard case .documentStart = start.kind else { return nil }
    let root = try compose(try reader.next(), depth: 1)
    _ = try reader.next()
    let end = try reader.next()
    guard case .streamEnd = end.kind else {
      throw YAMLError(
        "a second document starts here",
        at: end.location,
        hint: "only one is read: remove the line ---"
      )
    }
    return root.node
  }

  private mutating func compose(_ event: YAMLEvent, depth: Int) throws(YAMLError) -> Composed {
    try count(1, depth: depth, at: event.location)
    switch event.kind {
    case .alias(let name):
      let composed = try alias(name, depth: depth, at: event.location)
      if isSecret { conceal(composed.node) }
      return composed
    case .scalar(let scalar, let properties):
      let node = YAMLNode(.scalar(scalar), tag: properties.tag, at: event.location)
      if isSecret { conceal(node) }
      return close(properties, Composed(node: node))
    case .sequenceStart(let properties):
      open(properties)
      return close(properties, try sequence(properties.tag, depth: depth, at: event.location))
    case .mappingStart(let properties):
      open(properties)
      return close(properties, try mapping(properties.tag, depth: depth, at: event.location))
    default:
      throw YAMLError("a value is missing here", at: event.location)
    }
  }

  private mutating func sequence(
    _ tag: String?,
    depth: Int,
    at location: YAMLLocation
  ) throws(YAMLError) -> Composed {
    var nodes: [YAMLNode] = []
    var result = Composed(node: YAMLNode(.sequence([]), tag: tag, at: location))
    while true {
      let event = try reader.next()
      if case .sequenceEnd = event.kind { break }
      let element = try compose(event, depth: depth + 1)
      result.add(element)
      nodes.append(element.node)
    }
    result.node.content = .sequence(nodes)
    return result
  }

  private mutating func mapping(
    _ tag: String?,
    depth: Int,
    at location: YAMLLocation
  ) throws(YAMLError) -> Composed {
    var pairs = YAMLPairs()
    var result = Composed(node: YAMLNode(.mapping([]), tag: tag, at: location))
    while true {
      let event = try reader.next()
      if case .mappingEnd = event.kind { break }
      let key = try key(event, depth: depth + 1)
      let value = try value(of: key.node, depth: depth + 1)
      result.add(key)
      result.add(value)
      try pairs.add(key.node, value.node)
    }
    result.node.content = .mapping(pairs.merged)
    return result
  }
}

extension YAMLComposer {
  /// A key of a mapping, which is no secret itself.
  private mutating func key(_ event: YAMLEvent, depth: Int) throws(YAMLError) -> Composed {
    let wasSecret = isSecret
    isSecret = false
    defer { isSecret = wasSecret }
    return try compose(event, depth: depth)
  }

  private mutating func value(of key: YAMLNode, depth: Int) throws(YAMLError) -> Composed {
    let wasSecret = isSecret
    path.append(key.scalar?.text ?? "")
    isSecret = isSecret || key.location.source.hides(path)
    defer {
      path.removeLast()
      isSecret = wasSecret
    }
    return try compose(try reader.next(), depth: depth)
  }

  /// Keeps the texts of a node out of messages, at once: what follows may be a mistake already.
  private func conceal(_ node: YAMLNode) {
    switch node.content {
    // Behind a tag of one's own stands what leads to the secret: a name or a path.
    case .scalar(let scalar) where node.tag?.hasPrefix("!") != true || node.tag == "!":
      if !node.isNull { node.location.source.conceal(scalar.text) }
    case .scalar: break
    case .sequence(let nodes): for node in nodes { conceal(node) }
    case .mapping(let pairs): for pair in pairs { conceal(pair.value) }
    }
  }
}

extension YAMLComposer {
  private mutating func open(_ properties: YAMLProperties) {
    if let anchor = properties.anchor { anchors[anchor] = .open }
  }

  private mutating func close(_ properties: YAMLProperties, _ composed: Composed) -> Composed {
    if let anchor = properties.anchor { anchors[anchor] = .closed(composed) }
    return composed
  }

  private mutating func alias(
    _ name: String,
    depth: Int,
    at location: YAMLLocation
  ) throws(YAMLError) -> Composed {
    switch anchors[name] {
    case .closed(let composed):
      try count(composed.count - 1, depth: depth + composed.depth - 1, at: location)
      return composed
    case .open:
      throw YAMLError("*\(name) stands within &\(name) itself", at: location)
    case nil:
      throw YAMLError(
        "there is no anchor &\(name) before this",
        at: location,
        hint: NearestName.hint(for: name, among: anchors.keys.sorted(), prefix: "*")
          ?? "text that starts with * is written in quotes"
      )
    }
  }

  private mutating func count(
    _ count: Int,
    depth: Int,
    at location: YAMLLocation
  ) throws(YAMLError) {
    guard depth <= limits.depth else {
      throw YAMLError("more than \(limits.depth) levels are nested here", at: location)
    }
    nodeCount += count
    guard nodeCount <= limits.nodes else {
      throw YAMLError(
        "more than \(limits.nodes) values, with aliases written out",
        at: location
      )
    }
  }
}
