// How a container relates to its host, in flags of docker create; and what of it docker update knows.

extension CommandTranslator {
  func addHost(_ host: inout RequestFields, to words: inout CommandWords) throws {
    words.flags("volume", host.texts("Binds") ?? [])
    for mount in host.list("Mounts") { words.flag("mount", try self.mount(mount)) }
    for (path, options) in host.pairs("Tmpfs") {
      words.flag("tmpfs", options.isEmpty ? path : "\(path):\(options)")
    }
    Self.addTexts(
      &host,
      [
        ("Runtime", "runtime"), ("VolumeDriver", "volume-driver"), ("UsernsMode", "userns"),
        ("UTSMode", "uts"), ("PidMode", "pid"), ("IpcMode", "ipc"), ("CgroupnsMode", "cgroupns"),
        ("Isolation", "isolation"),
      ],
      to: &words
    )
    Self.addLists(
      &host,
      [
        ("VolumesFrom", "volumes-from"), ("CapAdd", "cap-add"), ("CapDrop", "cap-drop"),
        ("GroupAdd", "group-add"), ("Dns", "dns"), ("DnsOptions", "dns-option"),
        ("DnsSearch", "dns-search"), ("ExtraHosts", "add-host"), ("Links", "link"),
      ],
      to: &words
    )
    Self.addPairs(
      &host,
      [("StorageOpt", "storage-opt"), ("Annotations", "annotation"), ("Sysctls", "sysctl")],
      to: &words
    )
    words.flag("rm", host.bool("AutoRemove") ?? false)
    words.flag("privileged", host.bool("Privileged") ?? false)
    words.flag("read-only", host.bool("ReadonlyRootfs") ?? false)
    words.flag("shm-size", host.int("ShmSize"))
    words.flag("oom-score-adj", host.int("OomScoreAdj"))
    words.flag("init", host.bool("Init").map { $0 ? "true" : "false" })
    try Self.addSecurity(&host, to: &words)
    try Self.addLog(host.fields("LogConfig"), to: &words)
    try Self.addRestartPolicy(&host, to: &words)
    try addLimits(&host, to: &words)
  }

  private static func addTexts(
    _ host: inout RequestFields,
    _ flags: [(key: String, flag: String)],
    to words: inout CommandWords
  ) {
    for (key, flag) in flags { words.flag(flag, host.text(key).flatMap { $0.isEmpty ? nil : $0 }) }
  }

  private static func addLists(
    _ host: inout RequestFields,
    _ flags: [(key: String, flag: String)],
    to words: inout CommandWords
  ) {
    for (key, flag) in flags { words.flags(flag, host.texts(key) ?? []) }
  }

  private static func addPairs(
    _ host: inout RequestFields,
    _ flags: [(key: String, flag: String)],
    to words: inout CommandWords
  ) {
    for (key, flag) in flags { words.flags(flag, host.pairs(key)) }
  }

  private static func addNumbers(
    _ host: inout RequestFields,
    _ flags: [(key: String, flag: String)],
    to words: inout CommandWords
  ) {
    for (key, flag) in flags { words.flag(flag, host.int(key)) }
  }

  private static func addSecurity(
    _ host: inout RequestFields,
    to words: inout CommandWords
  ) throws {
    for option in host.texts("SecurityOpt") ?? [] {
      // The docker command takes a file there, where the engine takes what is in it.
      guard !option.hasPrefix("seccomp={"), !option.hasPrefix("seccomp:{") else {
        throw DockerError.notForCommand("a seccomp profile that is no file of the host")
      }
      words.flag("security-opt", option)
    }
    let paths = (host.texts("MaskedPaths"), host.texts("ReadonlyPaths"))
    guard paths.0 != nil || paths.1 != nil else { return }
    guard paths.0 == [], paths.1 == [] else {
      throw DockerError.notForCommand("MaskedPaths and ReadonlyPaths, unless both are empty")
    }
    words.flag("security-opt", "systempaths=unconfined")
  }

  private static func addLog(_ log: RequestFields, to words: inout CommandWords) throws {
    var log = log
    words.flag("log-driver", log.text("Type"))
    words.flags("log-opt", log.pairs("Config"))
    try log.finish()
  }

