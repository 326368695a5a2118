import NIOHTTP1

// Below /networks and /volumes.

extension CommandTranslator {
  func networks(_ request: CommandRequest) throws -> DockerStep {
    switch (request.method, request.tail.first, request.tail.dropFirst().first) {
    case (.GET, nil, _): return try listNetworks(request)
    case (.POST, "create", nil): return try createNetwork(request)
    case (.POST, "prune", nil): return prune(request, "network", as: "NetworksDeleted")
    case (.GET, let name?, nil):
      try request.refuse("scope")
      var words = CommandWords("network", "inspect")
      words.flag("verbose", request.isOn("verbose"))
      try words.operand(name)
      return .object(words.words)
    case (.DELETE, let name?, nil):
      var words = CommandWords("network", "rm")
      try words.operand(name)
      return .done(words.words)
    case (.POST, let name?, "connect"): return try connect(to: name, request)
    case (.POST, let name?, "disconnect"):
      var fields = request.fields
      var words = CommandWords("network", "disconnect")
      words.flag("force", fields.bool("Force") ?? false)
      try words.operands([name, fields.text("Container") ?? ""])
      try fields.finish()
      return .done(words.words)
    default: throw request.isNotPossible
    }
  }

  private func createNetwork(_ request: CommandRequest) throws -> DockerStep {
    var fields = request.fields
    // The engine is asked for this by the docker command as well.
    fields.ignore("CheckDuplicate")
    let name = fields.text("Name") ?? ""
    var words = CommandWords("network", "create")
    words.flag("driver", fields.text("Driver"))
    words.flags("opt", fields.pairs("Options"))
    words.flags("label", fields.pairs("Labels"))
    try Self.addAddresses(fields.fields("IPAM"), to: &words)
    words.flag("internal", fields.bool("Internal") ?? false)
    words.flag("attachable", fields.bool("Attachable") ?? false)
    words.flag("ingress", fields.bool("Ingress") ?? false)
    words.flag("scope", fields.text("Scope"))
    words.flag("ipv4", fields.bool("EnableIPv4").map { $0 ? "true" : "false" })
    words.flag("ipv6", fields.bool("EnableIPv6") ?? false)
    words.flag("config-only", fields.bool("ConfigOnly") ?? false)
    var source = fields.fields("ConfigFrom")
    words.flag("config-from", source.text("Network"))
    try source.finish()
    try words.operand(name)
    try fields.finish()
    return .command(DockerCommand(words.words)) { output in
      let warning = output.errorText.trimmingWhiteSpace()
      let answer: JSONValue = ["Id": .string(output.lastLine), "Warning": .string(warning)]
      return .reply(.json(answer, status: .created))
    }
  }

  private static func addAddresses(
    _ addresses: RequestFields,
    to words: inout CommandWords
  ) throws {
    var addresses = addresses
    words.flag("ipam-driver", addresses.text("Driver"))
    words.flags("ipam-opt", addresses.pairs("Options"))
    for range in addresses.list("Config") {
      var range = range
      words.flag("subnet", range.text("Subnet"))
      words.flag("ip-range", range.text("IPRange"))
      words.flag("gateway", range.text("Gateway"))
      words.flags("aux-address", range.pairs("AuxiliaryAddresses"))
      try range.finish()
    }
    try addresses.finish()
  }

  private func connect(to network: String, _ request: CommandRequest) throws -> DockerStep {
    var fields = request.fields
    var endpoint = fields.fields("EndpointConfig")
    var words = CommandWords("network", "connect")
    Self.addEndpoint(&endpoint, alias: "alias", to: &words)
    words.flag("gw-priority", endpoint.int("GwPriority"))
    words.flags("driver-opt", endpoint.pairs("DriverOpts"))
    try endpoint.finish()
    try words.operands([network, fields.text("Container") ?? ""])
    try fields.finish()
    return .done(words.words)
  }

  func volumes(_ request: CommandRequest) throws -> DockerStep {
    switch (request.method, request.tail.first) {
    case (.GET, nil): return try listVolumes(request)
    case (.POST, "create"): return try createVolume(request)
    case (.POST, "prune"): return prune(request, "volume", as: "VolumesDeleted")
    case (.GET, let name?): return try Self.inspectVolume(name)
    case (.DELETE, let name?):
      var words = CommandWords("volume", "rm")
      words.flag("force", request.isOn("force"))
      try words.operand(name)
      return .done(words.words)
    default: throw request.isNotPossible
    }
  }

  private func createVolume(_ request: CommandRequest) throws -> DockerStep {
    var fields = request.fields
    var words = CommandWords("volume", "create")
    words.flag("driver", fields.text("Driver"))
    words.flags("opt", fields.pairs("DriverOpts"))
    words.flags("label", fields.pairs("Labels"))
    if let name = fields.text("Name") { try words.operand(name) }
    try fields.finish()
    return .command(DockerCommand(words.words)) { try Self.inspectVolume($0.lastLine) }
  }

  private static func inspectVolume(_ name: String) throws -> DockerStep {
    var words = CommandWords("volume", "inspect")
    try words.operand(name)
    return .object(words.words)
  }

  // MARK: Pruning

  /// Removes what is not used of a kind.
  ///
  /// - Parameters:
  ///   - request: The request.
  ///   - kind: What the docker command calls it.
  ///   - key: What the engine calls what was removed.
  /// - Returns: The command, with what it has removed as the answer.
  func prune(_ request: CommandRequest, _ kind: String, as key: String) -> DockerStep {
    var words = CommandWords(kind, "prune", "--force")
    var filters = request.filters
    // These are filters to the engine, and switches to the docker command.
    let switched = ["image": ("dangling", "false"), "volume": ("all", "true")][kind]
    let isAll = filters.contains { $0.name == switched?.0 && $0.value == switched?.1 }
    filters.removeAll { $0.name == switched?.0 }
    words.flag("all", isAll || kind == "builder" && request.isOn("all"))
    words.flag("keep-storage", request.parameter("keep-storage"))
    words.flags("filter", filters)
    return .json(DockerCommand(words.words)) { output in
      let total = "Total reclaimed space: "
      var removed: [JSONValue] = []
      var answer = JSONObject()
      for line in output.lines {
        if line.hasPrefix(total) {
          answer["SpaceReclaimed"] = .integer(HumanSize.bytes(line.dropFirst(total.count)))
        } else if kind == "image" {
          if let removal = Self.removal(line) { removed.append(removal) }
        } else if !line.hasSuffix(":") {
          removed.append(.string(line.trimmingWhiteSpace()))
        }
      }
      answer[key] = .array(removed)
      return .object(answer)
    }
  }
}

/// Sizes as the docker command prints them for people, such as `1.98MB`.
enum HumanSize {
  /// The bytes that are meant, as far as the text tells; 0 for what is no size.
  static func bytes(_ text: some StringProtocol) -> Int {
    let number = text.prefix { $0.isNumber || $0 == "." }
    let unit = text[number.endIndex...].prefix { $0.isLetter }
    let powers = ["B": 0, "kB": 1, "KB": 1, "MB": 2, "GB": 3, "TB": 4, "PB": 5]
    guard let value = Double(String(number)), let power = powers[String(unit)] else { return 0 }
    let bytes = (0..<power).reduce(value) { value, _ in value * 1000 }
    return bytes < 9e18 ? Int(bytes.rounded()) : 0
  }
}
