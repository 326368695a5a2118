import NIOCore
import NIOHTTP1
import Synchronization

/// One request and its reply.
///
/// A collecting call is answered by the whole reply; a streaming one by its head, after which
/// ``next()`` gives the body as fast as it is asked for, and no faster. A call that takes its
/// connection over is a streaming one that also writes after its head.
///
/// It is `@unchecked` since its state is only touched on its event loop, which all methods require
/// but those for async code.
final class HTTPCall: @unchecked Sendable {
  /// What a failed request may say at most; a proxy's error page must not fill the memory.
  static let errorLimit = 1 << 20
  /// What a plain reply may be at most; the largest real ones, lists of all containers, stay
  /// below a few MiB.
  static let replyLimit = 256 << 20
  /// What is sent at a time, so that the other side has its time for each piece, however many bytes
  /// there are in one.
  private static let pieceBytes = 1 << 18

  let request: HTTPRequest
  let isStream: Bool
  let eventLoop: any EventLoop
  let answer: EventLoopPromise<HTTPReply>

  var connection: HTTPConnection?
  var hasBeenRetried = false
  private(set) var hasReplyBegun = false
  private(set) var isAnswered = false
  /// Whether all of the request has been written.
  private(set) var isSent = false
  private var uploader: Task<Void, Never>?
  /// Whether the other side takes no more; why, its reply or the connection's end tells.
  private var isRefused = false
  /// How long each piece of what is sent may take, and the reply after the last.
  private var limit: TimeAmount?
  private var deadline: Scheduled<Void>?
  private var head: HTTPResponseHead?
  private var body = ByteBuffer()
  private var end: Result<Void, any Error>? {
    didSet { isOver.store(true, ordering: .relaxed) }
  }
  /// Whether it has its end, for those who are not on its event loop, which may have ended as well.
  private let isOver = Atomic(false)
  private var reader: EventLoopPromise<ByteBuffer?>?

  init(_ request: HTTPRequest, isStream: Bool, on eventLoop: any EventLoop) {
    self.request = request
    self.isStream = isStream
    self.eventLoop = eventLoop
    answer = eventLoop.makePromise()
  }

  func start(by deadline: CallDeadline) {
    limit = deadline.limit.map { TimeAmount($0) }
    armDeadline(in: deadline.timeLeft, .timeout)
  }

  private func armDeadline(in time: TimeAmount?, _ failure: HTTPFailure) {
    guard let time, !isAnswered else { return }
    deadline = eventLoop.scheduleTask(in: time) { self.fail(failure) }
  }

  /// The request's head has been written: its body follows now, if there is one to come.
  func headWritten() {
    guard let upload = request.upload, end == nil else {
      isSent = true
      return
    }
    deadline?.cancel()
    beginUpload(upload)
  }

  /// Whether more of the body should be read from the socket now.
  var wantsMore: Bool {
    isStream && isAnswered ? reader != nil : true
  }

  func received(_ head: HTTPResponseHead) {
    hasReplyBegun = true
    self.head = head
    let isGranted =
      (200..<300).contains(head.status.code)
      || request.isHijack && head.status == .switchingProtocols
    guard isStream, isGranted else { return }
    settle(.success(HTTPReply(head: head, body: ByteBuffer())))
  }

  func received(_ part: ByteBuffer) {
    if isStream, isAnswered {
      append(part)
      return deliver()
    }
    let isFailure = (head?.status.code ?? 0) >= 300
    let limit = isFailure ? Self.errorLimit : Self.replyLimit
    guard body.readableBytes + part.readableBytes > limit else { return append(part) }
    guard isFailure, let head else { return fail(HTTPFailure.replyTooLarge(limit: limit)) }
    if let rest = part.getSlice(at: part.readerIndex, length: limit - body.readableBytes) {
      append(rest)
    }
    settle(.success(HTTPReply(head: head, body: body)))
    connection?.close()
  }

  func finished() {
    deadline?.cancel()
    uploader?.cancel()
    end = end ?? .success(())
    if isStream, isAnswered {
      deliver()
    } else if let head {
      settle(.success(HTTPReply(head: head, body: body)))
    }
  }

  func fail(_ error: any Error) {
    guard end == nil else { return }
    end = .failure(error)
    uploader?.cancel()
    settle(.failure(error))
    deliver()
    connection?.abort()
  }

  private func append(_ part: ByteBuffer) {
    var part = part
    if body.readableBytes == 0 { body = part } else { body.writeBuffer(&part) }
  }

