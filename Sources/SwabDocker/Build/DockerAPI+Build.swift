import NIOHTTP1

extension DockerAPI {
  /// Builds an image.
  ///
  /// - Parameter spec: Of what, and how.
  /// - Returns: The id of the image, as `sha256:…`.
  /// - Throws: A ``DockerError``: `badRequest` or `engineFailed` for a Dockerfile that can't be read;
  ///   `streamFailed` for a step that failed, with that in `failedStep` and its exit status in
  ///   `detailCode`; `streamTruncated` if the engine broke off; `fileFailed` for what of the context
  ///   can't be read, or changed meanwhile.
  @discardableResult
  public func build(_ spec: BuildSpec) async throws -> String {
    let name = spec.tags.first.map { " \($0)" } ?? ""
    report("building image\(name)")
    var id = ""
    let build = try await beginBuild(spec)
    for try await message in build {
      report(message)
      if let built = build.report.imageID(in: message) { id = built }
    }
    // Older engines tell its beginning only.
    return build.report == .beginning ? try await inspectImage(id).id : id
  }

  /// Begins to build an image, and tells how it gets on.
  ///
  /// - Parameter spec: Of what, and how.
  /// - Returns: What the engine says, which has to be read to the end.
  /// - Throws: A ``DockerError``, as ``build(_:)`` does.
  public func beginBuild(_ spec: BuildSpec) async throws -> DockerBuild {
    let context = try await PreparedContext(spec)
    let docker = try await engine()
    var call = DockerCall(.POST, "/build")
    call.add(spec)
    call.add("remote", context.remote)
    call.add("dockerfile", context.dockerfile)
    call.upload = context.upload
    if let text = context.text, spec.builder == .buildKit {
      try DockerError.checkBuildKit(DockerfileScan(text, arguments: spec.arguments))
    }
    if let header = try await docker.registryHeader(spec, context) { call.headers.append(header) }
    // It is silent while it unpacks the context.
    call.grace = nil
    let report = BuildReport(call, by: try await docker.apiVersion())
    return DockerBuild(try await docker.progress(call, proof: .build(report)), report)
  }

  /// Builds an image of a Dockerfile and the files that it adds.
  ///
  /// - Parameters:
  ///   - dockerfile: The Dockerfile; it is finalized.
  ///   - tag: The name that the image gets.
  ///   - addTags: Further tags in the same repository.
  ///   - addsLatestTag: Whether `latest` is one of them.
  ///   - raisesOnError: Whether it is an error if the build fails; it is reported if not.
  ///   - options: How it is built; its context and tags count for nothing.
  /// - Returns: The id of the image; nil if there is none, where that is no error.
  /// - Throws: A ``DockerError``, as ``build(_:)`` does.
  @discardableResult
  public func buildFromFile(
    _ dockerfile: DockerFile,
    tag: String,
    addTags: [String] = [],
    addsLatestTag: Bool = false,
    raisesOnError: Bool = true,
    options: BuildSpec? = nil
  ) async throws -> String? {
    try await buildFromContext(
      DockerContext(dockerfile, finalize: true),
      tag: tag,
      addTags: addTags,
      addsLatestTag: addsLatestTag,
      raisesOnError: raisesOnError,
      options: options
    )
  }

  /// Builds an image of a context that was put together by a program.
  ///
  /// - Parameters:
  ///   - context: The context.
  ///   - tag: The name that the image gets.
  ///   - addTags: Further tags in the same repository.
  ///   - addsLatestTag: Whether `latest` is one of them.
  ///   - raisesOnError: Whether it is an error if the build fails; it is reported if not.
  ///   - options: How it is built; its context and tags count for nothing.
  /// - Returns: The id of the image; nil if there is none, where that is no error.
  /// - Throws: A ``DockerError``, as ``build(_:)`` does.
  @discardableResult
  public func buildFromContext(
    _ context: DockerContext,
    tag: String,
    addTags: [String] = [],
    addsLatestTag: Bool = false,
    raisesOnError: Bool = true,
    options: BuildSpec? = nil
  ) async throws -> String? {
    var spec = options ?? BuildSpec(.context(context))
    spec.context = .context(context)
    spec.tags = Self.names(tag, addTags + (addsLatestTag ? ["latest"] : []))
    do {
      return try await build(spec)
    } catch let error as DockerError where !raisesOnError && error.isBuildFailure {
      report("building image \(tag) failed: \(error)")
      return nil
    }
  }

  /// The name, and the same repository with the other tags, each once.
  ///
  /// The engine gives an image all of them or none.
  private static func names(_ name: String, _ tags: [String]) -> [String] {
    let slash = name.lastIndex(of: "/") ?? name.startIndex
    let colon = name[slash...].firstIndex(of: ":")
    let repository = colon.map { name[..<$0] } ?? name[...]
    var names = [colon == nil ? "\(name):latest" : name]
    for tag in tags where !names.contains("\(repository):\(tag)") {
      names.append("\(repository):\(tag)")
    }
    return names
  }
}

extension DockerError {
  /// Whether the engine has tried to build, and failed.
  fileprivate var isBuildFailure: Bool {
    detailCode != nil || failedStep != nil || code == .streamFailed
  }
}

extension DockerAPI {
  /// Removes what BuildKit has kept of builds.
  ///
  /// - Parameters:
  ///   - all: Whether that goes for what is in use as well, and not only for what nothing refers to.
  ///   - keepBytes: How much may stay.
  ///   - maximumBytes: How much there may be at most; needs API 1.48.
  ///   - minimumFreeBytes: How much of the disk is to be free; needs API 1.48.
  ///   - filters: Conditions, such as `["until": "24h"]` or `["type": "exec.cachemount"]`.
  /// - Returns: What was removed.
  /// - Throws: A ``DockerError``.
  @discardableResult
  public func pruneBuilds(
    all: Bool = false,
    keepBytes: Int? = nil,
    maximumBytes: Int? = nil,
    minimumFreeBytes: Int? = nil,
    filters: DockerFilters = [:]
  ) async throws -> PruneReport {
    report("removing what builds have kept")
    try filters.requireValues()
    let docker = try await engine()
    var call = DockerCall(.POST, "/build/prune")
    call.requires(1, 31, for: "pruning builds")
    call.add("all", all)
    call.add(filters)
    if all || keepBytes != nil || !filters.isEmpty {
      call.requires(1, 39, for: "conditions for pruning builds")
    }
    // It was given another name when the two others came.
    let isNew = try await docker.apiVersion() >= APIVersion(1, 48)
    call.add(isNew ? "reserved-space" : "keep-storage", keepBytes)
    if maximumBytes != nil || minimumFreeBytes != nil {
      call.requires(1, 48, for: "limits for what builds keep")
    }
    call.add("max-used-space", maximumBytes)
    call.add("min-free-space", minimumFreeBytes)
    call.grace = nil
    return try await docker.object(call)
  }

  /// Ends a build by BuildKit.
  ///
  /// - Parameter id: The id it was given by ``BuildSpec/buildID``.
  /// - Throws: A ``DockerError``.
  public func cancelBuild(_ id: String) async throws {
    report("cancelling build \(id)")
    guard !id.isEmpty else { throw DockerError.invalidArgument("the id of a build is empty") }
    var call = DockerCall(.POST, "/build/cancel")
    call.requires(1, 39, for: "cancelling a build")
    call.add("id", id)
    try await engine().reply(to: call)
  }
}
