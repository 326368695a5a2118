/// Everything that can be asked of a Docker Engine.
///
/// The endpoints are extension methods: whatever can lead to an engine has them all.
public protocol DockerAPI: AnyObject, Sendable {
  /// The client that talks to the engine, once there is a way to it.
  func engine() async throws -> DockerClient

  /// Tells people what is about to be done, such as `starting container x`.
  func report(_ message: String)

  /// Tells people how something that takes long is getting on.
  ///
  /// There may be many messages in a second; ``ProgressLines`` says which are worth a line.
  func report(_ progress: ProgressMessage)
}

extension DockerAPI {
  /// Does nothing: not everybody wants to know.
  public func report(_ progress: ProgressMessage) {}
}