  private func settle(_ result: Result<HTTPReply, any Error>) {
    guard !isAnswered else { return }
    isAnswered = true
    deadline?.cancel()
    answer.completeWith(result)
  }

  private func deliver() {
    guard let reader else { return }
    if body.readableBytes > 0 {
      self.reader = nil
      let part = body
      body = ByteBuffer()
      reader.succeed(part)
    } else if let end {
      self.reader = nil
      reader.completeWith(end.map { nil })
    }
  }
}

// MARK: - Sending

extension HTTPCall {
  /// Sends the body.
  ///
  /// In a task of its own, since the reply may begin, and have to be read, while the body still goes
  /// out. It ends with the call, and whoever gets the reply or its end has waited for it.
  private func beginUpload(_ upload: @escaping BodyProducer) {
    uploader = Task { [self] in
      do {
        try await upload { try await self.write($0) }
        try await writing { $0.finishRequest(promise: $1) }
        eventLoop.execute {
          self.isSent = true
          self.armDeadline(in: self.limit, .timeout)
        }
      } catch {
        eventLoop.execute {
          // Why the other side takes no more is not what the writing says.
          if !self.isRefused { self.fail(error) }
        }
      }
    }
  }

  /// Sends bytes, and returns when they have gone out.
  func write(_ bytes: ByteBuffer) async throws {
    var rest = bytes
    while let piece = rest.readSlice(length: min(rest.readableBytes, Self.pieceBytes)),
      piece.readableBytes > 0
    {
      try await writing { $0.write(piece, promise: $1) }
    }
  }

  /// Ends what is sent over a connection that was taken over; what comes in goes on.
  func closeOutput() async throws {
    try await writing { $0.closeOutput(promise: $1) }
  }

  /// The other side has the call's time for each piece; none of it is the reader's of a slow source.
  private func writing(
    _ write: @escaping @Sendable (HTTPConnection, EventLoopPromise<Void>) -> Void
  ) async throws {
    try Task.checkCancellation()
    let written = eventLoop.makePromise(of: Void.self)
    eventLoop.execute {
      guard let connection = self.connection else {
        return written.fail(ChannelError.ioOnClosedChannel)
      }
      self.armDeadline(in: self.limit, .stalled)
      let timer = self.deadline
      written.futureResult.whenComplete { result in
        timer?.cancel()
        if case .failure(let error) = result, !(error is CancellationError) {
          self.isRefused = true
        }
      }
      write(connection, written)
    }
    try await withTaskCancellationHandler {
      try await written.futureResult.get()
    } onCancel: {
      eventLoop.execute { written.fail(CancellationError()) }
    }
  }

  /// Returns when the body is no longer fetched.
  func uploadEnded() async {
    guard request.upload != nil else { return }
    await (try? eventLoop.submit { self.uploader }.get())?.value
  }
}

// MARK: - From async code

extension HTTPCall: DockerExchange {
  /// The reply; a cancelled task closes the connection.
  func reply() async throws -> HTTPReply {
    do {
      let reply = try await withTaskCancellationHandler {
        try await answer.futureResult.get()
      } onCancel: {
        abandon()
      }
      let isUnderWay = isStream && reply.status < 300
      if !isUnderWay { await uploadEnded() }
      return reply
    } catch {
      await uploadEnded()
      throw error
    }
  }

  /// The next bytes of a stream's body, or nothing at its end.
  func next() async throws -> ByteBuffer? {
    let promise = eventLoop.makePromise(of: ByteBuffer?.self)
    do {
      let bytes = try await withTaskCancellationHandler {
        eventLoop.execute { self.read(into: promise) }
        return try await promise.futureResult.get()
      } onCancel: {
        abandon()
      }
      if bytes == nil { await uploadEnded() }
      return bytes
    } catch {
      await uploadEnded()
      throw error
    }
  }

  private func read(into promise: EventLoopPromise<ByteBuffer?>) {
    guard reader == nil else {
      return promise.fail(DockerError.invalidArgument("a stream can have one reader only"))
    }
    reader = promise
    deliver()
    if reader != nil { connection?.readMore() }
  }

  func bufferedBytes() async -> Int {
    await (try? eventLoop.submit { self.body.readableBytes }.get()) ?? 0
  }

  /// Gives the call up and closes its connection, if it still has one.
  func abandon() {
    guard !isOver.load(ordering: .relaxed) else { return }
    eventLoop.execute { self.fail(CancellationError()) }
  }
}
