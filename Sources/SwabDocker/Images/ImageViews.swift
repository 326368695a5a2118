/// An image in a listing.
public struct ImageSummary: JSONBacked {
  /// The whole entry.
  public let raw: JSONValue

  /// A view of that value.
  public init(raw: JSONValue) {
    self.raw = raw
  }

  /// The id, as `sha256:…`.
  public var id: String { text("Id") }
  /// The id of the image this one was built on, if the engine still knows it.
  public var parentID: String? { optionalText("ParentId") }
  /// The names, such as `busybox:latest`; none for a dangling image, of which older engines say
  /// `<none>:<none>`.
  public var repoTags: [String] { texts("RepoTags").filter { $0 != "<none>:<none>" } }
  /// The names by digest.
  public var repoDigests: [String] { texts("RepoDigests").filter { $0 != "<none>@<none>" } }
  /// When it was made; some images don't say.
  public var created: DockerDate? {
    raw["Created"]?.int.flatMap { $0 > 0 ? DockerDate(seconds: $0) : nil }
  }
  /// Its size in bytes, with the layers that it shares.
  public var size: Int { raw["Size"]?.int ?? 0 }
  /// The bytes that it shares with other images, if they were counted.
  public var sharedBytes: Int? { raw["SharedSize"]?.int.flatMap { $0 < 0 ? nil : $0 } }
  /// The number of containers that use it, if the engine counted them.
  public var containerCount: Int? { raw["Containers"]?.int.flatMap { $0 < 0 ? nil : $0 } }
  /// The labels.
  public var labels: [String: String] { textsByName("Labels") }
}

/// Everything an engine knows of an image.
public struct ImageDetails: JSONBacked {
  /// The whole answer.
  public let raw: JSONValue

  /// A view of that value.
  public init(raw: JSONValue) {
    self.raw = raw
  }

  /// The id, as `sha256:…`.
  public var id: String { text("Id") }
  /// The names, such as `busybox:latest`.
  public var repoTags: [String] { texts("RepoTags") }
  /// The names by digest.
  public var repoDigests: [String] { texts("RepoDigests") }
  /// When it was made; some images don't say.
  public var created: DockerDate? { date("Created") }
  /// Its size in bytes, with the layers that it shares.
  public var size: Int { raw["Size"]?.int ?? 0 }
  /// The processor architecture, such as `amd64`.
  public var architecture: String { text("Architecture") }
  /// The operating system, such as `linux`.
  public var operatingSystem: String { text("Os") }
  /// The platform it is for.
  public var platform: ImagePlatform {
    ImagePlatform(
      operatingSystem: operatingSystem,
      architecture: architecture,
      variant: optionalText("Variant")
    )
  }
  /// Who made it.
  public var author: String? { optionalText("Author") }
  /// What containers of it run by default.
  public var config: ContainerConfig? { view("Config") }
}
