extension DockerAPI {
  /// Waits until a container's health check says that it is well.
  ///
  /// - Parameters:
  ///   - container: Its name or id.
  ///   - timeout: How long it may take; as long as the check says `starting` if there is none.
  ///   - interval: How often the engine is asked.
  /// - Throws: A ``DockerError``: `unhealthy` with what the check has printed, or if the container
  ///   has no check; `notRunning` if it has ended; `timeout`.
  public func waitUntilHealthy(
    _ container: String,
    timeout: Duration? = nil,
    askingEvery interval: Duration = .milliseconds(200)
  ) async throws {
    let clock = ContinuousClock()
    let end = timeout.map { clock.now + $0 }
    let engine = try await engine()
    while try await !engine.isHealthy(container) {
      let wake = clock.now + interval
      if let end, let timeout, wake > end {
        throw DockerError.notHealthy(container, within: timeout).on(host: engine.host)
      }
      try await Task.sleep(until: wake, clock: clock)
    }
  }
}

extension DockerClient {
  /// Whether the check says so; what can't become so any more is an error.
  fileprivate func isHealthy(_ container: String) async throws -> Bool {
    let state = try await inspectContainer(container).state
    guard state.status != .created else {
      throw DockerError.neverStarted(container, state).on(host: host)
    }
    // Between two starts the engine has yet to run it again.
    guard state.isRunning || state.status == .restarting else {
      throw DockerError.ended(container, state).on(host: host)
    }
    switch state.health {
    case "healthy": return true
    case nil, "none": throw DockerError.noHealthcheck(container).on(host: host)
    case "unhealthy": throw DockerError.unhealthy(container, state).on(host: host)
    default: return false
    }
  }
}

extension ContainerStateDetails {
  /// The last checks of its health, the newest last.
  public var healthLog: [HealthProbe] {
    raw["Health"]?["Log"]?.array?.map { HealthProbe(raw: $0) } ?? []
  }
  /// How many checks have failed since the last that didn't.
  public var failingChecks: Int { raw["Health"]?["FailingStreak"]?.int ?? 0 }
}

/// One check of a container's health.
public struct HealthProbe: JSONBacked {
  /// The whole entry.
  public let raw: JSONValue

  /// A view of that value.
  public init(raw: JSONValue) {
    self.raw = raw
  }

  /// When it began.
  public var start: DockerDate? { date("Start") }
  /// When it ended.
  public var end: DockerDate? { date("End") }
  /// Its status: 0 is well, 1 unwell.
  public var exitCode: Int { raw["ExitCode"]?.int ?? 0 }
  /// What it printed, up to 4 KiB.
  public var output: String { text("Output") }
}

extension DockerError {
  fileprivate static func unhealthy(
    _ container: String,
    _ state: ContainerStateDetails
  ) -> DockerError {
    let output = state.healthLog.last?.output.trimmingWhiteSpace() ?? ""
    let reason = output.isEmpty ? "its check printed nothing" : output
    return DockerError(
      code: .unhealthy,
      message: "the container \(container) is unhealthy: \(reason)"
    )
  }

  fileprivate static func noHealthcheck(_ container: String) -> DockerError {
    DockerError(
      code: .unhealthy,
      message: "the container \(container) has no health check",
      hint: "ContainerSpec.healthcheck sets one, as HEALTHCHECK does in a Dockerfile"
    )
  }

  fileprivate static func ended(
    _ container: String,
    _ state: ContainerStateDetails
  ) -> DockerError {
    DockerError(
      code: .notRunning,
      message: "the container \(container) is not running: \(state.status), "
        + "status \(state.exitCode)"
    )
  }

  fileprivate static func notHealthy(_ container: String, within timeout: Duration) -> DockerError {
    DockerError(
      code: .timeout,
      message: "the container \(container) was not healthy within \(timeout.formattedSeconds)"
    )
  }
}
