import NIOCore
import NIOHTTP1

/// What goes out to the engine.
struct HTTPRequest: Sendable {
  var method: HTTPMethod
  /// Path and query, with base path and API version.
  var uri: String
  var headers: HTTPHeaders
  var body: ByteBuffer?

  /// Whether sending it twice does no more than sending it once.
  var isRepeatable: Bool {
    method == .GET || method == .HEAD
  }
}

/// What came back; the body of a stream is not in it.
struct HTTPReply: Sendable {
  var head: HTTPResponseHead
  var body: ByteBuffer

  var status: Int { Int(head.status.code) }
}

/// What failed beneath the Docker API.
enum HTTPFailure: Error {
  case cannotConnect(any Error)
  case refusedPeer(any Error)
  /// The port is the near end's, where the connection was one of TCP.
  case connectionLost(String, cause: (any Error)?, localPort: Int?)
  case timeout
  case replyTooLarge(limit: Int)
  case closed
}

/// One request and its reply.
///
/// A collecting call is answered by the whole reply; a streaming one by its head, after which
/// ``next()`` gives the body as fast as it is asked for, and no faster.
///
/// It is `@unchecked` since its state is only touched on its event loop, which all methods but
/// `next()` and `abandon()` require.
final class HTTPCall: @unchecked Sendable {
  /// What a failed request may say at most; a proxy's error page must not fill the memory.
  static let errorLimit = 1 << 20
  /// What a plain reply may be at most; the largest real ones, lists of all containers, stay
  /// below a few MiB.
  static let replyLimit = 256 << 20

  let request: HTTPRequest
  let isStream: Bool
  let eventLoop: any EventLoop
  let answer: EventLoopPromise<HTTPReply>

  var connection: HTTPConnection?
  var hasBeenRetried = false
  private(set) var hasReplyBegun = false
  private(set) var isAnswered = false
  private var deadline: Scheduled<Void>?
  private var head: HTTPResponseHead?
  private var body = ByteBuffer()
  private var end: Result<Void, any Error>?
  private var reader: EventLoopPromise<ByteBuffer?>?

  init(_ request: HTTPRequest, isStream: Bool, on eventLoop: any EventLoop) {
    self.request = request
    self.isStream = isStream
    self.eventLoop = eventLoop
    answer = eventLoop.makePromise()
  }

  func start(timeout: TimeAmount?) {
    guard let timeout else { return }
    deadline = eventLoop.scheduleTask(in: timeout) { self.fail(HTTPFailure.timeout) }
  }

  /// Whether more of the body should be read from the socket now.
  var wantsMore: Bool {
    isStream && isAnswered ? reader != nil : true
  }

  func received(_ head: HTTPResponseHead) {
    hasReplyBegun = true
    self.head = head
    guard isStream, (200..<300).contains(head.status.code) else { return }
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
    settle(.failure(error))
    deliver()
    connection?.close()
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

// MARK: - From async code

extension HTTPCall {
  /// The reply; a cancelled task closes the connection.
  func reply() async throws -> HTTPReply {
    try await withTaskCancellationHandler {
      try await answer.futureResult.get()
    } onCancel: {
      abandon()
    }
  }

  /// The next bytes of a stream's body, or nothing at its end.
  func next() async throws -> ByteBuffer? {
    let promise = eventLoop.makePromise(of: ByteBuffer?.self)
    return try await withTaskCancellationHandler {
      eventLoop.execute { self.read(into: promise) }
      return try await promise.futureResult.get()
    } onCancel: {
      abandon()
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
    eventLoop.execute { self.fail(CancellationError()) }
  }
}
