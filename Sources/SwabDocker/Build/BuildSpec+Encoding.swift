extension DockerCall {
  /// Adds what is said of a build, but for its context.
  mutating func add(_ spec: BuildSpec) {
    add("t", each: spec.tags)
    add("q", spec.quiet)
    add("nocache", spec.noCache)
    add("pull", spec.pull)
    // Some engines assume the one, some the other.
    add("rm", spec.remove ? "1" : "0")
    add("forcerm", spec.forceRemove ?? spec.remove)
    add("squash", spec.squash)
    add("target", spec.target)
    add("networkmode", spec.networkMode)
    add("isolation", spec.isolation)
    add("extrahosts", each: spec.extraHosts.map(\.containerForm))
    add("securityopt", each: spec.securityOptions)
    add("buildid", spec.buildID)
    add(spec.limits)
    addObjects(spec)
    if spec.builder == .buildKit { add("version", spec.builder.rawValue) }
    if let platform = spec.platform { add("platform", platform.description) }
    for (name, value) in spec.additionalParameters.sorted(by: { $0.key < $1.key }) {
      add(name, value)
    }
    gate(spec)
  }

  /// What the engine takes as JSON.
  private mutating func addObjects(_ spec: BuildSpec) {
    if !spec.arguments.isEmpty {
      var arguments = JSONObject()
      for (name, value) in spec.arguments.sorted(by: { $0.key < $1.key }) {
        arguments.append(value.map { .string($0) } ?? .null, for: name)
      }
      add("buildargs", JSONValue.object(arguments).description)
    }
    if !spec.labels.isEmpty { add("labels", JSONValue.texts(spec.labels).description) }
    if !spec.cacheFrom.isEmpty { add("cachefrom", JSONValue.texts(spec.cacheFrom).description) }
    if !spec.outputs.isEmpty {
      let outputs = spec.outputs.map { output -> JSONValue in
        ["Type": .string(output.type), "Attrs": .texts(output.attributes)]
      }
      add("outputs", JSONValue.array(outputs).description)
    }
  }

  private mutating func add(_ limits: BuildLimits) {
    add("memory", limits.memoryBytes)
    add("memswap", limits.memoryAndSwapBytes)
    add("cpushares", limits.cpuShares)
    add("cpuperiod", limits.cpuPeriod)
    add("cpuquota", limits.cpuQuota)
    add("cpusetcpus", limits.cpuSet)
    add("cpusetmems", limits.memoryNodes)
    add("cgroupparent", limits.controlGroupParent)
    add("shmsize", limits.sharedMemoryBytes)
    guard !limits.ulimits.isEmpty else { return }
    add("ulimits", JSONValue.array(limits.ulimits.map(\.encoded)).description)
  }

  private mutating func gate(_ spec: BuildSpec) {
    if !spec.cacheFrom.isEmpty { requires(1, 25, for: "cache-from of a build") }
    if spec.networkMode != nil { requires(1, 25, for: "the network of a build") }
    if spec.squash { requires(1, 25, for: "squash of a build") }
    if !spec.extraHosts.isEmpty { requires(1, 28, for: "extra hosts of a build") }
    if spec.target != nil { requires(1, 29, for: "the target of a build") }
    if spec.platform != nil { requires(1, 32, for: "the platform of a build") }
    if spec.builder == .buildKit { requires(1, 39, for: "BuildKit") }
    if spec.buildID != nil { requires(1, 39, for: "the id of a build") }
    if !spec.outputs.isEmpty { requires(1, 40, for: "the outputs of a build") }
  }
}
