extension ContainerResources {
  var encoded: JSONObject {
    var fields = JSONObject()
    fields.set("Memory", memoryBytes)
    fields.set("MemorySwap", memoryAndSwapBytes)
    fields.set("MemoryReservation", reservedMemoryBytes)
    fields.set("MemorySwappiness", memorySwappiness)
    fields["OomKillDisable"] = disablesOutOfMemoryKiller.map { .bool($0) }
    fields.set("PidsLimit", processLimit)
    fields.set("Ulimits", ulimits.map(\.encoded))
    fields.set("CgroupParent", controlGroupParent)
    encodeProcessors(into: &fields)
    encodeDisks(into: &fields)
    fields.set("Devices", devices.map(\.encoded))
    fields.set("DeviceCgroupRules", deviceRules)
    fields.set("DeviceRequests", deviceRequests.map(\.encoded))
    return fields
  }

  private func encodeProcessors(into fields: inout JSONObject) {
    fields.set("NanoCpus", nanoCPUs)
    fields.set("CpuShares", cpuShares)
    fields.set("CpuPeriod", cpuPeriod)
    fields.set("CpuQuota", cpuQuota)
    fields.set("CpuRealtimePeriod", cpuRealTimePeriod)
    fields.set("CpuRealtimeRuntime", cpuRealTimeRuntime)
    fields.set("CpusetCpus", cpuSet)
    fields.set("CpusetMems", memoryNodes)
    fields.set("CpuCount", cpuCount)
    fields.set("CpuPercent", cpuPercent)
  }

  private func encodeDisks(into fields: inout JSONObject) {
    fields.set("BlkioWeight", blockWeight)
    fields.set("BlkioWeightDevice", blockWeightDevices.map { $0.encoded(as: "Weight") })
    fields.set("BlkioDeviceReadBps", readBytesPerSecond.map { $0.encoded(as: "Rate") })
    fields.set("BlkioDeviceWriteBps", writtenBytesPerSecond.map { $0.encoded(as: "Rate") })
    fields.set("BlkioDeviceReadIOps", readsPerSecond.map { $0.encoded(as: "Rate") })
    fields.set("BlkioDeviceWriteIOps", writesPerSecond.map { $0.encoded(as: "Rate") })
    fields.set("IOMaximumIOps", maximumDiskOperations)
    fields.set("IOMaximumBandwidth", maximumDiskBandwidth)
  }
}

extension ContainerUpdate {
  /// What engines take in an update without a word, and ignore.
  private static let ignoredFields = [
    "MemorySwappiness", "OomKillDisable", "Ulimits", "CgroupParent", "CpuCount", "CpuPercent",
    "IOMaximumIOps", "IOMaximumBandwidth", "Devices", "DeviceCgroupRules", "DeviceRequests",
  ]

  /// The body of the request, unless some of it can't be changed.
  ///
  /// - Throws: A ``DockerError`` with code `invalidArgument` that names those fields.
  func checked() throws -> JSONObject {
    let fields = encoded
    let ignored = Self.ignoredFields.filter { fields[$0]?.isNull == false }
    guard ignored.isEmpty else {
      var error = DockerError.invalidArgument(
        "no engine changes \(ignored.joined(separator: ", ")) of a container that is there"
      )
      error.hint = "remove the container, and make it anew with what it is to have"
      throw error
    }
    return fields
  }

  private var encoded: JSONObject {
    var fields = resources.encoded
    fields["RestartPolicy"] = restartPolicy.map(\.encoded)
    fields.override(by: additionalFields)
    return fields
  }
}

extension DeviceLimit {
  fileprivate func encoded(as key: String) -> JSONValue {
    var fields = JSONObject()
    fields.set("Path", path)
    fields.set(key, value)
    return .object(fields)
  }
}

extension Ulimit {
  var encoded: JSONValue {
    ["Name": .string(name), "Soft": .integer(soft), "Hard": .integer(hard)]
  }
}

extension DeviceMapping {
  fileprivate var encoded: JSONValue {
    [
      "PathOnHost": .string(hostPath), "PathInContainer": .string(containerPath),
      "CgroupPermissions": .string(permissions),
    ]
  }
}

extension DeviceRequest {
  fileprivate var encoded: JSONValue {
    var fields = JSONObject()
    fields.set("Driver", driver)
    fields.set("Count", count)
    fields.set("DeviceIDs", deviceIDs)
    fields.set("Capabilities", capabilities.map { .texts($0) })
    fields.set("Options", options)
    return .object(fields)
  }
}
