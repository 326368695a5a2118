import NIOCore
import NIOHTTP1

extension DockerClient {
  /// The API version that this client speaks with its engine.
  ///
  /// The engine is asked once, however many requests begin at the same time; a failure isn't kept.
  ///
  /// - Throws: A ``DockerError`` if the engine cannot be reached or is too old.
  public func apiVersion() async throws -> APIVersion {
    try await apiVersion(by: CallDeadline(after: timeout))
  }

  /// The API version, unless that takes longer than whoever asks has time.
  func apiVersion(by deadline: CallDeadline) async throws -> APIVersion {
    if let version = pinnedVersion ?? negotiated.withLock({ $0 }) { return version }
    let loop = transport.eventLoop
    // A promise of our own: a cancelled task stops waiting, and the others still get the answer.
    let promise = loop.makePromise(of: APIVersion.self)
    return try await withTaskCancellationHandler {
      loop.execute {
        self.giveUp(promise, by: deadline)
        self.negotiate(for: promise)
      }
      return try await promise.futureResult.get()
    } onCancel: {
      loop.execute { promise.fail(CancellationError()) }
    }
  }

  /// Forgets the version, since the engine has become another one.
  func renegotiate() {
    negotiated.withLock { $0 = nil }
  }

  /// Fails a promise when the time is over, if it is still open then.
  private func giveUp(_ promise: EventLoopPromise<APIVersion>, by deadline: CallDeadline) {
    guard let timeLeft = deadline.timeLeft else { return }
    let timer = transport.eventLoop.scheduleTask(in: timeLeft) {
      promise.fail(
        self.explain(HTTPFailure.timeout, DockerCall(.HEAD, "/_ping"), limit: deadline.limit)
      )
    }
    promise.futureResult.whenComplete { _ in timer.cancel() }
  }

  private func negotiate(for waiter: EventLoopPromise<APIVersion>) {
    if let version = negotiated.withLock({ $0 }) { return waiter.succeed(version) }
    let current = negotiation.value ?? beginNegotiation()
    current.waiters += 1
    // With the last that waits for it goes the question itself.
    waiter.futureResult.whenComplete { _ in
      current.waiters -= 1
      if current.waiters == 0 { current.call?.abandon() }
    }
    current.result.futureResult.cascade(to: waiter)
  }

  private func beginNegotiation() -> Negotiation {
    let current = Negotiation(on: transport.eventLoop)
    negotiation.value = current
    current.result.futureResult.whenComplete { _ in self.negotiation.value = nil }
    (commandLine.map { askProgram($0) } ?? askEngine(current)).cascade(to: current.result)
    return current
  }

  private func askEngine(_ current: Negotiation) -> EventLoopFuture<APIVersion> {
    let deadline = CallDeadline(after: timeout)
    return ping(.HEAD, by: deadline, current)
      .flatMap { [loop = transport.eventLoop] reply in
        // Some proxies and old engines know no HEAD.
        reply.status == 200
          ? loop.makeSucceededFuture(reply) : self.ping(.GET, by: deadline, current)
      }
      .flatMapThrowing { try self.choose($0) }
  }

  /// What the docker program speaks with the engine is what counts where it stands between.
  private func askProgram(_ line: DockerCommandLine) -> EventLoopFuture<APIVersion> {
    transport.eventLoop.makeFutureWithTask { [self] in
      let call = DockerCall(.GET, "/version")
      do {
        let version = try await line.versions(within: timeout).apiVersion
        negotiated.withLock { $0 = version }
        return version
      } catch {
        throw explain(error, call, limit: timeout)
      }
    }
  }

  private func ping(
    _ method: HTTPMethod,
    by deadline: CallDeadline,
    _ current: Negotiation
  ) -> EventLoopFuture<HTTPReply> {
    var request = HTTPRequest(
      method: method,
      uri: address.basePath + "/_ping",
      headers: ["Host": address.authority]
    )
    addHeaders(to: &request)
    let call = transport.start(request, isStream: false, by: deadline)
    current.call = call
    return call.answer.futureResult.flatMapErrorThrowing { error in
      throw self.explain(error, DockerCall(method, "/_ping"), limit: deadline.limit)
    }
  }

  /// The newest version both sides know.
  ///
  /// An unhealthy engine answers 500, but tells its version.
  private func choose(_ reply: HTTPReply) throws -> APIVersion {
    guard let text = reply.head.headers.first(name: "Api-Version") else {
      guard reply.status == 200 else {
        throw locate(DockerError(reply), DockerCall(.GET, "/_ping"))
      }
      throw locate(
        .unexpectedReply("whatever answers at \(address.place) is no Docker Engine"),
        DockerCall(.GET, "/_ping")
      )
    }
    guard let engine = APIVersion(text) else {
      throw locate(.unexpectedReply("'\(text)' is no API version"), DockerCall(.GET, "/_ping"))
    }
    guard engine >= .oldest else {
      throw locate(.engineTooOld(engine), DockerCall(.GET, "/_ping"))
    }
    let version = min(engine, .newest)
    negotiated.withLock { $0 = version }
    return version
  }
}

/// A question for the API version that is under way, and who waits for its answer.
///
/// Its state belongs to the event loop of the client, which all methods are called on.
final class Negotiation: @unchecked Sendable {
  let result: EventLoopPromise<APIVersion>
  var waiters = 0
  /// The request that it waits for at present; none where the docker command is asked.
  var call: HTTPCall?

  init(on eventLoop: any EventLoop) {
    result = eventLoop.makePromise()
  }
}
