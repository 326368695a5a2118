import NIOCore

/// A command on its way: between the task that reads its output and the channel that brings it.
///
/// Output is pulled: the channel is read only while the task waits for the next piece.
///
/// `@unchecked` as everything that changes is touched on the event loop only.
final class CommandRun: @unchecked Sendable {
  enum Event: Sendable {
    case output(SSHOutputChunk)
    case ended(SSHCommandStatus)
  }

  let command: SSHCommand
  private let door: TransportDoor
  private let started = ContinuousClock.now
  private let marker = CommandText.freshMarker()
  private var filter: MarkerFilter
  private var channel: SSHChannel?
  private var waiting: CheckedContinuation<Event, any Error>?
  private var ready: [Event] = []
  private var failure: SSHError?
  private var whenFailing: (@Sendable () -> Void)?
  private var hasEnded = false
  private var timer: Scheduled<Void>?
  private var processIDWaiter: CheckedContinuation<Int?, Never>?
  private var didStart = false
  private var inputWaiter: CheckedContinuation<Void, any Error>?
  /// What was written, and whether that is all, before there was a channel.
  private var earlyInput: (bytes: ByteBuffer, isAll: Bool) = (ByteBuffer(), false)

  init(_ command: SSHCommand, door: TransportDoor) {
    self.command = command
    self.door = door
    filter = MarkerFilter(marker: marker)
  }

  /// Puts the command in line.
  ///
  /// - Parameter whenFailing: Called when it can't go on, also if nobody waits for its output then.
  func start(whenFailing: @escaping @Sendable () -> Void) {
    door.onLoop { [self] transport in
      guard failure == nil else { return whenFailing() }
      self.whenFailing = whenFailing
      let text = CommandText.reporting(command.text, marker: marker)
      let channel = SSHChannel(
        .command(text, pty: command.requestsPTY),
        consumer: self,
        transport: transport
      )
      self.channel = channel
      if earlyInput.bytes.readableBytes > 0 { channel.send(earlyInput.bytes) }
      if earlyInput.isAll { channel.endInput() }
      earlyInput.bytes = ByteBuffer()
      transport.start(channel)
    }
  }

  /// The next piece of output, or the end.
  func next() async throws -> Event {
    try await withCheckedThrowingContinuation { continuation in
      door.onLoop { [self] transport in
        if !ready.isEmpty { return continuation.resume(returning: ready.removeFirst()) }
        if let failure { return continuation.resume(throwing: failure) }
        waiting = continuation
        if let channel { transport.touch(channel) }
      }
    }
  }

  /// Hands over bytes for the command to read, and returns when there is room for more.
  ///
  /// - Throws: `CancellationError` if it takes no more.
  func write(_ bytes: ByteBuffer) async throws {
    try await withCheckedThrowingContinuation {
      (continuation: CheckedContinuation<Void, any Error>) in
      door.onLoop { [self] transport in
        guard failure == nil, !hasEnded else {
          return continuation.resume(throwing: CancellationError())
        }
        inputWaiter = continuation
        guard let channel else { return earlyInput.bytes = bytes }
        channel.send(bytes)
        transport.touch(channel)
        answerInputWaiter()
      }
    }
  }

  /// There is no more for the command to read.
  func endInput() {
    door.onLoop { [self] transport in
      guard let channel else { return earlyInput.isAll = true }
      channel.endInput()
      transport.touch(channel)
    }
  }

  /// Whether the command could still be written to.
  func takesInput() async -> Bool {
    await withCheckedContinuation { continuation in
      door.onLoop { [self] _ in continuation.resume(returning: failure == nil && !hasEnded) }
    }
  }

  /// Lets whoever writes go on, once what was written is on its way.
  private func answerInputWaiter() {
    guard didStart, let channel, channel.pendingInput < SSHChannel.inputMark else { return }
    inputWaiter.take()?.resume()
  }

  private func refuseInput() {
    inputWaiter.take()?.resume(throwing: CancellationError())
  }

  /// Why it can't go on, if it can't.
  func currentFailure() async -> SSHError? {
    await withCheckedContinuation { continuation in
      door.onLoop { [self] _ in continuation.resume(returning: failure) }
    }
  }

  /// Ends the waiting; what was begun on the host is ended by who waited.
  func cancel() {
    door.onLoop { [self] _ in fail(.cancelled()) }
  }

  /// The process id if it is known or about to be; `nil` if nothing runs on the host.
  func runningProcessID(within limit: Duration) async -> Int? {
    await withCheckedContinuation { continuation in
      door.onLoop { [self] transport in
        guard let channel, !hasEnded, channel.wasAskedToRun else {
          return continuation.resume(returning: nil)
        }
        if let processID = filter.processID { return continuation.resume(returning: processID) }
        processIDWaiter = continuation
        transport.eventLoop.scheduleTask(in: TimeAmount(limit)) { self.answerProcessIDWaiter() }
        transport.touch(channel)
      }
    }
  }

  /// Closes the channel, whatever still goes on.
  func abandon() {
    door.onLoop { [self] transport in
      timer?.cancel()
      guard let channel, !hasEnded else { return }
      hasEnded = true
      refuseInput()
      channel.abandon()
      transport.touch(channel)
    }
  }

  private func deliver(_ event: Event) {
    guard failure == nil else { return }
    guard let waiting else { return ready.append(event) }
    self.waiting = nil
    waiting.resume(returning: event)
  }

  private func fail(_ error: SSHError) {
    guard failure == nil, !hasEnded else { return }
    failure = error
    refuseInput()
    ready = []
    timer?.cancel()
    waiting?.resume(throwing: error)
    waiting = nil
    whenFailing?()
  }

  private func answerProcessIDWaiter() {
    processIDWaiter?.resume(returning: hasEnded ? nil : filter.processID)
    processIDWaiter = nil
  }
}

extension CommandRun: ChannelConsumer {
  var wantsOutput: Bool {
    (waiting != nil && ready.isEmpty) || (processIDWaiter != nil)
  }

  func channelWillOpen() {
    guard timer == nil, let timeout = command.timeout else { return }
    timer = door.eventLoop.scheduleTask(in: TimeAmount(timeout)) {
      self.fail(.commandTimedOut(after: timeout))
    }
  }

  func channelDidStart() {
    didStart = true
    guard command.input == nil else { return answerInputWaiter() }
    if let input = command.standardInput, !input.isEmpty {
      channel?.send(ByteBuffer(bytes: input))
    }
    channel?.endInput()
  }

  func channelDidSend() {
    answerInputWaiter()
  }

  func channelDidReceive(_ stream: ChannelStream, _ bytes: ByteBuffer) {
    switch stream {
    case .error: deliver(.output(.standardError(bytes)))
    case .output:
      let output = filter.pass(bytes)
      if filter.processID != nil { answerProcessIDWaiter() }
      if let output, output.readableBytes > 0 { deliver(.output(.standardOutput(output))) }
    }
  }

  func channelDidEndOutput() {
    if let rest = filter.finish() { deliver(.output(.standardOutput(rest))) }
    answerProcessIDWaiter()
  }

  func channelDidClose(_ result: Result<ChannelExit, SSHError>) {
    switch result {
    case .failure(let error):
      fail(error)
      hasEnded = true
    case .success(let exit):
      deliver(
        .ended(
          SSHCommandStatus(
            exitStatus: exit.exitStatus,
            signal: exit.signal,
            processID: filter.processID,
            duration: ContinuousClock.now - started
          )
        )
      )
      hasEnded = true
    }
    timer?.cancel()
    channel = nil
    refuseInput()
    answerProcessIDWaiter()
  }
}
