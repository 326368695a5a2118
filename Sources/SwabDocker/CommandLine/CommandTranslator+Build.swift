// Below /build.

extension CommandTranslator {
  func build(_ request: CommandRequest) throws -> DockerStep {
    if request.method == .POST, request.tail == ["prune"] {
      return prune(request, "builder", as: "CachesDeleted")
    }
    guard request.method == .POST, request.tail.isEmpty else { throw request.isNotPossible }
    try request.refuse("outputs", "session", "version", "buildid")
    var words = CommandWords("build")
    words.flags("tag", request.parameters("t"))
    words.flag("file", request.parameter("dockerfile"))
    for (name, flag) in [
      ("nocache", "no-cache"), ("pull", "pull"), ("forcerm", "force-rm"), ("squash", "squash"),
      ("q", "quiet"),
    ] {
      words.flag(flag, request.isOn(name))
    }
    // The docker command does so unless it is told.
    if request.parameter("rm") != nil, !request.isOn("rm") { words.flag("rm", "false") }
    for (name, flag) in [
      ("memory", "memory"), ("memswap", "memory-swap"), ("cpushares", "cpu-shares"),
      ("cpusetcpus", "cpuset-cpus"), ("cpusetmems", "cpuset-mems"), ("cpuperiod", "cpu-period"),
      ("cpuquota", "cpu-quota"), ("shmsize", "shm-size"), ("networkmode", "network"),
      ("target", "target"), ("isolation", "isolation"), ("cgroupparent", "cgroup-parent"),
    ] {
      words.flag(flag, request.parameter(name))
    }
    words.flag("platform", request.platform)
    words.flags("build-arg", Self.pairs(request.json("buildargs")))
    words.flags("label", Self.pairs(request.json("labels")))
    words.flags("cache-from", Self.texts(request.json("cachefrom")))
    words.flags("security-opt", request.parameters("securityopt"))
    words.flags("add-host", request.parameters("extrahosts"))
    words.flags("ulimit", Self.ulimits(request.json("ulimits")))
    if let remote = request.parameter("remote") {
      try words.operand(remote)
    } else {
      words.rest(["-"])
    }
    var command = DockerCommand(words.words)
    command.input = request.call.upload
    command.logins = request.logins
    return .stream(command, BuildShape())
  }

  private static func pairs(_ value: JSONValue?) -> [String] {
    let object = value?.object ?? JSONObject()
    return object.keys.map { name in object[name]?.string.map { "\(name)=\($0)" } ?? name }
  }

  private static func texts(_ value: JSONValue?) -> [String] {
    value?.array?.compactMap(\.string) ?? []
  }

  private static func ulimits(_ value: JSONValue?) -> [String] {
    (value?.array ?? []).map { limit in
      let values = ["Soft", "Hard"].compactMap { limit[$0]?.int }.map(String.init)
      return "\(limit["Name"]?.string ?? "")=\(values.joined(separator: ":"))"
    }
  }
}
