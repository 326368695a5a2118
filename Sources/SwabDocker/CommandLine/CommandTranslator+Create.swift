// docker create, whose flags are the fields of the request.

extension CommandTranslator {
  func create(_ request: CommandRequest) throws -> DockerStep {
    var words = CommandWords("create")
    // The engine doesn't pull by itself, so the docker command must not.
    if version >= APIVersion(1, 41) { words.flag("pull", "never") }
    words.flag("name", request.parameter("name"))
    words.flag("platform", request.platform)
    var fields = request.fields
    let variables = fields.texts("Env") ?? []
    for variable in variables where !variable.utf8.contains(UInt8(ascii: "=")) {
      throw DockerError.notForCommand("taking the variable \(variable) away from the image's")
    }
    let lines = words.environment(variables, by: .standardInput)
    Self.addProcess(&fields, to: &words)
    try Self.addHealthcheck(fields.fields("Healthcheck"), to: &words)
    var host = fields.fields("HostConfig")
    Self.addPorts(&fields, &host, to: &words)
    try Self.addNetworks(&fields, &host, to: &words)
    try addHost(&host, to: &words)
    try host.finish()
    let entrypoint = fields.texts("Entrypoint")
    // The flag takes one word; what is behind it is the same to the process as a part of the command.
    if let entrypoint { words.flag("entrypoint", entrypoint.first ?? "") }
    let image = fields.text("Image") ?? ""
    try words.operand(image)
    words.rest((entrypoint ?? []).dropFirst() + (fields.texts("Cmd") ?? []))
    try fields.finish()
    var command = DockerCommand(words.words)
    command.give(lines)
    return version >= APIVersion(1, 41)
      ? Self.created(by: command) : try Self.created(by: command, of: image)
  }

  private static func created(by command: DockerCommand) -> DockerStep {
    .command(command) { output in
      let warnings = output.errorText.split(whereSeparator: \.isNewline).map(String.init)
        .filter { $0.hasPrefix("WARNING: ") }.map { String($0.dropFirst("WARNING: ".count)) }
      let answer: JSONValue = ["Id": .string(output.lastLine), "Warnings": .texts(warnings)]
      return .reply(.json(answer, status: .created))
    }
  }

  /// Docker commands before 20.10 can't be kept from pulling, but an image that is there isn't pulled.
  private static func created(by command: DockerCommand, of image: String) throws -> DockerStep {
    let look = DockerCommand(["inspect", "--type=image", "--format={{.Id}}", image])
    return .command(look) { _ in created(by: command) }
  }

  private static func addProcess(_ fields: inout RequestFields, to words: inout CommandWords) {
    words.flags("label", fields.pairs("Labels"))
    words.flag("user", fields.text("User"))
    words.flag("workdir", fields.text("WorkingDir"))
    words.flag("hostname", fields.text("Hostname"))
    words.flag("domainname", fields.text("Domainname"))
    words.flag("mac-address", fields.text("MacAddress"))
    words.flag("tty", fields.bool("Tty") ?? false)
    addStreams(&fields, to: &words)
    words.flags("volume", fields.names("Volumes"))
    words.flag("stop-signal", fields.text("StopSignal"))
    words.flag("stop-timeout", fields.int("StopTimeout"))
  }

  /// An attached input means to the docker command that it ends with who is attached first, so that
  /// one which doesn't has to be left out of what is attached.
  private static func addStreams(_ fields: inout RequestFields, to words: inout CommandWords) {
    let opensInput = fields.bool("OpenStdin") ?? false
    let endsOnce = fields.bool("StdinOnce") ?? false
    fields.ignore("AttachStdin")
    words.flag("interactive", opensInput)
    var attached = endsOnce ? ["stdin"] : []
    if fields.bool("AttachStdout") ?? false { attached.append("stdout") }
    if fields.bool("AttachStderr") ?? false { attached.append("stderr") }
    if attached.isEmpty, opensInput { attached = ["stdout", "stderr"] }
    words.flags("attach", attached)
  }

  /// The docker command knows checks by the container's shell only.
  private static func addHealthcheck(
    _ check: RequestFields,
    to words: inout CommandWords
  ) throws {
    var check = check
    let test = check.texts("Test") ?? []
    switch test.first {
    case "NONE": words.flag("no-healthcheck", true)
    case "CMD-SHELL": words.flag("health-cmd", test.dropFirst().first)
    case "CMD":
      words.flag("health-cmd", test.dropFirst().map(ShellText.quoted).joined(separator: " "))
    case nil: break
    case let other?: throw DockerError.notForCommand("a health check by \(other)")
    }
    for (key, name) in [
      ("Interval", "interval"), ("Timeout", "timeout"), ("StartPeriod", "start-period"),
      ("StartInterval", "start-interval"),
    ] {
      words.flag("health-\(name)", check.int(key).flatMap { $0 == 0 ? nil : duration($0) })
    }
    words.flag("health-retries", check.int("Retries"))
    try check.finish()
  }

