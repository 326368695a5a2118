import NIOHTTP1

extension DockerAPI {
  /// Fetches an image from its registry.
  ///
  /// The registry gets what ``RegistryLogins`` knows of it, and nothing that is meant for another.
  ///
  /// - Parameters:
  ///   - image: Its name, such as `busybox`, `registry.example:5000/app:v1` or `app@sha256:…`.
  ///   - tag: The tag or digest, where the name has none; `latest` if there is none at all.
  ///   - platform: Which of its platforms is meant, if not the engine's own.
  /// - Returns: What was fetched.
  /// - Throws: A ``DockerError``: `unauthorized`, `notFound`, `rateLimited` or whatever else the
  ///   registry said; `streamTruncated` if it broke off; `platformMismatch` if there was another
  ///   platform only, which engines call a success.
  @discardableResult
  public func pull(
    _ image: String,
    tag: String? = nil,
    platform: ImagePlatform? = nil
  ) async throws -> PulledImage {
    let reference = try ImageReference(image, tag: tag)
    report("pulling image \(reference)")
    var pulled = PulledImage(name: reference.pulledName)
    try await follow(beginPull("\(reference)", platform: platform)) { pulled.add($0) }
    if let platform { try await check(reference.pulledName, isFor: platform) }
    return pulled
  }

  /// Fetches all tags of a repository from its registry.
  ///
  /// - Parameters:
  ///   - repository: Its name, without a tag.
  ///   - platform: Which of the platforms is meant, if not the engine's own.
  /// - Returns: An entry for each tag.
  /// - Throws: A ``DockerError``, as ``pull(_:tag:platform:)`` does.
  @discardableResult
  public func pullAllTags(
    of repository: String,
    platform: ImagePlatform? = nil
  ) async throws -> [PulledImage] {
    report("pulling all tags of \(repository)")
    let name = try ImageReference(parsing: repository).repository
    var images: [PulledImage] = []
    try await follow(beginPull(repository, allTags: true, platform: platform)) { message in
      if let tag = message.id, message.status?.hasPrefix("Pulling from ") == true {
        images.append(PulledImage(name: "\(name):\(tag)"))
      }
      // The status at the end is about all of them.
      for index in images.indices { images[index].addStatus(message) }
      if let last = images.indices.last { images[last].addDigest(message) }
    }
    return images
  }

  /// Begins to fetch an image, and tells how it gets on.
  ///
  /// A platform is not looked after here: ``pull(_:tag:platform:)`` does that.
  ///
  /// - Parameters:
  ///   - image: Its name, with a tag or a digest; `latest` without one.
  ///   - allTags: Whether all tags of the repository are fetched; then there is none in the name.
  ///   - platform: Which of its platforms is meant, if not the engine's own.
  /// - Returns: What the engine says, which has to be read to the end.
  /// - Throws: A ``DockerError``.
  public func beginPull(
    _ image: String,
    allTags: Bool = false,
    platform: ImagePlatform? = nil
  ) async throws -> DockerProgress {
    let reference = try ImageReference(parsing: image)
    let docker = try await engine()
    var call = DockerCall(.POST, "/images/create")
    call.add("fromImage", reference.repository)
    if allTags { try reference.requireNameOnly(image) }
    // Without one, the engine would fetch all that there are.
    call.add("tag", allTags ? nil : reference.version)
    if let platform {
      call.requires(1, 32, for: "platform to pull")
      call.add("platform", platform.description)
    }
    try await docker.addLogin(for: reference, to: &call)
    // It is silent until the registry has said something, which may take its time.
    call.grace = nil
    return try await docker.progress(call, proof: .pull)
  }

  /// Sees to it that the engine has an image: fetches it if it isn't there.
  ///
  /// It is fetched once, and only if there is no such image at all. One of another platform is an
  /// error, since to fetch it again would mostly give the same.
  ///
  /// - Parameters:
  ///   - image: Its name, or an id, which can't be fetched.
  ///   - platform: The platform that it has to be for, if that matters.
  /// - Returns: The image.
  /// - Throws: A ``DockerError``: as ``pull(_:tag:platform:)`` does, and `platformMismatch`.
  @discardableResult
  public func ensureImage(
    _ image: String,
    platform: ImagePlatform? = nil
  ) async throws -> ImageDetails {
    do {
      let details = try await inspectImage(image)
      if let platform { try await check(image, isFor: platform) }
      return details
    } catch let error as DockerError where error.isNotFound {
      guard (try? ImageReference(parsing: image)) != nil else { throw error }
      try await pull(image, platform: platform)
      return try await inspectImage(image)
    }
  }

  /// Engines before 28.1 know no platforms when asked for an image, and have one of each name.
  private func check(_ image: String, isFor platform: ImagePlatform) async throws {
    let docker = try await engine()
    let found: ImagePlatform
    if try await docker.apiVersion() >= APIVersion(1, 49) {
      do {
        found = try await inspectImage(image, platform: platform).platform
      } catch let error as DockerError where error.isNotFound {
        throw DockerError.wrongPlatform(image, platform, cause: error).on(host: docker.host)
      }
    } else {
      found = try await inspectImage(image).platform
    }
    guard found.isSameAs(platform) else {
      throw DockerError.wrongPlatform(image, platform, found).on(host: docker.host)
    }
  }
}

/// An image that was fetched from its registry.
public struct PulledImage: Sendable, Hashable {
  /// The name by which the engine has it.
  public var name: String
  /// The digest by which the registry has it, as `sha256:…`.
  public var digest: String?
  /// Whether the engine did not have it before.
  public var isNew = false

  init(name: String) {
    self.name = name
  }

  mutating func add(_ message: ProgressMessage) {
    addDigest(message)
    addStatus(message)
  }

  mutating func addDigest(_ message: ProgressMessage) {
    let prefix = "Digest: "
    guard let status = message.status, status.hasPrefix(prefix) else { return }
    digest = String(status.dropFirst(prefix.count))
  }

  mutating func addStatus(_ message: ProgressMessage) {
    if message.status?.hasPrefix("Status: Downloaded ") == true { isNew = true }
  }
}

extension ImageReference {
  /// The image of a name and a tag or digest, which may be in the name as well.
  init(_ image: String, tag: String?) throws {
    let reference = try ImageReference(parsing: image)
    guard let tag else {
      self = reference
      return
    }
    try reference.requireNameOnly(image)
    // A tag has no colon, and a digest has one.
    self = try ImageReference(parsing: image + (tag.contains(":") ? "@" : ":") + tag)
  }

  /// Refuses a name that says already which of its images is meant.
  func requireNameOnly(_ text: String) throws {
    guard tag == nil, digest == nil else {
      throw DockerError.invalidArgument("'\(text)' has a tag or digest already")
    }
  }

  /// What an image that was fetched by this name is called: with a digest, it gets no tag.
  var pulledName: String {
    digest.map { "\(repository)@\($0)" } ?? "\(repository):\(version)"
  }
}

extension DockerError {
  fileprivate static func wrongPlatform(
    _ image: String,
    _ asked: ImagePlatform,
    _ found: ImagePlatform? = nil,
    cause: DockerError? = nil
  ) -> DockerError {
    let reason = found.map { "the image is for \($0)" } ?? cause?.message ?? ""
    var error = DockerError(
      code: .platformMismatch,
      message: "\(image) is not for \(asked): \(reason)",
      hint: "the registry may have none for it; an older image of the name can be removed first"
    )
    error.cause = cause
    return error
  }
}
