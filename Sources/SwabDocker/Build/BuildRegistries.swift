extension DockerClient {
  /// The header by which the classic builder may fetch base images from registries.
  ///
  /// Credentials of other registries than those that the build names are not in it. BuildKit doesn't
  /// look at it.
  ///
  /// - Parameters:
  ///   - spec: The build.
  ///   - context: Its context, which may have the Dockerfile.
  /// - Returns: The header; nil if there are no credentials for any of the registries.
  /// - Throws: A ``DockerError`` if credentials can't be looked up.
  func registryHeader(
    _ spec: BuildSpec,
    _ context: PreparedContext
  ) async throws -> (name: String, value: String)? {
    guard spec.builder == .classic else { return nil }
    let named = context.text.map { DockerfileScan($0, arguments: spec.arguments).registries }
    let value = try await registryConfig(for: spec.registries ?? named ?? [])
    return value.map { ("X-Registry-Config", $0) }
  }
}

extension DockerfileScan {
  /// The registries of the images that it names.
  var registries: [String] {
    // What is no name is for the engine to refuse.
    images.compactMap { try? ImageReference(parsing: $0).registry }
  }
}