  /// Nanoseconds with the largest unit that leaves no fraction: `30s`, `1500ms`.
  static func duration(_ nanoseconds: Int) -> String {
    for (unit, size) in [("s", 1_000_000_000), ("ms", 1_000_000), ("us", 1000)]
    where nanoseconds % size == 0 { return "\(nanoseconds / size)\(unit)" }
    return "\(nanoseconds)ns"
  }

  private static func addPorts(
    _ fields: inout RequestFields,
    _ host: inout RequestFields,
    to words: inout CommandWords
  ) {
    let bindings = host.value("PortBindings")?.object ?? JSONObject()
    // What is published is exposed by that.
    words.flags("expose", fields.names("ExposedPorts").filter { bindings[$0]?.array == nil })
    for port in bindings.keys {
      for binding in bindings[port]?.array ?? [] {
        let address = binding["HostIp"]?.string ?? ""
        let shown = address.contains(":") ? "[\(address)]:" : address.isEmpty ? "" : "\(address):"
        let hostPort = binding["HostPort"]?.string ?? ""
        words.flag(
          "publish",
          shown.isEmpty && hostPort.isEmpty ? port : "\(shown)\(hostPort):\(port)"
        )
      }
    }
    words.flag("publish-all", host.bool("PublishAllPorts") ?? false)
  }
}

// MARK: - Networks

extension CommandTranslator {
  private static func addNetworks(
    _ fields: inout RequestFields,
    _ host: inout RequestFields,
    to words: inout CommandWords
  ) throws {
    let mode = host.text("NetworkMode")
    if fields.bool("NetworkDisabled") ?? false { return words.flag("network", "none") }
    var config = fields.fields("NetworkingConfig")
    let endpoints = config.fieldsByName("EndpointsConfig")
    try config.finish()
    if let mode, !endpoints.contains(where: { $0.name == mode }) { words.flag("network", mode) }
    for (name, endpoint) in endpoints {
      var fields = endpoint
      var parts: [(String, String)] = []
      // The flags of old are all that older docker commands know, and that links have.
      if endpoints.count == 1 {
        Self.addEndpoint(&fields, alias: "network-alias", to: &words)
      } else {
        parts = try addresses(&fields)
      }
      parts += fields.text("MacAddress").map { [("mac-address", $0)] } ?? []
      parts += fields.int("GwPriority").map { [("gw-priority", "\($0)")] } ?? []
      parts += fields.pairs("DriverOpts").map { ("driver-opt", "\($0.name)=\($0.value)") }
      try fields.finish()
      let network = [("name", name)] + parts
      words.flag(
        "network",
        parts.isEmpty ? name : network.map { csv("\($0.0)=\($0.1)") }.joined(separator: ",")
      )
    }
  }

  /// Names and addresses in one of several networks.
  private static func addresses(
    _ fields: inout RequestFields
  ) throws -> [(String, String)] {
    var parts = (fields.texts("Aliases") ?? []).map { ("alias", $0) }
    var addresses = fields.fields("IPAMConfig")
    parts += addresses.text("IPv4Address").map { [("ip", $0)] } ?? []
    parts += addresses.text("IPv6Address").map { [("ip6", $0)] } ?? []
    parts += (addresses.texts("LinkLocalIPs") ?? []).map { ("link-local-ip", $0) }
    try addresses.finish()
    return parts
  }

  /// Names and addresses in one network, by flags of their own.
  static func addEndpoint(
    _ fields: inout RequestFields,
    alias: String,
    to words: inout CommandWords
  ) {
    words.flags(alias, fields.texts("Aliases") ?? [])
    words.flags("link", fields.texts("Links") ?? [])
    var addresses = fields.fields("IPAMConfig")
    words.flag("ip", addresses.text("IPv4Address"))
    words.flag("ip6", addresses.text("IPv6Address"))
    words.flags("link-local-ip", addresses.texts("LinkLocalIPs") ?? [])
  }

  /// A field of a line of values with commas between them.
  static func csv(_ field: String) -> String {
    // Scalars, since to characters CR LF is one, and a mark can hide what it stands on.
    let special: Set<Unicode.Scalar> = [",", "\"", "\n", "\r"]
    guard field.unicodeScalars.contains(where: special.contains) else { return field }
    var quoted = String.UnicodeScalarView()
    for scalar in field.unicodeScalars {
      quoted.append(scalar)
      if scalar == "\"" { quoted.append(scalar) }
    }
    return "\"\(String(quoted))\""
  }
}
