/// What was removed since nobody used it.
public struct PruneReport: JSONBacked {
  /// The whole answer.
  public let raw: JSONValue

  /// A view of that value.
  public init(raw: JSONValue) {
    self.raw = raw
  }

  /// The ids or names of what was removed; for images also the names that were taken away.
  public var removed: [String] {
    let kinds = ["ContainersDeleted", "NetworksDeleted", "VolumesDeleted", "CachesDeleted"]
    let images: [ImageRemoval] = views("ImagesDeleted")
    return kinds.flatMap { texts($0) } + images.compactMap { $0.deleted ?? $0.untagged }
  }
  /// How many bytes that freed, if the engine counted them.
  public var reclaimedBytes: Int? { raw["SpaceReclaimed"]?.int }
}
