import NIOHTTP1

extension DockerAPI {
  /// What the engine's images, containers, volumes and build caches take on its disk.
  ///
  /// The engine measures it, which may take it long.
  ///
  /// - Parameters:
  ///   - kinds: What is measured, all if there is nothing; needs API 1.42.
  ///   - verbose: Whether newer engines list each thing, too; older ones always do.
  /// - Returns: The sizes.
  /// - Throws: A ``DockerError``.
  public func diskUsage(
    of kinds: Set<DiskUsage.Kind> = [],
    verbose: Bool = true
  ) async throws -> DiskUsage {
    var call = DockerCall(.GET, "/system/df")
    call.requires(1, 25, for: "measuring disk usage")
    if !kinds.isEmpty { call.requires(1, 42, for: "kinds of disk usage") }
    call.add("type", each: kinds.map(\.rawValue).sorted())
    call.grace = nil
    let engine = try await engine()
    if verbose, try await engine.apiVersion() >= APIVersion(1, 52) { call.add("verbose", true) }
    return try await engine.object(call)
  }
}

/// What an engine's things take on its disk.
public struct DiskUsage: JSONBacked {
  /// The whole answer.
  public let raw: JSONValue

  /// A view of that value.
  public init(raw: JSONValue) {
    self.raw = raw
  }

  /// What can be measured.
  public enum Kind: String, Sendable, Hashable, CaseIterable {
    /// Containers.
    case container
    /// Images.
    case image
    /// Volumes.
    case volume
    /// What builds have kept.
    case buildCache = "build-cache"
  }

  /// The images, where each is listed.
  public var images: [ImageSummary] { items("Images", "ImageUsage", "ImagesUsage") }
  /// The containers, where each is listed.
  public var containers: [ContainerSummary] {
    items("Containers", "ContainerUsage", "ContainersUsage")
  }
  /// The volumes, where each is listed.
  public var volumes: [Volume] { items("Volumes", "VolumeUsage", "VolumesUsage") }
  /// What builds have kept, where each is listed.
  public var buildCache: [BuildCacheRecord] {
    items("BuildCache", "BuildCacheUsage", "BuildCacheUsage")
  }
  /// The bytes of all layers together.
  public var layerBytes: Int? { raw["LayersSize"]?.int ?? total("ImageUsage", "ImagesUsage") }
  /// The bytes that containers have written.
  public var containerBytes: Int {
    total("ContainerUsage", "ContainersUsage") ?? sum(containers.map(\.writtenBytes))
  }
  /// The bytes in volumes.
  public var volumeBytes: Int {
    total("VolumeUsage", "VolumesUsage") ?? sum(volumes.map(\.size))
  }
  /// The bytes of what builds have kept.
  public var buildCacheBytes: Int {
    total("BuildCacheUsage") ?? sum(buildCache.map { $0.isShared ? 0 : $0.size })
  }

  /// Up to API 1.52 lists at the top; since then also summaries that have the lists in them, in the
  /// singular or plural as the release has it.
  private func items<View: JSONBacked>(_ old: String, _ new: String...) -> [View] {
    let lists = [raw[old]] + new.map { raw[$0]?["Items"] }
    return lists.lazy.compactMap { $0?.array }.first?.map { View(raw: $0) } ?? []
  }

  private func total(_ keys: String...) -> Int? {
    keys.lazy.compactMap { raw[$0]?["TotalSize"]?.int }.first
  }

  private func sum(_ sizes: [Int?]) -> Int {
    sizes.reduce(0) { $0 + ($1 ?? 0) }
  }
}

/// Something that builds have kept.
public struct BuildCacheRecord: JSONBacked {
  /// The whole entry.
  public let raw: JSONValue

  /// A view of that value.
  public init(raw: JSONValue) {
    self.raw = raw
  }

  /// Its id.
  public var id: String { text("ID") }
  /// The kind, such as `regular` or `source.local`.
  public var type: String { text("Type") }
  /// What made it.
  public var description: String { text("Description") }
  /// Whether a build uses it.
  public var isInUse: Bool { flag("InUse") }
  /// Whether images share it.
  public var isShared: Bool { flag("Shared") }
  /// Its size in bytes.
  public var size: Int { raw["Size"]?.int ?? 0 }
  /// When it was made.
  public var created: DockerDate? { date("CreatedAt") }
  /// When it was last used.
  public var lastUsed: DockerDate? { date("LastUsedAt") }
  /// How often it was used.
  public var usageCount: Int { raw["UsageCount"]?.int ?? 0 }
}
