import NIOCore
import Synchronization

/// A connection to a process in a container: what it writes, and what it is to read.
///
/// Letting go of it, and of its output, ends the connection; it doesn't end the process.
public struct DockerSession: Sendable {
  /// What the process writes, for one reader.
  ///
  /// It ends when the process does. With a terminal all of it is standard output.
  public let output: DockerLogs
  /// Whether the process has a terminal.
  public let hasTerminal: Bool
  private let typed = TypedText()

  init(_ body: HTTPBody, hasTerminal: Bool, isRaw: Bool, client: DockerClient, call: DockerCall) {
    self.hasTerminal = hasTerminal
    let source = LogSource(
      body: body,
      isRaw: isRaw,
      hasTimestamps: false,
      client: client,
      call: call
    )
    output = DockerLogs(source: source)
  }

  /// Writes to the standard input of the process, and returns when the bytes have gone out.
  ///
  /// A process that reads nothing, and one that waits for its output to be read, keep it waiting: so
  /// read the output at the same time.
  ///
  /// - Parameter bytes: What the process is to read.
  /// - Throws: A ``DockerError`` if the connection has ended, or a `CancellationError`.
  public func write(_ bytes: [UInt8]) async throws {
    try await write(ByteBuffer(bytes: bytes))
  }

  /// Writes all of an upload to the standard input of the process.
  ///
  /// - Parameter upload: What the process is to read.
  /// - Throws: What the upload throws, a ``DockerError``, or a `CancellationError`.
  public func write(_ upload: DockerUpload) async throws {
    try await upload.produce { try await write($0) }
  }

  /// Ends the standard input of the process; its output goes on.
  ///
  /// A terminal gets the character that means the end, control-D; twice, after half a line, since the
  /// first one only hands that over. Without one the process must have been made to read to an end: a
  /// container with `closesStandardInputOnce`, an exec always.
  ///
  /// - Throws: A ``DockerError`` if the connection has ended.
  public func closeInput() async throws {
    if hasTerminal { return try await write(typed.isWithinLine ? [4, 4] : [4]) }
    try await output.source.explaining { try await $0.closeOutput() }
  }

  /// Ends the connection, and not the process; whoever still reads gets a `CancellationError`.
  ///
  /// What was written last may still have been on its way, and is lost then. To have the process get all
  /// of it, call ``closeInput()``, or read what it answers.
  public func close() {
    output.close()
  }

  private func write(_ bytes: ByteBuffer) async throws {
    if hasTerminal { typed.add(bytes) }
    try await output.source.explaining { try await $0.write(bytes) }
  }

  /// Feeds the process while all it writes is collected.
  ///
  /// - Parameters:
  ///   - input: What it is to read, after which its input ends; if nil, the input is left alone.
  ///   - limit: How many bytes of each stream there may be; more are an error.
  /// - Returns: What it has written.
  /// - Throws: What the upload throws, a ``DockerError``, or a `CancellationError`.
  func collect(_ input: DockerUpload?, upTo limit: Int) async throws -> ProcessOutput {
    try await withThrowingTaskGroup(of: ProcessOutput?.self) { group in
      group.addTask { try await collectOutput(upTo: limit) }
      if let input {
        group.addTask {
          try await feed(input)
          return nil
        }
      }
      defer { close() }
      while let result = try await group.next() {
        guard let output = result else { continue }
        // A process may end before it has read everything.
        group.cancelAll()
        return output
      }
      throw CancellationError()
    }
  }

  private func feed(_ input: DockerUpload) async throws {
    do {
      try await write(input)
      try await closeInput()
    } catch let error as DockerError where error.code == .connectionLost {
      // The output tells how it ended.
    }
  }

  private func collectOutput(upTo limit: Int) async throws -> ProcessOutput {
    var collected = ProcessOutput()
    for try await frame in output {
      collected.append(frame)
      guard max(collected.stdout.count, collected.stderr.count) <= limit else {
        throw await output.source.fail(
          DockerError(
            code: .replyTooLarge,
            message: "the process has written more than \(limit) bytes",
            hint: "outputLimit sets how many are collected; what is read as a stream has no limit"
          )
        )
      }
    }
    return collected
  }
}

/// How what a terminal has got ends.
private final class TypedText: Sendable {
  private let last = Mutex<UInt8?>(nil)

  /// Whether something stands behind the last line's end.
  var isWithinLine: Bool {
    last.withLock { last in last.map { !"\n\r\u{4}".utf8.contains($0) } ?? false }
  }

  func add(_ bytes: ByteBuffer) {
    guard let byte = bytes.readableBytesView.last else { return }
    last.withLock { $0 = byte }
  }
}

/// What a process in a container has written.
struct ProcessOutput: Sendable {
  var stdout: [UInt8] = []
  var stderr: [UInt8] = []

  mutating func append(_ frame: LogFrame) {
    switch frame.stream {
    case .standardOutput: stdout.append(contentsOf: frame.bytes)
    case .standardError: stderr.append(contentsOf: frame.bytes)
    }
  }
}

extension LogSource {
  /// Uses the connection, and tells of its end as people and programs get to see it.
  nonisolated func explaining(_ use: (HTTPBody) async throws -> Void) async throws {
    do {
      try await use(body)
    } catch let error as CancellationError {
      throw error
    } catch {
      throw client.explain(HTTPFailure.inputRefused, call, limit: nil)
    }
  }
}

extension DockerClient {
  /// Sends a call that takes its connection over.
  ///
  /// - Parameters:
  ///   - call: The call.
  ///   - hasTerminal: Whether the process has a terminal, so that its output comes without frames.
  /// - Returns: What the process writes and reads.
  /// - Throws: A ``DockerError`` if the engine refuses the call.
  func session(_ call: DockerCall, hasTerminal: Bool) async throws -> DockerSession {
    var call = call
    call.isHijack = true
    let body = try await stream(call)
    return DockerSession(
      body,
      hasTerminal: hasTerminal,
      isRaw: hasTerminal,
      client: self,
      call: call
    )
  }
}
