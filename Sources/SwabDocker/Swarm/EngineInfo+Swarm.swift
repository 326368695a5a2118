extension EngineInfo {
  /// The id of the engine's node, if it is in a swarm.
  public var swarmNodeID: String? {
    raw["Swarm"]?["NodeID"]?.string.flatMap { $0.isEmpty ? nil : $0 }
  }
  /// Whether the engine is in a swarm: `inactive`, `pending`, `active`, `error` or `locked`.
  public var swarmState: String { raw["Swarm"]?["LocalNodeState"]?.string ?? "inactive" }
  /// Whether the engine is a manager of its swarm.
  public var isSwarmManager: Bool { raw["Swarm"]?["ControlAvailable"]?.bool ?? false }
}
