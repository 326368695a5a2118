/// Says which docker commands do what a request asks for, and how their output becomes the answer
/// that an engine would give.
///
/// It does nothing itself: all it knows is the request, the API version that is spoken, and the
/// commands in containers that were prepared before.
struct CommandTranslator: Sendable {
  /// The API version that the docker program and the engine speak with each other.
  let version: APIVersion
  /// Commands in containers: the docker program has no way to prepare one and start it later.
  let execs: CommandExecs

  /// The first step for a request.
  ///
  /// - Throws: A ``DockerError``: `notImplemented` for what the docker command can't do,
  ///   `invalidArgument` for what it would take for something else.
  func step(for call: DockerCall) throws -> DockerStep {
    let segments = try call.path.split(separator: "/").map { segment in
      guard let text = PathEncoding.decoded(segment) else {
        throw DockerError.invalidArgument("the path \(call.path) can't be read")
      }
      return text
    }
    let request = CommandRequest(call, segments)
    let step = try step(for: request)
    try request.finish()
    return step
  }

  private func step(for request: CommandRequest) throws -> DockerStep {
    switch request.segments.first {
    case "containers": return try containers(request)
    case "exec": return try exec(request)
    case "images": return try images(request)
    case "networks": return try networks(request)
    case "volumes": return try volumes(request)
    case "build": return try build(request)
    case "commit" where request.method == .POST: return try commit(request)
    default: return try system(request)
    }
  }
}
