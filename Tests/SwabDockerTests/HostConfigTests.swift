import SwabTestSupport
import Testing

@testable import SwabDocker

@Suite("How a container relates to its host")
struct HostConfigTests {
  typealias Case = (set: @Sendable (inout HostConfig) -> Void, field: String, value: JSONValue)

  static let plain: [Case] = [
    ({ $0.binds = [BindMount("/srv", at: "/data", options: ["ro"])] }, "Binds", ["/srv:/data:ro"]),
    (
      { $0.mounts = [Mount(.volume(name: "v"), at: "/v", isReadOnly: true)] }, "Mounts",
      [["Type": "volume", "Source": "v", "Target": "/v", "ReadOnly": true]]
    ),
    (
      { $0.portBindings = [PortBinding(80, hostPort: 8080, lastHostPort: 8090)] }, "PortBindings",
      ["80/tcp": [["HostIp": "", "HostPort": "8080-8090"]]]
    ),
    ({ $0.publishesAllPorts = true }, "PublishAllPorts", true),
    ({ $0.restartPolicy = .unlessStopped }, "RestartPolicy", ["Name": "unless-stopped"]),
    ({ $0.networkMode = "none" }, "NetworkMode", "none"),
    ({ $0.autoRemove = true }, "AutoRemove", true),
    ({ $0.sharedMemoryBytes = 1 << 20 }, "ShmSize", 1_048_576),
    ({ $0.outOfMemoryScore = -500 }, "OomScoreAdj", -500),
    ({ $0.runsInit = false }, "Init", false),
    ({ $0.runtime = "runc" }, "Runtime", "runc"),
    ({ $0.volumeDriver = "local" }, "VolumeDriver", "local"),
    ({ $0.volumesFrom = ["db:ro"] }, "VolumesFrom", ["db:ro"]),
    ({ $0.storageOptions = ["size": "1G"] }, "StorageOpt", ["size": "1G"]),
    (
      { $0.temporaryFileSystems = [TemporaryFileSystem("/run", options: "size=1m")] }, "Tmpfs",
      ["/run": "size=1m"]
    ),
    (
      { $0.logDriver = LogDriver("json-file", options: ["max-size": "1m"]) }, "LogConfig",
      ["Type": "json-file", "Config": ["max-size": "1m"]]
    ),
    ({ $0.annotations = ["a": "b"] }, "Annotations", ["a": "b"]),
    ({ $0.terminalSize = TerminalSize(columns: 80, rows: 24) }, "ConsoleSize", [24, 80]),
    ({ $0.additionalFields["New"] = 1 }, "New", 1),
  ]

  static let separation: [Case] = [
    ({ $0.isPrivileged = true }, "Privileged", true),
    ({ $0.hasReadOnlyRoot = true }, "ReadonlyRootfs", true),
    ({ $0.addedCapabilities = ["NET_ADMIN"] }, "CapAdd", ["NET_ADMIN"]),
    ({ $0.droppedCapabilities = ["ALL"] }, "CapDrop", ["ALL"]),
    ({ $0.addedGroups = ["10"] }, "GroupAdd", ["10"]),
    ({ $0.securityOptions = ["no-new-privileges"] }, "SecurityOpt", ["no-new-privileges"]),
    ({ $0.maskedPaths = [] }, "MaskedPaths", []),
    ({ $0.readOnlyPaths = ["/proc/sys"] }, "ReadonlyPaths", ["/proc/sys"]),
    ({ $0.userNamespace = "host" }, "UsernsMode", "host"),
    ({ $0.hostNameNamespace = "host" }, "UTSMode", "host"),
    ({ $0.processNamespace = "container:db" }, "PidMode", "container:db"),
    ({ $0.ipcNamespace = "shareable" }, "IpcMode", "shareable"),
    ({ $0.controlGroupNamespace = "private" }, "CgroupnsMode", "private"),
    ({ $0.isolation = "default" }, "Isolation", "default"),
    ({ $0.sysctls = ["net.core.somaxconn": "10"] }, "Sysctls", ["net.core.somaxconn": "10"]),
    ({ $0.nameServers = ["192.0.2.53"] }, "Dns", ["192.0.2.53"]),
    ({ $0.nameServerOptions = ["ndots:2"] }, "DnsOptions", ["ndots:2"]),
    ({ $0.searchDomains = ["example.org"] }, "DnsSearch", ["example.org"]),
    ({ $0.additionalHosts = [ExtraHost("db", address: "::1")] }, "ExtraHosts", ["db:::1"]),
    ({ $0.links = ["db:database"] }, "Links", ["db:database"]),
  ]

