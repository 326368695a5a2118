/// What a container uses at a moment.
///
/// Engines differ in what they know of it, by their versions and those of their hosts' control
/// groups; `raw` has all of it.
public struct ContainerStats: JSONBacked {
  /// The whole sample.
  public let raw: JSONValue

  /// A view of that value.
  public init(raw: JSONValue) {
    self.raw = raw
  }

  /// The id of the container.
  public var id: String { text("id") }
  /// Its name, without the slash that the engine writes in front.
  public var name: String { text("name").withoutLeadingSlash }
  /// When the sample was taken; nothing if the container doesn't run.
  public var time: DockerDate? { date("read") }
  /// The number of processes and threads.
  public var processCount: Int? { raw["pids_stats"]?["current"]?.int }
}

// MARK: - Processors

extension ContainerStats {
  /// How much of a processor it has used since the sample before, in percent, as `docker stats`
  /// shows it: with two processors up to 200.
  ///
  /// Nothing if this is the first sample.
  public var cpuPercent: Double? {
    usage("precpu_stats").flatMap { cpuPercent(since: $0) }
  }

  /// How much of a processor it has used since an earlier sample, in percent.
  ///
  /// - Parameter earlier: A sample of the same container.
  /// - Returns: The percentage; nothing if one of the two has no numbers.
  public func cpuPercent(since earlier: ContainerStats) -> Double? {
    earlier.usage("cpu_stats").flatMap { cpuPercent(since: $0) }
  }

  /// Nanoseconds of processor time: the container's, and of all processors of the host together.
  private typealias CPUUsage = (container: Double, system: Double)

  private func usage(_ key: String) -> CPUUsage? {
    let stats = raw[key]
    guard
      let container = stats?["cpu_usage"]?["total_usage"]?.double,
      let system = stats?["system_cpu_usage"]?.double
    else { return nil }
    return (container, system)
  }

  private func cpuPercent(since earlier: CPUUsage) -> Double? {
    guard let now = usage("cpu_stats") else { return nil }
    let container = now.container - earlier.container
    let system = now.system - earlier.system
    guard container > 0, system > 0 else { return 0 }
    return container / system * Double(processorCount) * 100
  }

  /// The number of processors that are on.
  public var processorCount: Int {
    if let count = raw["cpu_stats"]?["online_cpus"]?.int, count > 0 { return count }
    // Engines before 1.27 say how much each was used.
    return raw["cpu_stats"]?["cpu_usage"]?["percpu_usage"]?.array?.count ?? 0
  }
}

// MARK: - Memory, network, disks

extension ContainerStats {
  /// The memory it uses in bytes, without the files that the kernel keeps for it and could drop, as
  /// `docker stats` shows it.
  public var memoryBytes: Int? {
    guard let usage = raw["memory_stats"]?["usage"]?.int else { return nil }
    let details = raw["memory_stats"]?["stats"]
    // The first is of control groups in version 1, the second in version 2.
    let dropped = details?["total_inactive_file"]?.int ?? details?["inactive_file"]?.int ?? 0
    return dropped < usage ? usage - dropped : usage
  }
  /// The memory it may use in bytes: its limit, or what the host has.
  public var memoryLimit: Int? { raw["memory_stats"]?["limit"]?.int }
  /// How much of the memory that it may use it does use, in percent.
  public var memoryPercent: Double? {
    guard let used = memoryBytes, let limit = memoryLimit, limit > 0 else { return nil }
    return Double(used) / Double(limit) * 100
  }
  /// The bytes that it has received over all its networks.
  public var receivedBytes: Int { networkTotal("rx_bytes") }
  /// The bytes that it has sent over all its networks.
  public var sentBytes: Int { networkTotal("tx_bytes") }
  /// The bytes that it has read from disks.
  public var readBytes: Int { diskTotal("read") }
  /// The bytes that it has written to disks.
  public var writtenBytes: Int { diskTotal("write") }

  private func networkTotal(_ key: String) -> Int {
    let networks = raw["networks"]?.object?.dictionary.values
    return networks?.reduce(0) { $0 &+ ($1[key]?.int ?? 0) } ?? 0
  }

  private func diskTotal(_ operation: String) -> Int {
    let entries = raw["blkio_stats"]?["io_service_bytes_recursive"]?.array ?? []
    // `Read` in control groups of version 1, `read` in version 2.
    let wanted = entries.filter { $0["op"]?.string?.lowercased() == operation }
    return wanted.reduce(0) { $0 &+ ($1["value"]?.int ?? 0) }
  }
}
