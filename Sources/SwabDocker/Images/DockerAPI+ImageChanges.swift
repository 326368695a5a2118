import NIOHTTP1

extension DockerAPI {
  /// The layers of an image and what made them, the newest first.
  ///
  /// - Parameters:
  ///   - image: Its name or id.
  ///   - platform: Which of its platforms is meant; needs API 1.48.
  /// - Returns: An entry for each step.
  /// - Throws: A ``DockerError``.
  public func history(
    of image: String,
    platform: ImagePlatform? = nil
  ) async throws -> [ImageLayer] {
    var call = try DockerCall.image(image, "/history", .GET)
    if let platform {
      call.requires(1, 48, for: "platform of history")
      call.add("platform", platform.encoded.description)
    }
    return try await engine().list(call)
  }

  /// Gives an image a further name.
  ///
  /// - Parameters:
  ///   - image: Its name or id.
  ///   - repository: The repository of the new name, such as `registry.example:5000/app`.
  ///   - tag: Its tag; `latest` if there is none.
  /// - Throws: A ``DockerError``: `notFound` without the image, `badRequest` or `engineFailed`, as
  ///   the engine has it, for what is no name.
  public func tag(_ image: String, as repository: String, tag: String? = nil) async throws {
    report(
      "tagging image \(image) as " + [repository, tag].compactMap { $0 }.joined(separator: ":")
    )
    var call = try DockerCall.image(image, "/tag", .POST)
    call.add("repo", repository)
    call.add("tag", tag)
    try await engine().reply(to: call)
  }

  /// Takes a name from an image, and removes the image with its last one.
  ///
  /// - Parameters:
  ///   - image: The name; or an id, which removes all its names if `force` is on.
  ///   - force: Whether that is so even if stopped containers are of it.
  ///   - keepsParents: Whether nameless images that it was built on stay.
  ///   - platforms: Which of its platforms are removed, all if there are none; needs API 1.50.
  /// - Returns: What was done, in its order.
  /// - Throws: A ``DockerError``: `conflict` if it is in use, `notFound` if it isn't there.
  @discardableResult
  public func removeImage(
    _ image: String,
    force: Bool = false,
    keepsParents: Bool = false,
    platforms: [ImagePlatform] = []
  ) async throws -> [ImageRemoval] {
    report("removing image \(image)")
    var call = try DockerCall.image(image, "", .DELETE)
    call.add("force", force)
    call.add("noprune", keepsParents)
    if !platforms.isEmpty { call.requires(1, 50, for: "platforms to remove") }
    call.add("platforms", each: platforms.map(\.encoded.description))
    return try await engine().list(call)
  }

  /// Removes images that no container is of.
  ///
  /// - Parameters:
  ///   - all: Whether images with a name are removed as well, and not only nameless ones.
  ///   - filters: Conditions: `until`, which needs API 1.28, `label` and `label!`, which need 1.29.
  /// - Returns: What was removed.
  /// - Throws: A ``DockerError``: `invalidArgument` for a condition without values.
  @discardableResult
  public func pruneImages(
    all: Bool = false,
    filters: DockerFilters = [:]
  ) async throws -> PruneReport {
    report("removing unused images")
    var filters = filters
    if all { filters["dangling"] = false }
    return try await engine().prune("images", filters)
  }

  /// Looks for images on Docker Hub.
  ///
  /// - Parameters:
  ///   - term: What their names or descriptions have in them.
  ///   - limit: How many at most.
  ///   - filters: Conditions, such as `["is-official": true]` or `["stars": 3]`.
  /// - Returns: An entry for each image.
  /// - Throws: A ``DockerError``; `engineFailed` if the engine doesn't reach the registry.
  public func searchImages(
    _ term: String,
    limit: Int? = nil,
    filters: DockerFilters = [:]
  ) async throws -> [ImageSearchResult] {
    var call = DockerCall(.GET, "/images/search")
    call.add("term", term)
    call.add("limit", limit)
    call.add(filters)
    return try await engine().list(call)
  }