  static func addRestartPolicy(
    _ host: inout RequestFields,
    to words: inout CommandWords
  ) throws {
    var policy = host.fields("RestartPolicy")
    let count = policy.int("MaximumRetryCount").flatMap { $0 > 0 ? ":\($0)" : nil }
    words.flag("restart", policy.text("Name").map { ($0.isEmpty ? "no" : $0) + (count ?? "") })
    try policy.finish()
  }
}

// MARK: - Limits

extension CommandTranslator {
  func update(_ name: String, _ request: CommandRequest) throws -> DockerStep {
    var words = CommandWords("update")
    var fields = request.fields
    Self.addUpdatableLimits(&fields, to: &words)
    try Self.addRestartPolicy(&fields, to: &words)
    try fields.finish()
    try words.operand(name)
    return .json(DockerCommand(words.words)) { output in
      let lines = output.errorText.split(whereSeparator: \.isNewline).map(String.init)
      return ["Warnings": .texts(lines.map { $0.trimmingWhiteSpace() }.filter { !$0.isEmpty })]
    }
  }

  private static func addUpdatableLimits(
    _ fields: inout RequestFields,
    to words: inout CommandWords
  ) {
    addNumbers(
      &fields,
      [
        ("Memory", "memory"), ("MemorySwap", "memory-swap"),
        ("MemoryReservation", "memory-reservation"), ("PidsLimit", "pids-limit"),
        ("CpuShares", "cpu-shares"), ("CpuPeriod", "cpu-period"), ("CpuQuota", "cpu-quota"),
        ("CpuRealtimePeriod", "cpu-rt-period"), ("CpuRealtimeRuntime", "cpu-rt-runtime"),
        ("BlkioWeight", "blkio-weight"),
      ],
      to: &words
    )
    addTexts(&fields, [("CpusetCpus", "cpuset-cpus"), ("CpusetMems", "cpuset-mems")], to: &words)
    words.flag("cpus", fields.int("NanoCpus").flatMap { $0 == 0 ? nil : processors($0) })
  }

  /// Billionths as a decimal number: `0.5`.
  private static func processors(_ billionths: Int) -> String {
    let (whole, rest) = billionths.quotientAndRemainder(dividingBy: 1_000_000_000)
    guard rest > 0 else { return "\(whole)" }
    var digits = String(String(1_000_000_000 + rest).dropFirst())
    while digits.last == "0" { digits.removeLast() }
    return "\(whole).\(digits)"
  }

  private func addLimits(_ host: inout RequestFields, to words: inout CommandWords) throws {
    Self.addUpdatableLimits(&host, to: &words)
    Self.addNumbers(
      &host,
      [
        ("MemorySwappiness", "memory-swappiness"), ("CpuCount", "cpu-count"),
        ("CpuPercent", "cpu-percent"), ("IOMaximumIOps", "io-maxiops"),
        ("IOMaximumBandwidth", "io-maxbandwidth"),
      ],
      to: &words
    )
    words.flag("cgroup-parent", host.text("CgroupParent"))
    words.flag("oom-kill-disable", host.bool("OomKillDisable") ?? false)
    words.flags("device-cgroup-rule", host.texts("DeviceCgroupRules") ?? [])
    for ulimit in host.list("Ulimits") {
      var limit = ulimit
      let values = [limit.int("Soft"), limit.int("Hard")].compactMap { $0 }.map(String.init)
      words.flag("ulimit", "\(limit.text("Name") ?? "")=\(values.joined(separator: ":"))")
      try limit.finish()
    }
    for device in host.list("Devices") { words.flag("device", try Self.device(device)) }
    for (key, flag, value) in [
      ("BlkioWeightDevice", "blkio-weight-device", "Weight"),
      ("BlkioDeviceReadBps", "device-read-bps", "Rate"),
      ("BlkioDeviceWriteBps", "device-write-bps", "Rate"),
      ("BlkioDeviceReadIOps", "device-read-iops", "Rate"),
      ("BlkioDeviceWriteIOps", "device-write-iops", "Rate"),
    ] {
      for limit in host.list(key) {
        var limit = limit
        words.flag(flag, "\(limit.text("Path") ?? ""):\(limit.int(value) ?? 0)")
        try limit.finish()
      }
    }
    for request in host.list("DeviceRequests") { words.flag("gpus", try Self.gpus(request)) }
  }

