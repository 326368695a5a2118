/// What went wrong between this program and a Docker Engine.
///
/// Programs decide on `code` or one of the predicates; people read the description.
public struct DockerError: Error, Sendable {
  /// What kind of failure this is.
  public var code: Code
  /// The HTTP status of the engine's answer, where there was one.
  public var status: Int?
  /// What happened; for an answer of the engine its own words.
  public var message: String
  /// The HTTP method of the request.
  public var method: String?
  /// The path of the request, without API version and query.
  public var path: String?
  /// The host whose engine was asked, where one is known.
  public var host: String?
  /// What the person can do about it, where there is something to do.
  public var hint: String?
  /// The number that the engine gave with a failure inside a stream; of a step of a build that
  /// failed, its exit status.
  public var detailCode: Int?
  /// The step of a build that failed, or was under way, with the last lines it has written.
  public var failedStep: BuildStep?
  /// The API versions that don't fit, where they are what is wrong.
  public var versionMismatch: VersionMismatch?
  /// What was done before the failure, where it is one of several things to do: names or ids.
  public var completed: [String] = []
  /// The error underneath.
  public var cause: (any Error)?

  /// An API version that was asked for, and the end of the range that it is beyond.
  public struct VersionMismatch: Sendable, Hashable {
    /// The version that was asked for.
    public var asked: APIVersion
    /// The newest version that the engine knows, or the oldest that it accepts.
    public var limit: APIVersion
  }

  /// An error with these parts.
  public init(code: Code, message: String, status: Int? = nil, hint: String? = nil) {
    self.code = code
    self.message = message
    self.status = status
    self.hint = hint
  }

  /// The kinds of failures; more may come.
  @nonexhaustive
  public enum Code: String, Sendable, Hashable {
    /// The text is no address of an engine.
    case invalidAddress
    /// The address is fine, but of a kind that is not supported yet.
    case unsupportedAddress
    /// The arguments make no request that could be sent.
    case invalidArgument
    /// The argument needs an engine with a newer API, or is gone from newer ones.
    case requiresAPIVersion
    /// The engine's newest API is older than the oldest this library speaks; see `versionMismatch`.
    case engineTooOld
    /// The API version asked for is newer than the engine knows; see `versionMismatch`.
    case apiVersionTooNew
    /// The API version asked for is older than the engine accepts; see `versionMismatch`.
    case apiVersionTooOld
    /// The engine cannot be reached.
    case connectionFailed
    /// The engine's socket may not be used by this user.
    case permissionDenied
    /// The engine's certificate can't be trusted: it is of an unknown CA, out of date, or for others.
    case untrustedEngine
    /// The engine demands a client certificate, or refuses the one it got.
    case clientCertificateRefused
    /// The two sides can't agree on TLS, mostly since one of them doesn't speak it.
    case tlsFailed
    /// The connection ended before the answer was complete.
    case connectionLost
    /// The answer took longer than it may.
    case timeout
    /// The client was closed.
    case closed
    /// The answer is not what the engine should send.
    case unexpectedReply
    /// The answer is larger than this library will collect.
    case replyTooLarge
    /// A text is not JSON.
    case invalidJSON
    /// A tar archive is broken, or says different things to different readers.
    case invalidArchive
    /// The engine reported a failure inside a stream.
    case streamFailed
    /// A stream ended in the middle of something.
    case streamTruncated
    /// There is no such Docker context, or it says nothing of an engine.
    case unknownContext
    /// A file of this machine cannot be read or written.
    case fileFailed
    /// A file of settings, such as the docker command's, says what can't be.
    case invalidConfiguration
    /// The program that keeps the logins of a registry is missing or fails.
    case credentialHelperFailed
    /// A command could not be started in a container: it isn't there, or its user or folder isn't.
    case execStartFailed
    /// The container does not run, or never did.
    case notRunning
    /// The container's health check fails, or there is none.
    case unhealthy
    /// The engine answered with a redirect, which is never followed.
    case redirected
    /// Status 400: the engine refuses the arguments.
    case badRequest
    /// Status 401: credentials are missing or wrong.
    case unauthorized
    /// The registry lets nobody fetch so much in so short a time: its status 429.
    case rateLimited
    /// The image is of another platform than the one asked for.
    case platformMismatch
    /// Status 403: the engine forbids it.
    case forbidden
    /// Status 404: there is no such thing.
    case notFound
    /// Status 409: it clashes with what is there or with its state.
    case conflict
    /// Status 501: this engine cannot do that.
    case notImplemented
    /// Status 503: not now, or not on this node.
    case unavailable
    /// Any other failure the engine reported.
    case engineFailed
  }
}

extension DockerError {
  /// Whether there is no such container, image or other thing.
  public var isNotFound: Bool { code == .notFound }

  /// Whether the request clashes with a name in use or with the state of the thing.
  public var isConflict: Bool { code == .conflict }

  /// Whether the engine refused the arguments.
  public var isBadRequest: Bool { code == .badRequest }

  /// Whether credentials were missing or wrong.
  public var isUnauthorized: Bool { code == .unauthorized }

  /// Whether the request took longer than it may.
  public var isTimeout: Bool { code == .timeout }

  /// Whether no request reached the engine.
  public var isConnectionFailure: Bool {
    switch code {
    case .connectionFailed, .permissionDenied, .untrustedEngine, .clientCertificateRefused,
      .tlsFailed:
      true
    default: false
    }
  }

  /// Whether the engine is no manager of a swarm, or in none.
  ///
  /// Status 503 alone says less: it is also how a manager without a majority answers.
  public var isNotSwarmManager: Bool {
    guard status == 503 else { return false }
    return message.contains("not a swarm manager") || message.contains("not part of a swarm")
  }

  /// Whether a part of a swarm was changed by somebody else since it was read.
  ///
  /// The engine says so with status 500, so its words decide.
  public var isStaleVersion: Bool {
    message.contains("update out of sequence")
  }

  /// Whether a host port that was asked for is taken.
  ///
  /// The engine says so with status 500, so its words decide.
  public var isPortTaken: Bool {
    message.contains("port is already allocated") || message.contains("address already in use")
  }
}

extension DockerError: CustomStringConvertible {
  /// The error for people: `h1: docker: GET /containers/x/json: 404: No such container: x`.
  public var description: String {
    let request = method.flatMap { method in path.map { "\(method) \($0)" } }
    let parts = [host, "docker", request, status.map(String.init), message]
    let line = parts.compactMap { $0 }.joined(separator: ": ")
    let step = failedStep.map { "in \($0.instruction)" }
    return [line, step, hint.map { "hint: \($0)" }].compactMap { $0 }.joined(separator: "\n")
  }
}