  static let resources: [Case] = [
    ({ $0.memoryBytes = 64 << 20 }, "Memory", 67_108_864),
    ({ $0.memoryAndSwapBytes = -1 }, "MemorySwap", -1),
    ({ $0.reservedMemoryBytes = 32 << 20 }, "MemoryReservation", 33_554_432),
    ({ $0.memorySwappiness = 0 }, "MemorySwappiness", 0),
    ({ $0.disablesOutOfMemoryKiller = false }, "OomKillDisable", false),
    ({ $0.processLimit = 0 }, "PidsLimit", 0),
    (
      { $0.ulimits = [Ulimit("nofile", soft: 1024, hard: 2048)] }, "Ulimits",
      [["Name": "nofile", "Soft": 1024, "Hard": 2048]]
    ),
    ({ $0.controlGroupParent = "/swab" }, "CgroupParent", "/swab"),
    ({ $0.nanoCPUs = 500_000_000 }, "NanoCpus", 500_000_000),
    ({ $0.cpuShares = 512 }, "CpuShares", 512),
    ({ $0.cpuPeriod = 100_000 }, "CpuPeriod", 100_000),
    ({ $0.cpuQuota = 50_000 }, "CpuQuota", 50_000),
    ({ $0.cpuRealTimePeriod = 1_000_000 }, "CpuRealtimePeriod", 1_000_000),
    ({ $0.cpuRealTimeRuntime = 950_000 }, "CpuRealtimeRuntime", 950_000),
    ({ $0.cpuSet = "0-2,4" }, "CpusetCpus", "0-2,4"),
    ({ $0.memoryNodes = "0" }, "CpusetMems", "0"),
    ({ $0.cpuCount = 2 }, "CpuCount", 2),
    ({ $0.cpuPercent = 50 }, "CpuPercent", 50),
  ]

  static let devices: [Case] = [
    ({ $0.blockWeight = 500 }, "BlkioWeight", 500),
    (
      { $0.blockWeightDevices = [DeviceLimit("/dev/sda", 300)] }, "BlkioWeightDevice",
      [["Path": "/dev/sda", "Weight": 300]]
    ),
    (
      { $0.readBytesPerSecond = [DeviceLimit("/dev/sda", 1000)] }, "BlkioDeviceReadBps",
      [["Path": "/dev/sda", "Rate": 1000]]
    ),
    (
      { $0.writtenBytesPerSecond = [DeviceLimit("/dev/sda", 2000)] }, "BlkioDeviceWriteBps",
      [["Path": "/dev/sda", "Rate": 2000]]
    ),
    (
      { $0.readsPerSecond = [DeviceLimit("/dev/sda", 10)] }, "BlkioDeviceReadIOps",
      [["Path": "/dev/sda", "Rate": 10]]
    ),
    (
      { $0.writesPerSecond = [DeviceLimit("/dev/sda", 20)] }, "BlkioDeviceWriteIOps",
      [["Path": "/dev/sda", "Rate": 20]]
    ),
    ({ $0.maximumDiskOperations = 5 }, "IOMaximumIOps", 5),
    ({ $0.maximumDiskBandwidth = 6 }, "IOMaximumBandwidth", 6),
    (
      { $0.devices = [DeviceMapping("/dev/null", at: "/dev/n", permissions: "r")] }, "Devices",
      [["PathOnHost": "/dev/null", "PathInContainer": "/dev/n", "CgroupPermissions": "r"]]
    ),
    ({ $0.deviceRules = ["c 13:* rwm"] }, "DeviceCgroupRules", ["c 13:* rwm"]),
    (
      { host in
        host.deviceRequests = [DeviceRequest(driver: "nvidia", capabilities: [["gpu"], ["tpu"]])]
        host.deviceRequests[0].deviceIDs = ["0", "GPU-7"]
        host.deviceRequests[0].options = ["a": "b"]
      }, "DeviceRequests",
      [
        [
          "Driver": "nvidia", "DeviceIDs": ["0", "GPU-7"], "Capabilities": [["gpu"], ["tpu"]],
          "Options": ["a": "b"],
        ]
      ]
    ),
  ]

