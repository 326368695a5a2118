import NIOCore
import NIOHTTP1

extension DockerAPI {
  /// Begins to wait for a container, and returns when the engine does.
  ///
  /// Whatever the container does after that is seen, so that this comes before the start:
  ///
  /// ```swift
  /// let end = try await docker.beginWait("job", condition: .nextExit)
  /// try await docker.start("job")
  /// print(try await end.result().exitCode)
  /// ```
  ///
  /// With `.notRunning`, a container that was never started is through at once, with status 0:
  /// ``wait(_:condition:timeout:)`` tells it from one that ran.
  ///
  /// - Parameters:
  ///   - container: Its name or id.
  ///   - condition: What is waited for; all but `.notRunning` need API 1.30.
  /// - Returns: What waits, for as long as it takes; letting go of it ends the connection.
  /// - Throws: A ``DockerError``.
  public func beginWait(
    _ container: String,
    condition: WaitCondition = .notRunning
  ) async throws -> ContainerWait {
    var call = try DockerCall.container(container, "/wait", .POST)
    let engine = try await engine()
    if condition != .notRunning {
      call.requires(1, 30, for: "waiting for \(condition.rawValue)")
      call.add("condition", condition.rawValue)
    } else if try await engine.apiVersion() < APIVersion(1, 30) {
      // These engines say nothing before the end.
      call.grace = nil
    }
    return ContainerWait(body: try await engine.stream(call), client: engine, call: call)
  }

  /// Waits for a container, for as long as it takes or as is given.
  ///
  /// - Parameters:
  ///   - container: Its name or id.
  ///   - condition: What is waited for; all but `.notRunning` need API 1.30.
  ///   - timeout: How long is waited at most; without end if there is none.
  /// - Returns: How it ended.
  /// - Throws: A ``DockerError``: `notRunning` if it was never started, and its end is asked for;
  ///   `timeout`.
  @discardableResult
  public func wait(
    _ container: String,
    condition: WaitCondition = .notRunning,
    timeout: Duration? = nil
  ) async throws -> ContainerExit {
    guard let timeout else { return try await waitForEnd(of: container, condition) }
    return try await withThrowingTaskGroup(of: ContainerExit.self) { group in
      group.addTask { try await self.waitForEnd(of: container, condition) }
      group.addTask {
        try await Task.sleep(for: timeout)
        throw DockerError.hasNotEnded(container, within: timeout)
          .located(try .container(container, "/wait", .POST), host: try await self.engine().host)
      }
      defer { group.cancelAll() }
      guard let end = try await group.next() else { throw CancellationError() }
      return end
    }
  }

  private func waitForEnd(
    of container: String,
    _ condition: WaitCondition
  ) async throws -> ContainerExit {
    if condition == .notRunning {
      // The engine would say status 0 of a container that never ran.
      let state = try await inspectContainer(container).state
      guard state.status != .created else { throw DockerError.neverStarted(container, state) }
    }
    return try await beginWait(container, condition: condition).result()
  }
}

/// What a container is waited for to do.
public struct WaitCondition: RawRepresentable, Sendable, Hashable {
  /// The engine's word for it.
  public let rawValue: String

  /// The condition that the engine calls so.
  public init(rawValue: String) {
    self.rawValue = rawValue
  }

  /// That it doesn't run, be it now or later.
  public static let notRunning = WaitCondition(rawValue: "not-running")
  /// That it ends the next time, whether it runs now or not.
  public static let nextExit = WaitCondition(rawValue: "next-exit")
  /// That it is removed.
  public static let removed = WaitCondition(rawValue: "removed")
}

/// Waits for a container.
public final class ContainerWait: Sendable {
  /// A status and a message; the rest of an endless answer isn't worth having.
  private static let limit = 1 << 20

  private let body: HTTPBody
  /// Kept, since a client that nobody holds closes its connections.
  private let client: DockerClient
  private let call: DockerCall

  init(body: HTTPBody, client: DockerClient, call: DockerCall) {
    self.body = body
    self.client = client
    self.call = call
  }

  /// How the container ended, when it has; to be asked for once.
  ///
  /// - Returns: Its status.
  /// - Throws: A ``DockerError``, or a `CancellationError`.
  public func result() async throws -> ContainerExit {
    do {
      return ContainerExit(raw: try await answer())
    } catch {
      body.close()
      throw client.explain(error, call, limit: nil)
    }
  }

  /// Waits no longer; whoever asks for the result gets a `CancellationError`.
  public func close() {
    body.close()
  }

  private func answer() async throws -> JSONValue {
    var bytes = ByteBuffer()
    while var part = try await body.next() {
      bytes.writeBuffer(&part)
      guard bytes.readableBytes <= Self.limit else {
        throw DockerError.unexpectedReply("the answer to a wait is too long")
      }
    }
    // A proxy that grows tired of waiting may put a text of its own here.
    guard let value = try? JSONValue(parsing: bytes), value["StatusCode"]?.int != nil else {
      let text = String(buffer: bytes).prefix(200)
      throw DockerError.unexpectedReply("no status came of waiting: \(text)")
    }
    return value
  }
}

/// How a container ended.
public struct ContainerExit: JSONBacked {
  /// The whole answer.
  public let raw: JSONValue

  /// A view of that value.
  public init(raw: JSONValue) {
    self.raw = raw
  }

  /// The status of its process.
  public var exitCode: Int { raw["StatusCode"]?.int ?? 0 }
  /// Why the engine could not wait to the end, such as a failure to remove the container.
  public var error: String? { raw["Error"]?["Message"]?.string }
}

extension DockerError {
  fileprivate static func hasNotEnded(_ container: String, within timeout: Duration) -> DockerError
  {
    DockerError(
      code: .timeout,
      message: "the container \(container) has not ended within \(timeout.formattedSeconds)"
    )
  }

  static func neverStarted(_ container: String, _ state: ContainerStateDetails) -> DockerError {
    let reason = state.error.map { ": \($0)" } ?? ""
    return DockerError(
      code: .notRunning,
      message: "the container \(container) was never started\(reason)",
      hint: "beginWait(_:condition: .nextExit) waits for a start yet to come"
    )
  }
}
