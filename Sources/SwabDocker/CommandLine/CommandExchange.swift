import NIOCore
import NIOHTTP1
import Synchronization

/// A request and its answer, where docker commands do what an engine is asked for.
final class CommandExchange: DockerExchange {
  /// Ends a command of which there is all that is wanted.
  private struct Enough: Error {}

  private struct State {
    var isAnswered = false
    var failure: (any Error)?
    var deadline: Scheduled<Void>?
    var task: Task<Void, Never>?
  }

  private let call: DockerCall
  private let translator: CommandTranslator
  private let line: DockerCommandLine
  private let isStream: Bool
  private let loop: any EventLoop
  private let answer: EventLoopPromise<HTTPReply>
  private let output = HandOver<ByteBuffer>()
  private let input = HandOver<ByteBuffer>()
  private let timeout = Mutex<TimeAmount?>(nil)
  private let state = Mutex(State())

  init(
    _ call: DockerCall,
    _ translator: CommandTranslator,
    of line: DockerCommandLine,
    isStream: Bool,
    on loop: any EventLoop
  ) {
    self.call = call
    self.translator = translator
    self.line = line
    self.isStream = isStream
    self.loop = loop
    answer = loop.makePromise()
  }

  /// Begins.
  ///
  /// In a task of its own, since a stream goes on after its head; whoever gets the whole answer, or
  /// the end of the stream, has waited for it.
  func start(timeout: TimeAmount?) {
    self.timeout.withLock { $0 = timeout }
    arm()
    let task = Task {
      await self.perform()
      self.line.forget(self)
    }
    let isOver = state.withLock { state in
      state.task = task
      return state.failure != nil
    }
    if isOver { task.cancel() }
  }

  /// Ends it, for that reason.
  func fail(_ error: any Error) {
    let task = state.withLock { state in
      if state.failure == nil { state.failure = error }
      return state.task
    }
    settle(.failure(error))
    output.finish(.failure(error))
    input.finish(.failure(error))
    task?.cancel()
  }

  /// Returns when nothing of it runs any more.
  func ended() async {
    await state.withLock { $0.task }?.value
  }

  private func settle(_ result: Result<HTTPReply, any Error>) {
    let isFirst = state.withLock { state in
      defer { state.isAnswered = true }
      return !state.isAnswered
    }
    guard isFirst else { return }
    disarm()
    answer.completeWith(result)
  }
}

// MARK: - Time

extension CommandExchange {
  /// Gives it the request's time from now on, unless it has been answered.
  private func arm() {
    guard let timeout = timeout.withLock({ $0 }) else { return }
    let scheduled = loop.scheduleTask(in: timeout) { self.fail(HTTPFailure.timeout) }
    let former = state.withLock { state in
      let former = state.deadline
      state.deadline = state.isAnswered ? nil : scheduled
      return state.isAnswered ? scheduled : former
    }
    former?.cancel()
  }

  private func disarm() {
    state.withLock { $0.deadline.take() }?.cancel()
  }

  /// The input with the request's time for each piece; none of it is that of a slow source.
  private func timed(_ produce: @escaping BodyProducer) -> BodyProducer {
    { write in
      self.disarm()
      try await produce { bytes in
        self.arm()
        try await write(bytes)
        self.disarm()
      }
      self.arm()
    }
  }
}

// MARK: - Doing it

extension CommandExchange {
  private func perform() async {
    do {
      var step = try translator.step(for: call)
      while true {
        switch step {
        case .command(let command, let then):
          step = try then(try await line.collect(command, command.input.map { timed($0.produce) }))
        case .stream(let command, let shape):
          return try await stream(command, shape)
        case .reply(let reply):
          settle(.success(reply))
          return output.finish(.success(()))
        }
        try Task.checkCancellation()
      }
    } catch {
      fail(error)
    }
  }

