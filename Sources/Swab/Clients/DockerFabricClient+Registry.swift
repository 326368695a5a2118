extension DockerFabricClient {
  /// Logs in to a registry, which is asked each time; the login lasts as long as the run.
  ///
  /// Each argument falls back to its key of `env`. Where neither names a user, it is the login that
  /// the docker command has on this machine. No file is written.
  ///
  /// - Parameters:
  ///   - username: Who to be there (`docker_registry_user`).
  ///   - password: The password (`docker_registry_password`).
  ///   - email: The mail address (`docker_registry_mail`).
  ///   - registry: The registry, such as `registry.example:5000` (`docker_registry_repository`); by
  ///     default Docker Hub.
  ///   - insecure: Whether the registry has no TLS (`docker_registry_insecure`), which is only warned
  ///     of: the engine decides that.
  ///   - warnOnly: Whether a failure is only a warning; by default what `-w` or `warn_only` says.
  /// - Returns: Whether it succeeded; false only where a failure is a warning.
  /// - Throws: `DockerError`, with code `unauthorized` if the registry takes no such login;
  ///   ``TaskError`` for a user without a password; ``FabfileError`` if `env` holds what a key can't.
  @discardableResult
  public func login(
    username: String? = nil,
    password: String? = nil,
    email: String? = nil,
    registry: String? = nil,
    insecure: Bool? = nil,
    warnOnly: Bool? = nil
  ) async throws -> Bool {
    let env = currentEnvironment
    let registry = try registry ?? env.string("docker_registry_repository")
    try warnOfInsecurity(insecure)
    let credentials = try credentials(
      username ?? env.string("docker_registry_user"),
      password ?? env.string("docker_registry_password"),
      email ?? env.string("docker_registry_mail")
    )
    let name = registry.flatMap { $0.isEmpty ? nil : $0 } ?? "Docker Hub"
    let login = try await warningOfFailure(warnOnly) {
      do {
        if let credentials { return try await engineLogin(credentials, registry) }
        return try await (self as any DockerAPI).login(to: registry)
      } catch {
        report("login at \(name) failed")
        throw error
      }
    }
    if login != nil { report("login at \(name) succeeded") }
    return login != nil
  }

  /// Fetches an image from its registry.
  ///
  /// - Parameters:
  ///   - image: Its name, such as `busybox`, `registry.example:5000/app:v1` or `app@sha256:…`.
  ///   - tag: The tag or digest, where the name has none; `latest` if there is none at all.
  ///   - platform: Which of its platforms is meant, if not the engine's own.
  ///   - warnOnly: Whether a failure is only a warning; by default what `-w` or `warn_only` says.
  /// - Returns: What was fetched; nil only where a failure is a warning.
  /// - Throws: `DockerError`: `unauthorized`, `notFound`, `rateLimited` and others.
  @discardableResult
  public func pull(
    _ image: String,
    tag: String? = nil,
    platform: ImagePlatform? = nil,
    warnOnly: Bool? = nil
  ) async throws -> PulledImage? {
    try warnOfInsecurity()
    return try await warningOfFailure(warnOnly) {
      try await (self as any DockerAPI).pull(image, tag: tag, platform: platform)
    }
  }

  /// Fetches all tags of a repository from its registry.
  ///
  /// - Parameters:
  ///   - repository: Its name, without a tag.
  ///   - platform: Which of the platforms is meant, if not the engine's own.
  ///   - warnOnly: Whether a failure is only a warning; by default what `-w` or `warn_only` says.
  /// - Returns: An entry for each tag; nil only where a failure is a warning.
  /// - Throws: `DockerError`, as ``pull(_:tag:platform:warnOnly:)`` does.
  @discardableResult
  public func pullAllTags(
    of repository: String,
    platform: ImagePlatform? = nil,
    warnOnly: Bool? = nil
  ) async throws -> [PulledImage]? {
    try warnOfInsecurity()
    return try await warningOfFailure(warnOnly) {
      try await (self as any DockerAPI).pullAllTags(of: repository, platform: platform)
    }
  }

  /// Sends an image to the registry that its name says.
  ///
  /// - Parameters:
  ///   - image: Its name, such as `registry.example:5000/app:v1`.
  ///   - tag: The tag, where the name has none; `latest` if there is none at all.
  ///   - platform: Which of its platforms is sent; needs API 1.46.
  ///   - warnOnly: Whether a failure is only a warning; by default what `-w` or `warn_only` says.
  /// - Returns: What the registry has now; nil only where a failure is a warning.
  /// - Throws: `DockerError`: `unauthorized`, `notFound` and others.
  @discardableResult
  public func push(
    _ image: String,
    tag: String? = nil,
    platform: ImagePlatform? = nil,
    warnOnly: Bool? = nil
  ) async throws -> PushedImage? {
    try warnOfInsecurity()
    return try await warningOfFailure(warnOnly) {
      try await (self as any DockerAPI).push(image, tag: tag, platform: platform)
    }
  }

  /// Sends some tags of a repository to the registry that its name says, one after the other.
  ///
  /// - Parameters:
  ///   - repository: Its name, without a tag.
  ///   - tags: The tags.
  ///   - platform: Which of the platforms is sent; needs API 1.46.
  ///   - warnOnly: Whether a failure is only a warning; by default what `-w` or `warn_only` says.
  /// - Returns: An entry for each tag; nil only where a failure is a warning.
  /// - Throws: `DockerError`, as ``push(_:tag:platform:warnOnly:)`` does; the tags before are there
  ///   then.
  @discardableResult
  public func push(
    _ repository: String,
    tags: [String],
    platform: ImagePlatform? = nil,
    warnOnly: Bool? = nil
  ) async throws -> [PushedImage]? {
    try warnOfInsecurity()
    return try await warningOfFailure(warnOnly) {
      try await (self as any DockerAPI).push(repository, tags: tags, platform: platform)
    }
  }

  /// Sends all tags of a repository that the engine has to the registry that its name says.
  ///
  /// - Parameters:
  ///   - repository: Its name, without a tag.
  ///   - platform: Which of the platforms is sent; needs API 1.46.
  ///   - warnOnly: Whether a failure is only a warning; by default what `-w` or `warn_only` says.
  /// - Returns: An entry for each tag; nil only where a failure is a warning.
  /// - Throws: `DockerError`, as ``push(_:tag:platform:warnOnly:)`` does.
  @discardableResult
  public func pushAllTags(
    of repository: String,
    platform: ImagePlatform? = nil,
    warnOnly: Bool? = nil
  ) async throws -> [PushedImage]? {
    try warnOfInsecurity()
    return try await warningOfFailure(warnOnly) {
      try await (self as any DockerAPI).pushAllTags(of: repository, platform: platform)
    }
  }
}

