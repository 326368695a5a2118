extension BodyGate {
  /// What `POST /containers/create` has got and lost over time.
  static let container =
    [
      BodyGate("StopTimeout", 1, 25),
      BodyGate("MacAddress", 1, 52, isEnd: true),
      BodyGate("HostConfig.AutoRemove", 1, 25),
      BodyGate("HostConfig.Init", 1, 25),
      BodyGate("HostConfig.NanoCpus", 1, 25),
      BodyGate("HostConfig.CpuCount", 1, 25),
      BodyGate("HostConfig.CpuPercent", 1, 25),
      BodyGate("HostConfig.CpuRealtimePeriod", 1, 25),
      BodyGate("HostConfig.CpuRealtimeRuntime", 1, 25),
      BodyGate("HostConfig.DeviceCgroupRules", 1, 28),
      BodyGate("HostConfig.IpcMode", 1, 32, value: "none"),
      BodyGate("HostConfig.IpcMode", 1, 32, value: "private"),
      BodyGate("HostConfig.IpcMode", 1, 32, value: "shareable"),
      BodyGate("HostConfig.Mounts", 1, 25),
      BodyGate("HostConfig.Mounts[].Consistency", 1, 28),
      BodyGate("HostConfig.MaskedPaths", 1, 38),
      BodyGate("HostConfig.ReadonlyPaths", 1, 38),
      BodyGate("HostConfig.DeviceRequests", 1, 40),
      BodyGate("HostConfig.CgroupnsMode", 1, 41),
      BodyGate("HostConfig.ConsoleSize", 1, 42),
      BodyGate("HostConfig.Annotations", 1, 43),
    ] + healthcheck("Healthcheck") + mounts("HostConfig.Mounts[]", nonRecursive: 40)
    + endpoint("NetworkingConfig.EndpointsConfig.*.", macAddress: 44)

  /// What `POST /containers/{id}/update` has got over time.
  static let update = [
    BodyGate("NanoCpus", 1, 28),
    BodyGate("PidsLimit", 1, 40),
    BodyGate("BlkioWeightDevice", 1, 55),
    BodyGate("BlkioDeviceReadBps", 1, 55),
    BodyGate("BlkioDeviceWriteBps", 1, 55),
    BodyGate("BlkioDeviceReadIOps", 1, 55),
    BodyGate("BlkioDeviceWriteIOps", 1, 55),
  ]

  /// What `POST /containers/{id}/exec` has got over time.
  static let exec = [
    BodyGate("Env", 1, 25), BodyGate("WorkingDir", 1, 35), BodyGate("ConsoleSize", 1, 42),
  ]

  /// What `POST /networks/create` has got over time.
  static let network = [
    BodyGate("Ingress", 1, 29),
    BodyGate("Scope", 1, 30),
    BodyGate("ConfigOnly", 1, 30),
    BodyGate("ConfigFrom", 1, 30),
    BodyGate("EnableIPv4", 1, 48),
  ]

  /// What `POST /networks/{id}/connect` has got over time.
  ///
  /// Engines of API 1.44 to 1.53 took a MAC address there, too, and ignored it.
  static let connection = endpoint("EndpointConfig.", macAddress: 54)

  /// What `POST /volumes/create` has got over time.
  static let volume = [BodyGate("ClusterVolumeSpec", 1, 42)]

  /// What `POST /swarm/init` and `/join` have got over time.
  static let swarm =
    [
      BodyGate("DataPathAddr", 1, 30),
      BodyGate("DefaultAddrPool", 1, 39),
      BodyGate("SubnetSize", 1, 39),
      BodyGate("DataPathPort", 1, 40),
    ] + settings("Spec.")

  /// What the settings of a swarm have got over time.
  static let swarmSettings = settings("")

  /// What secrets and configs have got over time.
  static let secret = [BodyGate("Driver", 1, 31), BodyGate("Templating", 1, 37)]

  /// What services have got over time.
  static let service =
    [
      BodyGate("RollbackConfig", 1, 28),
      BodyGate("UpdateConfig.FailureAction", 1, 28, value: "rollback"),
      BodyGate("UpdateConfig.Order", 1, 29),
      BodyGate("Mode.ReplicatedJob", 1, 41),
      BodyGate("Mode.GlobalJob", 1, 41),
      BodyGate("UpdateConfig.Monitor", 1, 25),
      BodyGate("UpdateConfig.MaxFailureRatio", 1, 25),
      BodyGate("TaskTemplate.Networks", 1, 25),
      BodyGate("TaskTemplate.ForceUpdate", 1, 25),
      BodyGate("TaskTemplate.Runtime", 1, 31, value: "plugin"),
      BodyGate("TaskTemplate.Placement.Preferences", 1, 27),
      BodyGate("TaskTemplate.Placement.Platforms", 1, 30),
      BodyGate("TaskTemplate.Placement.MaxReplicas", 1, 40),
      BodyGate("TaskTemplate.Resources.Limits.Pids", 1, 41),
      BodyGate("TaskTemplate.Resources.SwapBytes", 1, 52),
      BodyGate("TaskTemplate.Resources.MemorySwappiness", 1, 52),
      BodyGate("TaskTemplate.ContainerSpec.TTY", 1, 25),
      BodyGate("TaskTemplate.ContainerSpec.DNSConfig", 1, 25),
      BodyGate("TaskTemplate.ContainerSpec.Secrets", 1, 25),
      BodyGate("TaskTemplate.ContainerSpec.ReadOnly", 1, 28),
      BodyGate("TaskTemplate.ContainerSpec.Privileges", 1, 29),
      BodyGate("TaskTemplate.ContainerSpec.Configs", 1, 30),
      BodyGate("TaskTemplate.ContainerSpec.Configs[].Runtime", 1, 40),
      BodyGate("TaskTemplate.ContainerSpec.Privileges.CredentialSpec.Config", 1, 40),
      BodyGate("TaskTemplate.ContainerSpec.Isolation", 1, 35),
      BodyGate("TaskTemplate.ContainerSpec.Init", 1, 37),
      BodyGate("TaskTemplate.ContainerSpec.Sysctls", 1, 40),
      BodyGate("TaskTemplate.ContainerSpec.CapabilityAdd", 1, 41),
      BodyGate("TaskTemplate.ContainerSpec.CapabilityDrop", 1, 41),
      BodyGate("TaskTemplate.ContainerSpec.Ulimits", 1, 41),
      BodyGate("TaskTemplate.ContainerSpec.Privileges.Seccomp", 1, 44),
      BodyGate("TaskTemplate.ContainerSpec.Privileges.AppArmor", 1, 44),
      BodyGate("TaskTemplate.ContainerSpec.Privileges.NoNewPrivileges", 1, 44),
      BodyGate("TaskTemplate.ContainerSpec.OomScoreAdj", 1, 46),
    ] + healthcheck("TaskTemplate.ContainerSpec.Healthcheck")
    + mounts("TaskTemplate.ContainerSpec.Mounts[]", nonRecursive: 41)

  private static func settings(_ field: String) -> [BodyGate] {
    [
      BodyGate("\(field)EncryptionConfig.AutoLockManagers", 1, 25, value: true),
      BodyGate("\(field)CAConfig.SigningCACert", 1, 30),
      BodyGate("\(field)CAConfig.SigningCAKey", 1, 30),
      BodyGate("\(field)CAConfig.ForceRotate", 1, 30),
    ]
  }

  private static func healthcheck(_ field: String) -> [BodyGate] {
    [BodyGate("\(field).StartPeriod", 1, 29), BodyGate("\(field).StartInterval", 1, 44)]
  }

  private static func mounts(_ field: String, nonRecursive: Int) -> [BodyGate] {
    [
      BodyGate("\(field).BindOptions.NonRecursive", 1, nonRecursive),
      BodyGate("\(field).BindOptions.CreateMountpoint", 1, 42),
      BodyGate("\(field).BindOptions.ReadOnlyNonRecursive", 1, 44),
      BodyGate("\(field).BindOptions.ReadOnlyForceRecursive", 1, 44),
      BodyGate("\(field).VolumeOptions.Subpath", 1, 45),
      BodyGate("\(field).TmpfsOptions.Options", 1, 46),
      BodyGate("\(field).Type", 1, 42, value: "cluster"),
      BodyGate("\(field).Type", 1, 48, value: "image"),
    ]
  }

  private static func endpoint(_ field: String, macAddress: Int) -> [BodyGate] {
    [BodyGate("\(field)MacAddress", 1, macAddress), BodyGate("\(field)GwPriority", 1, 48)]
  }
}
