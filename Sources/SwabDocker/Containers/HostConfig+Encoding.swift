extension HostConfig {
  var encoded: JSONObject {
    var fields = resources.encoded
    fields.set("Binds", binds.map(\.description))
    fields.set("Mounts", mounts.map(\.encoded))
    fields["PortBindings"] = encodedPortBindings
    fields.set("PublishAllPorts", publishesAllPorts)
    fields["RestartPolicy"] = restartPolicy.map(\.encoded)
    fields.set("NetworkMode", networkMode)
    fields.set("AutoRemove", autoRemove)
    fields.set("ShmSize", sharedMemoryBytes)
    fields.set("OomScoreAdj", outOfMemoryScore)
    fields["Init"] = runsInit.map { .bool($0) }
    fields.set("Runtime", runtime)
    fields.set("VolumeDriver", volumeDriver)
    fields.set("VolumesFrom", volumesFrom)
    fields.set("StorageOpt", storageOptions)
    fields.set("Tmpfs", Dictionary(temporaryFileSystems.map { ($0.path, $0.options) }) { $1 })
    fields["LogConfig"] = logDriver.map(\.encoded)
    fields.set("Annotations", annotations)
    fields["ConsoleSize"] = terminalSize.map(\.encoded)
    encodeSecurity(into: &fields)
    encodeNames(into: &fields)
    fields.override(by: additionalFields)
    return fields
  }

  private func encodeSecurity(into fields: inout JSONObject) {
    fields.set("Privileged", isPrivileged)
    fields.set("ReadonlyRootfs", hasReadOnlyRoot)
    fields.set("CapAdd", addedCapabilities)
    fields.set("CapDrop", droppedCapabilities)
    fields.set("GroupAdd", addedGroups)
    fields.set("SecurityOpt", securityOptions)
    fields["MaskedPaths"] = maskedPaths.map { .texts($0) }
    fields["ReadonlyPaths"] = readOnlyPaths.map { .texts($0) }
    fields.set("UsernsMode", userNamespace)
    fields.set("UTSMode", hostNameNamespace)
    fields.set("PidMode", processNamespace)
    fields.set("IpcMode", ipcNamespace)
    fields.set("CgroupnsMode", controlGroupNamespace)
    fields.set("Isolation", isolation)
    fields.set("Sysctls", sysctls)
  }

  private func encodeNames(into fields: inout JSONObject) {
    fields.set("Dns", nameServers)
    fields.set("DnsOptions", nameServerOptions)
    fields.set("DnsSearch", searchDomains)
    fields.set("ExtraHosts", additionalHosts.map(\.containerForm))
    fields.set("Links", links)
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
  fileprivate var encoded: JSONValue {
    ["HostIp": .string(hostAddress ?? ""), "HostPort": .string(hostPortText)]
  }
}

extension LogDriver {
  fileprivate var encoded: JSONValue {
    ["Type": .string(name), "Config": .texts(options)]
  }
}

extension RestartPolicy {
  var encoded: JSONValue {
    var fields: JSONObject = .init()
    fields["Name"] = .string(name)
    fields["MaximumRetryCount"] = maximumRetryCount.map { .integer($0) }
    return .object(fields)
  }
}

extension TerminalSize {
  /// The engine counts rows first.
  var encoded: JSONValue { [.integer(rows), .integer(columns)] }
}

extension Mount {
  var encoded: JSONValue {
    var fields = JSONObject()
    fields.set("Type", type)
    fields.set("Source", source)
    fields.set("Target", target)
    fields.set("ReadOnly", isReadOnly)
    fields.set("Consistency", consistency)
    switch kind {
    case .bind(_, let options): fields.set("BindOptions", options.encoded)
    case .volume(_, let options): fields.set("VolumeOptions", options.encoded)
    case .tmpfs(let options): fields.set("TmpfsOptions", options.encoded)
    case .image(_, let subpath?): fields["ImageOptions"] = ["Subpath": .string(subpath)]
    case .image, .cluster, .namedPipe: break
    }
    return .object(fields)
  }

  private var type: String {
    switch kind {
    case .bind: "bind"
    case .volume: "volume"
    case .tmpfs: "tmpfs"
    case .image: "image"
    case .cluster: "cluster"
    case .namedPipe: "npipe"
    }
  }

  private var source: String? {
    switch kind {
    case .bind(let source, _), .namedPipe(let source), .image(let source, _), .cluster(let source):
      source
    case .volume(let name, _): name
    case .tmpfs: nil
    }
  }
}

extension Mount.BindOptions {
  fileprivate var encoded: JSONObject {
    var fields = JSONObject()
    fields.set("Propagation", propagation)
    fields.set("NonRecursive", isNonRecursive)
    fields.set("CreateMountpoint", createsMissingFolder)
    fields.set("ReadOnlyNonRecursive", isReadOnlyNonRecursive)
    fields.set("ReadOnlyForceRecursive", forcesReadOnlyRecursive)
    return fields
  }
}

extension Mount.VolumeOptions {
  fileprivate var encoded: JSONObject {
    var fields = JSONObject()
    fields.set("NoCopy", copiesNothing)
    fields.set("Labels", labels)
    fields.set("Subpath", subpath)
    var config = JSONObject()
    config.set("Name", driver)
    config.set("Options", driverOptions)
    fields.set("DriverConfig", config)
    return fields
  }
}

extension Mount.TmpfsOptions {
  fileprivate var encoded: JSONObject {
    var fields = JSONObject()
    fields.set("SizeBytes", sizeBytes)
    fields.set("Mode", mode)
    fields.set("Options", options.map { .texts($0) })
    return fields
  }
}
