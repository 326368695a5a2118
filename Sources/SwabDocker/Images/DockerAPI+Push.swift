import NIOHTTP1

extension DockerAPI {
  /// Sends an image to the registry that its name says.
  ///
  /// The registry gets what ``RegistryLogins`` knows of it, and nothing that is meant for another.
  ///
  /// - Parameters:
  ///   - image: Its name, such as `registry.example:5000/app:v1`.
  ///   - tag: The tag, where the name has none; `latest` if there is none at all.
  ///   - platform: Which of its platforms is sent; needs API 1.46.
  /// - Returns: What the registry has now.
  /// - Throws: A ``DockerError``: `unauthorized`, `notFound` or whatever else engine or registry
  ///   said; `streamTruncated` if it broke off.
  @discardableResult
  public func push(
    _ image: String,
    tag: String? = nil,
    platform: ImagePlatform? = nil
  ) async throws -> PushedImage {
    let reference = try ImageReference(image, tag: tag)
    report("pushing image \(reference.repository):\(reference.version)")
    let progress = try await beginPush("\(reference)", platform: platform)
    let pushed = try await follow(progress, of: reference.repository)
    guard let last = pushed.last else {
      throw DockerError.ended(before: ProgressProof.push.action)
    }
    return last
  }

  /// Sends some tags of a repository to the registry that its name says, one after the other.
  ///
  /// - Parameters:
  ///   - repository: Its name, without a tag.
  ///   - tags: The tags.
  ///   - platform: Which of the platforms is sent; needs API 1.46.
  /// - Returns: What the registry has now, an entry for each tag.
  /// - Throws: A ``DockerError``, as ``push(_:tag:platform:)`` does; the tags before are there then.
  @discardableResult
  public func push(
    _ repository: String,
    tags: [String],
    platform: ImagePlatform? = nil
  ) async throws -> [PushedImage] {
    // What can be wrong with one of them is said before any is sent.
    let references = try tags.map { try ImageReference(repository, tag: $0) }
    guard !references.isEmpty else {
      throw DockerError.invalidArgument("there is no tag of \(repository) to push")
    }
    var pushed: [PushedImage] = []
    for reference in references {
      pushed.append(try await push("\(reference)", platform: platform))
    }
    return pushed
  }

  /// Sends all tags of a repository that the engine has to the registry that its name says.
  ///
  /// - Parameters:
  ///   - repository: Its name, without a tag.
  ///   - platform: Which of the platforms is sent; needs API 1.46.
  /// - Returns: What the registry has now, an entry for each tag.
  /// - Throws: A ``DockerError``, as ``push(_:tag:platform:)`` does.
  @discardableResult
  public func pushAllTags(
    of repository: String,
    platform: ImagePlatform? = nil
  ) async throws -> [PushedImage] {
    let name = try ImageReference(parsing: repository).repository
    report("pushing all tags of \(name)")
    let progress = try await beginPush(repository, allTags: true, platform: platform)
    return try await follow(progress, of: name)
  }

  /// Begins to send an image to its registry, and tells how it gets on.
  ///
  /// - Parameters:
  ///   - image: Its name, with a tag; `latest` without one.
  ///   - allTags: Whether all tags of the repository are sent; then there is none in the name.
  ///   - platform: Which of its platforms is sent; needs API 1.46.
  /// - Returns: What the engine says, which has to be read to the end.
  /// - Throws: A ``DockerError``.
  public func beginPush(
    _ image: String,
    allTags: Bool = false,
    platform: ImagePlatform? = nil
  ) async throws -> DockerProgress {
    let reference = try ImageReference(parsing: image)
    guard reference.digest == nil else {
      throw DockerError.invalidArgument("'\(image)' has a digest, and only tags can be pushed")
    }
    let docker = try await engine()
    var call = try DockerCall.image(reference.repository, "/push", .POST)
    if allTags { try reference.requireNameOnly(image) }
    // Without one, the engine would send all that there are.
    call.add("tag", allTags ? nil : reference.version)
    if let platform {
      call.requires(1, 46, for: "platform to push")
      call.add("platform", platform.encoded.description)
    }
    try await docker.addLogin(for: reference, to: &call, isMandatory: true)
    // It is silent until the registry has said something, which may take its time.
    call.grace = nil
    return try await docker.progress(call, proof: .push)
  }

  private func follow(
    _ progress: DockerProgress,
    of repository: String
  ) async throws -> [PushedImage] {
    var pushed: [PushedImage] = []
    try await follow(progress) { message in
      if let image = PushedImage(message, of: repository) { pushed.append(image) }
    }
    return pushed
  }
}

/// An image that was sent to its registry.
public struct PushedImage: Sendable, Hashable {
  /// The name by which the registry has it.
  public var name: String
  /// The digest by which the registry has it, as `sha256:…`.
  public var digest: String
  /// The size of its manifest, in bytes.
  public var size: Int

  /// What the engine says to programs of each tag that it has sent.
  init?(_ message: ProgressMessage, of repository: String) {
    guard let aux = message.aux, let digest = aux["Digest"]?.string else { return nil }
    name = [repository, aux["Tag"]?.string].compactMap { $0 }.joined(separator: ":")
    self.digest = digest
    size = aux["Size"]?.int ?? 0
  }
}
