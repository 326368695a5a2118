extension DockerClient {
  /// The header by which the classic builder may fetch base images from registries.
  ///
  /// Credentials of other registries than those that the build names are not in it. BuildKit doesn't
  /// look at it.
  func registryHeader(
    _ spec: BuildSpec,
    _ context: PreparedContext
  ) async throws -> (name: String, value: String)? {
    nil
  }
}
