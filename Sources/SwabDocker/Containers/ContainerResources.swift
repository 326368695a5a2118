/// What a container may use of its host; a ``ContainerUpdate`` changes a part of it later.
public struct ContainerResources: Sendable, Hashable {
  /// The memory it may use, in bytes; at least 6 MiB.
  public var memoryBytes: Int?
  /// The memory and swap space it may use together, in bytes; -1 sets no limit.
  public var memoryAndSwapBytes: Int?
  /// The memory it is asked to keep to when the host runs short, in bytes.
  public var reservedMemoryBytes: Int?
  /// How readily its memory is swapped out, from 0 to 100; -1 as the host does.
  public var memorySwappiness: Int?
  /// Whether the kernel never ends it for want of memory.
  public var disablesOutOfMemoryKiller: Bool?
  /// The processors it may use, in billionths of one.
  public var nanoCPUs: Int?
  /// Its weight among others that want the processors; 1024 is usual.
  public var cpuShares: Int?
  /// The period of the scheduler, in microseconds.
  public var cpuPeriod: Int?
  /// The time it may run in each period, in microseconds.
  public var cpuQuota: Int?
  /// The period for real-time processes, in microseconds.
  public var cpuRealTimePeriod: Int?
  /// The time real-time processes may run in each period, in microseconds.
  public var cpuRealTimeRuntime: Int?
  /// The processors it may run on, such as `0-2,4`.
  public var cpuSet: String?
  /// The memory nodes it may use, such as `0`.
  public var memoryNodes: String?
  /// How many processors it may use; on Windows.
  public var cpuCount: Int?
  /// The share of processors it may use, in percent; on Windows.
  public var cpuPercent: Int?
  /// How many processes it may have; 0 and -1 set no limit.
  public var processLimit: Int?
  /// Limits of the kernel for its processes.
  public var ulimits: [Ulimit] = []
  /// The control group above its own.
  public var controlGroupParent: String?
  /// Its weight among others that use disks, from 10 to 1000; 0 for none.
  public var blockWeight: Int?
  /// Its weight for certain disks.
  public var blockWeightDevices: [DeviceLimit] = []
  /// How many bytes it may read each second from certain disks.
  public var readBytesPerSecond: [DeviceLimit] = []
  /// How many bytes it may write each second to certain disks.
  public var writtenBytesPerSecond: [DeviceLimit] = []
  /// How often it may read each second from certain disks.
  public var readsPerSecond: [DeviceLimit] = []
  /// How often it may write each second to certain disks.
  public var writesPerSecond: [DeviceLimit] = []
  /// How often it may use the system disk each second; on Windows.
  public var maximumDiskOperations: Int?
  /// How many bytes it may move each second to and from the system disk; on Windows.
  public var maximumDiskBandwidth: Int?
  /// Devices of the host.
  public var devices: [DeviceMapping] = []
  /// Rules for devices, such as `c 13:* rwm`.
  public var deviceRules: [String] = []
  /// Devices that drivers find, such as GPUs.
  public var deviceRequests: [DeviceRequest] = []

  /// No limits but the engine's own.
  public init() {}
}

/// A limit for one device.
public struct DeviceLimit: Sendable, Hashable {
  /// The device, such as `/dev/sda`.
  public var path: String
  /// The weight or the rate.
  public var value: Int

  /// A limit for that device.
  public init(_ path: String, _ value: Int) {
    self.path = path
    self.value = value
  }
}

/// What is to change of a container, whether it runs or not.
///
/// Engines change its restart policy, and what it may use of memory, processors, processes and
/// disks. Devices, ulimits, the control group above its own, `memorySwappiness`,
/// `disablesOutOfMemoryKiller` and what is for Windows stay as it was made with, and are refused.
public struct ContainerUpdate: Sendable {
  /// What it may use; what isn't set stays as it is.
  ///
  /// `nanoCPUs` needs API 1.28, `processLimit` 1.40, and what is for certain disks 1.55. To take all
  /// limits for certain disks away, write `additionalFields["BlkioDeviceReadBps"] = []`.
  public var resources = ContainerResources()
  /// What the engine does when it ends; stays as it is if there is none.
  public var restartPolicy: RestartPolicy?
  /// Further fields of the request by the engine's own names; they win over those above.
  public var additionalFields = JSONObject()

  /// Everything stays as it is.
  public init() {}
}
