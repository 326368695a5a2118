import NIOCore

extension SSHConnection {
  /// Runs a command and returns how it ended.
  ///
  /// Its process group is ended on the host when it takes longer than its timeout, when the task
  /// is cancelled, and when `output` throws; this returns when that is done.
  ///
  /// - Parameters:
  ///   - command: What to run.
  ///   - output: Called for each piece of output; while it runs, nothing more is read. Its task is
  ///     cancelled when the command can't go on, as when its timeout passes.
  /// - Returns: Exit status or signal, whichever it was; neither is an error here.
  /// - Throws: ``SSHError``, or what `output` or the command's `input` threw.
  public func execute(
    _ command: SSHCommand,
    output: @escaping @Sendable (SSHOutputChunk) async throws -> Void
  ) async throws -> SSHCommandStatus {
    let run = CommandRun(command, door: door)
    // A task of its own, which is awaited right below: `output` may wait for somebody who doesn't
    // read, and a timeout has to reach it there.
    let reading = Task { try await Self.read(run, output) }
    // Another one, awaited as well: what is written may be long in coming.
    let feeding = Task { await Self.feed(run) }
    do {
      let status = try await withTaskCancellationHandler {
        run.start { reading.cancel() }
        return try await reading.value
      } onCancel: {
        run.cancel()
      }
      feeding.cancel()
      _ = await feeding.value
      return status
    } catch {
      let failure = await run.currentFailure() ?? error
      run.cancel()
      feeding.cancel()
      let cause = await feeding.value ?? failure
      // In a task of its own, as this one may be cancelled; and awaited, so that nothing of the
      // command is left when the caller goes on.
      await Task { await self.end(run) }.value
      throw (cause as? SSHError)?.on(host: name) ?? cause
    }
  }

  private static func read(
    _ run: CommandRun,
    _ output: @Sendable (SSHOutputChunk) async throws -> Void
  ) async throws -> SSHCommandStatus {
    while true {
      switch try await run.next() {
      case .output(let chunk): try await output(chunk)
      case .ended(let status): return status
      }
    }
  }

  /// Gives a command its input.
  ///
  /// - Returns: What the input threw, unless that was because the command takes no more.
  private static func feed(_ run: CommandRun) async -> (any Error)? {
    guard let input = run.command.input else { return nil }
    do {
      try await input { try await run.write($0) }
      run.endInput()
      return nil
    } catch {
      let takesMore = await run.takesInput()
      guard takesMore, !Task.isCancelled else { return nil }
      run.cancel()
      return error
    }
  }

  /// Ends what a command left behind, and closes its channel.
  private func end(_ run: CommandRun) async {
    if run.command.endsProcessGroup, isOpen,
      let processID = await run.runningProcessID(within: .seconds(2))
    {
      await endProcessGroup(processID)
    }
    run.abandon()
  }

  /// Ends a process group through another channel, or another connection if there is none to be
  /// had.
  func endProcessGroup(_ processGroup: Int) async {
    let grace = setup.options.killGrace
    let text = CommandText.ending(processGroup: processGroup, grace: grace)
    let limit = grace + .seconds(5)
    do {
      try await runAside(text, within: limit)
    } catch {
      // With MaxSessions used up the server refuses; the connection itself may be gone, too.
      try? await rescue.run(text, within: limit, setup: setup)
    }
  }

  /// Runs something of our own.
  ///
  /// - Parameters:
  ///   - text: What to run, for any login shell.
  ///   - limit: How long it may take; then its channel is closed, and that is that.
  ///   - waitsInLine: Whether it counts against the channels of commands.
  /// - Throws: ``SSHError``, with `channelRefused` if there is no channel to be had.
  func runAside(
    _ text: String,
    within limit: Duration,
    waitsInLine: Bool = false
  ) async throws {
    try await withCheckedThrowingContinuation { continuation in
      door.onLoop { transport in
        let run = AsideRun(continuation)
        let channel = SSHChannel(
          .command(text, pty: false),
          consumer: run,
          transport: transport,
          bypassesLimit: !waitsInLine
        )
        run.begin(channel, transport, within: limit)
      }
    }
  }
}

/// A command whose output nobody wants.
private final class AsideRun: ChannelConsumer {
  let wantsOutput = true
  private var continuation: CheckedContinuation<Void, any Error>?
  private var channel: SSHChannel?
  private var timer: Scheduled<Void>?

  init(_ continuation: CheckedContinuation<Void, any Error>) {
    self.continuation = continuation
  }

  func begin(_ channel: SSHChannel, _ transport: SSHTransport, within limit: Duration) {
    self.channel = channel
    let bound = NIOLoopBound((self, transport), eventLoop: transport.eventLoop)
    timer = transport.eventLoop.scheduleTask(in: TimeAmount(limit)) {
      let (run, transport) = bound.value
      guard let channel = run.channel else { return }
      // Where it never ran there is another connection to try.
      let hasRun = channel.phase == .running
      channel.abandon()
      transport.touch(channel)
      run.end(hasRun ? .success(()) : .failure(SSHError.noChannel(within: limit)))
    }
    transport.start(channel)
  }

  private func end(_ result: Result<Void, any Error>) {
    timer?.cancel()
    channel = nil
    continuation?.resume(with: result)
    continuation = nil
  }

  func channelDidStart() { channel?.endInput() }
  func channelDidReceive(_ stream: ChannelStream, _ bytes: ByteBuffer) {}
  func channelDidEndOutput() {}

  func channelDidClose(_ result: Result<ChannelExit, SSHError>) {
    end(result.map { _ in () }.mapError { $0 })
  }
}
