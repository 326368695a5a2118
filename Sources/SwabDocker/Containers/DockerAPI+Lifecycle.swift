import NIOHTTP1

extension DockerAPI {
  /// Makes a container, without starting it.
  ///
  /// - Parameters:
  ///   - spec: What it is made with.
  ///   - name: Its name; the engine makes one up if there is none.
  ///   - platform: The platform its image must be for; needs API 1.41.
  /// - Returns: Its id, and what the engine warns of.
  /// - Throws: A ``DockerError``: `notFound` without the image, `conflict` if the name is taken.
  @discardableResult
  public func createContainer(
    _ spec: ContainerSpec,
    name: String? = nil,
    platform: ImagePlatform? = nil
  ) async throws -> CreatedContainer {
    let words = ["creating container", name, "from \(spec.image)"]
    report(words.compactMap { $0 }.joined(separator: " "))
    var call = DockerCall(.POST, "/containers/create")
    call.add("name", name)
    if let platform {
      call.requires(1, 41, for: "platform")
      call.add("platform", platform.description)
    }
    if spec.networks.count > 1 { call.requires(1, 44, for: "several networks at creation") }
    call.setBody(spec.encoded, gates: BodyGate.container)
    return try await engine().object(call)
  }

  /// Starts a container.
  ///
  /// - Parameters:
  ///   - container: Its name or id.
  ///   - detachKeys: The keys that end the connection of who is attached, such as `ctrl-p,ctrl-q`;
  ///     engines so far take them here, and heed those of ``attach(_:_:)``.
  /// - Returns: Whether it was started; it runs already if not.
  /// - Throws: A ``DockerError``, such as one whose `isPortTaken` is true.
  @discardableResult
  public func start(_ container: String, detachKeys: String? = nil) async throws -> Bool {
    report("starting container \(container)")
    var call = try DockerCall.container(container, "/start", .POST)
    call.add("detachKeys", detachKeys)
    call.mayChangeNothing = true
    return try await engine().reply(to: call).status != 304
  }

  /// Asks a container to end, and kills it if it does not.
  ///
  /// - Parameters:
  ///   - container: Its name or id.
  ///   - timeout: How long it may take to end; what it was made with, or 10 seconds, if not given;
  ///     below zero, as long as it likes. The client's own timeout comes on top of that.
  ///   - signal: What asks it to end, instead of the signal it was made with.
  /// - Returns: Whether it was stopped; it wasn't running if not.
  /// - Throws: A ``DockerError``; `requiresAPIVersion` for a signal with an engine before 23.0.
  @discardableResult
  public func stop(
    _ container: String,
    timeout: Duration? = nil,
    signal: String? = nil
  ) async throws -> Bool {
    report("stopping container \(container)")
    var call = try DockerCall.container(container, "/stop", .POST)
    call.addStop(timeout: timeout, signal: signal)
    call.mayChangeNothing = true
    return try await engine().stop(container, by: call).status != 304
  }

  /// Stops a container, if it runs, and starts it.
  ///
  /// - Parameters:
  ///   - container: Its name or id.
  ///   - timeout: How long it may take to end; what it was made with, or 10 seconds, if not given;
  ///     below zero, as long as it likes. The client's own timeout comes on top of that.
  ///   - signal: What asks it to end, instead of the signal it was made with.
  /// - Throws: A ``DockerError``; `requiresAPIVersion` for a signal with an engine before 23.0.
  public func restart(
    _ container: String,
    timeout: Duration? = nil,
    signal: String? = nil
  ) async throws {
    report("restarting container \(container)")
    var call = try DockerCall.container(container, "/restart", .POST)
    call.addStop(timeout: timeout, signal: signal)
    _ = try await engine().stop(container, by: call)
  }

  /// Removes a container, or but a link to one.
  ///
  /// - Parameters:
  ///   - container: Its name or id.
  ///   - force: Whether a running one is killed first.
  ///   - volumes: Whether its anonymous volumes are removed, too.
  ///   - link: Whether `container` is the name of a link, such as `web/db`, which is all that is
  ///     removed.
  /// - Throws: A ``DockerError``: `conflict` if it runs and `force` is off.
  public func removeContainer(
    _ container: String,
    force: Bool = false,
    volumes: Bool = false,
    link: Bool = false
  ) async throws {
    report("removing \(link ? "link" : "container") \(container)")
    var call = try DockerCall.container(container, "", .DELETE)
    call.add("force", force)
    call.add("v", volumes)
    call.add("link", link)
    try await engine().reply(to: call)
  }
}

extension DockerCall {
  fileprivate mutating func addStop(timeout: Duration?, signal: String?) {
    if let timeout { grantTime(toStop: timeout) }
    add("t", timeout.map(\.wholeSeconds))
    guard let signal else { return }
    requires(1, 42, for: "signal")
    add("signal", signal)
  }

  fileprivate mutating func grantTime(toStop timeout: Duration) {
    grace = timeout < .zero ? nil : timeout
  }
}

extension DockerClient {
  /// What the engine grants a container that was made with nothing else.
  private static let stopTimeout = Duration.seconds(10)

  /// Sends a call that stops a container, with the time that the container may take.
  ///
  /// Where the call doesn't say how long that is, the engine knows it from the container.
  fileprivate func stop(_ container: String, by call: DockerCall) async throws -> HTTPReply {
    try await reply(to: graced(call, stopping: container))
  }

  /// The call with the time that the container may take in it.
  func graced(_ call: DockerCall, stopping container: String) async throws -> DockerCall {
    guard timeout != nil, !call.query.contains(where: { $0.name == "t" }) else { return call }
    try await check(call)
    var call = call
    call.grantTime(toStop: try await stopTimeout(of: container))
    return call
  }

  private func stopTimeout(of container: String) async throws -> Duration {
    do {
      return try await inspectContainer(container).config.stopTimeout ?? Self.stopTimeout
    } catch let error as DockerError where error.status != nil {
      // What the engine objects to, it tells about the stop itself, too.
      return Self.stopTimeout
    }
  }
}

/// A container that was just made.
public struct CreatedContainer: JSONBacked {
  /// The whole answer.
  public let raw: JSONValue

  /// A view of that value.
  public init(raw: JSONValue) {
    self.raw = raw
  }

  /// Its id.
  public var id: String { text("Id") }
  /// What the engine warns of.
  public var warnings: [String] { texts("Warnings") }
}