  static let cases = plain + separation + resources + devices

  @Test("is said field by field", arguments: cases.indices)
  func field(_ index: Int) {
    let (set, field, value) = Self.cases[index]
    var host = HostConfig()
    set(&host)
    #expect(JSONValue.object(host.encoded) == [field: value])
  }

  @Test("is said all at once, and not at all if there is nothing to say")
  func all() {
    var host = HostConfig()
    #expect(host.encoded.isEmpty)
    var expected = JSONObject()
    for (set, field, value) in Self.cases {
      set(&host)
      expected[field] = value
    }
    #expect(host.encoded == expected)
    #expect(expected.count == Self.cases.count)
    var request = HostConfig()
    request.deviceRequests = [DeviceRequest(count: -1)]
    #expect(request.encoded["DeviceRequests"] == [["Count": -1]])
  }

  /// What the engine takes for what this host can't do, or needs others for, has no place here.
  private static let elsewhere: Set = [
    // These are newer than API 1.41.
    "Annotations", "ConsoleSize", "New",
    // These are for Windows.
    "CpuPercent", "IOMaximumIOps", "IOMaximumBandwidth",
    // These need a file system, control groups or processors that not every host has.
    "StorageOpt", "BlkioWeight", "BlkioWeightDevice", "MemorySwappiness", "OomKillDisable",
    "CpuRealtimePeriod", "CpuRealtimeRuntime", "CpusetCpus",
    // These name other containers.
    "VolumesFrom", "Links", "PidMode",
    // These can't be together with others here, and are tested elsewhere.
    "Mounts", "CpuPeriod", "CpuQuota", "AutoRemove", "PidsLimit",
  ]

  @Test("is what the engine has made of it")
  func roundTrip() async throws {
    let docker = try await sharedClient()
    var spec = ContainerSpec(image: DockerEngine.image, command: ["true"])
    let cases = Self.cases.filter { !Self.elsewhere.contains($0.field) }
    for (set, _, _) in cases { set(&spec.hostConfig) }
    spec.hostConfig.processNamespace = "host"
    spec.hostConfig.cpuSet = "0"
    spec.hostConfig.processLimit = 100
    try await withContainer(spec, of: docker) { name in
      let host = try await docker.inspectContainer(name).hostConfig
      for (_, field, value) in cases where !Self.completed.keys.contains(field) {
        #expect(host[field] == value, "\(field)")
      }
      for (field, value) in Self.completed { #expect(host[field] == value, "\(field)") }
      #expect(host["PidMode"] == "host" && host["CpusetCpus"] == "0" && host["PidsLimit"] == 100)
    }
    await docker.close()
  }

  /// Where the engine says more than it was told.
  private static let completed: [String: JSONValue] = [
    "RestartPolicy": ["Name": "unless-stopped", "MaximumRetryCount": 0],
    // Labels of SELinux can't keep a container apart that shares the host's processes.
    "SecurityOpt": ["no-new-privileges", "label=disable"],
    "DeviceRequests": [
      [
        "Driver": "nvidia", "Count": 0, "DeviceIDs": ["0", "GPU-7"],
        "Capabilities": [["gpu"], ["tpu"]], "Options": ["a": "b"],
      ]
    ],
  ]
}
