import NIOHTTP1

extension DockerCall {
  /// A path below `/containers`.
  ///
  /// - Throws: A ``DockerError`` with code `invalidArgument` for a name that would make the path mean
  ///   something else: `DELETE /containers/?force=1` must not be sent.
  static func container(_ name: String, _ action: String, _ method: HTTPMethod) throws -> DockerCall
  {
    try named(containerName(name), in: "containers", "container", action, method)
  }

  /// The name of a container without the slash that listings write in front, which the engine
  /// redirects in paths.
  ///
  /// - Throws: A ``DockerError`` with code `invalidArgument` for what is no name.
  static func containerName(_ name: String) throws -> String {
    let plain = name.withoutLeadingSlash
    guard !isNoName(plain) else { throw DockerError.noName(plain, of: "container") }
    return plain
  }

  /// A path below `/images`.
  static func image(_ name: String, _ action: String, _ method: HTTPMethod) throws -> DockerCall {
    try slashed(name, in: "images", "image", action, method)
  }

  /// A path below `/distribution`, which is of images as well.
  static func distribution(_ name: String) throws -> DockerCall {
    try slashed(name, in: "distribution", "image", "/json", .GET)
  }

  /// A path below `/plugins`, whose names are those of images.
  static func plugin(_ name: String, _ action: String, _ method: HTTPMethod) throws -> DockerCall {
    try slashed(name, in: "plugins", "plugin", action, method)
  }

  /// A path below `/networks`.
  static func network(_ name: String, _ action: String, _ method: HTTPMethod) throws -> DockerCall {
    try named(name, in: "networks", "network", action, method)
  }

  /// A path below `/volumes`.
  static func volume(_ name: String, _ method: HTTPMethod) throws -> DockerCall {
    try named(name, in: "volumes", "volume", "", method)
  }

  /// A path below `/exec`.
  static func exec(_ id: String, _ action: String, _ method: HTTPMethod) throws -> DockerCall {
    try named(id, in: "exec", "exec", action, method)
  }

  /// A path below the folder of a swarm's things, such as `nodes` or `services`.
  static func swarm(
    _ folder: String,
    _ name: String,
    _ action: String,
    _ method: HTTPMethod
  ) throws -> DockerCall {
    try named(name, in: folder, String(folder.dropLast()), action, method)
  }

  private static func named(
    _ name: String,
    in folder: String,
    _ kind: String,
    _ action: String,
    _ method: HTTPMethod
  ) throws -> DockerCall {
    guard !isNoName(name) else { throw DockerError.noName(name, of: kind) }
    return DockerCall(method, "/\(folder)/" + PathEncoding.segment(name) + action)
  }

  private static func slashed(
    _ name: String,
    in folder: String,
    _ kind: String,
    _ action: String,
    _ method: HTTPMethod
  ) throws -> DockerCall {
    let segments = name.split(separator: "/", omittingEmptySubsequences: false)
    guard !segments.contains(where: { isNoName($0) }) else {
      throw DockerError.noName(name, of: kind)
    }
    return DockerCall(method, "/\(folder)/" + PathEncoding.imageName(name) + action)
  }
}

/// Whether a path with it would lead elsewhere.
private func isNoName(_ name: some StringProtocol) -> Bool {
  name.isEmpty || name == "." || name == ".."
}

extension DockerError {
  fileprivate static func noName(_ name: String, of kind: String) -> DockerError {
    let article = "aeio".contains(kind.prefix(1)) ? "an" : "a"
    return .invalidArgument("'\(name)' is no name of \(article) \(kind)")
  }
}