  /// What the registry says of an image, which need not be on the engine.
  ///
  /// The registry gets what ``RegistryLogins`` knows of it.
  ///
  /// - Parameter image: Its name.
  /// - Returns: Its digest and its platforms.
  /// - Throws: A ``DockerError``: `unauthorized` if the registry wants other credentials, `notFound`
  ///   if it has no such image.
  public func inspectDistribution(_ image: String) async throws -> ImageDistribution {
    let docker = try await engine()
    var call = try DockerCall.distribution(image)
    call.requires(1, 30, for: "asking the registry")
    try await docker.addLogin(for: ImageReference(parsing: image), to: &call)
    return try await docker.object(call)
  }

  /// What is attested of an image: how and of what it was built.
  ///
  /// - Parameters:
  ///   - image: Its name or id.
  ///   - platform: Which of its platforms is meant; the engine's own if there is none.
  ///   - types: Which kinds of statements are wanted, by the URIs of their predicates; all if there are
  ///     none.
  ///   - statements: Whether their texts are given, and not only what they are.
  /// - Returns: The statements, as the engine gives them.
  /// - Throws: A ``DockerError``; `requiresAPIVersion` for an engine before 29.6.
  public func attestations(
    of image: String,
    platform: ImagePlatform? = nil,
    types: [String] = [],
    statements: Bool = false
  ) async throws -> [JSONValue] {
    var call = try DockerCall.image(image, "/attestations", .GET)
    call.requires(1, 55, for: "attestations")
    call.add("platform", platform?.encoded.description)
    call.add("type", each: types)
    call.add("statement", statements)
    return try await engine().json(call).array ?? []
  }
}

/// A step in the making of an image.
public struct ImageLayer: JSONBacked {
  /// The whole entry.
  public let raw: JSONValue

  /// A view of that value.
  public init(raw: JSONValue) {
    self.raw = raw
  }

  /// The id of the image as of that step, if the engine has it.
  public var id: String? { optionalText("Id").flatMap { $0 == "<missing>" ? nil : $0 } }
  /// When it was made.
  public var created: DockerDate? {
    raw["Created"]?.int.flatMap { $0 > 0 ? DockerDate(seconds: $0) : nil }
  }
  /// The instruction that made it.
  public var createdBy: String { text("CreatedBy") }
  /// The names of the image as of that step.
  public var tags: [String] { texts("Tags") }
  /// What the step has added, in bytes.
  public var size: Int { raw["Size"]?.int ?? 0 }
  /// What was said of it.
  public var comment: String { text("Comment") }
}

/// One thing done in removing an image: a name taken away, or a layer deleted.
public struct ImageRemoval: JSONBacked {
  /// The whole entry.
  public let raw: JSONValue

  /// A view of that value.
  public init(raw: JSONValue) {
    self.raw = raw
  }

  /// The name that was taken away.
  public var untagged: String? { optionalText("Untagged") }
  /// The id of what was deleted.
  public var deleted: String? { optionalText("Deleted") }
}

/// An image found on Docker Hub.
public struct ImageSearchResult: JSONBacked {
  /// The whole entry.
  public let raw: JSONValue

  /// A view of that value.
  public init(raw: JSONValue) {
    self.raw = raw
  }

  /// Its name.
  public var name: String { text("name") }
  /// What it is, in the words of who made it.
  public var description: String { text("description") }
  /// How many people like it.
  public var starCount: Int { raw["star_count"]?.int ?? 0 }
  /// Whether it is one of Docker's own.
  public var isOfficial: Bool { flag("is_official") }
}

/// What a registry says of an image.
public struct ImageDistribution: JSONBacked {
  /// The whole answer.
  public let raw: JSONValue

  /// A view of that value.
  public init(raw: JSONValue) {
    self.raw = raw
  }

  /// The digest, as `sha256:…`.
  public var digest: String { raw["Descriptor"]?["digest"]?.string ?? "" }
  /// The kind of its manifest.
  public var mediaType: String { raw["Descriptor"]?["mediaType"]?.string ?? "" }
  /// The size of its manifest, in bytes.
  public var size: Int { raw["Descriptor"]?["size"]?.int ?? 0 }
  /// The platforms it is for.
  public var platforms: [ImagePlatform] {
    (raw["Platforms"]?.array ?? []).map { platform in
      ImagePlatform(
        operatingSystem: platform["os"]?.string ?? "",
        architecture: platform["architecture"]?.string ?? "",
        variant: platform["variant"]?.string.flatMap { $0.isEmpty ? nil : $0 }
      )
    }
  }
}
