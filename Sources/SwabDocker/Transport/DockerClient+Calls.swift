import NIOCore
import NIOHTTP1

extension DockerClient {
  /// Sends a call and returns the engine's reply.
  ///
  /// - Throws: A ``DockerError`` unless the engine did what it was asked, or a `CancellationError`.
  @discardableResult
  func reply(to call: DockerCall) async throws -> HTTPReply {
    try await attempt(call, isStream: false).reply
  }

  /// Sends a call and reads the JSON that the engine answers with.
  func json(_ call: DockerCall) async throws -> JSONValue {
    let body = try await reply(to: call).body
    do {
      return try JSONValue(parsing: body)
    } catch {
      throw locate(.unexpectedReply("\(DockerError.invalidJSON(error).message)"), call)
    }
  }

  /// Sends a call whose answer is a list.
  func list<Element: JSONBacked>(_ call: DockerCall) async throws -> [Element] {
    let value = try await json(call)
    if value.isNull { return [] }
    guard let elements = value.array else {
      throw locate(.unexpectedReply("a list was expected"), call)
    }
    return elements.map { Element(raw: $0) }
  }

  /// Sends a call whose answer is one object.
  func object<Answer: JSONBacked>(_ call: DockerCall) async throws -> Answer {
    let value = try await json(call)
    guard value.object != nil else {
      throw locate(.unexpectedReply("an object was expected"), call)
    }
    return Answer(raw: value)
  }

  /// Sends a call whose answer is a stream, on a connection of its own.
  func stream(_ call: DockerCall) async throws -> HTTPBody {
    let answer = try await attempt(call, isStream: true)
    return HTTPBody(reply: answer.reply, call: answer.exchange)
  }

  /// What people and programs get to see of an error from below.
  func explain(_ error: any Error, _ call: DockerCall, limit: Duration?) -> any Error {
    switch error {
    case let failure as HTTPFailure:
      locate(withReason(of: failure, DockerError(failure, at: address, timeout: limit)), call)
    case let error as DockerError: locate(error, call)
    default: error
    }
  }

  /// The error with what its tunnel knows of the reason, where the connection was just cut.
  private func withReason(of failure: HTTPFailure, _ error: DockerError) -> DockerError {
    guard let port = failure.localPort, let reason = underlying?(port) else { return error }
    var error = error
    error.message += "; the tunnel says: \(reason)"
    error.cause = reason
    return error
  }

  /// The error with the request and the host in it.
  func locate(_ error: DockerError, _ call: DockerCall) -> DockerError {
    error.located(call, host: host)
  }
}

extension DockerClient {
  private typealias Answer = (reply: HTTPReply, exchange: any DockerExchange)

  private func attempt(_ call: DockerCall, isStream: Bool) async throws -> Answer {
    let limit = timeout.flatMap { timeout in call.grace.map { timeout + $0 } }
    let deadline = CallDeadline(after: limit)
    do {
      return try await send(call, isStream: isStream, by: deadline)
    } catch let error as DockerError where mayRenegotiate(error) {
      // The engine was exchanged for another release while we ran. It refuses a wrong version before
      // it looks at the request, so sending it again is safe whatever it is.
      renegotiate()
      // But a body that is given piece by piece has been begun.
      if call.upload != nil { throw error }
      return try await send(call, isStream: isStream, by: deadline)
    }
  }

  private func mayRenegotiate(_ error: DockerError) -> Bool {
    pinnedVersion == nil && (error.code == .apiVersionTooNew || error.code == .apiVersionTooOld)
  }

  private func send(
    _ call: DockerCall,
    isStream: Bool,
    by deadline: CallDeadline
  ) async throws -> Answer {
    let version = try await apiVersion(by: deadline)
    do {
      try call.checkGates(version)
      try Task.checkCancellation()
      let exchange = start(call, version, isStream: isStream, by: deadline)
      let reply = try await exchange.reply()
      guard isSuccess(reply, call) else { throw DockerError(reply) }
      return (reply, exchange)
    } catch {
      let explained = explain(error, call, limit: deadline.limit)
      throw isStream ? explained : Self.advised(explained, call)
    }
  }

  /// The error with a word on what may have happened all the same.
  private static func advised(_ error: any Error, _ call: DockerCall) -> any Error {
    guard var error = error as? DockerError, error.code == .connectionLost, error.hint == nil,
      call.method != .GET, call.method != .HEAD
    else { return error }
    error.hint = "the engine may have done it all the same: look before you do it again"
    return error
  }

  private func start(
    _ call: DockerCall,
    _ version: APIVersion,
    isStream: Bool,
    by deadline: CallDeadline
  ) -> any DockerExchange {
    guard let commandLine else {
      return transport.start(request(for: call, version), isStream: isStream, by: deadline)
    }
    let (limit, loop) = (deadline.timeLeft, transport.eventLoop)
    return commandLine.start(call, version, isStream: isStream, timeout: limit, on: loop)
  }

  /// Refuses a call that the engine doesn't know enough for, before others are sent on its behalf.
  func check(_ call: DockerCall) async throws {
    do {
      try call.checkGates(try await apiVersion())
    } catch {
      throw explain(error, call, limit: timeout)
    }
  }

  private func isSuccess(_ reply: HTTPReply, _ call: DockerCall) -> Bool {
    switch reply.status {
    case 200..<300: true
    case 101: call.isHijack
    case 304: call.mayChangeNothing
    default: false
    }
  }

  private func request(for call: DockerCall, _ version: APIVersion) -> HTTPRequest {
    let uri = "\(address.basePath)/v\(version)\(call.path)\(PathEncoding.query(call.query))"
    var request = HTTPRequest(method: call.method, uri: uri, headers: ["Host": address.authority])
    for (name, value) in call.headers { request.headers.add(name: name, value: value) }
    if let body = call.body {
      let buffer = ByteBuffer(bytes: body.encoded)
      request.headers.add(name: "Content-Type", value: "application/json")
      request.headers.add(name: "Content-Length", value: String(buffer.readableBytes))
      request.body = buffer
    } else if let upload = call.upload {
      // The engine looks at the bytes themselves to know what they are.
      request.headers.add(name: "Content-Type", value: "application/x-tar")
      request.headers.add(name: "Transfer-Encoding", value: "chunked")
      request.upload = upload.produce
    } else if call.method != .GET, call.method != .HEAD {
      request.headers.add(name: "Content-Length", value: "0")
    }
    if call.isHijack {
      request.headers.add(name: "Connection", value: "Upgrade")
      request.headers.add(name: "Upgrade", value: call.upgrade)
      request.isHijack = true
    }
    addHeaders(to: &request)
    return request
  }

  /// Adds the headers that all requests are to have.
  ///
  /// What a request says for itself counts: a setting must not make a text of an archive.
  func addHeaders(to request: inout HTTPRequest) {
    for (name, value) in headers where !request.headers.contains(name: name) {
      request.headers.add(name: name, value: value)
    }
  }
}
