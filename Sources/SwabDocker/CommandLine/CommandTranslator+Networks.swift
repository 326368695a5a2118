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
    words.flag("ipv6", fields.bool("EnableIPv6").map { $0 ? "true" : "false" })
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
}
