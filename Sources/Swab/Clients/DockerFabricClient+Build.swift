extension DockerFabricClient {
  /// Builds an image; a failure is an error or a warning, as `-w` or `warn_only` says.
  ///
  /// - Parameter spec: Of what, and how.
  /// - Returns: The id of the image, as `sha256:…`; nil only where a failure is a warning.
  /// - Throws: `DockerError`, as ``build(_:warnOnly:)`` does.
  @discardableResult
  public func build(_ spec: BuildSpec) async throws -> String? {
    // By itself, since with a default in its stead calls would be of `DockerAPI`'s.
    try await build(spec, warnOnly: nil)
  }

  /// Builds an image.
  ///
  /// - Parameters:
  ///   - spec: Of what, and how.
  ///   - warnOnly: Whether a failure is only a warning; by default what `-w` or `warn_only` says.
  /// - Returns: The id of the image, as `sha256:…`; nil only where a failure is a warning.
  /// - Throws: `DockerError`: `streamFailed` for a step that failed, `badRequest` for a Dockerfile
  ///   that can't be read, and others; `fileFailed` for what of the context can't be read, which is
  ///   never a warning.
  @discardableResult
  public func build(_ spec: BuildSpec, warnOnly: Bool?) async throws -> String? {
    try await warningOfFailure(warnOnly) {
      try await (self as any DockerAPI).build(spec)
    }
  }

  /// Builds an image of a Dockerfile and the files that it adds.
  ///
  /// - Parameters:
  ///   - dockerfile: The Dockerfile; it is finalized.
  ///   - tag: The name that the image gets.
  ///   - addTags: Further tags in the same repository.
  ///   - addsLatestTag: Whether `latest` is one of them.
  ///   - options: How it is built; its context and tags count for nothing.
  ///   - warnOnly: Whether a failure is only a warning; by default what `-w` or `warn_only` says.
  /// - Returns: The id of the image; nil only where a failure is a warning.
  /// - Throws: `DockerError`, as ``build(_:warnOnly:)`` does.
  @discardableResult
  public func buildFromFile(
    _ dockerfile: DockerFile,
    tag: String,
    addTags: [String] = [],
    addsLatestTag: Bool = false,
    options: BuildSpec? = nil,
    warnOnly: Bool? = nil
  ) async throws -> String? {
    try await warningOfFailure(warnOnly) {
      try await (self as any DockerAPI).buildFromFile(
        dockerfile,
        tag: tag,
        addTags: addTags,
        addsLatestTag: addsLatestTag,
        options: options
      )
    } ?? nil
  }

  /// Builds an image of a context that was put together by a program.
  ///
  /// - Parameters:
  ///   - context: The context.
  ///   - tag: The name that the image gets.
  ///   - addTags: Further tags in the same repository.
  ///   - addsLatestTag: Whether `latest` is one of them.
  ///   - options: How it is built; its context and tags count for nothing.
  ///   - warnOnly: Whether a failure is only a warning; by default what `-w` or `warn_only` says.
  /// - Returns: The id of the image; nil only where a failure is a warning.
  /// - Throws: `DockerError`, as ``build(_:warnOnly:)`` does.
  @discardableResult
  public func buildFromContext(
    _ context: DockerContext,
    tag: String,
    addTags: [String] = [],
    addsLatestTag: Bool = false,
    options: BuildSpec? = nil,
    warnOnly: Bool? = nil
  ) async throws -> String? {
    try await warningOfFailure(warnOnly) {
      try await (self as any DockerAPI).buildFromContext(
        context,
        tag: tag,
        addTags: addTags,
        addsLatestTag: addsLatestTag,
        options: options
      )
    } ?? nil
  }
}
