extension ContainerSpec {
  /// The body of the request that makes the container.
  var encoded: JSONValue {
    var fields = JSONObject()
    fields["Image"] = .string(image)
    fields["Cmd"] = command.map { .texts($0) }
    fields["Entrypoint"] = entrypoint.map { .texts($0) }
    fields.set("Env", sortedEnvironment)
    fields.set("Labels", labels)
    fields["User"] = user.map { .string($0) }
    fields["WorkingDir"] = workingDirectory.map { .string($0) }
    fields["Hostname"] = hostname.map { .string($0) }
    fields.set("Tty", hasTerminal)
    fields.set("OpenStdin", opensStandardInput)
    fields.set("StdinOnce", closesStandardInputOnce)
    // The engine publishes a port only if it is exposed, and says nothing if it isn't.
    let ports = exposedPorts + hostConfig.portBindings.map(\.name)
    fields.set("ExposedPorts", emptyObjects: ports.map { $0.contains("/") ? $0 : $0 + "/tcp" })
    fields.set("Volumes", emptyObjects: volumes)
    fields["StopSignal"] = stopSignal.map { .string($0) }
    fields["StopTimeout"] = stopTimeout.map { .integer($0.wholeSeconds) }
    let host = hostConfig.encoded
    if !host.isEmpty { fields["HostConfig"] = .object(host) }
    fields.override(by: additionalFields)
    return .object(fields)
  }

  private var sortedEnvironment: [String] {
    environment.sorted { $0.key < $1.key }
      .map { name, value in value.map { "\(name)=\($0)" } ?? name }
  }
}

extension HostConfig {
  var encoded: JSONObject {
    var fields = JSONObject()
    fields.set("Binds", binds)
    fields["PortBindings"] = encodedPortBindings
    fields.set("PublishAllPorts", publishesAllPorts)
    fields["RestartPolicy"] = restartPolicy.map(\.encoded)
    fields["NetworkMode"] = networkMode.map { .string($0) }
    fields.set("AutoRemove", autoRemove)
    fields["Memory"] = memoryBytes.map { .integer($0) }
    fields["MemorySwap"] = memoryAndSwapBytes.map { .integer($0) }
    fields["NanoCpus"] = nanoCPUs.map { .integer($0) }
    fields["CpuShares"] = cpuShares.map { .integer($0) }
    fields["PidsLimit"] = processLimit.map { .integer($0) }
    fields["ShmSize"] = sharedMemoryBytes.map { .integer($0) }
    fields.set("Privileged", isPrivileged)
    fields.set("ReadonlyRootfs", hasReadOnlyRoot)
    fields.set("CapAdd", addedCapabilities)
    fields.set("CapDrop", droppedCapabilities)
    fields.set("Tmpfs", temporaryFileSystems)
    fields.set("Dns", nameServers)
    fields.set("ExtraHosts", additionalHosts)
    fields.set("VolumesFrom", volumesFrom)
    fields.set("Links", links)
    fields["LogConfig"] = logDriver.map(\.encoded)
    fields.override(by: additionalFields)
    return fields
  }

  private var encodedPortBindings: JSONValue? {
    guard !portBindings.isEmpty else { return nil }
    var ports = JSONObject()
    for binding in portBindings {
      ports[binding.name] = .array((ports[binding.name]?.array ?? []) + [binding.encoded])
    }
    return .object(ports)
  }
}

extension PortBinding {
  /// The engine wants the port as a text.
  fileprivate var encoded: JSONValue {
    let port = hostPort.map(String.init) ?? ""
    return ["HostIp": .string(hostAddress ?? ""), "HostPort": .string(port)]
  }
}

extension RestartPolicy {
  fileprivate var encoded: JSONValue {
    var fields: JSONObject = .init()
    fields["Name"] = .string(name)
    fields["MaximumRetryCount"] = maximumRetryCount.map { .integer($0) }
    return .object(fields)
  }
}

extension LogDriver {
  fileprivate var encoded: JSONValue {
    ["Type": .string(name), "Config": .texts(options)]
  }
}

// MARK: - Pieces of requests

extension JSONValue {
  static func texts(_ texts: [String]) -> JSONValue {
    .array(texts.map { .string($0) })
  }

  /// In the order of names, so that a request reads the same each time.
  static func texts(_ texts: [String: String]) -> JSONValue {
    var object = JSONObject()
    for (name, text) in texts.sorted(by: { $0.key < $1.key }) {
      object.append(.string(text), for: name)
    }
    return .object(object)
  }
}

extension JSONObject {
  mutating func set(_ key: String, _ texts: [String]) {
    if !texts.isEmpty { self[key] = .texts(texts) }
  }

  mutating func set(_ key: String, _ texts: [String: String]) {
    if !texts.isEmpty { self[key] = .texts(texts) }
  }

  mutating func set(_ key: String, _ isOn: Bool) {
    if isOn { self[key] = .bool(true) }
  }

  /// Go has no set; the engine's is a map to nothing.
  mutating func set(_ key: String, emptyObjects names: [String]) {
    guard !names.isEmpty else { return }
    var object = JSONObject()
    for name in names { object[name] = .object(JSONObject()) }
    self[key] = .object(object)
  }

  mutating func override(by other: JSONObject) {
    other.forEach { self[$0] = $1 }
  }
}

extension Duration {
  /// Whole seconds, rounded up: the engine knows no fractions, and 0 would mean "at once".
  var wholeSeconds: Int {
    Int(components.seconds) + (components.attoseconds > 0 ? 1 : 0)
  }
}
