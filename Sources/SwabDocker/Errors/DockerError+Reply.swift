import NIOCore
import NIOHTTP1

extension DockerError {
  /// The longest message shown; what is longer is some proxy's page.
  private static let messageLimit = 2000

  /// The error that a reply's status and body tell of.
  init(_ reply: HTTPReply) {
    let message = Self.message(in: reply)
    self.init(code: Self.code(for: reply.status, message), message: message, status: reply.status)
    if code == .apiVersionTooNew || code == .apiVersionTooOld {
      versionMismatch = Self.versionMismatch(in: message)
    }
    if code == .notFound, message.hasPrefix("No such image") {
      hint =
        "an image is not pulled by itself: pull it, or send it there (docker.pull_image, "
        + "docker.copy_image and docker.load_image do so)"
    }
    if status == 400, message.hasPrefix("Client sent an HTTP request to an HTTPS server") {
      code = .tlsFailed
      hint = "the engine speaks TLS there: https://HOST:PORT, or docker_tls (DockerClient's tls)"
    }
    hint = hint ?? Self.registryHint(in: message)
    if (300..<400).contains(reply.status) {
      // What is asked of an engine may hold secrets, such as a build's arguments.
      let target =
        reply.head.headers.first(name: "Location").map { $0.prefix { $0 != "?" } }
        ?? "another place"
      self.message = "redirected to \(target), and redirects are not followed"
    }
  }

  /// The engine mostly says `{"message": …}`, but plain text before a request is understood; replies
  /// to HEAD have no body.
  private static func message(in reply: HTTPReply) -> String {
    if let message = (try? JSONValue(parsing: reply.body))?["message"]?.string, !message.isEmpty {
      return message
    }
    let limit = min(reply.body.readableBytes, messageLimit)
    let text = reply.body.getSlice(at: reply.body.readerIndex, length: limit).map {
      String(decoding: $0.readableBytesView, as: UTF8.self)
    }
    let trimmed = (text ?? "").trimmingWhiteSpace()
    return trimmed.isEmpty ? reply.head.status.reasonPhrase : trimmed
  }

  /// The versions in `client version 1.99 is too new. Maximum supported API version is 1.55` and its
  /// counterpart.
  private static func versionMismatch(in message: String) -> VersionMismatch? {
    let words = message.split { " ,".contains($0) }.filter { $0.contains(".") }
    let versions = words.compactMap { APIVersion(String($0.last == "." ? $0.dropLast() : $0)) }
    guard versions.count >= 2 else { return nil }
    return VersionMismatch(asked: versions[0], limit: versions[1])
  }

  private static func code(for status: Int, _ message: String) -> Code {
    switch status {
    case 300..<400: .redirected
    case 400 where message.hasPrefix("client version ") && message.contains("is too new"):
      .apiVersionTooNew
    case 400 where message.hasPrefix("client version ") && message.contains("is too old"):
      .apiVersionTooOld
    case 400: .badRequest
    case 401: .unauthorized
    case 403: .forbidden
    case 404: .notFound
    case 409: .conflict
    case 429: .rateLimited
    case 501: .notImplemented
    case 503: .unavailable
    case 400...: Code(of: message) ?? .engineFailed
    default: .unexpectedReply
    }
  }
}

extension JSONValue {
  init(parsing buffer: ByteBuffer) throws(JSONSyntaxError) {
    let result = buffer.withUnsafeReadableBytes { bytes in
      bytes.withMemoryRebound(to: UInt8.self) { bytes in
        Result { () throws(JSONSyntaxError) in try JSONParser.parse(bytes) }
      }
    }
    self = try result.get()
  }
}

extension String {
  func trimmingWhiteSpace() -> String {
    let start = drop(while: \.isWhitespace)
    guard let last = start.lastIndex(where: { !$0.isWhitespace }) else { return "" }
    return String(start[...last])
  }
}