  private func stream(_ command: DockerCommand, _ shape: any CommandShape) async throws {
    let running = Mutex(Running(shape: shape))
    let whole = Mutex(ByteBuffer())
    begin(shape.head)
    do {
      let end = try await line.run(command, source(of: command)) { [self] chunk in
        let (bytes, head, isComplete) = try running.withLock { try $0.take(chunk) }
        begin(head)
        try await deliver(bytes, whole)
        if isComplete { throw Enough() }
      }
      let last = try running.withLock { try $0.finish(end) }
      begin(running.withLock { $0.shape.head })
      try await deliver(last, whole)
      if end.isSuccess, let question = running.withLock({ $0.shape.question }) {
        let output = try await line.collect(question)
        try await deliver(running.withLock { try $0.shape.answer(output) }, whole)
      }
    } catch is Enough {}
    if !isStream {
      let head = running.withLock { $0.shape.head?.head } ?? HTTPReply.done.head
      settle(.success(HTTPReply(head: head, body: whole.withLock { $0 })))
    }
    output.finish(.success(()))
  }

  /// What is written to the command.
  private func source(of command: DockerCommand) -> BodyProducer? {
    guard command.isInteractive else { return command.input.map { timed($0.produce) } }
    return { [input] write in
      while let bytes = try await input.take() { try await write(bytes) }
    }
  }

  private func begin(_ head: HTTPReply?) {
    if isStream, let head { settle(.success(head)) }
  }

  private func deliver(_ bytes: ByteBuffer?, _ whole: borrowing Mutex<ByteBuffer>) async throws {
    guard let bytes, bytes.readableBytes > 0 else { return }
    if isStream { return try await output.give(bytes) }
    try whole.withLock { whole in
      whole.writeImmutableBuffer(bytes)
      guard whole.readableBytes <= HTTPCall.replyLimit else {
        throw HTTPFailure.replyTooLarge(limit: HTTPCall.replyLimit)
      }
    }
  }

  /// A command whose output is the answer, and what it complains about.
  private struct Running {
    var shape: any CommandShape
    var complaints = CommandOutput()

    mutating func take(
      _ chunk: CommandChunk
    ) throws -> (ByteBuffer?, head: HTTPReply?, isComplete: Bool) {
      let bytes: ByteBuffer?
      switch chunk {
      case .standardOutput(let part): bytes = try shape.output(part)
      case .standardError(let part):
        try complaints.add(chunk, limit: 0)
        bytes = try shape.error(part)
      }
      return (bytes, shape.head, shape.isComplete)
    }

    mutating func finish(_ end: CommandEnd) throws -> ByteBuffer? {
      let failure = end.isSuccess ? nil : shape.failure(complaints.errorText, end)
      return try shape.finish(end, failure)
    }
  }
}

// MARK: - From async code

extension CommandExchange {
  func reply() async throws -> HTTPReply {
    do {
      let reply = try await withTaskCancellationHandler {
        try await answer.futureResult.get()
      } onCancel: {
        abandon()
      }
      let isUnderWay = isStream && reply.status < 300
      if !isUnderWay { await ended() }
      return reply
    } catch {
      await ended()
      throw error
    }
  }

  func next() async throws -> ByteBuffer? {
    do {
      let bytes = try await withTaskCancellationHandler {
        try await output.take()
      } onCancel: {
        abandon()
      }
      if bytes == nil { await ended() }
      return bytes
    } catch {
      // A second reader doesn't wait for what goes on for the first.
      if state.withLock({ $0.failure != nil }) { await ended() }
      throw error
    }
  }

  func write(_ bytes: ByteBuffer) async throws {
    guard bytes.readableBytes > 0 else { return }
    do {
      try await input.give(bytes)
    } catch {
      try Task.checkCancellation()
      throw ChannelError.ioOnClosedChannel
    }
  }

  func closeOutput() async throws {
    input.finish(.success(()))
  }

  /// Never more than the piece that nobody has taken yet, which isn't counted.
  func bufferedBytes() async -> Int { 0 }

  func abandon() {
    fail(CancellationError())
  }

  func uploadEnded() async {
    await ended()
  }
}
