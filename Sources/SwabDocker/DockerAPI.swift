/// Everything that can be asked of a Docker Engine.
///
/// The endpoints are extension methods: whatever can lead to an engine has them all.
public protocol DockerAPI: AnyObject, Sendable {
  /// The client that talks to the engine, once there is a way to it.
  func engine() async throws -> DockerClient

  /// Tells people what is about to be done, such as `starting container x`.
  func report(_ message: String)
}
