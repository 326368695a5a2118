extension ContainerSpec {
  /// The body of the request that makes the container.
  var encoded: JSONObject {
    var fields = JSONObject()
    fields.set("Image", image)
    fields["Cmd"] = command.map { .texts($0) }
    fields["Entrypoint"] = entrypoint.map { .texts($0) }
    fields.set("Env", sortedEnvironment)
    fields.set("Labels", labels)
    fields.set("User", user)
    fields.set("WorkingDir", workingDirectory)
    fields.set("Hostname", hostname)
    fields.set("Domainname", domainName)
    fields.set("MacAddress", macAddress)
    encodeStreams(into: &fields)
    // The engine publishes a port only if it is exposed, and says nothing if it isn't.
    let ports = exposedPorts + hostConfig.portBindings.map(\.name)
    fields.set("ExposedPorts", emptyObjects: ports.map { $0.contains("/") ? $0 : $0 + "/tcp" })
    fields.set("Volumes", emptyObjects: volumes)
    fields.set("StopSignal", stopSignal)
    fields.set("StopTimeout", stopTimeout.map(\.wholeSeconds))
    fields["Healthcheck"] = healthcheck.map(\.encoded)
    fields.set("NetworkDisabled", disablesNetwork)
    fields.set("HostConfig", hostConfig.encoded)
    fields.set("NetworkingConfig", networkingConfig)
    fields.override(by: additionalFields)
    return fields
  }

  private func encodeStreams(into fields: inout JSONObject) {
    fields.set("Tty", hasTerminal)
    fields.set("OpenStdin", opensStandardInput)
    fields.set("StdinOnce", closesStandardInputOnce)
    fields.set("AttachStdin", attachesStandardInput)
    fields.set("AttachStdout", attachesStandardOutput)
    fields.set("AttachStderr", attachesStandardError)
  }

  private var sortedEnvironment: [String] {
    environment.sorted { $0.key < $1.key }
      .map { name, value in value.map { "\(name)=\($0)" } ?? name }
  }

  private var networkingConfig: JSONObject {
    var (config, endpoints) = (JSONObject(), JSONObject())
    for (name, endpoint) in networks.sorted(by: { $0.key < $1.key }) {
      endpoints.append(.object(endpoint.encoded), for: name)
    }
    config.set("EndpointsConfig", endpoints)
    return config
  }
}

extension EndpointSpec {
  var encoded: JSONObject {
    var fields = JSONObject()
    fields.set("Aliases", aliases)
    fields.set("Links", links)
    fields.set("MacAddress", macAddress)
    fields.set("GwPriority", gatewayPriority)
    fields.set("DriverOpts", driverOptions)
    var addresses = JSONObject()
    addresses.set("IPv4Address", ipv4Address)
    addresses.set("IPv6Address", ipv6Address)
    addresses.set("LinkLocalIPs", linkLocalAddresses)
    fields.set("IPAMConfig", addresses)
    return fields
  }
}

extension Healthcheck {
  /// The fields that there are properties for.
  static let fieldNames = [
    "Test", "Interval", "Timeout", "Retries", "StartPeriod", "StartInterval",
  ]

  var encoded: JSONValue {
    var fields = JSONObject()
    fields.set("Test", test)
    fields.set("Interval", interval.map(\.wholeNanoseconds))
    fields.set("Timeout", timeout.map(\.wholeNanoseconds))
    fields.set("Retries", retries)
    fields.set("StartPeriod", startPeriod.map(\.wholeNanoseconds))
    fields.set("StartInterval", startInterval.map(\.wholeNanoseconds))
    return .object(fields)
  }
}
