extension DockerAPI {
  /// Lends a container of an image, which is never started, and removes it.
  ///
  /// It is removed also when something fails or the task is cancelled.
  ///
  /// - Parameters:
  ///   - image: The image's name or id.
  ///   - body: Gets the container's id.
  /// - Returns: What the closure returns.
  /// - Throws: A ``DockerError``, or what the closure throws.
  public func withTemporaryContainer<Result: Sendable>(
    of image: String,
    _ body: (String) async throws -> Result
  ) async throws -> Result {
    var spec = ContainerSpec(image: image)
    // The engine makes none without a command; this one is never looked for.
    spec.entrypoint = ["-"]
    return try await withLentContainer(spec, body)
  }

  /// Lends a container, and removes it, whatever happens, with its anonymous volumes.
  ///
  /// - Parameters:
  ///   - spec: What it is made with.
  ///   - name: Its name; the engine makes one up if there is none.
  ///   - body: Gets the container's id.
  /// - Returns: What the closure returns.
  /// - Throws: A ``DockerError``, or what the closure throws.
  func withLentContainer<Result: Sendable>(
    _ spec: ContainerSpec,
    name: String? = nil,
    _ body: (String) async throws -> Result
  ) async throws -> Result {
    let container = try await createLentContainer(spec, name: name)
    let result: Swift.Result<Result, any Error>
    do {
      result = .success(try await body(container))
    } catch {
      result = .failure(error)
    }
    // In a task of its own, since this one may be cancelled. Somebody else may have removed it.
    let removal = Task {
      try await removeContainer(ifPresent: container, force: true, volumes: true)
    }
    let removed = await removal.result
    let value = try result.get()
    _ = try removed.get()
    return value
  }

  /// Makes a container that is to be removed by its id, also if the task is cancelled meanwhile.
  ///
  /// - Parameters:
  ///   - spec: What it is made with.
  ///   - name: Its name; the engine makes one up if there is none.
  /// - Returns: Its id.
  /// - Throws: A ``DockerError``.
  private func createLentContainer(_ spec: ContainerSpec, name: String? = nil) async throws
    -> String
  {
    // In a task of its own: cancelled before the answer is there, nobody would know the id.
    let creation = Task { try await createContainer(spec, name: name).id }
    return try await creation.value
  }

  /// Makes one layer of all layers of an image, which then also hold nothing that was removed since.
  ///
  /// What the image runs, and how, stays as it is.
  ///
  /// - Parameters:
  ///   - image: Its name.
  ///   - name: What the flat one is called; it takes the name away from `image` if nothing is said.
  /// - Returns: The id of the flat one.
  /// - Throws: A ``DockerError``: `invalidArgument` if an image that goes by an id gets no name.
  @discardableResult
  public func flattenImage(_ image: String, as name: String? = nil) async throws -> String {
    let details = try await inspectImage(image)
    guard
      let target = try name.map({ try ImageReference(parsing: $0) }) ?? details.ownName(image)
    else {
      throw DockerError.invalidArgument("the flat image needs a name, since '\(image)' is none")
    }
    guard target.digest == nil else {
      throw DockerError.invalidArgument("an image can't be given a digest: '\(target)'")
    }
    report("flattening image \(image)")
    let instructions = ImageInstructions(details.config?.raw ?? .null)
    var options = ImageImport(repository: target.repository, tag: target.tag)
    options.platform = try await foreignPlatform(of: details)
    if instructions.areAll {
      options.changes = instructions.lines
      return try await importFiles(of: details.id, options)
    }
    options.repository = nil
    options.tag = nil
    let bare = try await importFiles(of: details.id, options)
    return try await configure(bare, like: details, as: target)
  }

  private func importFiles(of image: String, _ options: ImageImport) async throws -> String {
    try await withTemporaryContainer(of: image) { container in
      try await importImage(DockerUpload(try await export(container)), options)
    }
  }

  /// Gives an image all of another one's configuration, which adds no layer to it.
  private func configure(
    _ bare: String,
    like details: ImageDetails,
    as target: ImageReference
  ) async throws -> String {
    do {
      return try await withTemporaryContainer(of: bare) { container in
        var commit = ImageCommit(repository: target.repository, tag: target.tag)
        commit.author = details.author
        commit.config = ImageInstructions.fields(of: details.config?.raw ?? .null)
        return try await self.commit(container, commit)
      }
    } catch {
      let removal = Task { try await removeImage(bare) }
      _ = await removal.result
      throw error
    }
  }

  /// The platform of an image that isn't the engine's, or is one of several that the engine runs.
  private func foreignPlatform(of image: ImageDetails) async throws -> ImagePlatform? {
    let version = try await version()
    let platform = image.platform
    let isOurs =
      platform.architecture == version.architecture
      && platform.operatingSystem == version.operatingSystem && platform.variant == nil
    return isOurs || platform.architecture.isEmpty ? nil : platform
  }
}
