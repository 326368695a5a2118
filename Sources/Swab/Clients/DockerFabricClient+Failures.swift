extension DockerFabricClient {
  /// What the body gives; or nil after a warning, where a failure is one.
  ///
  /// An engine that isn't reached is no failure of what it was asked.
  func warningOfFailure<Value>(
    _ warnOnly: Bool?,
    _ body: () async throws -> Value
  ) async throws -> Value? {
    do {
      return try await body()
    } catch let error as DockerError where error.isAnswer {
      guard try warnOnly ?? currentEnvironment.bool("warn_only") ?? false else { throw error }
      let host = target?.name
      console?.warn(host: host, Failure.text(error, on: host ?? "", isInterrupted: false))
      return nil
    }
  }
}

extension DockerError {
  /// Whether the engine, or a registry through it, has refused or failed.
  fileprivate var isAnswer: Bool {
    switch code {
    case .connectionFailed, .permissionDenied, .connectionLost, .closed, .invalidAddress,
      .unsupportedAddress, .invalidArgument, .requiresAPIVersion, .engineTooOld, .apiVersionTooNew,
      .apiVersionTooOld, .untrustedEngine, .clientCertificateRefused, .tlsFailed, .unknownContext,
      .fileFailed:
      false
    default: true
    }
  }
}