  private static func device(_ device: RequestFields) throws -> String {
    var device = device
    let path = device.text("PathOnHost") ?? ""
    let parts = [
      path, device.text("PathInContainer") ?? path, device.text("CgroupPermissions") ?? "rwm",
    ]
    try device.finish()
    return parts.joined(separator: ":")
  }

  private static func gpus(_ request: RequestFields) throws -> String {
    var request = request
    var parts: [String] = []
    if let driver = request.text("Driver"), !driver.isEmpty { parts.append("driver=\(driver)") }
    if let count = request.int("Count"), count != 0 {
      parts.append(count < 0 ? "count=all" : "count=\(count)")
    }
    let devices = request.texts("DeviceIDs") ?? []
    if !devices.isEmpty { parts.append("device=\(devices.joined(separator: ","))") }
    let sets = request.value("Capabilities")?.array?.map { $0.array?.compactMap(\.string) ?? [] }
    guard sets?.count ?? 0 <= 1 else {
      throw DockerError.notForCommand("alternative capabilities of devices")
    }
    let capabilities = (sets?.first ?? []).filter { $0 != "gpu" }
    if !capabilities.isEmpty {
      parts.append("capabilities=\((["gpu"] + capabilities).joined(separator: ","))")
    }
    let options = request.pairs("Options").map { "\($0.name)=\($0.value)" }
    if !options.isEmpty { parts.append("options=\(options.joined(separator: ","))") }
    try request.finish()
    return parts.map(csv).joined(separator: ",")
  }
}

// MARK: - Mounts

extension CommandTranslator {
  /// A mount, as in `type=volume,source=data,target=/data,readonly`.
  private func mount(_ mount: RequestFields) throws -> String {
    var mount = mount
    var parts = ["type=\(mount.text("Type") ?? "")"]
    if let source = mount.text("Source"), !source.isEmpty { parts.append("source=\(source)") }
    if let target = mount.text("Target") { parts.append("target=\(target)") }
    if mount.bool("ReadOnly") ?? false { parts.append("readonly") }
    if let consistency = mount.text("Consistency") { parts.append("consistency=\(consistency)") }
    parts += try bind(mount.fields("BindOptions"))
    parts += try Self.volume(mount.fields("VolumeOptions"))
    var tmpfs = mount.fields("TmpfsOptions")
    if let size = tmpfs.int("SizeBytes") { parts.append("tmpfs-size=\(size)") }
    if let mode = tmpfs.int("Mode") { parts.append("tmpfs-mode=\(String(mode, radix: 8))") }
    try tmpfs.finish()
    var image = mount.fields("ImageOptions")
    if let path = image.text("Subpath") { parts.append("image-subpath=\(path)") }
    try image.finish()
    try mount.finish()
    return parts.map(Self.csv).joined(separator: ",")
  }

  private func bind(_ options: RequestFields) throws -> [String] {
    var options = options
    var parts: [String] = []
    if let propagation = options.text("Propagation") {
      parts.append("bind-propagation=\(propagation)")
    }
    let knowsRecursion = version >= APIVersion(1, 44)
    if options.bool("NonRecursive") ?? false {
      parts.append(knowsRecursion ? "bind-recursive=disabled" : "bind-nonrecursive")
    }
    if options.bool("ReadOnlyNonRecursive") ?? false { parts.append("bind-recursive=writable") }
    if options.bool("ReadOnlyForceRecursive") ?? false { parts.append("bind-recursive=readonly") }
    try options.finish()
    return parts
  }

  private static func volume(_ options: RequestFields) throws -> [String] {
    var options = options
    var parts: [String] = []
    if options.bool("NoCopy") ?? false { parts.append("volume-nocopy") }
    parts += options.pairs("Labels").map { "volume-label=\($0.name)=\($0.value)" }
    if let path = options.text("Subpath") { parts.append("volume-subpath=\(path)") }
    var driver = options.fields("DriverConfig")
    if let name = driver.text("Name") { parts.append("volume-driver=\(name)") }
    parts += driver.pairs("Options").map { "volume-opt=\($0.name)=\($0.value)" }
    try driver.finish()
    try options.finish()
    return parts
  }
}