extension DockerFabricClient {
  private func engineLogin(
    _ credentials: RegistryCredentials,
    _ registry: String?
  ) async throws -> RegistryLogin {
    try await (self as any DockerAPI).login(credentials, to: registry)
  }

  /// Who to be at a registry; nil if nobody is named.
  private func credentials(
    _ username: String?,
    _ password: String?,
    _ email: String?
  ) throws -> RegistryCredentials? {
    if let password { console?.secrets.add(password) }
    guard let username, !username.isEmpty else { return nil }
    guard let password else {
      throw TaskError(
        .usage,
        "login() has a user and no password",
        host: target?.name,
        hint: "set docker_registry_password, by SWAB_DOCKER_REGISTRY_PASSWORD for example"
      )
    }
    return RegistryCredentials(username: username, password: password, email: email)
  }

  private func warnOfInsecurity(_ isInsecure: Bool? = nil) throws {
    let env = currentEnvironment
    guard try isInsecure ?? env.bool("docker_registry_insecure") ?? false else { return }
    console?.sayOnce(
      .warnings,
      host: target?.name,
      label: "warning",
      "docker_registry_insecure changes nothing here: the engine decides which registries may do "
        + "without TLS, by insecure-registries in its /etc/docker/daemon.json"
    )
  }
}
