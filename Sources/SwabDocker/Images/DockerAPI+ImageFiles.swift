import NIOHTTP1

// Images as files: saved, loaded, imported.

extension DockerAPI {
  /// Images with their names and layers, as a tar archive that an engine loads.
  ///
  /// - Parameters:
  ///   - images: Their names or ids; what goes by an id has no name in the archive, and a name without
  ///     a tag means all tags that the engine has of it.
  ///   - platform: Which of their platforms is meant; needs API 1.48.
  /// - Returns: The archive.
  /// - Throws: A ``DockerError``: `notFound` if one of them isn't there.
  public func save(images: [String], platform: ImagePlatform? = nil) async throws -> DockerBytes {
    guard let first = images.first else {
      throw DockerError.invalidArgument("there is no image to save")
    }
    var call = try DockerCall.image(first, "/get", .GET)
    if images.count > 1 {
      for image in images { _ = try DockerCall.image(image, "/get", .GET) }
      call = DockerCall(.GET, "/images/get")
      call.add("names", each: images)
    }
    call.add(platform, as: "platform to save")
    // The engine collects all of it before the first byte.
    call.grace = nil
    return try await engine().bytes(call)
  }

  /// Loads the images of an archive, as ``save(images:platform:)`` gives it.
  ///
  /// - Parameters:
  ///   - archive: The archive; it may be packed by gzip.
  ///   - platform: Which of its platforms is loaded, all if there is none; needs API 1.48.
  /// - Returns: What was loaded.
  /// - Throws: A ``DockerError``: `streamFailed` if it is no such archive.
  @discardableResult
  public func load(
    _ archive: DockerUpload,
    platform: ImagePlatform? = nil
  ) async throws -> LoadedImages {
    report("loading images")
    var images = LoadedImages()
    try await follow(beginLoad(archive, platform: platform)) { images.add($0) }
    return images
  }

  /// Begins to load the images of an archive, and tells how it gets on.
  ///
  /// - Parameters:
  ///   - archive: The archive; it may be packed by gzip.
  ///   - platform: Which of its platforms is loaded, all if there is none; needs API 1.48.
  /// - Returns: What the engine says, which has to be read to the end.
  /// - Throws: A ``DockerError``.
  public func beginLoad(
    _ archive: DockerUpload,
    platform: ImagePlatform? = nil
  ) async throws -> DockerProgress {
    var call = DockerCall(.POST, "/images/load")
    // Without a word on it, engines say nothing of the layers.
    call.add("quiet", "0")
    call.add(platform, as: "platform to load")
    call.upload = archive
    call.grace = nil
    return try await engine().progress(call, proof: .load)
  }

  /// Makes an image of one layer from a tar archive of files, such as ``export(_:)`` gives.
  ///
  /// - Parameters:
  ///   - archive: The archive; it may be packed by gzip, bzip2 or xz.
  ///   - options: What the image is called, and what it runs.
  /// - Returns: The id of the image.
  /// - Throws: A ``DockerError``: `engineFailed` or `streamFailed` if it is no archive.
  @discardableResult
  public func importImage(
    _ archive: DockerUpload,
    _ options: ImageImport = ImageImport()
  ) async throws -> String {
    report(options.report(from: "an archive"))
    var call = DockerCall(.POST, "/images/create")
    call.add("fromSrc", "-")
    call.upload = archive
    return try await importImage(call, options)
  }

  /// Makes an image of one layer from a tar archive of files that the engine fetches.
  ///
  /// - Parameters:
  ///   - url: Where the archive is, seen from the engine.
  ///   - options: What the image is called, and what it runs.
  /// - Returns: The id of the image.
  /// - Throws: A ``DockerError``: `engineFailed` or `streamFailed` if it isn't there or is no archive.
  @discardableResult
  public func importImage(
    fromURL url: String,
    _ options: ImageImport = ImageImport()
  ) async throws -> String {
    report(options.report(from: url.withoutUserInfo))
    var call = DockerCall(.POST, "/images/create")
    call.add("fromSrc", url)
    return try await importImage(call, options)
  }

  private func importImage(_ call: DockerCall, _ options: ImageImport) async throws -> String {
    var call = call
    call.add(options)
    // The engine is silent while it fetches and unpacks.
    call.grace = nil
    var id = ""
    try await follow(engine().progress(call, proof: .import)) { message in
      if let imported = message.importedID { id = imported }
    }
    return id
  }
}

/// What an image made of an archive of files is called, and what it runs.
public struct ImageImport: Sendable, Hashable {
  /// Its repository, such as `registry.example/app`; nameless if there is none.
  public var repository: String?
  /// Its tag; `latest` if there is none.
  public var tag: String?
  /// What is said of it in its history.
  public var message: String?
  /// Instructions as in a Dockerfile, such as `CMD ["serve"]` or `ENV A=b`.
  public var changes: [String] = []
  /// The platform it is for, if it isn't the engine's; needs API 1.32.
  public var platform: ImagePlatform?

  /// A nameless image, or one of that name.
  public init(repository: String? = nil, tag: String? = nil) {
    self.repository = repository
    self.tag = tag
  }

  fileprivate func report(from source: String) -> String {
    let name = repository.map { " " + [$0, tag].compactMap { $0 }.joined(separator: ":") }
    return "importing image\(name ?? "") from \(source)"
  }
}

/// What was loaded from an archive of images.
public struct LoadedImages: Sendable, Hashable {
  /// The names of the images that have one.
  public var names: [String] = []
  /// The ids of those that have none.
  public var ids: [String] = []

  /// Nothing.
  public init() {}

  mutating func add(_ message: ProgressMessage) {
    switch message.loadedImage {
    case .name(let name): names.append(name)
    case .id(let id): ids.append(id)
    case nil: break
    }
  }
}

extension ProgressMessage {
  enum LoadedImage {
    case name(String)
    case id(String)
  }

  /// What a load says of each image, which is meant for people but said nowhere else.
  var loadedImage: LoadedImage? {
    guard let text = stream?.trimmingWhiteSpace() else { return nil }
    if let name = text.withoutPrefix("Loaded image: ") { return .name(name) }
    return text.withoutPrefix("Loaded image ID: ").map { .id($0) }
  }

  /// What an import says in the end.
  var importedID: String? {
    status?.hasPrefix("sha256:") == true ? status : nil
  }
}

extension String {
  fileprivate func withoutPrefix(_ prefix: String) -> String? {
    hasPrefix(prefix) ? String(dropFirst(prefix.count)) : nil
  }

  /// The URL without what may be a password.
  fileprivate var withoutUserInfo: String {
    guard let start = firstRange(of: "://")?.upperBound else { return self }
    let end = self[start...].firstIndex(of: "/") ?? endIndex
    guard let at = self[start..<end].lastIndex(of: "@") else { return self }
    return String(self[..<start] + self[index(after: at)...])
  }
}

extension DockerCall {
  fileprivate mutating func add(_ platform: ImagePlatform?, as argument: String) {
    guard let platform else { return }
    requires(1, 48, for: argument)
    add("platform", platform.encoded.description)
  }

  fileprivate mutating func add(_ options: ImageImport) {
    add("repo", options.repository)
    add("tag", options.tag)
    add("message", options.message)
    add("changes", each: options.changes)
    if let platform = options.platform {
      requires(1, 32, for: "platform to import")
      add("platform", platform.description)
    }
  }
}
